CREATE TRIGGER releve_sans_modification BEFORE UPDATE ON exports_tps_releve
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER releve_sans_suppression BEFORE DELETE ON exports_tps_releve
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
