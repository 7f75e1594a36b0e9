-- What follows a contestation comes once it is accepted, and is never rewritten.
-- ERRCODE 23514 reaches Django as IntegrityError.
CREATE FUNCTION tp_exiger_contestation_acceptee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM telepaiement_demanderedevable
                   WHERE id = NEW.demande_id AND nature = 'contestation' AND etat = 'acceptee') THEN
        RAISE EXCEPTION 'Seule une contestation acceptée a une suite.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_suite_contestation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER suite_contestation_acceptee BEFORE INSERT ON telepaiement_suitecontestation
    FOR EACH ROW EXECUTE FUNCTION tp_exiger_contestation_acceptee();
CREATE TRIGGER suite_contestation_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_suitecontestation
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
