-- A versement received or cancelled is over. What one that is not cancelled holds, no other holds.
DROP TRIGGER versement_regie_fige ON telepaiement_versementregie;
CREATE TRIGGER versement_regie_fige BEFORE UPDATE ON telepaiement_versementregie
    FOR EACH ROW WHEN (
        OLD.etat <> 'etabli' OR OLD.regie_id <> NEW.regie_id OR OLD.numero <> NEW.numero
        OR OLD.especes <> NEW.especes OR OLD.coupures <> NEW.coupures
        OR OLD.montant_cheques <> NEW.montant_cheques OR OLD.nombre_cheques <> NEW.nombre_cheques)
    EXECUTE FUNCTION tp_refuser_modification();

CREATE FUNCTION tp_session_versee_une_fois() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_sessioncaisse WHERE id = NEW.session_id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM telepaiement_sessionversee l
               JOIN telepaiement_versementregie v ON v.id = l.versement_id
               WHERE l.session_id = NEW.session_id AND v.etat <> 'annule') THEN
        RAISE EXCEPTION 'Cette caisse est déjà sur un versement.' USING ERRCODE = '23505', CONSTRAINT = 'tp_session_versee_une_fois';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER session_versee_une_fois BEFORE INSERT ON telepaiement_sessionversee
    FOR EACH ROW EXECUTE FUNCTION tp_session_versee_une_fois();

CREATE FUNCTION tp_cheque_verse_une_fois() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_encaissement WHERE id = NEW.encaissement_id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM telepaiement_chequeverse l
               JOIN telepaiement_versementregie v ON v.id = l.versement_id
               WHERE l.encaissement_id = NEW.encaissement_id AND v.etat <> 'annule') THEN
        RAISE EXCEPTION 'Ce chèque est déjà sur un versement.' USING ERRCODE = '23505', CONSTRAINT = 'tp_cheque_verse_une_fois';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cheque_verse_une_fois BEFORE INSERT ON telepaiement_chequeverse
    FOR EACH ROW EXECUTE FUNCTION tp_cheque_verse_une_fois();

CREATE FUNCTION tp_comblement_verse_une_fois() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_comblementdeficit WHERE id = NEW.comblement_id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM telepaiement_comblementverse l
               JOIN telepaiement_versementregie v ON v.id = l.versement_id
               WHERE l.comblement_id = NEW.comblement_id AND v.etat <> 'annule') THEN
        RAISE EXCEPTION 'Cette somme est déjà sur un versement.' USING ERRCODE = '23505', CONSTRAINT = 'tp_comblement_verse_une_fois';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER comblement_verse_une_fois BEFORE INSERT ON telepaiement_comblementverse
    FOR EACH ROW EXECUTE FUNCTION tp_comblement_verse_une_fois();

CREATE TRIGGER etat_mensuel_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_etatmensuel
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
