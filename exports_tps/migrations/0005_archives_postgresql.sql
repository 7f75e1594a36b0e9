-- An archive keeps who asked for what; once made, its file.
CREATE TRIGGER archive_tps_sans_suppression BEFORE DELETE ON exports_tps_archivetps
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER archive_tps_identite BEFORE UPDATE ON exports_tps_archivetps
    FOR EACH ROW
    WHEN (OLD.achevee_le IS NOT NULL
          OR ROW(OLD.id, OLD.exercice_id, OLD.bordereaux, OLD.motif, OLD.demandee_le, OLD.par_id, OLD.conserver_jusqu_au)
             IS DISTINCT FROM
             ROW(NEW.id, NEW.exercice_id, NEW.bordereaux, NEW.motif, NEW.demandee_le, NEW.par_id, NEW.conserver_jusqu_au))
    EXECUTE FUNCTION exports_tps_refuser_modification();
