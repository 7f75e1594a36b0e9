-- What the gateway said is kept as it was read.
CREATE TRIGGER evenement_brut_garde BEFORE UPDATE ON telepaiement_evenementrecu
    FOR EACH ROW WHEN (OLD.faits <> NEW.faits OR OLD.empreinte <> NEW.empreinte
        OR OLD.identifiant <> NEW.identifiant)
    EXECUTE FUNCTION tp_garder_message();
CREATE TRIGGER evenement_sans_suppression BEFORE DELETE ON telepaiement_evenementrecu
    FOR EACH STATEMENT EXECUTE FUNCTION tp_garder_message();
