-- The same invariant on SQLite. A double semicolon ends a statement.

CREATE TRIGGER passage_utilisateur_sans_modification BEFORE UPDATE ON acces_passageutilisateur
BEGIN SELECT RAISE(ABORT, 'La trace d’un compte ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER passage_utilisateur_sans_suppression BEFORE DELETE ON acces_passageutilisateur
BEGIN SELECT RAISE(ABORT, 'La trace d’un compte ne se modifie pas et ne s’efface pas.'); END;;
