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
