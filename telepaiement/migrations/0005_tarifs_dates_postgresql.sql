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
