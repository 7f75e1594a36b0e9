-- A receipt is classed whole, in its régie, while it stands; once classed it is not cancelled.
-- ERRCODE 23514 reaches Django as IntegrityError.
CREATE FUNCTION tp_controler_classement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_encaissement
        WHERE id = NEW.provenance_id AND mention <> '' AND montant = NEW.montant
          AND regie_id = NEW.regie_id FOR UPDATE;
    IF NOT FOUND OR EXISTS (SELECT 1 FROM telepaiement_annulationencaissement
                            WHERE encaissement_id = NEW.provenance_id) THEN
        RAISE EXCEPTION 'Une recette à classer se classe entière, dans sa régie, tant qu’elle vaut.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_classement';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER encaissement_classement BEFORE INSERT ON telepaiement_encaissement
    FOR EACH ROW WHEN (NEW.provenance_id IS NOT NULL) EXECUTE FUNCTION tp_controler_classement();

CREATE FUNCTION tp_refuser_annulation_classee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_encaissement WHERE id = NEW.encaissement_id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM telepaiement_encaissement
               WHERE provenance_id = NEW.encaissement_id) THEN
        RAISE EXCEPTION 'Cette recette est déjà classée : elle ne s’annule plus.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_annulation_classee';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER annulation_encaissement_classe BEFORE INSERT ON telepaiement_annulationencaissement
    FOR EACH ROW EXECUTE FUNCTION tp_refuser_annulation_classee();
