-- A leaf entered is undone once, and nothing else of it changes. A receipt replaces a cancelled one.
DROP TRIGGER feuillet_fige ON telepaiement_feuillet;
CREATE TRIGGER feuillet_fige BEFORE UPDATE ON telepaiement_feuillet
    FOR EACH ROW WHEN (
        OLD.carnet_id <> NEW.carnet_id OR OLD.numero <> NEW.numero OR OLD.code <> NEW.code
        OR OLD.etat <> 'vierge' AND NOT (
            OLD.etat = 'saisi' AND NEW.etat = 'defait'
            AND NEW.encaissement_id = OLD.encaissement_id AND NEW.conflits = OLD.conflits))
    EXECUTE FUNCTION tp_refuser_modification();

CREATE FUNCTION tp_controler_quittance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM telepaiement_quittance q
                   JOIN telepaiement_annulationencaissement a ON a.encaissement_id = q.encaissement_id
                   WHERE q.id = NEW.remplace_id AND q.code = NEW.code
                     AND q.regie_id = NEW.regie_id) THEN
        RAISE EXCEPTION 'Une quittance n’en remplace qu’une annulée, du même feuillet.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_quittance_remplace';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quittance_remplace_annulee BEFORE INSERT ON telepaiement_quittance
    FOR EACH ROW WHEN (NEW.remplace_id IS NOT NULL)
    EXECUTE FUNCTION tp_controler_quittance();
