-- The same on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER remplacement_document_sans_modification
BEFORE UPDATE ON exports_tps_remplacementdocument
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER remplacement_document_sans_suppression
BEFORE DELETE ON exports_tps_remplacementdocument
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
