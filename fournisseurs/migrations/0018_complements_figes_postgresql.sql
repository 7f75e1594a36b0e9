-- What was asked to be completed, on PostgreSQL; the function is that of 0002.

CREATE TRIGGER complement_sans_suppression BEFORE DELETE ON fournisseurs_complement
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();

-- It is answered once; nothing else about it ever changes.
CREATE TRIGGER complement_fige BEFORE UPDATE ON fournisseurs_complement
    FOR EACH ROW
    WHEN (OLD.repondu_le IS NOT NULL
          OR ROW(OLD.id, OLD.demande_id, OLD.modification_id, OLD.objet, OLD.libelle, OLD.motif, OLD.par_id, OLD.le)
             IS DISTINCT FROM
             ROW(NEW.id, NEW.demande_id, NEW.modification_id, NEW.objet, NEW.libelle, NEW.motif, NEW.par_id, NEW.le))
    EXECUTE FUNCTION fournisseurs_refuser_modification();
