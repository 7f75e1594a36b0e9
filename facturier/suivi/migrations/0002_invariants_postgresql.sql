-- What an invoice may no longer become once deposited. ERRCODE 23514 reaches Django as IntegrityError.

CREATE FUNCTION suivi_refuser_modification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'La trace d’une facture ne se modifie pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'suivi_ajout_seul';
END $$;
CREATE TRIGGER passage_ajout_seul BEFORE UPDATE OR DELETE ON facturier_passagefacture
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
CREATE TRIGGER service_fait_ajout_seul BEFORE UPDATE OR DELETE ON facturier_servicefait
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
CREATE TRIGGER message_ajout_seul BEFORE UPDATE OR DELETE ON facturier_message
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
CREATE TRIGGER retour_sans_suppression BEFORE DELETE ON facturier_retourfournisseur
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
CREATE TRIGGER retour_repondu_fige BEFORE UPDATE ON facturier_retourfournisseur
    FOR EACH ROW WHEN (OLD.repondu_le IS NOT NULL) EXECUTE FUNCTION suivi_refuser_modification();

CREATE FUNCTION suivi_figer_facture() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'Une facture déposée ne s’efface pas.'
            USING ERRCODE = '23514', CONSTRAINT = 'suivi_facture_deposee';
    ELSIF OLD.etat IN ('rejetee', 'payee', 'retiree', 'avoir') THEN
        RAISE EXCEPTION 'L’état « % » est définitif.', OLD.etat
            USING ERRCODE = '23514', CONSTRAINT = 'suivi_etat_terminal';
    ELSIF (NEW.fournisseur_id, NEW.etablissement_id, NEW.numero, NEW.numero_normalise, NEW.date_emission,
           NEW.periode_debut, NEW.periode_fin, NEW.montant_ht, NEW.montant_tgc, NEW.montant_ttc,
           NEW.sha256, NEW.deposee_le, NEW.deposee_par_id, NEW.code_verification)
       IS DISTINCT FROM
          (OLD.fournisseur_id, OLD.etablissement_id, OLD.numero, OLD.numero_normalise, OLD.date_emission,
           OLD.periode_debut, OLD.periode_fin, OLD.montant_ht, OLD.montant_tgc, OLD.montant_ttc,
           OLD.sha256, OLD.deposee_le, OLD.deposee_par_id, OLD.code_verification) THEN
        RAISE EXCEPTION 'Les données d’une facture déposée ne se modifient pas : rejetez-la.'
            USING ERRCODE = '23514', CONSTRAINT = 'suivi_facture_figee';
    ELSIF NEW.etat = 'brouillon' THEN
        RAISE EXCEPTION 'Une facture déposée ne redevient pas un brouillon.'
            USING ERRCODE = '23514', CONSTRAINT = 'suivi_facture_deposee';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER facture_figee BEFORE UPDATE OR DELETE ON facturier_facture
    FOR EACH ROW WHEN (OLD.etat <> 'brouillon') EXECUTE FUNCTION suivi_figer_facture();

-- Lines and taxes belong to the draft; a document may still be added, never changed.
CREATE FUNCTION suivi_figer_detail() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touchee bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.facture_id ELSE OLD.facture_id END;
BEGIN
    IF EXISTS (SELECT 1 FROM facturier_facture f WHERE f.id = touchee AND f.etat <> 'brouillon') THEN
        RAISE EXCEPTION 'Le détail d’une facture déposée ne se modifie pas.'
            USING ERRCODE = '23514', CONSTRAINT = 'suivi_detail_fige';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER ligne_figee BEFORE INSERT OR UPDATE OR DELETE ON facturier_lignefacture
    FOR EACH ROW EXECUTE FUNCTION suivi_figer_detail();
CREATE TRIGGER taxe_figee BEFORE INSERT OR UPDATE OR DELETE ON facturier_repartitiontaxe
    FOR EACH ROW EXECUTE FUNCTION suivi_figer_detail();
CREATE TRIGGER document_fige BEFORE UPDATE OR DELETE ON facturier_document
    FOR EACH ROW EXECUTE FUNCTION suivi_figer_detail();

