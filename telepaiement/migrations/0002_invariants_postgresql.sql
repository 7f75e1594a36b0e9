-- Money facts are append only, and a closed till is immutable (telepaiement.md, §8.4, I9).
-- ERRCODE 23514 reaches Django as IntegrityError.

CREATE FUNCTION tp_refuser_modification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_ajout_seul';
END $$;

CREATE TRIGGER encaissement_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_encaissement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER annulation_encaissement_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_annulationencaissement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER quittance_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_quittance
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER passage_tentative_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_passagetentative
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER passage_session_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_passagesessioncaisse
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();

CREATE FUNCTION tp_refuser_caisse_close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Une caisse clôturée ne se modifie plus : corrigez dans la caisse du lendemain.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_caisse_close';
END $$;
CREATE TRIGGER session_caisse_close BEFORE UPDATE OR DELETE ON telepaiement_sessioncaisse
    FOR EACH ROW WHEN (OLD.etat = 'cloturee') EXECUTE FUNCTION tp_refuser_caisse_close();

-- Money enters an open till only. Locking its row makes a payment wait for a closing under way.
CREATE FUNCTION tp_exiger_caisse_ouverte() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_sessioncaisse
        WHERE id = NEW.session_id AND etat = 'ouverte' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'La caisse est clôturée : ouvrez-en une autre.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_caisse_ouverte';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER encaissement_caisse_ouverte BEFORE INSERT ON telepaiement_encaissement
    FOR EACH ROW WHEN (NEW.session_id IS NOT NULL) EXECUTE FUNCTION tp_exiger_caisse_ouverte();

-- What the gateway said is kept as it came.
CREATE FUNCTION tp_garder_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un message reçu ne se réécrit pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_message_brut';
END $$;
CREATE FUNCTION tp_controler_remboursement() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER remboursement_plafond BEFORE INSERT ON telepaiement_remboursement
    FOR EACH ROW WHEN (NEW.origine = 'demande') EXECUTE FUNCTION tp_controler_remboursement();

CREATE FUNCTION tp_figer_remboursement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un remboursement décidé ne se réécrit pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_remboursement_fige';
END $$;
CREATE TRIGGER remboursement_sans_suppression BEFORE DELETE ON telepaiement_remboursement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_remboursement();

CREATE FUNCTION tp_figer_litige() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un litige ne se réécrit pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_litige_fige';
END $$;
CREATE TRIGGER litige_sans_suppression BEFORE DELETE ON telepaiement_litige
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_litige();
CREATE FUNCTION tp_exiger_cheque_remis() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM telepaiement_encaissement WHERE id = NEW.encaissement_id AND mode = 'cheque')
    AND NOT EXISTS (SELECT 1 FROM telepaiement_chequeverse c
            JOIN telepaiement_versementregie v ON v.id = c.versement_id
            WHERE c.encaissement_id = NEW.encaissement_id AND v.etat = 'recu')
    AND NOT EXISTS (SELECT 1 FROM telepaiement_encaissementrapproche r
            WHERE r.encaissement_id = NEW.encaissement_id AND NOT EXISTS (
                SELECT 1 FROM telepaiement_annulationrapprochement a
                WHERE a.rapprochement_id = r.rapprochement_id)) THEN
        RAISE EXCEPTION 'Ce chèque n’est pas remis à la banque : il ne peut pas en revenir impayé.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_litige_cheque_remis';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER litige_cheque_remis BEFORE INSERT ON telepaiement_litige
    FOR EACH ROW WHEN (NEW.ligne_id IS NOT NULL) EXECUTE FUNCTION tp_exiger_cheque_remis();
-- Payouts that the bank tells, below zero or in another currency; matches that are undone.
CREATE FUNCTION tp_controler_versement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lues record;
BEGIN
    SELECT coalesce(sum(montant), 0) AS brut, coalesce(sum(commission), 0) AS commission,
           count(*) FILTER (WHERE anomalie <> '' OR nature = 'inconnue') AS ecarts
        INTO lues FROM telepaiement_ligneversement WHERE versement_id = NEW.id;
    IF lues.ecarts > 0 OR lues.brut - lues.commission - NEW.ecart_change <> NEW.montant
       OR NEW.ecart_change <> 0 AND NEW.montant_devise IS NULL THEN
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

-- A movement leaves its match only once that match is undone.
CREATE FUNCTION tp_figer_ligne_bancaire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.releve_id = NEW.releve_id AND OLD.identite = NEW.identite
       AND OLD.jour = NEW.jour AND OLD.montant = NEW.montant AND OLD.libelle = NEW.libelle
       AND OLD.commission IS NOT DISTINCT FROM NEW.commission
       AND (OLD.etat <> 'rapprochee' OR NEW.etat = 'rapprochee' OR NEW.etat = 'a_rapprocher'
            AND NOT EXISTS (SELECT 1 FROM telepaiement_rapprochementbancaire r
                WHERE r.ligne_id = OLD.id AND NOT EXISTS (
                    SELECT 1 FROM telepaiement_annulationrapprochement a
                    WHERE a.rapprochement_id = r.id))) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Ce que la banque a écrit ne se réécrit pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_ligne_bancaire_figee';
END $$;
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
CREATE TRIGGER lettre_imprimee_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_lettreimprimee
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE FUNCTION tp_exiger_lettre_du_litige() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM telepaiement_lettreimprimee
                   WHERE id = NEW.lettre_id AND litige_id = NEW.litige_id) THEN
        RAISE EXCEPTION 'Une lettre postée concerne le paiement pour lequel elle fut imprimée.'
            USING ERRCODE = '23514', CONSTRAINT = 'lettre_du_litige';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER lettre_du_litige BEFORE INSERT ON telepaiement_passagelitige
    FOR EACH ROW WHEN (NEW.lettre_id IS NOT NULL) EXECUTE FUNCTION tp_exiger_lettre_du_litige();
