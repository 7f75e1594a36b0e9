-- The same on SQLite. A double semicolon on its own ends a statement.

CREATE TRIGGER champ_modifie_sans_modification BEFORE UPDATE ON fournisseurs_champmodifie
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER champ_modifie_sans_suppression BEFORE DELETE ON fournisseurs_champmodifie
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER contre_appel_sans_modification BEFORE UPDATE ON fournisseurs_contreappel
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER contre_appel_sans_suppression BEFORE DELETE ON fournisseurs_contreappel
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_modification_sans_modification BEFORE UPDATE ON fournisseurs_passagemodification
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_modification_sans_suppression BEFORE DELETE ON fournisseurs_passagemodification
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER contact_connu_sans_suppression BEFORE DELETE ON fournisseurs_contactconnu
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;

-- A contact is warned once; nothing else about it ever changes.
CREATE TRIGGER contact_connu_ajout_seul BEFORE UPDATE ON fournisseurs_contactconnu
WHEN OLD.prevenu_le IS NOT NULL
  OR OLD.id IS NOT NEW.id OR OLD.demande_id IS NOT NEW.demande_id OR OLD.genre IS NOT NEW.genre
  OR OLD.valeur IS NOT NEW.valeur OR OLD.origine IS NOT NEW.origine
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
