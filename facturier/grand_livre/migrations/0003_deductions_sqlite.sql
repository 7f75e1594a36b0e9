-- What a mandat withholds from its tiers: frozen, in before the entry, never more than the line
-- leaves once others are paid.

CREATE TRIGGER deduction_sans_modification BEFORE UPDATE ON grand_livre_deduction
BEGIN SELECT RAISE(ABORT, 'Une pièce émise ne se retouche pas et ne s’efface pas : annulez-la.'); END;;
CREATE TRIGGER deduction_sans_suppression BEFORE DELETE ON grand_livre_deduction
BEGIN SELECT RAISE(ABORT, 'Une pièce émise ne se retouche pas et ne s’efface pas : annulez-la.'); END;;

CREATE TRIGGER deduction_d_un_mandat BEFORE INSERT ON grand_livre_deduction
WHEN NOT EXISTS (
    SELECT 1 FROM grand_livre_lignepiece l JOIN grand_livre_piece p ON p.id = l.piece_id
    WHERE l.id = NEW.ligne_id AND p.sens = 'depense'
)
BEGIN SELECT RAISE(ABORT, 'Une déduction est celle d’un mandat.'); END;;
CREATE TRIGGER deduction_avant_ecriture BEFORE INSERT ON grand_livre_deduction
WHEN EXISTS (
    SELECT 1 FROM grand_livre_lignepiece l
    JOIN grand_livre_ecriture e ON e.cle = 'mandatement-' || l.piece_id
    WHERE l.id = NEW.ligne_id
)
BEGIN SELECT RAISE(ABORT, 'Un mandat émis ne reçoit plus de déduction : annulez-le.'); END;;
CREATE TRIGGER deduction_dans_sa_ligne BEFORE INSERT ON grand_livre_deduction
WHEN (SELECT montant_ht + montant_tgc FROM grand_livre_lignepiece WHERE id = NEW.ligne_id)
    < NEW.montant
    + (SELECT coalesce(sum(montant), 0) FROM grand_livre_partcedee WHERE ligne_id = NEW.ligne_id)
    + (SELECT coalesce(sum(montant), 0) FROM grand_livre_deduction WHERE ligne_id = NEW.ligne_id)
BEGIN SELECT RAISE(ABORT, 'Les déductions dépassent le montant d’une imputation.'); END;;
CREATE TRIGGER part_cedee_apres_deduction BEFORE INSERT ON grand_livre_partcedee
WHEN (SELECT montant_ht + montant_tgc FROM grand_livre_lignepiece WHERE id = NEW.ligne_id)
    < NEW.montant
    + (SELECT coalesce(sum(montant), 0) FROM grand_livre_partcedee WHERE ligne_id = NEW.ligne_id)
    + (SELECT coalesce(sum(montant), 0) FROM grand_livre_deduction WHERE ligne_id = NEW.ligne_id)
BEGIN SELECT RAISE(ABORT, 'Les parts cédées ou saisies dépassent le montant d’une imputation.'); END;;
