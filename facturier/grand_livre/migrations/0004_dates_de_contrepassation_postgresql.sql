-- What is said late may be dated in the year after its exercice; never before what it undoes.
CREATE FUNCTION gl_dater_contrepassation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF extract(year FROM NEW.date_comptable) NOT BETWEEN NEW.exercice_id AND NEW.exercice_id + 1
       OR EXISTS (SELECT 1 FROM grand_livre_ecriture o
                  WHERE o.id = NEW.contrepasse_id AND o.date_comptable > NEW.date_comptable) THEN
        RAISE EXCEPTION 'Une contrepassation ne précède pas ce qu’elle contrepasse, et ne sort pas de son exercice.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_contrepassation_datee';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contrepassation_datee BEFORE INSERT ON grand_livre_ecriture
    FOR EACH ROW WHEN (NEW.contrepasse_id IS NOT NULL)
    EXECUTE FUNCTION gl_dater_contrepassation();
