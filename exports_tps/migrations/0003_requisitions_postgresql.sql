-- A réquisition, once recorded, stays.

CREATE FUNCTION tps_requisition_figee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Une réquisition ne se modifie pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'tps_requisition_figee';
END $$;
CREATE TRIGGER requisition_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_requisition
    FOR EACH ROW EXECUTE FUNCTION tps_requisition_figee();
