-- A titre that collects penalties is of their amount and their tiers; one at a time for a deduction.

CREATE TRIGGER precompte_fige BEFORE UPDATE OR DELETE ON grand_livre_precompte
    FOR EACH STATEMENT EXECUTE FUNCTION gl_refuser_retouche();

CREATE FUNCTION gl_controler_precompte() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM grand_livre_deduction WHERE id = NEW.deduction_id FOR UPDATE;
    IF NOT EXISTS (
        SELECT 1 FROM grand_livre_deduction d
        JOIN grand_livre_lignepiece l ON l.id = d.ligne_id
        JOIN grand_livre_piece m ON m.id = l.piece_id
        JOIN grand_livre_piece t ON t.id = NEW.titre_id
        WHERE d.id = NEW.deduction_id AND d.nature = 'penalites' AND t.sens = 'recette'
          AND t.tiers_id = m.tiers_id AND t.montant_ht + t.montant_tgc = d.montant
    ) THEN
        RAISE EXCEPTION 'Un titre de pénalités est du montant retenu et du même tiers.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_precompte_etranger';
    END IF;
    IF EXISTS (
        SELECT 1 FROM grand_livre_precompte p JOIN grand_livre_piece t ON t.id = p.titre_id
        WHERE p.deduction_id = NEW.deduction_id AND t.etat NOT IN ('annulee', 'rejetee')
    ) THEN
        RAISE EXCEPTION 'Un titre recouvre déjà ces pénalités.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_precompte_double';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER precompte_juste BEFORE INSERT ON grand_livre_precompte
    FOR EACH ROW EXECUTE FUNCTION gl_controler_precompte();
