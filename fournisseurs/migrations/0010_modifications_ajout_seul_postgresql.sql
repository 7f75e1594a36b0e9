-- The trace of a change, on PostgreSQL; the function is that of 0002.

CREATE TRIGGER champ_modifie_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_champmodifie
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
CREATE TRIGGER contre_appel_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_contreappel
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
CREATE TRIGGER passage_modification_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_passagemodification
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
CREATE TRIGGER contact_connu_sans_suppression BEFORE DELETE ON fournisseurs_contactconnu
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();

-- A contact is warned once; nothing else about it ever changes.
CREATE TRIGGER contact_connu_ajout_seul BEFORE UPDATE ON fournisseurs_contactconnu
    FOR EACH ROW
    WHEN (OLD.prevenu_le IS NOT NULL
          OR ROW(OLD.id, OLD.demande_id, OLD.genre, OLD.valeur, OLD.origine)
             IS DISTINCT FROM ROW(NEW.id, NEW.demande_id, NEW.genre, NEW.valeur, NEW.origine))
    EXECUTE FUNCTION fournisseurs_refuser_modification();
