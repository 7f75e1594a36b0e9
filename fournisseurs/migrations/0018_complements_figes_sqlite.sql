-- The same on SQLite. A double semicolon on its own ends a statement.

CREATE TRIGGER complement_sans_suppression BEFORE DELETE ON fournisseurs_complement
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;

-- It is answered once; nothing else about it ever changes.
CREATE TRIGGER complement_fige BEFORE UPDATE ON fournisseurs_complement
WHEN OLD.repondu_le IS NOT NULL
  OR OLD.id IS NOT NEW.id OR OLD.demande_id IS NOT NEW.demande_id
  OR OLD.modification_id IS NOT NEW.modification_id OR OLD.objet IS NOT NEW.objet
  OR OLD.libelle IS NOT NEW.libelle OR OLD.motif IS NOT NEW.motif
  OR OLD.par_id IS NOT NEW.par_id OR OLD.le IS NOT NEW.le
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;

-- Those of 0010, lost with the table that 0017 made anew.
CREATE TRIGGER IF NOT EXISTS champ_modifie_sans_modification BEFORE UPDATE ON fournisseurs_champmodifie
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER IF NOT EXISTS champ_modifie_sans_suppression BEFORE DELETE ON fournisseurs_champmodifie
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