CREATE TRIGGER passage_litige_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_passagelitige
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER passage_versement_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_passageversement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER passage_ligne_bancaire_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_passagelignebancaire
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
-- Régies (décret 2012-829): who may hold one, what is never rewritten.
CREATE TRIGGER mouvement_fonds_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_mouvementfonds
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER contresignature_caisse_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_contresignaturecaisse
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER vente_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_vente
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER ligne_vente_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_lignevente
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER regularisation_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_regularisation
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER ligne_regularisee_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_ligneregularisee
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER remise_service_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_remiseservice
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER verification_regie_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_verificationregie
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER session_versee_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_sessionversee
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER cheque_verse_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_chequeverse
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER session_internet_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_sessioninternet
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER encaissement_clos_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_encaissementclos
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER carnet_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_carnet
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER passage_regie_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_passageregie
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER passage_nomination_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_passagenomination
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER passage_versement_regie_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_passageversementregie
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER passage_feuillet_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_passagefeuillet
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();

-- Art. 3: the régisseur holds no delegation of the ordonnateur. Art. 7: two months to replace him.
CREATE FUNCTION tp_controler_nomination() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM acces_attributionrole
                   WHERE utilisateur_id = NEW.personne_id AND role = 'regisseur') THEN
        RAISE EXCEPTION 'Cette personne n’a pas le rôle de régisseur : un administrateur le lui attribue d’abord.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_nomination_role';
    END IF;
    IF NEW.qualite = 'suppleant' AND NEW.fin > NEW.debut + interval '2 months' THEN
        RAISE EXCEPTION 'Une suppléance dure deux mois au plus (décret 2012-829, article 7).'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_nomination_suppleance';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER nomination_controlee BEFORE INSERT ON telepaiement_nomination
    FOR EACH ROW EXECUTE FUNCTION tp_controler_nomination();

CREATE FUNCTION tp_figer_nomination() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Une nomination ne se réécrit pas : mettez-y fin, puis nommez à nouveau.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_nomination_figee';
END $$;
CREATE TRIGGER nomination_figee BEFORE UPDATE ON telepaiement_nomination
    FOR EACH ROW WHEN (
        OLD.etat = 'terminee' OR OLD.regie_id <> NEW.regie_id OR OLD.personne_id <> NEW.personne_id
        OR OLD.qualite <> NEW.qualite OR OLD.debut <> NEW.debut OR OLD.arrete <> NEW.arrete
        OR OLD.date_arrete <> NEW.date_arrete OR OLD.date_avis_conforme <> NEW.date_avis_conforme
        OR NEW.fin > OLD.fin)
    EXECUTE FUNCTION tp_figer_nomination();
CREATE TRIGGER nomination_sans_suppression BEFORE DELETE ON telepaiement_nomination
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_nomination();

CREATE FUNCTION tp_refuser_ordonnateur() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM telepaiement_nomination
               WHERE personne_id = NEW.utilisateur_id AND etat = 'en_vigueur') THEN
        RAISE EXCEPTION 'Cette personne est nommée dans une régie : elle ne peut pas être ordonnateur.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_regisseur_ordonnateur';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER regisseur_jamais_ordonnateur BEFORE INSERT OR UPDATE ON acces_attributionrole
    FOR EACH ROW WHEN (NEW.role = 'ordonnateur') EXECUTE FUNCTION tp_refuser_ordonnateur();

-- Who closed the till does not sign it either.
CREATE FUNCTION tp_exiger_autre_signataire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM telepaiement_sessioncaisse
                   WHERE id = NEW.session_id AND etat = 'cloturee' AND agent_id <> NEW.par_id
                     AND cloturee_par_id IS DISTINCT FROM NEW.par_id) THEN
        RAISE EXCEPTION 'Une clôture se contresigne une fois faite, et par une autre personne.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_contresignature_autre';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contresignature_par_un_autre BEFORE INSERT ON telepaiement_contresignaturecaisse
    FOR EACH ROW EXECUTE FUNCTION tp_exiger_autre_signataire();

CREATE FUNCTION tp_exiger_caisse_close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM telepaiement_sessioncaisse
                   WHERE id = NEW.session_id AND etat = 'cloturee') THEN
        RAISE EXCEPTION 'Une caisse se verse une fois clôturée.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_versement_caisse_close';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER session_versee_close BEFORE INSERT ON telepaiement_sessionversee
    FOR EACH ROW EXECUTE FUNCTION tp_exiger_caisse_close();

-- Art. 8: a régie sells the products of its acte only.
CREATE FUNCTION tp_exiger_produit_de_l_acte() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM telepaiement_regie_produits p
                   JOIN telepaiement_vente v ON v.regie_id = p.regie_id
                   WHERE v.id = NEW.vente_id AND p.produit_id = NEW.produit_id) THEN
        RAISE EXCEPTION 'L’acte de la régie ne permet pas de vendre ce produit (art. 8).'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_produit_de_l_acte';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ligne_vente_produit_de_l_acte BEFORE INSERT ON telepaiement_lignevente
    FOR EACH ROW EXECUTE FUNCTION tp_exiger_produit_de_l_acte();
