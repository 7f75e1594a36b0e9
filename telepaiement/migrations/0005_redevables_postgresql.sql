-- Requests of debtors, échéanciers and payment links: what was asked, answered or agreed stays.
-- ERRCODE 23514 reaches Django as IntegrityError.
CREATE FUNCTION tp_figer_demande() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Ce qui fut demandé ou répondu ne se réécrit pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_demande_figee';
END $$;
CREATE TRIGGER demande_figee BEFORE UPDATE ON telepaiement_demanderedevable
    FOR EACH ROW WHEN (
        OLD.titre_id <> NEW.titre_id OR OLD.nature <> NEW.nature OR OLD.annee <> NEW.annee
        OR OLD.numero <> NEW.numero OR OLD.texte <> NEW.texte OR OLD.courriel <> NEW.courriel
        OR OLD.nombre_souhaite IS DISTINCT FROM NEW.nombre_souhaite
        OR OLD.demandeur_id IS DISTINCT FROM NEW.demandeur_id
        OR OLD.reponse <> '' AND OLD.reponse <> NEW.reponse
        OR OLD.decidee_par_id IS NOT NULL AND OLD.decidee_par_id IS DISTINCT FROM NEW.decidee_par_id
        OR OLD.etat IN ('refusee', 'retiree') AND OLD.etat <> NEW.etat
        OR OLD.etat = 'acceptee' AND NEW.etat <> 'acceptee'
           AND (NEW.etat <> 'retiree' OR OLD.nature <> 'rattachement'))
    EXECUTE FUNCTION tp_figer_demande();
CREATE TRIGGER demande_sans_suppression BEFORE DELETE ON telepaiement_demanderedevable
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_demande();

-- Instalments asked for are accepted by agreeing on them, and by nothing else.
CREATE FUNCTION tp_controler_acceptation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM telepaiement_echeancier
                   WHERE demande_id = NEW.id AND titre_id = NEW.titre_id AND etat = 'en_cours') THEN
        RAISE EXCEPTION 'Une demande de paiement en plusieurs fois s’accepte avec son échéancier.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_demande_avec_echeancier';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER demande_avec_echeancier BEFORE UPDATE ON telepaiement_demanderedevable
    FOR EACH ROW WHEN (NEW.nature = 'echeancier' AND NEW.etat = 'acceptee' AND OLD.etat <> 'acceptee')
    EXECUTE FUNCTION tp_controler_acceptation();

-- An échéancier is agreed whole: two instalments or more, in the order of their days, that add up.
CREATE FUNCTION tp_refuser_echeancier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un échéancier se prépare, puis s’accorde entier ; il ne se réécrit pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_echeancier_fige';
END $$;
CREATE TRIGGER echeancier_prepare BEFORE INSERT ON telepaiement_echeancier
    FOR EACH ROW WHEN (NEW.etat <> 'prepare') EXECUTE FUNCTION tp_refuser_echeancier();
CREATE TRIGGER echeancier_fige BEFORE UPDATE ON telepaiement_echeancier
    FOR EACH ROW WHEN (
        OLD.titre_id <> NEW.titre_id OR OLD.demande_id <> NEW.demande_id
        OR OLD.montant <> NEW.montant OR OLD.accorde_par_id <> NEW.accorde_par_id
        OR OLD.etat = 'rompu' AND NEW.etat <> 'rompu'
        OR OLD.etat <> 'prepare' AND NEW.etat = 'prepare')
    EXECUTE FUNCTION tp_refuser_echeancier();
CREATE TRIGGER echeancier_sans_suppression BEFORE DELETE ON telepaiement_echeancier
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_echeancier();
CREATE FUNCTION tp_controler_echeancier() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lues record;
BEGIN
    SELECT count(*) AS nombre, coalesce(sum(montant), 0) AS total, max(rang) AS dernier
        INTO lues FROM telepaiement_echeance WHERE echeancier_id = NEW.id;
    IF lues.nombre < 2 OR lues.dernier <> lues.nombre OR lues.total <> NEW.montant OR EXISTS (
        SELECT 1 FROM telepaiement_echeance a
        JOIN telepaiement_echeance b ON b.echeancier_id = a.echeancier_id AND b.rang > a.rang
        WHERE a.echeancier_id = NEW.id AND b.le <= a.le) THEN
        RAISE EXCEPTION 'Les échéances se suivent, et leur somme est exactement ce qui est dû.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_echeancier_exact';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER echeancier_exact BEFORE UPDATE ON telepaiement_echeancier
    FOR EACH ROW WHEN (OLD.etat = 'prepare' AND NEW.etat <> 'prepare')
    EXECUTE FUNCTION tp_controler_echeancier();
CREATE FUNCTION tp_controler_echeance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT etat FROM telepaiement_echeancier WHERE id = NEW.echeancier_id FOR UPDATE) <> 'prepare' THEN
        RAISE EXCEPTION 'Un échéancier se prépare, puis s’accorde entier ; il ne se réécrit pas.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_echeance_figee';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER echeance_preparee BEFORE INSERT ON telepaiement_echeance
    FOR EACH ROW EXECUTE FUNCTION tp_controler_echeance();
CREATE TRIGGER echeance_figee BEFORE UPDATE OR DELETE ON telepaiement_echeance
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_echeancier();
CREATE TRIGGER relance_figee BEFORE UPDATE OR DELETE ON telepaiement_relanceecheance
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_demande();
CREATE TRIGGER passage_demande_fige BEFORE UPDATE OR DELETE ON telepaiement_passagedemanderedevable
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_demande();
CREATE TRIGGER passage_echeancier_fige BEFORE UPDATE OR DELETE ON telepaiement_passageecheancier
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_demande();

-- A link is made once; only its revocation, once, is written afterwards.
CREATE FUNCTION tp_figer_lien() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un lien de paiement se révoque, et ne se réécrit pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_lien_fige';
END $$;
CREATE TRIGGER lien_fige BEFORE UPDATE ON telepaiement_lienpaiement
    FOR EACH ROW WHEN (
        OLD.titre_id <> NEW.titre_id OR OLD.identifiant <> NEW.identifiant
        OR OLD.expire_le <> NEW.expire_le OR OLD.cree_le <> NEW.cree_le
        OR OLD.revoque_le IS NOT NULL AND OLD.revoque_le IS DISTINCT FROM NEW.revoque_le)
    EXECUTE FUNCTION tp_figer_lien();
CREATE TRIGGER lien_sans_suppression BEFORE DELETE ON telepaiement_lienpaiement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_lien();
