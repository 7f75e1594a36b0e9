-- A sale is paid at the reader by the till of its régie, whole, and at the tariffs it was given.
-- ERRCODE 23514 reaches Django as IntegrityError.
CREATE FUNCTION tp_exiger_vente_de_la_caisse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM telepaiement_vente v
                   JOIN telepaiement_sessioncaisse s ON s.regie_id = v.regie_id
                   WHERE v.id = NEW.vente_id AND s.id = NEW.session_id
                     AND s.etat = 'ouverte' AND v.montant = NEW.montant) THEN
        RAISE EXCEPTION 'Une vente se paie entière, au lecteur d’une caisse ouverte de sa régie.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_vente_de_la_caisse';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tentative_vente_de_la_caisse BEFORE INSERT ON telepaiement_tentative
    FOR EACH ROW WHEN (NEW.vente_id IS NOT NULL) EXECUTE FUNCTION tp_exiger_vente_de_la_caisse();
