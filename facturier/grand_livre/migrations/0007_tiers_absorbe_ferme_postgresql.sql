-- No new pièce for a tiers that was merged; one that corrects an older pièce keeps its tiers.

CREATE FUNCTION gl_refuser_tiers_absorbe() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM grand_livre_tiers
               WHERE id = NEW.tiers_id AND absorbe_par_id IS NOT NULL) THEN
        RAISE EXCEPTION 'Ce tiers a été fusionné : la pièce s’émet au nom du tiers gardé.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_tiers_absorbe';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER piece_tiers_ouvert BEFORE INSERT ON grand_livre_piece
    FOR EACH ROW WHEN (NEW.piece_origine_id IS NULL) EXECUTE FUNCTION gl_refuser_tiers_absorbe();
