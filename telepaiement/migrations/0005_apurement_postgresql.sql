-- What is cleared of a sum that waits stays within it, and is never rewritten.
CREATE TRIGGER apurement_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_apurement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE FUNCTION tp_controler_apurement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    attend bigint;
    deja bigint;
BEGIN
    IF NEW.ligne_id IS NOT NULL THEN
        SELECT l.montant INTO attend FROM telepaiement_ligneversement l
            WHERE l.id = NEW.ligne_id AND l.nature = 'imputee' FOR UPDATE;
        IF EXISTS (SELECT 1 FROM telepaiement_compensationimputation
                   WHERE debit_id = NEW.ligne_id OR credit_id = NEW.ligne_id) THEN
            attend := 0;
        END IF;
    ELSIF NEW.session_id IS NOT NULL THEN
        SELECT especes_comptees - especes_attendues INTO attend FROM telepaiement_sessioncaisse
            WHERE id = NEW.session_id AND etat = 'cloturee' FOR UPDATE;
    ELSE
        SELECT montant INTO attend FROM telepaiement_rectificationversement
            WHERE id = NEW.rectification_id AND nature = 'excedent' FOR UPDATE;
    END IF;
    SELECT coalesce(sum(montant), 0) INTO deja FROM telepaiement_apurement
        WHERE ligne_id = NEW.ligne_id OR session_id = NEW.session_id
           OR rectification_id = NEW.rectification_id;
    IF attend IS NULL OR deja + NEW.montant > attend THEN
        RAISE EXCEPTION 'Cette somme en attente ne suffit plus, ou elle est déjà apurée.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_apurement';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER apurement_dans_la_somme BEFORE INSERT ON telepaiement_apurement
    FOR EACH ROW EXECUTE FUNCTION tp_controler_apurement();

-- What is cleared in part is not cleared by its contrary any more.
CREATE FUNCTION tp_refuser_compensation_apuree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_ligneversement
        WHERE id IN (NEW.debit_id, NEW.credit_id) ORDER BY id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM telepaiement_apurement
               WHERE ligne_id IN (NEW.debit_id, NEW.credit_id)) THEN
        RAISE EXCEPTION 'Ce mouvement est déjà apuré en partie : il ne se compense plus.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_compensation_apuree';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER compensation_sans_apurement BEFORE INSERT ON telepaiement_compensationimputation
    FOR EACH ROW EXECUTE FUNCTION tp_refuser_compensation_apuree();
