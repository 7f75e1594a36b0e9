-- What a titre says of the receipt that it regularises, and that it is frozen like the rest.

ALTER TABLE grand_livre_piece ADD CONSTRAINT titre_apres_encaissement CHECK (
        (exercice_encaisse IS NULL AND numero_encaisse IS NULL)
     OR (sens = 'recette' AND type_piece = '05' AND piece_origine_id IS NULL
         AND exercice_encaisse IS NOT NULL AND numero_encaisse > 0)
);

DROP TRIGGER piece_figee ON grand_livre_piece;
CREATE TRIGGER piece_figee BEFORE UPDATE ON grand_livre_piece FOR EACH ROW
    WHEN ((
        OLD.sens, OLD.exercice_id, OLD.budget_id, OLD.numero, OLD.date_emission, OLD.objet,
        OLD.montant_ht, OLD.montant_tgc, OLD.tiers_id, OLD.nom_tiers, OLD.ridet,
        OLD.adresse_complement, OLD.adresse_voie, OLD.code_postal, OLD.ville, OLD.mode_reglement,
        OLD.iban, OLD.bic, OLD.titulaire_compte, OLD.cle_paiement, OLD.bases_liquidation,
        OLD.exercice_encaisse, OLD.numero_encaisse
    ) IS DISTINCT FROM (
        NEW.sens, NEW.exercice_id, NEW.budget_id, NEW.numero, NEW.date_emission, NEW.objet,
        NEW.montant_ht, NEW.montant_tgc, NEW.tiers_id, NEW.nom_tiers, NEW.ridet,
        NEW.adresse_complement, NEW.adresse_voie, NEW.code_postal, NEW.ville, NEW.mode_reglement,
        NEW.iban, NEW.bic, NEW.titulaire_compte, NEW.cle_paiement, NEW.bases_liquidation,
        NEW.exercice_encaisse, NEW.numero_encaisse
    )) EXECUTE FUNCTION gl_refuser_retouche();
