-- The same rules on SQLite. A double semicolon on its own ends a statement.
DROP TRIGGER lien_fige;;
CREATE TRIGGER lien_fige BEFORE UPDATE ON telepaiement_lienpaiement
WHEN OLD.titre_id <> NEW.titre_id OR OLD.identifiant <> NEW.identifiant
  OR OLD.expire_le <> NEW.expire_le OR OLD.cree_le <> NEW.cree_le
  OR OLD.par_id IS NOT NEW.par_id
  OR OLD.revoque_le IS NOT NULL AND OLD.revoque_le IS NOT NEW.revoque_le
BEGIN SELECT RAISE(ABORT, 'Un lien de paiement se révoque, et ne se réécrit pas.'); END;;
CREATE TRIGGER envoi_guichet_sans_modification BEFORE UPDATE ON telepaiement_envoiguichet
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER envoi_guichet_sans_suppression BEFORE DELETE ON telepaiement_envoiguichet
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
