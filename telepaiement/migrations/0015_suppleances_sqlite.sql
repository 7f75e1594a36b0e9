-- The same rules on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER nomination_suppleance_unique BEFORE INSERT ON telepaiement_nomination
WHEN NEW.qualite = 'suppleant' AND EXISTS (
  SELECT 1 FROM telepaiement_nomination n
  WHERE n.regie_id = NEW.regie_id AND n.qualite = 'suppleant'
    AND COALESCE(n.remplace_id, 0) = COALESCE(NEW.remplace_id, 0)
    AND n.debut <= NEW.fin AND n.fin >= NEW.debut)
BEGIN SELECT RAISE(ABORT, 'Une autre suppléance de la même personne couvre déjà ces dates.'); END;;
CREATE TRIGGER nomination_suppleance_chaine BEFORE INSERT ON telepaiement_nomination
WHEN NEW.remplace_id IS NOT NULL AND (NEW.qualite <> 'suppleant' OR NOT EXISTS (
  SELECT 1 FROM telepaiement_nomination n
  WHERE n.id = NEW.remplace_id AND n.regie_id = NEW.regie_id AND n.qualite = 'suppleant'
    AND n.etat = 'en_vigueur' AND n.personne_id <> NEW.personne_id
    AND n.debut <= NEW.debut AND n.fin >= NEW.fin))
BEGIN SELECT RAISE(ABORT, 'Un suppléant remplace un autre suppléant de la même régie, en fonction pendant toute la période, et qui n’est pas lui-même.'); END;;
CREATE TRIGGER nomination_remplace_fige BEFORE UPDATE ON telepaiement_nomination
WHEN OLD.remplace_id IS NOT NEW.remplace_id
BEGIN SELECT RAISE(ABORT, 'Une nomination ne se réécrit pas : mettez-y fin, puis nommez à nouveau.'); END;;
