-- The same rules on SQLite. A double semicolon on its own ends a statement.
DROP TRIGGER feuillet_fige;;
CREATE TRIGGER feuillet_fige BEFORE UPDATE ON telepaiement_feuillet
WHEN OLD.carnet_id <> NEW.carnet_id OR OLD.numero <> NEW.numero OR OLD.code <> NEW.code
  OR OLD.etat <> 'vierge' AND NOT (
    OLD.etat = 'saisi' AND NEW.etat = 'defait' AND NEW.encaissement_id = OLD.encaissement_id
    AND NEW.conflits = OLD.conflits)
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER quittance_remplace_annulee BEFORE INSERT ON telepaiement_quittance
WHEN NEW.remplace_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM telepaiement_quittance q
  JOIN telepaiement_annulationencaissement a ON a.encaissement_id = q.encaissement_id
  WHERE q.id = NEW.remplace_id AND q.code = NEW.code AND q.regie_id = NEW.regie_id)
BEGIN SELECT RAISE(ABORT, 'Une quittance n’en remplace qu’une annulée, du même feuillet.'); END;;
