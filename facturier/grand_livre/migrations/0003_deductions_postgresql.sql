-- What a mandat withholds from its tiers: frozen, in before the entry, never more than the line
-- leaves once others are paid.

CREATE TRIGGER deduction_figee BEFORE UPDATE OR DELETE ON grand_livre_deduction
    FOR EACH STATEMENT EXECUTE FUNCTION gl_refuser_retouche();

CREATE FUNCTION gl_retenu_sur(p_ligne bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT (SELECT coalesce(sum(montant), 0) FROM grand_livre_partcedee WHERE ligne_id = p_ligne)
         + (SELECT coalesce(sum(montant), 0) FROM grand_livre_deduction WHERE ligne_id = p_ligne)
$$;

CREATE FUNCTION gl_controler_deduction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_piece bigint;
    v_ligne bigint;
BEGIN
    SELECT l.piece_id, l.montant_ht + l.montant_tgc INTO v_piece, v_ligne
        FROM grand_livre_lignepiece l JOIN grand_livre_piece p ON p.id = l.piece_id
        WHERE l.id = NEW.ligne_id AND p.sens = 'depense';
    IF v_piece IS NULL THEN
        RAISE EXCEPTION 'Une déduction est celle d’un mandat.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_deduction_mandat';
    END IF;
    IF EXISTS (SELECT 1 FROM grand_livre_ecriture WHERE cle = 'mandatement-' || v_piece) THEN
        RAISE EXCEPTION 'Un mandat émis ne reçoit plus de déduction : annulez-le.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_deduction_tardive';
    END IF;
    IF v_ligne < NEW.montant + gl_retenu_sur(NEW.ligne_id) THEN
        RAISE EXCEPTION 'Les déductions dépassent le montant d’une imputation.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_deduction_excessive';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER deduction_avant_ecriture BEFORE INSERT ON grand_livre_deduction
    FOR EACH ROW EXECUTE FUNCTION gl_controler_deduction();

CREATE FUNCTION gl_controler_part_apres_deduction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.montant + gl_retenu_sur(NEW.ligne_id)
        > (SELECT montant_ht + montant_tgc FROM grand_livre_lignepiece WHERE id = NEW.ligne_id)
    THEN
        RAISE EXCEPTION 'Les parts cédées ou saisies dépassent le montant d’une imputation.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_part_cedee_excessive';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER part_cedee_apres_deduction BEFORE INSERT ON grand_livre_partcedee
    FOR EACH ROW EXECUTE FUNCTION gl_controler_part_apres_deduction();
