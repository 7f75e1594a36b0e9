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
