-- What was decided about doublons and merges is append only.

CREATE TRIGGER passage_doublon_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_passagedoublon
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
CREATE TRIGGER passage_fusion_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_passagefusion
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
