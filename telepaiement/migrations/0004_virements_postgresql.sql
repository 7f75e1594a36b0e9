-- Money back by transfer: to a named account, for what no card paid or what its bank refused.
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
               WHERE encaissement_id = NEW.encaissement_id AND etat <> 'gagne') THEN
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
        OR OLD.etat IN ('echoue', 'refuse') AND OLD.etat <> NEW.etat)
    EXECUTE FUNCTION tp_figer_remboursement();
CREATE TRIGGER ordre_virement_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_ordrevirement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER retour_vente_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_retourvente
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();

-- One match that stands for each movement, payout, and direction of a refund.
CREATE OR REPLACE FUNCTION tp_rapprocher_une_fois() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    vers bigint;
BEGIN
    SELECT sign(montant) INTO vers FROM telepaiement_lignebancaire
        WHERE id = NEW.ligne_id FOR UPDATE;
    IF NEW.versement_id IS NOT NULL THEN
        PERFORM 1 FROM telepaiement_versement WHERE id = NEW.versement_id FOR UPDATE;
    END IF;
    IF (NEW.nature = 'remboursement') <> (NEW.remboursement_id IS NOT NULL) THEN
        RAISE EXCEPTION 'Un rapprochement de remboursement nomme le remboursement.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_rapprochement_remboursement_nomme';
    END IF;
    IF EXISTS (SELECT 1 FROM telepaiement_rapprochementbancaire r
               JOIN telepaiement_lignebancaire l ON l.id = r.ligne_id
               WHERE (r.ligne_id = NEW.ligne_id OR r.versement_id = NEW.versement_id
                      OR r.remboursement_id = NEW.remboursement_id AND sign(l.montant) = vers)
                 AND NOT EXISTS (SELECT 1 FROM telepaiement_annulationrapprochement a
                                 WHERE a.rapprochement_id = r.id)) THEN
        RAISE EXCEPTION 'Ce mouvement, ce versement ou ce remboursement est déjà rapproché.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_rapproche_une_fois';
    END IF;
    RETURN NEW;
END $$;

-- A receipt is classed whole, in its régie, once at a time; a classing undone leaves it waiting.
CREATE OR REPLACE FUNCTION tp_controler_classement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_encaissement
        WHERE id = NEW.provenance_id AND mention <> '' AND montant = NEW.montant
          AND regie_id = NEW.regie_id FOR UPDATE;
    IF NOT FOUND OR EXISTS (SELECT 1 FROM telepaiement_annulationencaissement
                            WHERE encaissement_id = NEW.provenance_id) THEN
        RAISE EXCEPTION 'Une recette à classer se classe entière, dans sa régie, tant qu’elle vaut.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_classement';
    END IF;
    IF EXISTS (SELECT 1 FROM telepaiement_encaissement c
               WHERE c.provenance_id = NEW.provenance_id
                 AND NOT EXISTS (SELECT 1 FROM telepaiement_annulationencaissement a
                                 WHERE a.encaissement_id = c.id)) THEN
        RAISE EXCEPTION 'Cette recette est déjà classée.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_classement_une_fois';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION tp_refuser_annulation_classee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_encaissement WHERE id = NEW.encaissement_id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM telepaiement_encaissement c
               WHERE c.provenance_id = NEW.encaissement_id
                 AND NOT EXISTS (SELECT 1 FROM telepaiement_annulationencaissement a
                                 WHERE a.encaissement_id = c.id)) THEN
        RAISE EXCEPTION 'Cette recette est déjà classée : elle ne s’annule plus.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_annulation_classee';
    END IF;
    IF EXISTS (SELECT 1 FROM telepaiement_remboursement
               WHERE encaissement_id = NEW.encaissement_id AND etat NOT IN ('echoue', 'refuse')) THEN
        RAISE EXCEPTION 'Une part de ce paiement est rendue, ou va l’être : il ne s’annule plus.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_annulation_rendue';
    END IF;
    IF EXISTS (SELECT 1 FROM telepaiement_ligneregularisee r
               JOIN telepaiement_lignevente l ON l.id = r.ligne_id
               JOIN telepaiement_encaissement e ON e.vente_id = l.vente_id
               WHERE e.id = NEW.encaissement_id) THEN
        RAISE EXCEPTION 'Un titre régularise déjà cette vente : ce paiement ne s’annule plus.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_annulation_regularisee';
    END IF;
    RETURN NEW;
END $$;
