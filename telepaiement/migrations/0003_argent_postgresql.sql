-- Refunds, disputes, payouts and bank statements (telepaiement.md, §8.4, §8.6, §8.8).
-- ERRCODE 23514 reaches Django as IntegrityError.

-- I4: what is given back stays within what was paid, under the lock of the payment, and goes to the
-- card that paid. What the gateway did by itself is recorded all the same: it is a fact.
CREATE FUNCTION tp_controler_remboursement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    paye record;
    deja bigint;
BEGIN
    SELECT montant, charge INTO paye FROM telepaiement_encaissement
        WHERE id = NEW.encaissement_id FOR UPDATE;
    IF paye.charge = '' THEN
        RAISE EXCEPTION 'Seul un paiement par carte se rembourse ici : les autres se rendent par ordre de virement.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_remboursement_carte';
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
CREATE TRIGGER remboursement_plafond BEFORE INSERT ON telepaiement_remboursement
    FOR EACH ROW WHEN (NEW.origine = 'demande') EXECUTE FUNCTION tp_controler_remboursement();

CREATE FUNCTION tp_figer_remboursement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un remboursement décidé ne se réécrit pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_remboursement_fige';
END $$;
CREATE TRIGGER remboursement_fige BEFORE UPDATE ON telepaiement_remboursement
    FOR EACH ROW WHEN (
        OLD.encaissement_id <> NEW.encaissement_id OR OLD.montant <> NEW.montant
        OR OLD.origine <> NEW.origine OR OLD.jeton <> NEW.jeton OR OLD.motif <> NEW.motif
        OR OLD.demande_par_id <> NEW.demande_par_id
        OR OLD.reference <> '' AND OLD.reference <> NEW.reference
        OR OLD.approuve_par_id IS NOT NULL AND OLD.approuve_par_id IS DISTINCT FROM NEW.approuve_par_id
        OR OLD.ecriture_id IS NOT NULL AND OLD.ecriture_id IS DISTINCT FROM NEW.ecriture_id
        OR OLD.etat IN ('echoue', 'refuse') AND OLD.etat <> NEW.etat)
    EXECUTE FUNCTION tp_figer_remboursement();
CREATE TRIGGER remboursement_sans_suppression BEFORE DELETE ON telepaiement_remboursement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_remboursement();

CREATE FUNCTION tp_figer_litige() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un litige ne se réécrit pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_litige_fige';
END $$;
CREATE TRIGGER litige_fige BEFORE UPDATE ON telepaiement_litige
    FOR EACH ROW WHEN (
        OLD.encaissement_id <> NEW.encaissement_id OR OLD.reference <> NEW.reference
        OR OLD.montant <> NEW.montant
        OR OLD.ecriture_id IS NOT NULL AND OLD.ecriture_id IS DISTINCT FROM NEW.ecriture_id
        OR OLD.etat <> 'ouvert' AND OLD.etat <> NEW.etat)
    EXECUTE FUNCTION tp_figer_litige();
CREATE TRIGGER litige_sans_suppression BEFORE DELETE ON telepaiement_litige
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_litige();

-- A payout is posted whole: its lines add up to it, and are frozen then.
CREATE FUNCTION tp_controler_versement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lues record;
BEGIN
    SELECT coalesce(sum(montant), 0) AS brut, coalesce(sum(commission), 0) AS commission,
           count(*) FILTER (WHERE anomalie <> '' OR nature = 'inconnue') AS ecarts
        INTO lues FROM telepaiement_ligneversement WHERE versement_id = NEW.id;
    IF lues.ecarts > 0 OR lues.brut - lues.commission <> NEW.montant THEN
        RAISE EXCEPTION 'Un versement ne se comptabilise qu’égal à ses lignes, toutes reconnues.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_versement_egal';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER versement_egal BEFORE UPDATE ON telepaiement_versement
    FOR EACH ROW WHEN (OLD.etat = 'en_ecart' AND NEW.etat <> 'en_ecart')
    EXECUTE FUNCTION tp_controler_versement();

CREATE FUNCTION tp_figer_versement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un versement comptabilisé ne se modifie plus.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_versement_fige';
END $$;
CREATE TRIGGER versement_fige BEFORE UPDATE ON telepaiement_versement
    FOR EACH ROW WHEN (OLD.etat <> 'en_ecart' AND (
        OLD.montant <> NEW.montant OR OLD.brut <> NEW.brut OR OLD.commission <> NEW.commission
        OR OLD.ecriture_id IS DISTINCT FROM NEW.ecriture_id OR NEW.etat = 'en_ecart'
        OR OLD.etat = 'rejete' AND NEW.etat <> 'rejete'))
    EXECUTE FUNCTION tp_figer_versement();
CREATE TRIGGER versement_sans_suppression BEFORE DELETE ON telepaiement_versement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_versement();

CREATE FUNCTION tp_figer_ligne_versement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    etat_versement text;
BEGIN
    SELECT etat INTO etat_versement FROM telepaiement_versement
        WHERE id = CASE TG_OP WHEN 'INSERT' THEN NEW.versement_id ELSE OLD.versement_id END;
    IF etat_versement <> 'en_ecart' THEN
        RAISE EXCEPTION 'Les lignes d’un versement comptabilisé ne se modifient plus.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_ligne_versement_figee';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER ligne_versement_figee BEFORE INSERT OR UPDATE OR DELETE ON telepaiement_ligneversement
    FOR EACH ROW EXECUTE FUNCTION tp_figer_ligne_versement();

CREATE FUNCTION tp_figer_ligne_bancaire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Ce que la banque a écrit ne se réécrit pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_ligne_bancaire_figee';
END $$;
CREATE TRIGGER ligne_bancaire_figee BEFORE UPDATE ON telepaiement_lignebancaire
    FOR EACH ROW WHEN (
        OLD.releve_id <> NEW.releve_id OR OLD.identite <> NEW.identite OR OLD.jour <> NEW.jour
        OR OLD.montant <> NEW.montant OR OLD.libelle <> NEW.libelle
        OR OLD.etat = 'rapprochee' AND NEW.etat <> 'rapprochee')
    EXECUTE FUNCTION tp_figer_ligne_bancaire();
CREATE TRIGGER ligne_bancaire_sans_suppression BEFORE DELETE ON telepaiement_lignebancaire
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_ligne_bancaire();

CREATE TRIGGER recu_remboursement_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_recuremboursement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER releve_bancaire_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_relevebancaire
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER rapprochement_bancaire_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_rapprochementbancaire
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER encaissement_rapproche_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_encaissementrapproche
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER passage_remboursement_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_passageremboursement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER passage_litige_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_passagelitige
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER passage_versement_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_passageversement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER passage_ligne_bancaire_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_passagelignebancaire
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
