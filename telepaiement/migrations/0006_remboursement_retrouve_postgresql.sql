-- A refund held as refused, whose reference is learnt at last, left after all.
DROP TRIGGER remboursement_fige ON telepaiement_remboursement;
CREATE TRIGGER remboursement_fige BEFORE UPDATE ON telepaiement_remboursement
    FOR EACH ROW WHEN (
        OLD.encaissement_id <> NEW.encaissement_id OR OLD.montant <> NEW.montant
        OR OLD.origine <> NEW.origine OR OLD.jeton <> NEW.jeton OR OLD.motif <> NEW.motif
        OR OLD.demande_par_id <> NEW.demande_par_id
        OR OLD.virement_id IS DISTINCT FROM NEW.virement_id
        OR OLD.reference <> '' AND OLD.reference <> NEW.reference
        OR OLD.approuve_par_id IS NOT NULL AND OLD.approuve_par_id IS DISTINCT FROM NEW.approuve_par_id
        OR OLD.ecriture_id IS NOT NULL AND OLD.ecriture_id IS DISTINCT FROM NEW.ecriture_id
        OR OLD.etat IN ('echoue', 'refuse') AND OLD.etat <> NEW.etat AND NOT (
            OLD.etat = 'echoue' AND NEW.etat = 'transmis'
            AND OLD.reference = '' AND NEW.reference <> ''))
    EXECUTE FUNCTION tp_figer_remboursement();
