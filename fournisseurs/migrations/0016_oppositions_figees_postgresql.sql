-- What was notified about a supplier is kept as it was, on PostgreSQL: only its state moves on.

CREATE TRIGGER passage_opposition_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_passageopposition
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
CREATE TRIGGER decision_paiement_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_decisionpaiement
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
CREATE TRIGGER opposition_sans_suppression BEFORE DELETE ON fournisseurs_opposition
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();

CREATE TRIGGER opposition_figee BEFORE UPDATE ON fournisseurs_opposition
    FOR EACH ROW
    WHEN (OLD.etat IN ('levee', 'ecartee')
          OR ROW(OLD.id, OLD.numero, OLD.genre, OLD.fournisseur_id, OLD.etablissement_id, OLD.commande,
                 OLD.beneficiaire_id, OLD.plafond, OLD.notifiee_le, OLD.reference, OLD.date_debut,
                 OLD.date_fin, OLD.justificatif_id, OLD.saisie_par_id, OLD.saisie_le)
             IS DISTINCT FROM
             ROW(NEW.id, NEW.numero, NEW.genre, NEW.fournisseur_id, NEW.etablissement_id, NEW.commande,
                 NEW.beneficiaire_id, NEW.plafond, NEW.notifiee_le, NEW.reference, NEW.date_debut,
                 NEW.date_fin, NEW.justificatif_id, NEW.saisie_par_id, NEW.saisie_le))
    EXECUTE FUNCTION fournisseurs_refuser_modification();
