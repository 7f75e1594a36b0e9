-- Changes of the tables of banks and postal codes are append only.

CREATE TRIGGER changement_referentiel_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_changementreferentiel
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