CREATE TRIGGER versement_regie_sans_suppression BEFORE DELETE ON telepaiement_versementregie
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER feuillet_sans_suppression BEFORE DELETE ON telepaiement_feuillet
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
-- Requests of debtors, échéanciers and payment links: what was asked, answered or agreed stays.
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
CREATE TRIGGER lien_sans_suppression BEFORE DELETE ON telepaiement_lienpaiement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_lien();
-- A sale is paid at the reader by the till of its régie, whole, and at the tariffs it was given.
CREATE FUNCTION tp_exiger_vente_de_la_caisse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM telepaiement_vente v
                   JOIN telepaiement_sessioncaisse s ON s.regie_id = v.regie_id
                   WHERE v.id = NEW.vente_id AND s.id = NEW.session_id
                     AND s.etat = 'ouverte' AND v.montant = NEW.montant) THEN
        RAISE EXCEPTION 'Une vente se paie entière, au lecteur d’une caisse ouverte de sa régie.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_vente_de_la_caisse';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tentative_vente_de_la_caisse BEFORE INSERT ON telepaiement_tentative
    FOR EACH ROW WHEN (NEW.vente_id IS NOT NULL) EXECUTE FUNCTION tp_exiger_vente_de_la_caisse();
CREATE TRIGGER versement_fige BEFORE UPDATE ON telepaiement_versement
    FOR EACH ROW WHEN (OLD.etat <> 'en_ecart' AND (
        OLD.reference <> NEW.reference OR OLD.origine <> NEW.origine OR OLD.devise <> NEW.devise
        OR OLD.montant <> NEW.montant OR OLD.brut <> NEW.brut OR OLD.commission <> NEW.commission
        OR OLD.ecart_change <> NEW.ecart_change
        OR OLD.ecriture_id IS DISTINCT FROM NEW.ecriture_id OR NEW.etat = 'en_ecart'
        OR OLD.etat IN ('rejete', 'annule') AND NEW.etat <> OLD.etat))
    EXECUTE FUNCTION tp_figer_versement();

-- One payout that stands for each movement, and for each payment: those that ask wait in turn.
CREATE FUNCTION tp_verser_une_fois() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.transaction, 6022));
    IF NEW.encaissement_id IS NOT NULL THEN
        PERFORM 1 FROM telepaiement_encaissement WHERE id = NEW.encaissement_id FOR UPDATE;
    END IF;
    IF EXISTS (SELECT 1 FROM telepaiement_ligneversement l
               JOIN telepaiement_versement v ON v.id = l.versement_id
               WHERE v.etat <> 'annule' AND l.transaction = NEW.transaction)
       OR EXISTS (SELECT 1 FROM telepaiement_ligneversement l
               JOIN telepaiement_versement v ON v.id = l.versement_id
               WHERE v.etat <> 'annule' AND NEW.nature = 'encaissement'
                 AND l.nature = 'encaissement' AND l.encaissement_id = NEW.encaissement_id)
       OR EXISTS (SELECT 1 FROM telepaiement_ligneversement l
               JOIN telepaiement_versement v ON v.id = l.versement_id
               WHERE v.etat <> 'annule' AND l.versement_rejete_id = NEW.versement_rejete_id) THEN
        RAISE EXCEPTION 'Cette somme est déjà dans un versement.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_verse_une_fois';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ligne_versement_une_fois BEFORE INSERT ON telepaiement_ligneversement
    FOR EACH ROW EXECUTE FUNCTION tp_verser_une_fois();
CREATE TRIGGER ligne_bancaire_figee BEFORE UPDATE ON telepaiement_lignebancaire
    FOR EACH ROW EXECUTE FUNCTION tp_figer_ligne_bancaire();

-- One match that stands for each movement, payout, and direction of a refund.
CREATE FUNCTION tp_rapprocher_une_fois() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER rapprochement_une_fois BEFORE INSERT ON telepaiement_rapprochementbancaire
    FOR EACH ROW EXECUTE FUNCTION tp_rapprocher_une_fois();

CREATE FUNCTION tp_rapprocher_encaissement_une_fois() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_encaissement WHERE id = NEW.encaissement_id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM telepaiement_encaissementrapproche e
               WHERE e.encaissement_id = NEW.encaissement_id
                 AND NOT EXISTS (SELECT 1 FROM telepaiement_annulationrapprochement a
                                 WHERE a.rapprochement_id = e.rapprochement_id)) THEN
        RAISE EXCEPTION 'Cet encaissement est déjà rapproché.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_encaissement_rapproche_une_fois';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER encaissement_rapproche_une_fois BEFORE INSERT ON telepaiement_encaissementrapproche
    FOR EACH ROW EXECUTE FUNCTION tp_rapprocher_encaissement_une_fois();

-- A match is undone by the contrepassation of what it posted.
CREATE FUNCTION tp_exiger_contrepassation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM telepaiement_rapprochementbancaire r
               LEFT JOIN grand_livre_ecriture e ON e.id = NEW.ecriture_id
               WHERE r.id = NEW.rapprochement_id
                 AND e.contrepasse_id IS DISTINCT FROM r.ecriture_id) THEN
        RAISE EXCEPTION 'Un rapprochement s’annule par la contrepassation de son écriture.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_rapprochement_contrepasse';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER annulation_rapprochement_contrepasse
    BEFORE INSERT ON telepaiement_annulationrapprochement
    FOR EACH ROW EXECUTE FUNCTION tp_exiger_contrepassation();
CREATE TRIGGER annulation_rapprochement_ajout_seul
    BEFORE UPDATE OR DELETE ON telepaiement_annulationrapprochement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();

CREATE FUNCTION tp_controler_comblement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    regie bigint;
    manque bigint;
    deja bigint;
