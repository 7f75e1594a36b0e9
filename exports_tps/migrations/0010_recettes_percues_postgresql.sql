-- What the treasury told stays as it told it.
CREATE TRIGGER recettepercue_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_recettepercue
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER regularisationrecette_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_regularisationrecette
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
