-- Régies (décret 2012-829): who may hold one, what is never rewritten.
-- ERRCODE 23514 reaches Django as IntegrityError.
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

-- A closing is signed by someone else, once it is done.
CREATE FUNCTION tp_exiger_autre_signataire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM telepaiement_sessioncaisse
                   WHERE id = NEW.session_id AND etat = 'cloturee' AND agent_id <> NEW.par_id) THEN
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

CREATE TRIGGER versement_regie_fige BEFORE UPDATE ON telepaiement_versementregie
    FOR EACH ROW WHEN (
        OLD.etat = 'recu' OR OLD.regie_id <> NEW.regie_id OR OLD.numero <> NEW.numero
        OR OLD.especes <> NEW.especes OR OLD.montant_cheques <> NEW.montant_cheques
        OR OLD.nombre_cheques <> NEW.nombre_cheques)
    EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER versement_regie_sans_suppression BEFORE DELETE ON telepaiement_versementregie
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER feuillet_fige BEFORE UPDATE ON telepaiement_feuillet
    FOR EACH ROW WHEN (
        OLD.etat <> 'vierge' OR OLD.carnet_id <> NEW.carnet_id OR OLD.numero <> NEW.numero
        OR OLD.code <> NEW.code)
    EXECUTE FUNCTION tp_refuser_modification();
CREATE TRIGGER feuillet_sans_suppression BEFORE DELETE ON telepaiement_feuillet
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