-- A measured duration never changes, and a prediction keeps what it said.
CREATE TRIGGER delai_constate_fige BEFORE UPDATE OR DELETE ON facturier_delaiconstate
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
CREATE TRIGGER prevision_sans_suppression BEFORE DELETE ON facturier_previsionpaiement
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
CREATE TRIGGER prevision_figee BEFORE UPDATE ON facturier_previsionpaiement
    FOR EACH ROW WHEN (
        OLD.ecart_jours IS NOT NULL
        OR (NEW.facture_id, NEW.jalon, NEW.faite_le, NEW.au_plus_tot, NEW.probable, NEW.au_plus_tard,
            NEW.base, NEW.effectif)
           IS DISTINCT FROM
           (OLD.facture_id, OLD.jalon, OLD.faite_le, OLD.au_plus_tot, OLD.probable, OLD.au_plus_tard,
            OLD.base, OLD.effectif)
    ) EXECUTE FUNCTION suivi_refuser_modification();

-- An acknowledgement, once given, stays.
CREATE TRIGGER retour_accuse_fige BEFORE UPDATE ON facturier_retourfournisseur
    FOR EACH ROW WHEN (
        OLD.accuse_le IS NOT NULL
        AND (NEW.accuse_le, NEW.accuse_par_id) IS DISTINCT FROM (OLD.accuse_le, OLD.accuse_par_id)
    ) EXECUTE FUNCTION suivi_refuser_modification();

-- An attestation, once given, stays.
CREATE TRIGGER attestation_ajout_seul BEFORE UPDATE OR DELETE ON facturier_attestation
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();

-- What an avoir corrects, and never beyond what is left of it.

CREATE FUNCTION suivi_controler_avoir() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    corrigee facturier_facture%ROWTYPE;
    rendu bigint;
BEGIN
    SELECT * INTO corrigee FROM facturier_facture WHERE id = NEW.facture_corrigee_id FOR UPDATE;
    IF corrigee.nature <> 'facture' OR corrigee.etablissement_id <> NEW.etablissement_id
       OR corrigee.etat IN ('brouillon', 'rejetee', 'retiree') THEN
        RAISE EXCEPTION 'Un avoir corrige une facture déposée du même établissement.'
            USING ERRCODE = '23514', CONSTRAINT = 'suivi_avoir_etranger';
    END IF;
    SELECT coalesce(sum(montant_ttc), 0) INTO rendu FROM facturier_facture
        WHERE facture_corrigee_id = corrigee.id AND id <> NEW.id
          AND etat NOT IN ('brouillon', 'rejetee', 'retiree');
    IF rendu + NEW.montant_ttc > corrigee.montant_ttc THEN
        RAISE EXCEPTION 'Les avoirs dépassent la facture qu’ils corrigent.'
            USING ERRCODE = '23514', CONSTRAINT = 'suivi_avoir_excessif';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER avoir_depose BEFORE UPDATE ON facturier_facture
    FOR EACH ROW WHEN (NEW.nature = 'avoir' AND OLD.etat = 'brouillon' AND NEW.etat <> 'brouillon')
    EXECUTE FUNCTION suivi_controler_avoir();
CREATE TRIGGER avoir_insere BEFORE INSERT ON facturier_facture
    FOR EACH ROW WHEN (NEW.nature = 'avoir' AND NEW.etat <> 'brouillon')
    EXECUTE FUNCTION suivi_controler_avoir();

CREATE FUNCTION suivi_figer_avoir() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'La nature d’une facture déposée et ce qu’elle corrige ne changent plus.'
        USING ERRCODE = '23514', CONSTRAINT = 'suivi_avoir_fige';
END $$;
CREATE TRIGGER avoir_fige BEFORE UPDATE ON facturier_facture
    FOR EACH ROW WHEN (
        OLD.etat <> 'brouillon'
        AND (NEW.nature, NEW.facture_corrigee_id)
            IS DISTINCT FROM (OLD.nature, OLD.facture_corrigee_id)
    ) EXECUTE FUNCTION suivi_figer_avoir();

-- What was received is never rewritten, and stays within what was ordered.

CREATE TRIGGER reception_ajout_seul BEFORE UPDATE OR DELETE ON facturier_reception
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
CREATE TRIGGER ligne_reception_ajout_seul BEFORE UPDATE OR DELETE ON facturier_lignereception
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();

