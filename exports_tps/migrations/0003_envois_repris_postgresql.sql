CREATE TRIGGER releve_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_releve
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
