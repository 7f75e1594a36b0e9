-- The country of a pièce is frozen like the rest of its address.

DROP TRIGGER piece_figee ON grand_livre_piece;
CREATE TRIGGER piece_figee BEFORE UPDATE ON grand_livre_piece FOR EACH ROW
    WHEN ((
        OLD.sens, OLD.exercice_id, OLD.budget_id, OLD.numero, OLD.date_emission, OLD.objet,
        OLD.montant_ht, OLD.montant_tgc, OLD.tiers_id, OLD.nom_tiers, OLD.ridet,
        OLD.adresse_complement, OLD.adresse_voie, OLD.code_postal, OLD.ville, OLD.mode_reglement,
        OLD.iban, OLD.bic, OLD.titulaire_compte, OLD.cle_paiement, OLD.bases_liquidation,
        OLD.exercice_encaisse, OLD.numero_encaisse, OLD.pays
    ) IS DISTINCT FROM (
        NEW.sens, NEW.exercice_id, NEW.budget_id, NEW.numero, NEW.date_emission, NEW.objet,
        NEW.montant_ht, NEW.montant_tgc, NEW.tiers_id, NEW.nom_tiers, NEW.ridet,
        NEW.adresse_complement, NEW.adresse_voie, NEW.code_postal, NEW.ville, NEW.mode_reglement,
        NEW.iban, NEW.bic, NEW.titulaire_compte, NEW.cle_paiement, NEW.bases_liquidation,
        NEW.exercice_encaisse, NEW.numero_encaisse, NEW.pays
    )) EXECUTE FUNCTION gl_refuser_retouche();
