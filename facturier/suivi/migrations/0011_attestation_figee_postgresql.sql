-- An attestation, once given, stays.
CREATE TRIGGER attestation_ajout_seul BEFORE UPDATE OR DELETE ON facturier_attestation
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