BEGIN
    IF NEW.session_id IS NOT NULL THEN
        SELECT regie_id, especes_attendues - especes_comptees INTO regie, manque
            FROM telepaiement_sessioncaisse
            WHERE id = NEW.session_id AND etat = 'cloturee' FOR UPDATE;
    ELSE
        SELECT v.regie_id, r.montant INTO regie, manque
            FROM telepaiement_rectificationversement r
            JOIN telepaiement_versementregie v ON v.id = r.versement_id
            WHERE r.id = NEW.rectification_id AND r.nature <> 'excedent' FOR UPDATE OF r;
    END IF;
    SELECT coalesce(sum(montant), 0) INTO deja FROM telepaiement_comblementdeficit
        WHERE session_id = NEW.session_id OR rectification_id = NEW.rectification_id;
    IF regie IS DISTINCT FROM NEW.regie_id OR deja + NEW.montant > coalesce(manque, 0) THEN
        RAISE EXCEPTION 'Ce déficit n’existe pas, ou il est moindre : % F au plus.',
            greatest(coalesce(manque, 0) - deja, 0)
            USING ERRCODE = '23514', CONSTRAINT = 'tp_deficit_plafond';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER comblement_deficit_plafond BEFORE INSERT ON telepaiement_comblementdeficit
    FOR EACH ROW EXECUTE FUNCTION tp_controler_comblement();
CREATE TRIGGER comblement_deficit_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_comblementdeficit
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER comblement_verse_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_comblementverse
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();

-- A receipt is classed whole, in its régie, once at a time; a classing undone leaves it waiting.
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
    IF EXISTS (SELECT 1 FROM telepaiement_encaissement c
               WHERE c.provenance_id = NEW.provenance_id
                 AND NOT EXISTS (SELECT 1 FROM telepaiement_annulationencaissement a
                                 WHERE a.encaissement_id = c.id)) THEN
        RAISE EXCEPTION 'Cette recette est déjà classée.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_classement_une_fois';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER encaissement_classement BEFORE INSERT ON telepaiement_encaissement
    FOR EACH ROW WHEN (NEW.provenance_id IS NOT NULL) EXECUTE FUNCTION tp_controler_classement();
CREATE FUNCTION tp_refuser_annulation_classee() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER annulation_encaissement_classe BEFORE INSERT ON telepaiement_annulationencaissement
    FOR EACH ROW EXECUTE FUNCTION tp_refuser_annulation_classee();
-- A till is closed by its agent, or by who answers for the régie; everything in it was counted.
CREATE FUNCTION tp_exiger_cloture_complete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.cloturee_par_id IS NULL
       OR NEW.terminal_attendu IS NULL OR NEW.terminal_compte IS NULL
       OR NEW.tickets_attendus IS NULL OR NEW.tickets_comptes IS NULL
       OR NEW.cheques_attendus IS NULL OR NEW.cheques_comptes IS NULL THEN
        RAISE EXCEPTION 'Une clôture compte le terminal et les chèques, et dit qui la fait.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_cloture_complete';
    END IF;
    IF NEW.cloturee_par_id <> NEW.agent_id AND NOT EXISTS (
        SELECT 1 FROM telepaiement_nomination
        WHERE regie_id = NEW.regie_id AND personne_id = NEW.cloturee_par_id
          AND etat = 'en_vigueur' AND qualite IN ('regisseur', 'suppleant')) THEN
        RAISE EXCEPTION 'Seul le régisseur ou son suppléant clôture la caisse d’un autre.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_cloture_par_le_regisseur';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER session_cloture_complete BEFORE UPDATE ON telepaiement_sessioncaisse
    FOR EACH ROW WHEN (OLD.etat = 'ouverte' AND NEW.etat = 'cloturee')
    EXECUTE FUNCTION tp_exiger_cloture_complete();
CREATE TRIGGER delivrance_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_delivrancequittance
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
-- What follows a contestation comes once it is accepted, and is never rewritten.
CREATE FUNCTION tp_exiger_contestation_acceptee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM telepaiement_demanderedevable
                   WHERE id = NEW.demande_id AND nature = 'contestation' AND etat = 'acceptee') THEN
        RAISE EXCEPTION 'Seule une contestation acceptée a une suite.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_suite_contestation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER suite_contestation_acceptee BEFORE INSERT ON telepaiement_suitecontestation
    FOR EACH ROW EXECUTE FUNCTION tp_exiger_contestation_acceptee();
CREATE TRIGGER suite_contestation_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_suitecontestation
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER versement_regie_fige BEFORE UPDATE ON telepaiement_versementregie
    FOR EACH ROW WHEN (
        OLD.etat <> 'etabli' OR OLD.regie_id <> NEW.regie_id OR OLD.numero <> NEW.numero
        OR OLD.especes <> NEW.especes OR OLD.coupures <> NEW.coupures
        OR OLD.montant_cheques <> NEW.montant_cheques OR OLD.nombre_cheques <> NEW.nombre_cheques)
    EXECUTE FUNCTION tp_refuser_modification();

CREATE FUNCTION tp_session_versee_une_fois() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_sessioncaisse WHERE id = NEW.session_id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM telepaiement_sessionversee l
               JOIN telepaiement_versementregie v ON v.id = l.versement_id
               WHERE l.session_id = NEW.session_id AND v.etat <> 'annule') THEN
        RAISE EXCEPTION 'Cette caisse est déjà sur un versement.' USING ERRCODE = '23505', CONSTRAINT = 'tp_session_versee_une_fois';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER session_versee_une_fois BEFORE INSERT ON telepaiement_sessionversee
    FOR EACH ROW EXECUTE FUNCTION tp_session_versee_une_fois();

