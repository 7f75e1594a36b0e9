-- A proof is kept as it was read.

CREATE TRIGGER preuve_registre_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_preuveregistre
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
