-- A replacement, once recorded, stays.
CREATE TRIGGER remplacement_document_ajout_seul
    BEFORE UPDATE OR DELETE ON exports_tps_remplacementdocument
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
