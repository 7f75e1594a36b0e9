-- The same on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER recettepercue_sans_modification BEFORE UPDATE ON exports_tps_recettepercue
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER recettepercue_sans_suppression BEFORE DELETE ON exports_tps_recettepercue
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER regularisationrecette_sans_modification BEFORE UPDATE ON exports_tps_regularisationrecette
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER regularisationrecette_sans_suppression BEFORE DELETE ON exports_tps_regularisationrecette
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
