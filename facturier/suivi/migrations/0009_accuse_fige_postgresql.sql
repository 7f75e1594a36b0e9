-- An acknowledgement, once given, stays.
CREATE TRIGGER retour_accuse_fige BEFORE UPDATE ON facturier_retourfournisseur
    FOR EACH ROW WHEN (
        OLD.accuse_le IS NOT NULL
        AND (NEW.accuse_le, NEW.accuse_par_id) IS DISTINCT FROM (OLD.accuse_le, OLD.accuse_par_id)
    ) EXECUTE FUNCTION suivi_refuser_modification();
