-- The same rules on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER encaissement_classement BEFORE INSERT ON telepaiement_encaissement
WHEN NEW.provenance_id IS NOT NULL AND (
  NOT EXISTS (SELECT 1 FROM telepaiement_encaissement
    WHERE id = NEW.provenance_id AND mention <> '' AND montant = NEW.montant
      AND regie_id = NEW.regie_id)
  OR EXISTS (SELECT 1 FROM telepaiement_annulationencaissement
             WHERE encaissement_id = NEW.provenance_id))
BEGIN SELECT RAISE(ABORT, 'Une recette à classer se classe entière, dans sa régie, tant qu’elle vaut.'); END;;
CREATE TRIGGER annulation_encaissement_classe BEFORE INSERT ON telepaiement_annulationencaissement
WHEN EXISTS (SELECT 1 FROM telepaiement_encaissement WHERE provenance_id = NEW.encaissement_id)
BEGIN SELECT RAISE(ABORT, 'Cette recette est déjà classée : elle ne s’annule plus.'); END;;
