-- The same on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER passage_importation_sans_modification BEFORE UPDATE ON fournisseurs_passageimportation
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_importation_sans_suppression BEFORE DELETE ON fournisseurs_passageimportation
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
