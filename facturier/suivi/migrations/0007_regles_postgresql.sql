-- A rule keeps what it stopped; only its end is decided later, once.

CREATE TRIGGER constat_regle_ajout_seul BEFORE UPDATE OR DELETE ON facturier_constatregle
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
CREATE TRIGGER regle_sans_suppression BEFORE DELETE ON facturier_regleapprise
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
CREATE TRIGGER regle_figee BEFORE UPDATE ON facturier_regleapprise
    FOR EACH ROW WHEN (
        OLD.fin IS NOT NULL
        OR (NEW.libelle, NEW.consigne, NEW.type_depense, NEW.compte, NEW.genre_absent,
            NEW.montant_minimum, NEW.debut, NEW.piece_origine_id, NEW.auteur_id)
           IS DISTINCT FROM
           (OLD.libelle, OLD.consigne, OLD.type_depense, OLD.compte, OLD.genre_absent,
            OLD.montant_minimum, OLD.debut, OLD.piece_origine_id, OLD.auteur_id)
    ) EXECUTE FUNCTION suivi_refuser_modification();
