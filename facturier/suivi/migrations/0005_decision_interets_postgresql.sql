-- A decision on interest, once taken, stays; another may follow it.
CREATE TRIGGER decision_interets_ajout_seul BEFORE UPDATE OR DELETE ON facturier_decisioninterets
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
