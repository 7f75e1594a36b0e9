-- The trace of the accounts. ERRCODE 23514 reaches Django as IntegrityError.

CREATE FUNCTION acces_refuser_modification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'La trace d’un compte ne se modifie pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'acces_ajout_seul';
END $$;
CREATE TRIGGER passage_utilisateur_ajout_seul BEFORE UPDATE OR DELETE ON acces_passageutilisateur
    FOR EACH ROW EXECUTE FUNCTION acces_refuser_modification();