CREATE FUNCTION tp_cheque_verse_une_fois() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_encaissement WHERE id = NEW.encaissement_id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM telepaiement_chequeverse l
               JOIN telepaiement_versementregie v ON v.id = l.versement_id
               WHERE l.encaissement_id = NEW.encaissement_id AND v.etat <> 'annule') THEN
        RAISE EXCEPTION 'Ce chèque est déjà sur un versement.' USING ERRCODE = '23505', CONSTRAINT = 'tp_cheque_verse_une_fois';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cheque_verse_une_fois BEFORE INSERT ON telepaiement_chequeverse
    FOR EACH ROW EXECUTE FUNCTION tp_cheque_verse_une_fois();

CREATE FUNCTION tp_comblement_verse_une_fois() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_comblementdeficit WHERE id = NEW.comblement_id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM telepaiement_comblementverse l
               JOIN telepaiement_versementregie v ON v.id = l.versement_id
               WHERE l.comblement_id = NEW.comblement_id AND v.etat <> 'annule') THEN
        RAISE EXCEPTION 'Cette somme est déjà sur un versement.' USING ERRCODE = '23505', CONSTRAINT = 'tp_comblement_verse_une_fois';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER comblement_verse_une_fois BEFORE INSERT ON telepaiement_comblementverse
    FOR EACH ROW EXECUTE FUNCTION tp_comblement_verse_une_fois();

CREATE TRIGGER etat_mensuel_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_etatmensuel
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER ordre_virement_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_ordrevirement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER retour_vente_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_retourvente
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
-- A tariff is never edited, only closed once; no two of a product apply on the same day.
CREATE FUNCTION tp_figer_tarif() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.fin IS NOT NULL OR NEW.fin IS NULL OR NEW.fin < NEW.debut - 1
       OR (NEW.produit_id, NEW.montant, NEW.debut, NEW.deliberation, NEW.par_id, NEW.le)
          IS DISTINCT FROM
          (OLD.produit_id, OLD.montant, OLD.debut, OLD.deliberation, OLD.par_id, OLD.le) THEN
        RAISE EXCEPTION 'Un tarif publié ne se modifie pas : publiez-en un autre.' USING ERRCODE = '23514', CONSTRAINT = 'tp_tarif_fige';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tarif_fige BEFORE UPDATE OR DELETE ON telepaiement_tarif
    FOR EACH ROW EXECUTE FUNCTION tp_figer_tarif();

CREATE FUNCTION tp_tarif_sans_chevauchement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_produit WHERE id = NEW.produit_id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM telepaiement_tarif t
               WHERE t.produit_id = NEW.produit_id AND (t.fin IS NULL OR t.fin >= t.debut)
                 AND (t.fin IS NULL OR t.fin >= NEW.debut)
                 AND (NEW.fin IS NULL OR t.debut <= NEW.fin)) THEN
        RAISE EXCEPTION 'Un autre tarif de ce produit s’applique déjà à ces dates.'
            USING ERRCODE = '23P01', CONSTRAINT = 'tp_tarif_sans_chevauchement';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tarif_sans_chevauchement BEFORE INSERT ON telepaiement_tarif
    FOR EACH ROW EXECUTE FUNCTION tp_tarif_sans_chevauchement();
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
CREATE TRIGGER litige_fige BEFORE UPDATE ON telepaiement_litige
    FOR EACH ROW WHEN (
        OLD.encaissement_id <> NEW.encaissement_id OR OLD.reference <> NEW.reference
        OR OLD.montant <> NEW.montant
        OR OLD.ligne_id IS DISTINCT FROM NEW.ligne_id
        OR OLD.ecriture_id IS NOT NULL AND OLD.ecriture_id IS DISTINCT FROM NEW.ecriture_id
        OR OLD.etat <> 'ouvert' AND OLD.etat <> NEW.etat AND NOT (
            OLD.etat = 'perdu' AND NEW.etat = 'annule' AND OLD.ligne_id IS NOT NULL))
    EXECUTE FUNCTION tp_figer_litige();
-- What is joined to a request comes with it and stays; the antivirus alone adds its word, once.
CREATE FUNCTION tp_exiger_demande_deposee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_demanderedevable
        WHERE id = NEW.demande_id AND etat = 'deposee' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Un document se joint à une demande que personne n’examine encore.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_document_demande';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER document_demande_deposee BEFORE INSERT ON telepaiement_documentdemande
    FOR EACH ROW EXECUTE FUNCTION tp_exiger_demande_deposee();
CREATE TRIGGER document_demande_fige BEFORE UPDATE ON telepaiement_documentdemande
    FOR EACH ROW WHEN (
        OLD.id <> NEW.id OR OLD.demande_id <> NEW.demande_id OR OLD.rang <> NEW.rang
        OR OLD.sha256 <> NEW.sha256 OR OLD.nom <> NEW.nom OR OLD.type_mime <> NEW.type_mime
        OR OLD.taille <> NEW.taille OR OLD.analyse <> 'non_analyse')
    EXECUTE FUNCTION tp_figer_demande();
CREATE TRIGGER document_demande_sans_suppression BEFORE DELETE ON telepaiement_documentdemande
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_demande();
-- An attempt is what it was opened for (I5); a success is for ever, another end moves to `reussie` or is set aside.
CREATE FUNCTION tp_figer_tentative() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un paiement commencé ne se réécrit pas, et un paiement terminé ne se rouvre pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_tentative_figee';
END $$;
CREATE TRIGGER tentative_figee BEFORE UPDATE ON telepaiement_tentative
    FOR EACH ROW WHEN (
        OLD.jeton <> NEW.jeton OR OLD.montant <> NEW.montant
        OR OLD.reste_constate <> NEW.reste_constate OR OLD.passerelle <> NEW.passerelle
        OR OLD.canal <> NEW.canal OR OLD.session_payeur <> NEW.session_payeur
        OR OLD.lecteur <> NEW.lecteur
        OR OLD.titre_id IS DISTINCT FROM NEW.titre_id
        OR OLD.vente_id IS DISTINCT FROM NEW.vente_id
        OR OLD.session_id IS DISTINCT FROM NEW.session_id
        OR OLD.etat IN ('reussie', 'annulee', 'echouee', 'expiree') AND OLD.reference <> NEW.reference
        OR OLD.etat = 'reussie' AND NEW.etat <> 'reussie'
        OR OLD.etat IN ('annulee', 'echouee', 'expiree')
            AND NEW.etat NOT IN (OLD.etat, 'reussie', 'annulee'))
    EXECUTE FUNCTION tp_figer_tentative();
