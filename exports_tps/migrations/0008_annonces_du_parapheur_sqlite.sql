-- The same on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER annonceparapheur_sans_modification BEFORE UPDATE ON exports_tps_annonceparapheur
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER annonceparapheur_sans_suppression BEFORE DELETE ON exports_tps_annonceparapheur
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;
