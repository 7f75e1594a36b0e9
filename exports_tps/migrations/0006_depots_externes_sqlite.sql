-- What another program made is kept as it was dropped; what is added to it is added once.
CREATE TRIGGER piece_externe_sans_modification BEFORE UPDATE ON exports_tps_pieceexterne
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER piece_externe_sans_suppression BEFORE DELETE ON exports_tps_pieceexterne
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER document_externe_sans_suppression BEFORE DELETE ON exports_tps_documentexterne
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER document_externe_identite BEFORE UPDATE ON exports_tps_documentexterne
WHEN OLD.sha256 <> ''
  OR OLD.id IS NOT NEW.id
  OR OLD.flux_id IS NOT NEW.flux_id
  OR OLD.piece_id IS NOT NEW.piece_id
  OR OLD.identifiant IS NOT NEW.identifiant
  OR OLD.est_inclus IS NOT NEW.est_inclus
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER depot_externe_sans_suppression BEFORE DELETE ON exports_tps_depotexterne
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER depot_externe_identite BEFORE UPDATE ON exports_tps_depotexterne
WHEN OLD.sha256_signe <> ''
  OR OLD.flux_id IS NOT NEW.flux_id
  OR OLD.nom IS NOT NEW.nom
  OR OLD.sha256 IS NOT NEW.sha256
  OR OLD.est_signe IS NOT NEW.est_signe
  OR OLD.depose_le IS NOT NEW.depose_le
  OR OLD.par_id IS NOT NEW.par_id
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
