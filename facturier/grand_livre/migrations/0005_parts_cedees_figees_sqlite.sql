-- The same on SQLite. A double semicolon on its own ends a statement.

CREATE TRIGGER part_cedee_sans_modification BEFORE UPDATE ON grand_livre_partcedee
BEGIN SELECT RAISE(ABORT, 'Une pièce émise ne se retouche pas et ne s’efface pas : annulez-la.'); END;;
CREATE TRIGGER part_cedee_sans_suppression BEFORE DELETE ON grand_livre_partcedee
BEGIN SELECT RAISE(ABORT, 'Une pièce émise ne se retouche pas et ne s’efface pas : annulez-la.'); END;;

CREATE TRIGGER part_cedee_autre_tiers BEFORE INSERT ON grand_livre_partcedee
WHEN NOT EXISTS (
    SELECT 1 FROM grand_livre_lignepiece l JOIN grand_livre_piece p ON p.id = l.piece_id
    WHERE l.id = NEW.ligne_id AND p.sens = 'depense' AND p.tiers_id <> NEW.tiers_id
)
BEGIN SELECT RAISE(ABORT, 'Une part cédée ou saisie est celle d’un mandat, payée à un autre que son tiers.'); END;;
CREATE TRIGGER part_cedee_avant_ecriture BEFORE INSERT ON grand_livre_partcedee
WHEN EXISTS (
    SELECT 1 FROM grand_livre_lignepiece l
    JOIN grand_livre_ecriture e ON e.cle = 'mandatement-' || l.piece_id
    WHERE l.id = NEW.ligne_id
)
BEGIN SELECT RAISE(ABORT, 'Un mandat émis ne reçoit plus de part cédée ou saisie : annulez-le.'); END;;
CREATE TRIGGER part_cedee_dans_sa_ligne BEFORE INSERT ON grand_livre_partcedee
WHEN (SELECT montant_ht + montant_tgc FROM grand_livre_lignepiece WHERE id = NEW.ligne_id)
    < NEW.montant + (
        SELECT coalesce(sum(montant), 0) FROM grand_livre_partcedee WHERE ligne_id = NEW.ligne_id
    )
BEGIN SELECT RAISE(ABORT, 'Les parts cédées ou saisies dépassent le montant d’une imputation.'); END;;
