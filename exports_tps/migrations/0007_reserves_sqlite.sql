-- The same on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER traitement_reserve_sans_modification BEFORE UPDATE ON exports_tps_traitementreserve
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER traitement_reserve_sans_suppression BEFORE DELETE ON exports_tps_traitementreserve
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER reserve_sans_suppression BEFORE DELETE ON exports_tps_reserve
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER reserve_identite BEFORE UPDATE ON exports_tps_reserve
WHEN OLD.traitement_id IS NOT NULL
  OR OLD.id IS NOT NEW.id
  OR OLD.message_id IS NOT NEW.message_id
  OR OLD.nature IS NOT NEW.nature
  OR OLD.texte IS NOT NEW.texte
  OR OLD.bordereau_id IS NOT NEW.bordereau_id
  OR OLD.piece_id IS NOT NEW.piece_id
  OR OLD.justificatif_id IS NOT NEW.justificatif_id
  OR OLD.constatee_le IS NOT NEW.constatee_le
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER reserve_traitee_avec_son_message_ajout BEFORE INSERT ON exports_tps_reserve
WHEN NEW.traitement_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM exports_tps_traitementreserve t
                  WHERE t.id = NEW.traitement_id AND t.message_id = NEW.message_id)
BEGIN SELECT RAISE(ABORT, 'Une réserve se traite avec celles de son message.'); END;;
CREATE TRIGGER reserve_traitee_avec_son_message BEFORE UPDATE OF traitement_id ON exports_tps_reserve
WHEN NEW.traitement_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM exports_tps_traitementreserve t
                  WHERE t.id = NEW.traitement_id AND t.message_id = NEW.message_id)
BEGIN SELECT RAISE(ABORT, 'Une réserve se traite avec celles de son message.'); END;;