CREATE FUNCTION suivi_controler_reception() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_engage bigint;
    v_recu bigint;
BEGIN
    SELECT montant_engage INTO v_engage FROM facturier_boncommande
        WHERE id = NEW.commande_id FOR UPDATE;
    SELECT coalesce(sum(montant), 0) + NEW.montant INTO v_recu FROM facturier_reception
        WHERE commande_id = NEW.commande_id;
    IF v_recu > v_engage OR v_recu < 0 THEN
        RAISE EXCEPTION 'Le montant reçu dépasse le bon de commande.'
            USING ERRCODE = '23514', CONSTRAINT = 'suivi_reception_excessive';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reception_dans_la_commande BEFORE INSERT ON facturier_reception
    FOR EACH ROW EXECUTE FUNCTION suivi_controler_reception();

-- What is invoiced stays within the order: an invoice counts from its deposit, an avoir gives back
-- once the service has agreed to it. The order is locked: two deposits do not pass it together.

CREATE FUNCTION suivi_part_de_commande(nature text, etat text, montant bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN etat IN ('brouillon', 'rejetee', 'retiree') THEN 0
        WHEN nature = 'avoir' AND etat NOT IN ('service_fait', 'avoir') THEN 0
        WHEN nature = 'avoir' THEN -montant
        ELSE montant
    END
$$;
CREATE FUNCTION suivi_controler_commande() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_engage bigint;
    v_facture bigint;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.bon_commande_id IS NOT DISTINCT FROM NEW.bon_commande_id
           AND OLD.etat NOT IN ('brouillon', 'rejetee', 'retiree') THEN
            RETURN NEW;
        END IF;
    END IF;
    SELECT montant_engage INTO v_engage FROM facturier_boncommande
        WHERE id = NEW.bon_commande_id FOR UPDATE;
    SELECT coalesce(sum(suivi_part_de_commande(nature, etat, montant_ttc)), 0) + NEW.montant_ttc
        INTO v_facture FROM facturier_facture
        WHERE bon_commande_id = NEW.bon_commande_id AND id <> NEW.id;
    IF v_facture > v_engage THEN
        RAISE EXCEPTION 'Les factures dépassent le bon de commande de % F.', v_facture - v_engage
            USING ERRCODE = '23514', CONSTRAINT = 'suivi_commande_depassee';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER facture_dans_la_commande BEFORE INSERT OR UPDATE OF etat, bon_commande_id
    ON facturier_facture FOR EACH ROW
    WHEN (NEW.bon_commande_id IS NOT NULL AND NEW.nature = 'facture'
          AND NEW.etat NOT IN ('brouillon', 'rejetee', 'retiree'))
    EXECUTE FUNCTION suivi_controler_commande();

CREATE FUNCTION suivi_commande_entamee() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_facture bigint;
    v_recu bigint;
BEGIN
    SELECT coalesce(sum(suivi_part_de_commande(nature, etat, montant_ttc)), 0) INTO v_facture
        FROM facturier_facture WHERE bon_commande_id = NEW.id;
    SELECT coalesce(sum(montant), 0) INTO v_recu FROM facturier_reception
        WHERE commande_id = NEW.id;
    IF NEW.montant_engage < greatest(v_facture, v_recu) THEN
        RAISE EXCEPTION 'La commande ne descend pas sous ce qui est facturé ou reçu.'
            USING ERRCODE = '23514', CONSTRAINT = 'suivi_commande_entamee';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER commande_entamee BEFORE UPDATE OF montant_engage ON facturier_boncommande
    FOR EACH ROW WHEN (NEW.montant_engage < OLD.montant_engage)
    EXECUTE FUNCTION suivi_commande_entamee();

-- A decision on interest, once taken, stays; another may follow it.
CREATE TRIGGER decision_interets_ajout_seul BEFORE UPDATE OR DELETE ON facturier_decisioninterets
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();

-- What was liquidated stays readable: another liquidation replaces it.

CREATE TRIGGER liquidation_ajout_seul BEFORE UPDATE OR DELETE ON facturier_liquidation
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
CREATE TRIGGER ligneliquidation_ajout_seul BEFORE UPDATE OR DELETE ON facturier_ligneliquidation
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
CREATE TRIGGER avance_ajout_seul BEFORE UPDATE OR DELETE ON facturier_avance
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
CREATE TRIGGER liberationgarantie_ajout_seul BEFORE UPDATE OR DELETE ON facturier_liberationgarantie
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();

-- A rule keeps what it stopped; only its end is decided later, once.

CREATE TRIGGER constat_regle_ajout_seul BEFORE UPDATE OR DELETE ON facturier_constatregle
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
CREATE TRIGGER regle_sans_suppression BEFORE DELETE ON facturier_regleapprise
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
CREATE TRIGGER regle_figee BEFORE UPDATE ON facturier_regleapprise
    FOR EACH ROW WHEN (
        OLD.fin IS NOT NULL
        OR (NEW.libelle, NEW.consigne, NEW.type_depense, NEW.compte, NEW.genre_absent,
            NEW.montant_minimum, NEW.debut, NEW.piece_origine_id, NEW.auteur_id)
           IS DISTINCT FROM
           (OLD.libelle, OLD.consigne, OLD.type_depense, OLD.compte, OLD.genre_absent,
            OLD.montant_minimum, OLD.debut, OLD.piece_origine_id, OLD.auteur_id)
    ) EXECUTE FUNCTION suivi_refuser_modification();

-- A rejection brought back to a desk is part of the story.

CREATE TRIGGER reprise_ajout_seul BEFORE UPDATE OR DELETE ON facturier_repriserejet
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
-- A réduction founded on an avoir: one at a time, on an avoir that the service has agreed to.

CREATE TRIGGER reduction_par_avoir_ajout_seul BEFORE UPDATE OR DELETE ON facturier_reductionparavoir
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();

CREATE FUNCTION suivi_avoir_est_tenu(cle bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM facturier_reductionparavoir r
        JOIN grand_livre_piece p ON p.id = r.reduction_id
        WHERE r.avoir_id = cle AND p.etat NOT IN ('annulee', 'rejetee')
    )
$$;
CREATE FUNCTION suivi_controler_reduction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    avoir facturier_facture%ROWTYPE;
BEGIN
    SELECT * INTO avoir FROM facturier_facture WHERE id = NEW.avoir_id FOR UPDATE;
    IF avoir.nature <> 'avoir' OR avoir.etat <> 'service_fait' OR suivi_avoir_est_tenu(avoir.id) THEN
        RAISE EXCEPTION 'Cet avoir n’est pas libre : une réduction ne se fonde pas sur lui.'
            USING ERRCODE = '23514', CONSTRAINT = 'suivi_avoir_tenu';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reduction_sur_avoir_libre BEFORE INSERT ON facturier_reductionparavoir
    FOR EACH ROW EXECUTE FUNCTION suivi_controler_reduction();

-- An avoir already agreed gave its amount back to its order: it is not taken back once that place
-- is invoiced again, nor while a réduction rests on it.

CREATE FUNCTION suivi_controler_reprise_avoir() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_engage bigint;
    v_facture bigint;
BEGIN
    IF suivi_avoir_est_tenu(OLD.id) THEN
        RAISE EXCEPTION 'Une réduction de mandat est fondée sur cet avoir.'
            USING ERRCODE = '23514', CONSTRAINT = 'suivi_avoir_tenu';
    END IF;
    IF OLD.bon_commande_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT montant_engage INTO v_engage FROM facturier_boncommande
        WHERE id = OLD.bon_commande_id FOR UPDATE;
    SELECT coalesce(sum(suivi_part_de_commande(nature, etat, montant_ttc)), 0) INTO v_facture
        FROM facturier_facture WHERE bon_commande_id = OLD.bon_commande_id AND id <> OLD.id;
    IF v_facture > v_engage THEN
        RAISE EXCEPTION 'Les factures dépassent le bon de commande de % F.', v_facture - v_engage
            USING ERRCODE = '23514', CONSTRAINT = 'suivi_commande_depassee';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER avoir_repris BEFORE UPDATE OF etat ON facturier_facture FOR EACH ROW
    WHEN (OLD.nature = 'avoir' AND OLD.etat = 'service_fait'
          AND NEW.etat NOT IN ('service_fait', 'avoir'))
    EXECUTE FUNCTION suivi_controler_reprise_avoir();