CREATE TRIGGER tentative_sans_suppression BEFORE DELETE ON telepaiement_tentative
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_tentative();

CREATE FUNCTION tp_controler_encaissement_tentative() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM telepaiement_tentative
                   WHERE id = NEW.tentative_id AND etat = 'reussie'
                     AND titre_id IS NOT DISTINCT FROM NEW.titre_id
                     AND vente_id IS NOT DISTINCT FROM NEW.vente_id) THEN
        RAISE EXCEPTION 'Un encaissement est celui d’un paiement réussi, pour la même somme due.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_encaissement_tentative';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER encaissement_de_sa_tentative BEFORE INSERT ON telepaiement_encaissement
    FOR EACH ROW WHEN (NEW.tentative_id IS NOT NULL)
    EXECUTE FUNCTION tp_controler_encaissement_tentative();
CREATE TRIGGER lien_fige BEFORE UPDATE ON telepaiement_lienpaiement
    FOR EACH ROW WHEN (
        OLD.titre_id <> NEW.titre_id OR OLD.identifiant <> NEW.identifiant
        OR OLD.expire_le <> NEW.expire_le OR OLD.cree_le <> NEW.cree_le
        OR OLD.par_id IS DISTINCT FROM NEW.par_id
        OR OLD.revoque_le IS NOT NULL AND OLD.revoque_le IS DISTINCT FROM NEW.revoque_le)
    EXECUTE FUNCTION tp_figer_lien();
CREATE TRIGGER envoi_guichet_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_envoiguichet
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
-- What the gateway said is kept as it was read.
CREATE TRIGGER evenement_brut_garde BEFORE UPDATE ON telepaiement_evenementrecu
    FOR EACH ROW WHEN (OLD.faits <> NEW.faits OR OLD.empreinte <> NEW.empreinte
        OR OLD.identifiant <> NEW.identifiant)
    EXECUTE FUNCTION tp_garder_message();
CREATE TRIGGER evenement_sans_suppression BEFORE DELETE ON telepaiement_evenementrecu
    FOR EACH STATEMENT EXECUTE FUNCTION tp_garder_message();
CREATE TRIGGER feuillet_fige BEFORE UPDATE ON telepaiement_feuillet
    FOR EACH ROW WHEN (
        OLD.carnet_id <> NEW.carnet_id OR OLD.numero <> NEW.numero OR OLD.code <> NEW.code
        OR OLD.etat <> 'vierge' AND NOT (
            OLD.etat = 'saisi' AND NEW.etat = 'defait'
            AND NEW.encaissement_id = OLD.encaissement_id AND NEW.conflits = OLD.conflits))
    EXECUTE FUNCTION tp_refuser_modification();

CREATE FUNCTION tp_controler_quittance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM telepaiement_quittance q
                   JOIN telepaiement_annulationencaissement a ON a.encaissement_id = q.encaissement_id
                   WHERE q.id = NEW.remplace_id AND q.code = NEW.code
                     AND q.regie_id = NEW.regie_id) THEN
        RAISE EXCEPTION 'Une quittance n’en remplace qu’une annulée, du même feuillet.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_quittance_remplace';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quittance_remplace_annulee BEFORE INSERT ON telepaiement_quittance
    FOR EACH ROW WHEN (NEW.remplace_id IS NOT NULL)
    EXECUTE FUNCTION tp_controler_quittance();
-- A quitus is that of a régisseur who left, and never his own hand; it comes last (art. 4 and 5).
CREATE FUNCTION tp_controler_quitus() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.etat <> 'avise' OR NOT EXISTS (
            SELECT 1 FROM telepaiement_nomination n
            WHERE n.id = NEW.nomination_id AND n.qualite = 'regisseur' AND n.etat = 'terminee'
              AND n.personne_id <> NEW.avis_par_id
              AND (NEW.decide_par_id IS NULL OR n.personne_id <> NEW.decide_par_id)) THEN
        RAISE EXCEPTION 'Quitus : le régisseur a quitté ses fonctions et remis la régie, et n’y prend pas part.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_quitus_controle';
    END IF;
    IF NEW.etat = 'accorde' AND (NOT EXISTS (SELECT 1 FROM telepaiement_remiseservice r
                              WHERE r.sortant_id = NEW.nomination_id)
        OR EXISTS (
            SELECT 1 FROM telepaiement_sessioncaisse s
            JOIN telepaiement_nomination n ON n.regie_id = s.regie_id
            WHERE n.id = NEW.nomination_id AND (
                SELECT r.entrant_id FROM telepaiement_remiseservice r
                WHERE r.regie_id = s.regie_id AND r.le <= s.ouverte_le
                ORDER BY r.id DESC LIMIT 1) = n.id
              AND (s.etat <> 'cloturee'
                OR s.especes_attendues - s.especes_comptees > COALESCE((
                    SELECT SUM(c.montant) FROM telepaiement_comblementdeficit c
                    WHERE c.session_id = s.id), 0)
                OR s.especes_comptees > s.fonds_caisse AND NOT EXISTS (
                    SELECT 1 FROM telepaiement_sessionversee sv
                    JOIN telepaiement_versementregie v ON v.id = sv.versement_id
                    WHERE sv.session_id = s.id AND v.etat = 'recu')))
        OR EXISTS (
            SELECT 1 FROM telepaiement_feuillet f
            JOIN telepaiement_carnet k ON k.id = f.carnet_id
            JOIN telepaiement_nomination n ON n.regie_id = k.regie_id AND n.personne_id = k.remis_a_id
            WHERE n.id = NEW.nomination_id AND f.etat = 'vierge')) THEN
        RAISE EXCEPTION 'Quitus : un déficit, des espèces à verser ou un feuillet vierge restent à régler.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_quitus_regle';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quitus_controle BEFORE INSERT OR UPDATE ON telepaiement_quitus
    FOR EACH ROW EXECUTE FUNCTION tp_controler_quitus();
