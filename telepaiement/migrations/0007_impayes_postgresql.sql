-- An unpaid cheque or card that the statement told is undone with the match that made it.
DROP TRIGGER litige_fige ON telepaiement_litige;
CREATE TRIGGER litige_fige BEFORE UPDATE ON telepaiement_litige
    FOR EACH ROW WHEN (
        OLD.encaissement_id <> NEW.encaissement_id OR OLD.reference <> NEW.reference
        OR OLD.montant <> NEW.montant
        OR OLD.ligne_id IS DISTINCT FROM NEW.ligne_id
        OR OLD.ecriture_id IS NOT NULL AND OLD.ecriture_id IS DISTINCT FROM NEW.ecriture_id
        OR OLD.etat <> 'ouvert' AND OLD.etat <> NEW.etat AND NOT (
            OLD.etat = 'perdu' AND NEW.etat = 'annule' AND OLD.ligne_id IS NOT NULL))
    EXECUTE FUNCTION tp_figer_litige();
CREATE OR REPLACE FUNCTION tp_controler_remboursement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    paye record;
    deja bigint;
BEGIN
    SELECT montant, charge INTO paye FROM telepaiement_encaissement
        WHERE id = NEW.encaissement_id FOR UPDATE;
    IF (paye.charge = '') <> (NEW.virement_id IS NOT NULL) AND NOT (
        NEW.virement_id IS NOT NULL AND EXISTS (
            SELECT 1 FROM telepaiement_remboursement
            WHERE encaissement_id = NEW.encaissement_id AND etat = 'echoue' AND virement_id IS NULL)) THEN
        RAISE EXCEPTION 'Ce paiement se rend sur la carte qui a payé, ou par ordre de virement à un compte nommé.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_remboursement_carte';
    END IF;
    IF EXISTS (SELECT 1 FROM telepaiement_annulationencaissement
               WHERE encaissement_id = NEW.encaissement_id) THEN
        RAISE EXCEPTION 'Ce paiement est annulé : rien n’en est à rendre.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_remboursement_annule';
    END IF;
    IF EXISTS (SELECT 1 FROM telepaiement_litige
               WHERE encaissement_id = NEW.encaissement_id AND etat NOT IN ('gagne', 'annule')) THEN
        RAISE EXCEPTION 'Ce paiement est contesté par le payeur : il ne se rembourse pas.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_remboursement_litige';
    END IF;
    SELECT coalesce(sum(montant), 0) INTO deja FROM telepaiement_remboursement
        WHERE encaissement_id = NEW.encaissement_id AND etat NOT IN ('echoue', 'refuse');
    IF deja + NEW.montant > paye.montant THEN
        RAISE EXCEPTION 'Le remboursement dépasse ce qui reste du paiement : % F au plus.', paye.montant - deja
            USING ERRCODE = '23514', CONSTRAINT = 'tp_remboursement_plafond';
    END IF;
    RETURN NEW;
END $$;
