-- What a titre says of the receipt that it regularises. A double semicolon ends a statement.
-- A check would make the table again, which triggers of other tables read: a trigger says the same.

CREATE TRIGGER titre_apres_encaissement BEFORE INSERT ON grand_livre_piece
WHEN NOT coalesce(
        (NEW.exercice_encaisse IS NULL AND NEW.numero_encaisse IS NULL)
     OR (NEW.sens = 'recette' AND NEW.type_piece = '05' AND NEW.piece_origine_id IS NULL
         AND NEW.exercice_encaisse IS NOT NULL AND NEW.numero_encaisse > 0), 0)
BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: titre_apres_encaissement'); END;;

DROP TRIGGER piece_figee;;
CREATE TRIGGER piece_figee BEFORE UPDATE ON grand_livre_piece
WHEN (
        OLD.sens, OLD.exercice_id, OLD.budget_id, OLD.numero, OLD.date_emission, OLD.objet,
        OLD.montant_ht, OLD.montant_tgc, OLD.tiers_id, OLD.nom_tiers, OLD.ridet,
        OLD.adresse_complement, OLD.adresse_voie, OLD.code_postal, OLD.ville, OLD.mode_reglement,
        OLD.iban, OLD.bic, OLD.titulaire_compte, OLD.cle_paiement, OLD.bases_liquidation,
        OLD.exercice_encaisse, OLD.numero_encaisse
) IS NOT (
        NEW.sens, NEW.exercice_id, NEW.budget_id, NEW.numero, NEW.date_emission, NEW.objet,
        NEW.montant_ht, NEW.montant_tgc, NEW.tiers_id, NEW.nom_tiers, NEW.ridet,
        NEW.adresse_complement, NEW.adresse_voie, NEW.code_postal, NEW.ville, NEW.mode_reglement,
        NEW.iban, NEW.bic, NEW.titulaire_compte, NEW.cle_paiement, NEW.bases_liquidation,
        NEW.exercice_encaisse, NEW.numero_encaisse
)
BEGIN SELECT RAISE(ABORT, 'Une pièce émise ne se retouche pas et ne s’efface pas : annulez-la.'); END;;
