-- The same on SQLite.

CREATE TRIGGER piece_bordereau_fige BEFORE UPDATE OF bordereau_id ON grand_livre_piece
WHEN OLD.bordereau_id IS NOT NEW.bordereau_id
  AND EXISTS (SELECT 1 FROM grand_livre_bordereau b
              WHERE b.id IN (OLD.bordereau_id, NEW.bordereau_id) AND b.etat <> 'ouvert')
BEGIN SELECT RAISE(ABORT, 'Les pièces d’un bordereau présenté ou signé ne changent plus.'); END;;
