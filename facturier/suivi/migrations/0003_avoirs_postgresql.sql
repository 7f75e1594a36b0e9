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
