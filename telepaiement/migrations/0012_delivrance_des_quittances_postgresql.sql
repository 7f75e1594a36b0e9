CREATE TRIGGER delivrance_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_delivrancequittance
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
