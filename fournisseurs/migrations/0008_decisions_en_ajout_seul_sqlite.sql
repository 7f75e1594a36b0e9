-- The same on SQLite. A double semicolon on its own ends a statement.

CREATE TRIGGER passage_doublon_sans_modification BEFORE UPDATE ON fournisseurs_passagedoublon
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_doublon_sans_suppression BEFORE DELETE ON fournisseurs_passagedoublon
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_fusion_sans_modification BEFORE UPDATE ON fournisseurs_passagefusion
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_fusion_sans_suppression BEFORE DELETE ON fournisseurs_passagefusion
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
