-- What is read in the parapheur is what will be signed; what a later signature counts stands still.
CREATE OR REPLACE FUNCTION grand_livre_bordereau_fige() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM grand_livre_bordereau b
               WHERE b.id IN (OLD.bordereau_id, NEW.bordereau_id) AND b.etat <> 'ouvert') THEN
        RAISE EXCEPTION 'Les pièces d’un bordereau présenté ou signé ne changent plus.'
            USING ERRCODE = '23514', CONSTRAINT = 'bordereau_fige';
    END IF;
    IF EXISTS (SELECT 1 FROM grand_livre_bordereau b
                 JOIN grand_livre_bordereau s
                   ON s.exercice_id = b.exercice_id AND s.budget_id = b.budget_id
                  AND s.sens = b.sens AND s.type_bordereau = b.type_bordereau
                  AND s.numero > b.numero AND s.etat IN ('signe', 'transmis', 'accepte')
                WHERE b.id IN (OLD.bordereau_id, NEW.bordereau_id)) THEN
        RAISE EXCEPTION 'Un bordereau suivant, déjà signé, compte les pièces de celui-ci.'
            USING ERRCODE = '23514', CONSTRAINT = 'bordereau_compte';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION grand_livre_bordereau_vide() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM grand_livre_piece p WHERE p.bordereau_id = NEW.id) THEN
        RAISE EXCEPTION 'Seul un bordereau vide s’abandonne.'
            USING ERRCODE = '23514', CONSTRAINT = 'bordereau_vide';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bordereau_vide BEFORE UPDATE OF etat ON grand_livre_bordereau
    FOR EACH ROW WHEN (NEW.etat = 'abandonne' AND OLD.etat <> 'abandonne')
    EXECUTE FUNCTION grand_livre_bordereau_vide();
