-- An archive keeps who asked for what; once made, its file.
CREATE TRIGGER archive_tps_sans_suppression BEFORE DELETE ON exports_tps_archivetps
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER archive_tps_identite BEFORE UPDATE ON exports_tps_archivetps
WHEN OLD.achevee_le IS NOT NULL
  OR OLD.id IS NOT NEW.id
  OR OLD.exercice_id IS NOT NEW.exercice_id
  OR OLD.bordereaux IS NOT NEW.bordereaux
  OR OLD.motif IS NOT NEW.motif
  OR OLD.demandee_le IS NOT NEW.demandee_le
  OR OLD.par_id IS NOT NEW.par_id
  OR OLD.conserver_jusqu_au IS NOT NEW.conserver_jusqu_au
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
