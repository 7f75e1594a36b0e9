-- A file of other software is ready to leave only with the trace of who signed it, here or before.
CREATE FUNCTION exports_tps_depot_signe_par_quelqu_un() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM exports_tps_depotexterne d WHERE d.flux_id = NEW.id)
       AND NOT EXISTS (SELECT 1 FROM exports_tps_signaturebordereau s WHERE s.depot_id = NEW.id)
    THEN
        RAISE EXCEPTION 'Un fichier déposé ne part qu’avec la trace de qui l’a signé.'
            USING ERRCODE = '23514', CONSTRAINT = 'depot_signe_par_quelqu_un';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER depot_signe_par_quelqu_un BEFORE UPDATE OF etat ON exports_tps_flux
    FOR EACH ROW WHEN (NEW.etat = 'constitue' AND OLD.etat <> 'constitue')
    EXECUTE FUNCTION exports_tps_depot_signe_par_quelqu_un();
