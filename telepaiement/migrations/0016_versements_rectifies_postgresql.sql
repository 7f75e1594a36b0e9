-- What the treasury finds wrong in a versement received, and what the régisseur makes up for (art. 4).
CREATE TRIGGER rectification_versement_ajout_seul
    BEFORE UPDATE OR DELETE ON telepaiement_rectificationversement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE FUNCTION tp_controler_rectification() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    versement record;
    ecarts bigint;
BEGIN
    SELECT etat, especes INTO versement
        FROM telepaiement_versementregie WHERE id = NEW.versement_id FOR UPDATE;
    SELECT coalesce(sum(CASE WHEN nature = 'excedent' THEN montant ELSE -montant END), 0) INTO ecarts
        FROM telepaiement_rectificationversement WHERE versement_id = NEW.versement_id;
    IF versement.etat <> 'recu'
       OR NEW.nature <> 'excedent' AND NEW.montant > versement.especes + ecarts THEN
        RAISE EXCEPTION 'Un versement se rectifie une fois reçu, dans la limite de ses espèces.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_rectification_versement';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rectification_versement_plafond BEFORE INSERT ON telepaiement_rectificationversement
    FOR EACH ROW EXECUTE FUNCTION tp_controler_rectification();

CREATE OR REPLACE FUNCTION tp_controler_comblement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    regie bigint;
    manque bigint;
    deja bigint;
BEGIN
    IF NEW.session_id IS NOT NULL THEN
        SELECT regie_id, especes_attendues - especes_comptees INTO regie, manque
            FROM telepaiement_sessioncaisse
            WHERE id = NEW.session_id AND etat = 'cloturee' FOR UPDATE;
    ELSE
        SELECT v.regie_id, r.montant INTO regie, manque
            FROM telepaiement_rectificationversement r
            JOIN telepaiement_versementregie v ON v.id = r.versement_id
            WHERE r.id = NEW.rectification_id AND r.nature <> 'excedent' FOR UPDATE OF r;
    END IF;
    SELECT coalesce(sum(montant), 0) INTO deja FROM telepaiement_comblementdeficit
        WHERE session_id = NEW.session_id OR rectification_id = NEW.rectification_id;
    IF regie IS DISTINCT FROM NEW.regie_id OR deja + NEW.montant > coalesce(manque, 0) THEN
        RAISE EXCEPTION 'Ce déficit n’existe pas, ou il est moindre : % F au plus.',
            greatest(coalesce(manque, 0) - deja, 0)
            USING ERRCODE = '23514', CONSTRAINT = 'tp_deficit_plafond';
    END IF;
    RETURN NEW;
END $$;
