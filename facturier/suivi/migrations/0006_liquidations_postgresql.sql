-- What was liquidated stays readable: another liquidation replaces it.

CREATE TRIGGER liquidation_ajout_seul BEFORE UPDATE OR DELETE ON facturier_liquidation
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
CREATE TRIGGER ligneliquidation_ajout_seul BEFORE UPDATE OR DELETE ON facturier_ligneliquidation
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
CREATE TRIGGER avance_ajout_seul BEFORE UPDATE OR DELETE ON facturier_avance
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
CREATE TRIGGER liberationgarantie_ajout_seul BEFORE UPDATE OR DELETE ON facturier_liberationgarantie
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
