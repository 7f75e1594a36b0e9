-- What is append only around a supplier, on PostgreSQL. ERRCODE 23514 reaches Django as IntegrityError.

CREATE FUNCTION fournisseurs_refuser_modification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Cette trace ne se modifie pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'fournisseurs_ajout_seul';
END $$;

CREATE TRIGGER passage_demande_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_passagedemande
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
CREATE TRIGGER passage_fournisseur_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_passagefournisseur
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
CREATE TRIGGER consultation_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_consultationdonnees
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
CREATE TRIGGER coordonnees_sans_suppression BEFORE DELETE ON fournisseurs_coordonneesbancaires
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();

-- A bank account ends once; nothing else about it ever changes.
CREATE TRIGGER coordonnees_ajout_seul BEFORE UPDATE ON fournisseurs_coordonneesbancaires
    FOR EACH ROW
    WHEN (OLD.fin IS NOT NULL
          OR ROW(OLD.id, OLD.fournisseur_id, OLD.etablissement_id, OLD.iban, OLD.bic, OLD.titulaire,
                 OLD.origine, OLD.demande_id, OLD.verifiee_par_id, OLD.verifiee_le, OLD.debut)
             IS DISTINCT FROM
             ROW(NEW.id, NEW.fournisseur_id, NEW.etablissement_id, NEW.iban, NEW.bic, NEW.titulaire,
                 NEW.origine, NEW.demande_id, NEW.verifiee_par_id, NEW.verifiee_le, NEW.debut))
    EXECUTE FUNCTION fournisseurs_refuser_modification();
