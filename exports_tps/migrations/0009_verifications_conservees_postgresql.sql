-- What a verification found stays as it was found.
CREATE TRIGGER verificationsignatures_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_verificationsignatures
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
