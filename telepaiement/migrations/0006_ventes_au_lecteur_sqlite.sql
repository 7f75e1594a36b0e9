-- The same rule on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER tentative_vente_de_la_caisse BEFORE INSERT ON telepaiement_tentative
WHEN NEW.vente_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM telepaiement_vente v
  JOIN telepaiement_sessioncaisse s ON s.regie_id = v.regie_id
  WHERE v.id = NEW.vente_id AND s.id = NEW.session_id
    AND s.etat = 'ouverte' AND v.montant = NEW.montant)
BEGIN SELECT RAISE(ABORT, 'Une vente se paie entière, au lecteur d’une caisse ouverte de sa régie.'); END;;
