-- What is read in the parapheur is what will be signed: the list of a bordereau then stands still.

CREATE FUNCTION grand_livre_bordereau_fige() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM grand_livre_bordereau b
               WHERE b.id IN (OLD.bordereau_id, NEW.bordereau_id) AND b.etat <> 'ouvert') THEN
        RAISE EXCEPTION 'Les pièces d’un bordereau présenté ou signé ne changent plus.'
            USING ERRCODE = '23514', CONSTRAINT = 'bordereau_fige';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER piece_bordereau_fige BEFORE UPDATE OF bordereau_id ON grand_livre_piece
    FOR EACH ROW WHEN (OLD.bordereau_id IS DISTINCT FROM NEW.bordereau_id)
    EXECUTE FUNCTION grand_livre_bordereau_fige();