CREATE FUNCTION tp_figer_quitus() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un avis ou une décision de quitus ne se réécrit pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_quitus_fige';
END $$;
CREATE TRIGGER quitus_fige BEFORE UPDATE ON telepaiement_quitus
    FOR EACH ROW WHEN (
        OLD.etat <> 'avise' OR NEW.etat = 'avise' OR OLD.nomination_id <> NEW.nomination_id
        OR OLD.est_favorable <> NEW.est_favorable OR OLD.avis <> NEW.avis
        OR OLD.avis_par_id <> NEW.avis_par_id OR OLD.avis_le <> NEW.avis_le)
    EXECUTE FUNCTION tp_figer_quitus();
CREATE TRIGGER quitus_sans_suppression BEFORE DELETE ON telepaiement_quitus
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_quitus();
CREATE TRIGGER passage_quitus_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_passagequitus
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
-- Art. 7: on each day one person alone is called. A row names one made before it: no cycle.
CREATE FUNCTION tp_controler_suppleance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.qualite = 'suppleant' AND EXISTS (
  SELECT 1 FROM telepaiement_nomination n
  WHERE n.regie_id = NEW.regie_id AND n.qualite = 'suppleant'
    AND COALESCE(n.remplace_id, 0) = COALESCE(NEW.remplace_id, 0)
    AND n.debut <= NEW.fin AND n.fin >= NEW.debut) THEN
        RAISE EXCEPTION 'Une autre suppléance de la même personne couvre déjà ces dates.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_suppleance_unique';
    END IF;
    IF NEW.remplace_id IS NOT NULL AND (NEW.qualite <> 'suppleant' OR NOT EXISTS (
  SELECT 1 FROM telepaiement_nomination n
  WHERE n.id = NEW.remplace_id AND n.regie_id = NEW.regie_id AND n.qualite = 'suppleant'
    AND n.etat = 'en_vigueur' AND n.personne_id <> NEW.personne_id
    AND n.debut <= NEW.debut AND n.fin >= NEW.fin)) THEN
        RAISE EXCEPTION 'Un suppléant remplace un autre suppléant de la même régie, en fonction pendant toute la période, et qui n’est pas lui-même.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_suppleance_chaine';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER nomination_suppleance_chaine BEFORE INSERT ON telepaiement_nomination
    FOR EACH ROW EXECUTE FUNCTION tp_controler_suppleance();
CREATE TRIGGER nomination_remplace_fige BEFORE UPDATE ON telepaiement_nomination
    FOR EACH ROW WHEN (OLD.remplace_id IS DISTINCT FROM NEW.remplace_id)
    EXECUTE FUNCTION tp_figer_nomination();
-- What the treasury finds wrong in a versement received, and what the régisseur makes up for (art. 4).
CREATE TRIGGER rectification_versement_ajout_seul
    BEFORE UPDATE OR DELETE ON telepaiement_rectificationversement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE FUNCTION tp_controler_rectification() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    versement record;
    ecarts bigint;
BEGIN
    SELECT etat, especes INTO versement
        FROM telepaiement_versementregie WHERE id = NEW.versement_id FOR UPDATE;
    SELECT coalesce(sum(CASE WHEN nature = 'excedent' THEN montant ELSE -montant END), 0) INTO ecarts
        FROM telepaiement_rectificationversement WHERE versement_id = NEW.versement_id;
    IF versement.etat <> 'recu'
       OR NEW.nature <> 'excedent' AND NEW.montant > versement.especes + ecarts THEN
        RAISE EXCEPTION 'Un versement se rectifie une fois reçu, dans la limite de ses espèces.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_rectification_versement';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rectification_versement_plafond BEFORE INSERT ON telepaiement_rectificationversement
    FOR EACH ROW EXECUTE FUNCTION tp_controler_rectification();
-- What nothing explains in a payout: asked for by one, approved by another, never rewritten.
CREATE FUNCTION tp_figer_imputation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Une imputation demandée ne se réécrit pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_imputation_figee';
END $$;
CREATE TRIGGER imputation_figee BEFORE UPDATE ON telepaiement_imputationversement
    FOR EACH ROW WHEN (
        OLD.etat <> 'demandee' OR OLD.versement_id <> NEW.versement_id OR OLD.motif <> NEW.motif
        OR OLD.demande_par_id <> NEW.demande_par_id OR OLD.demande_le <> NEW.demande_le)
    EXECUTE FUNCTION tp_figer_imputation();
CREATE TRIGGER imputation_sans_suppression BEFORE DELETE ON telepaiement_imputationversement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_imputation();
CREATE TRIGGER passage_imputation_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_passageimputation
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER mouvement_impute_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_mouvementimpute
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER compensation_imputation_ajout_seul
    BEFORE UPDATE OR DELETE ON telepaiement_compensationimputation
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();

