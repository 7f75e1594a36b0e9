-- The passages of an import are append only, on PostgreSQL.
CREATE TRIGGER passage_importation_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_passageimportation
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
