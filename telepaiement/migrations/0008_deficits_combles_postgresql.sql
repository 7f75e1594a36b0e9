-- A régisseur pays back a déficit, never more than it (décret 2012-829, art. 4).
-- ERRCODE 23514 reaches Django as IntegrityError.
CREATE FUNCTION tp_controler_comblement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    caisse record;
    deja bigint;
BEGIN
    SELECT regie_id, etat, coalesce(especes_attendues - especes_comptees, 0) AS manque INTO caisse
        FROM telepaiement_sessioncaisse WHERE id = NEW.session_id FOR UPDATE;
    SELECT coalesce(sum(montant), 0) INTO deja FROM telepaiement_comblementdeficit
        WHERE session_id = NEW.session_id;
    IF caisse.etat <> 'cloturee' OR caisse.regie_id <> NEW.regie_id
       OR deja + NEW.montant > caisse.manque THEN
        RAISE EXCEPTION 'Ce déficit n’existe pas, ou il est moindre : % F au plus.',
            greatest(caisse.manque - deja, 0)
            USING ERRCODE = '23514', CONSTRAINT = 'tp_deficit_plafond';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER comblement_deficit_plafond BEFORE INSERT ON telepaiement_comblementdeficit
    FOR EACH ROW EXECUTE FUNCTION tp_controler_comblement();
CREATE TRIGGER comblement_deficit_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_comblementdeficit
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER comblement_verse_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_comblementverse
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
