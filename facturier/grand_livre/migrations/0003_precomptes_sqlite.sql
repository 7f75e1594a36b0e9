-- A titre that collects penalties is of their amount and their tiers; one at a time for a deduction.

CREATE TRIGGER precompte_sans_modification BEFORE UPDATE ON grand_livre_precompte
BEGIN SELECT RAISE(ABORT, 'Une pièce émise ne se retouche pas et ne s’efface pas : annulez-la.'); END;;
CREATE TRIGGER precompte_sans_suppression BEFORE DELETE ON grand_livre_precompte
BEGIN SELECT RAISE(ABORT, 'Une pièce émise ne se retouche pas et ne s’efface pas : annulez-la.'); END;;

CREATE TRIGGER precompte_juste BEFORE INSERT ON grand_livre_precompte
BEGIN
SELECT RAISE(ABORT, 'Un titre de pénalités est du montant retenu et du même tiers.')
    WHERE NOT EXISTS (
        SELECT 1 FROM grand_livre_deduction d
        JOIN grand_livre_lignepiece l ON l.id = d.ligne_id
        JOIN grand_livre_piece m ON m.id = l.piece_id
        JOIN grand_livre_piece t ON t.id = NEW.titre_id
        WHERE d.id = NEW.deduction_id AND d.nature = 'penalites' AND t.sens = 'recette'
          AND t.tiers_id = m.tiers_id AND t.montant_ht + t.montant_tgc = d.montant
    );
SELECT RAISE(ABORT, 'Un titre recouvre déjà ces pénalités.')
    WHERE EXISTS (
        SELECT 1 FROM grand_livre_precompte p JOIN grand_livre_piece t ON t.id = p.titre_id
        WHERE p.deduction_id = NEW.deduction_id AND t.etat NOT IN ('annulee', 'rejetee')
    );
END;;
