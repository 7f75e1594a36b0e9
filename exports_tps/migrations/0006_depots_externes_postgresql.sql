-- What another program made is kept as it was dropped; what is added to it is added once.
CREATE TRIGGER piece_externe_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_pieceexterne
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER document_externe_sans_suppression BEFORE DELETE ON exports_tps_documentexterne
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER document_externe_identite BEFORE UPDATE ON exports_tps_documentexterne
    FOR EACH ROW
    WHEN (OLD.sha256 <> ''
          OR ROW(OLD.id, OLD.flux_id, OLD.piece_id, OLD.identifiant, OLD.est_inclus)
             IS DISTINCT FROM ROW(NEW.id, NEW.flux_id, NEW.piece_id, NEW.identifiant, NEW.est_inclus))
    EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER depot_externe_sans_suppression BEFORE DELETE ON exports_tps_depotexterne
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER depot_externe_identite BEFORE UPDATE ON exports_tps_depotexterne
    FOR EACH ROW
    WHEN (OLD.sha256_signe <> ''
          OR ROW(OLD.flux_id, OLD.nom, OLD.sha256, OLD.est_signe, OLD.depose_le, OLD.par_id)
             IS DISTINCT FROM ROW(NEW.flux_id, NEW.nom, NEW.sha256, NEW.est_signe, NEW.depose_le, NEW.par_id))
    EXECUTE FUNCTION exports_tps_refuser_modification();