-- It is asked for a payout set aside, to be decided; its movements come with it.
CREATE FUNCTION tp_demander_imputation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.etat <> 'demandee' OR NOT EXISTS (
        SELECT 1 FROM telepaiement_versement WHERE id = NEW.versement_id AND etat = 'en_ecart') THEN
        RAISE EXCEPTION 'Une imputation se demande pour un versement en écart.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_imputation_demandee';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER imputation_demandee BEFORE INSERT ON telepaiement_imputationversement
    FOR EACH ROW EXECUTE FUNCTION tp_demander_imputation();
CREATE FUNCTION tp_controler_mouvement_impute() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM telepaiement_imputationversement
                   WHERE id = NEW.imputation_id AND etat = 'demandee') THEN
        RAISE EXCEPTION 'Une imputation décidée ne reçoit plus de mouvement.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_mouvement_impute';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mouvement_impute_demande BEFORE INSERT ON telepaiement_mouvementimpute
    FOR EACH ROW EXECUTE FUNCTION tp_controler_mouvement_impute();

-- A line is imputed as what was approved for its payout says, to the franc.
CREATE FUNCTION tp_controler_ligne_imputee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM telepaiement_imputationversement i
        JOIN telepaiement_mouvementimpute m ON m.imputation_id = i.id
        WHERE i.id = NEW.imputation_id AND i.etat = 'approuvee' AND i.versement_id = NEW.versement_id
          AND m.transaction = NEW.transaction AND m.montant = NEW.montant
          AND m.commission = NEW.commission) THEN
        RAISE EXCEPTION 'Une ligne imputée l’est par une imputation approuvée, pour son montant.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_ligne_imputee';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ligne_versement_imputee BEFORE INSERT OR UPDATE ON telepaiement_ligneversement
    FOR EACH ROW WHEN (NEW.nature = 'imputee') EXECUTE FUNCTION tp_controler_ligne_imputee();

-- Two lines imputed clear each other when one is the contrary of the other.
CREATE FUNCTION tp_controler_compensation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM telepaiement_ligneversement d, telepaiement_ligneversement c
        WHERE d.id = NEW.debit_id AND c.id = NEW.credit_id AND d.nature = 'imputee'
          AND c.nature = 'imputee' AND d.montant < 0 AND d.montant + c.montant = 0) THEN
        RAISE EXCEPTION 'Ces deux mouvements ne se compensent pas.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_compensation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER compensation_contraire BEFORE INSERT ON telepaiement_compensationimputation
    FOR EACH ROW EXECUTE FUNCTION tp_controler_compensation();
-- What is cleared of a sum that waits stays within it, and is never rewritten.
CREATE TRIGGER apurement_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_apurement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER recu_apurement_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_recuapurement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER lettre_reglement_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_actelettrereglement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE FUNCTION tp_controler_apurement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    attend bigint;
    deja bigint;
BEGIN
    IF NEW.annule_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM telepaiement_apurement a
            WHERE a.id = NEW.annule_id AND a.annule_id IS NULL AND a.montant = -NEW.montant
            AND a.titre_id = NEW.titre_id AND a.par_id <> NEW.par_id
            AND a.ligne_id IS NOT DISTINCT FROM NEW.ligne_id
            AND a.session_id IS NOT DISTINCT FROM NEW.session_id
            AND a.rectification_id IS NOT DISTINCT FROM NEW.rectification_id) THEN
        RAISE EXCEPTION 'Un apurement s’annule en entier, par une autre personne que qui l’a fait.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_apurement_annule';
    END IF;
    IF NEW.ligne_id IS NOT NULL THEN
        SELECT l.montant INTO attend FROM telepaiement_ligneversement l
            WHERE l.id = NEW.ligne_id AND l.nature = 'imputee' FOR UPDATE;
        IF EXISTS (SELECT 1 FROM telepaiement_compensationimputation
                   WHERE debit_id = NEW.ligne_id OR credit_id = NEW.ligne_id) THEN
            attend := 0;
        END IF;
    ELSIF NEW.session_id IS NOT NULL THEN
        SELECT especes_comptees - especes_attendues INTO attend FROM telepaiement_sessioncaisse
            WHERE id = NEW.session_id AND etat = 'cloturee' FOR UPDATE;
    ELSE
        SELECT montant INTO attend FROM telepaiement_rectificationversement
            WHERE id = NEW.rectification_id AND nature = 'excedent' FOR UPDATE;
    END IF;
    SELECT coalesce(sum(montant), 0) INTO deja FROM telepaiement_apurement
        WHERE ligne_id = NEW.ligne_id OR session_id = NEW.session_id
           OR rectification_id = NEW.rectification_id;
    IF attend IS NULL OR deja + NEW.montant > attend THEN
        RAISE EXCEPTION 'Cette somme en attente ne suffit plus, ou elle est déjà apurée.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_apurement';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER apurement_dans_la_somme BEFORE INSERT ON telepaiement_apurement
    FOR EACH ROW EXECUTE FUNCTION tp_controler_apurement();

-- What is cleared in part is not cleared by its contrary any more.
CREATE FUNCTION tp_refuser_compensation_apuree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_ligneversement
        WHERE id IN (NEW.debit_id, NEW.credit_id) ORDER BY id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM telepaiement_apurement WHERE ligne_id IN (NEW.debit_id, NEW.credit_id)
               HAVING sum(montant) <> 0) THEN
        RAISE EXCEPTION 'Ce mouvement est déjà apuré en partie : il ne se compense plus.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_compensation_apuree';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER compensation_sans_apurement BEFORE INSERT ON telepaiement_compensationimputation
    FOR EACH ROW EXECUTE FUNCTION tp_refuser_compensation_apuree();
