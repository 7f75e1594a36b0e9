-- The same on SQLite. A double semicolon on its own ends a statement.

CREATE TRIGGER piece_tiers_ouvert BEFORE INSERT ON grand_livre_piece
WHEN NEW.piece_origine_id IS NULL
  AND EXISTS (SELECT 1 FROM grand_livre_tiers WHERE id = NEW.tiers_id AND absorbe_par_id IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'Ce tiers a été fusionné : la pièce s’émet au nom du tiers gardé.'); END;;
