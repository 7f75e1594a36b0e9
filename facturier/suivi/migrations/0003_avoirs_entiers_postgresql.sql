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
