-- The same on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER piece_bordereau_compte BEFORE UPDATE OF bordereau_id ON grand_livre_piece
WHEN OLD.bordereau_id IS NOT NEW.bordereau_id
  AND EXISTS (SELECT 1 FROM grand_livre_bordereau b
                JOIN grand_livre_bordereau s
                  ON s.exercice_id = b.exercice_id AND s.budget_id = b.budget_id
                 AND s.sens = b.sens AND s.type_bordereau = b.type_bordereau
                 AND s.numero > b.numero AND s.etat IN ('signe', 'transmis', 'accepte')
               WHERE b.id IN (OLD.bordereau_id, NEW.bordereau_id))
BEGIN SELECT RAISE(ABORT, 'Un bordereau suivant, déjà signé, compte les pièces de celui-ci.'); END;;
CREATE TRIGGER bordereau_vide BEFORE UPDATE OF etat ON grand_livre_bordereau
WHEN NEW.etat = 'abandonne' AND OLD.etat <> 'abandonne'
  AND EXISTS (SELECT 1 FROM grand_livre_piece p WHERE p.bordereau_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'Seul un bordereau vide s’abandonne.'); END;;
