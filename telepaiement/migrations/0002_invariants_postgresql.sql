-- Money facts are append only, and a closed till is immutable (telepaiement.md, §8.4, I9).
-- ERRCODE 23514 reaches Django as IntegrityError.

CREATE FUNCTION tp_refuser_modification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_ajout_seul';
END $$;

CREATE TRIGGER encaissement_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_encaissement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER annulation_encaissement_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_annulationencaissement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER quittance_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_quittance
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER passage_tentative_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_passagetentative
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER passage_session_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_passagesessioncaisse
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();

CREATE FUNCTION tp_refuser_caisse_close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Une caisse clôturée ne se modifie plus : corrigez dans la caisse du lendemain.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_caisse_close';
END $$;
CREATE TRIGGER session_caisse_close BEFORE UPDATE OR DELETE ON telepaiement_sessioncaisse
    FOR EACH ROW WHEN (OLD.etat = 'cloturee') EXECUTE FUNCTION tp_refuser_caisse_close();

-- Money enters an open till only. Locking its row makes a payment wait for a closing under way.
CREATE FUNCTION tp_exiger_caisse_ouverte() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_sessioncaisse
        WHERE id = NEW.session_id AND etat = 'ouverte' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'La caisse est clôturée : ouvrez-en une autre.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_caisse_ouverte';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER encaissement_caisse_ouverte BEFORE INSERT ON telepaiement_encaissement
    FOR EACH ROW WHEN (NEW.session_id IS NOT NULL) EXECUTE FUNCTION tp_exiger_caisse_ouverte();

-- What the gateway said is kept as it came.
CREATE FUNCTION tp_garder_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un message reçu ne se réécrit pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_message_brut';
END $$;
CREATE TRIGGER evenement_brut_garde BEFORE UPDATE ON telepaiement_evenementrecu
    FOR EACH ROW WHEN (OLD.corps <> NEW.corps OR OLD.identifiant <> NEW.identifiant)
    EXECUTE FUNCTION tp_garder_message();
CREATE TRIGGER evenement_sans_suppression BEFORE DELETE ON telepaiement_evenementrecu
    FOR EACH STATEMENT EXECUTE FUNCTION tp_garder_message();
