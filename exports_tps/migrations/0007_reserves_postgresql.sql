-- A reserve is settled once, with a treatment of its own message; nothing else of it changes.
CREATE TRIGGER traitement_reserve_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_traitementreserve
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER reserve_sans_suppression BEFORE DELETE ON exports_tps_reserve
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER reserve_identite BEFORE UPDATE ON exports_tps_reserve
    FOR EACH ROW
    WHEN (OLD.traitement_id IS NOT NULL
          OR ROW(OLD.id, OLD.message_id, OLD.nature, OLD.texte, OLD.bordereau_id, OLD.piece_id,
                 OLD.justificatif_id, OLD.constatee_le)
             IS DISTINCT FROM
             ROW(NEW.id, NEW.message_id, NEW.nature, NEW.texte, NEW.bordereau_id, NEW.piece_id,
                 NEW.justificatif_id, NEW.constatee_le))
    EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE FUNCTION exports_tps_reserve_traitee_avec_son_message() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM exports_tps_traitementreserve t
                   WHERE t.id = NEW.traitement_id AND t.message_id = NEW.message_id)
    THEN
        RAISE EXCEPTION 'Une réserve se traite avec celles de son message.'
            USING ERRCODE = '23514', CONSTRAINT = 'reserve_traitee_avec_son_message';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reserve_traitee_avec_son_message
    BEFORE INSERT OR UPDATE OF traitement_id ON exports_tps_reserve
    FOR EACH ROW WHEN (NEW.traitement_id IS NOT NULL)
    EXECUTE FUNCTION exports_tps_reserve_traitee_avec_son_message();
