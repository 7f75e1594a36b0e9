-- What a mandat pays to others than its tiers, on PostgreSQL: frozen as the pièce is, put in before
-- the entry that posts it, never more than the line it comes out of.

CREATE TRIGGER part_cedee_figee BEFORE UPDATE OR DELETE ON grand_livre_partcedee
    FOR EACH STATEMENT EXECUTE FUNCTION gl_refuser_retouche();

CREATE FUNCTION gl_controler_part_cedee() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_piece bigint;
    v_ligne bigint;
    v_tiers bigint;
BEGIN
    SELECT l.piece_id, l.montant_ht + l.montant_tgc, p.tiers_id INTO v_piece, v_ligne, v_tiers
        FROM grand_livre_lignepiece l JOIN grand_livre_piece p ON p.id = l.piece_id
        WHERE l.id = NEW.ligne_id AND p.sens = 'depense';
    IF v_piece IS NULL OR v_tiers = NEW.tiers_id THEN
        RAISE EXCEPTION 'Une part cédée ou saisie est celle d’un mandat, payée à un autre que son tiers.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_part_cedee_autre_tiers';
    END IF;
    IF EXISTS (SELECT 1 FROM grand_livre_ecriture WHERE cle = 'mandatement-' || v_piece) THEN
        RAISE EXCEPTION 'Un mandat émis ne reçoit plus de part cédée ou saisie : annulez-le.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_part_cedee_tardive';
    END IF;
    IF v_ligne < NEW.montant + (
        SELECT coalesce(sum(montant), 0) FROM grand_livre_partcedee WHERE ligne_id = NEW.ligne_id
    ) THEN
        RAISE EXCEPTION 'Les parts cédées ou saisies dépassent le montant d’une imputation.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_part_cedee_excessive';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER part_cedee_avant_ecriture BEFORE INSERT ON grand_livre_partcedee
    FOR EACH ROW EXECUTE FUNCTION gl_controler_part_cedee();
