-- The same on SQLite. A double semicolon on its own ends a statement.

CREATE TRIGGER entree_journal_sans_modification BEFORE UPDATE ON fournisseurs_entreejournal
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER entree_journal_sans_suppression BEFORE DELETE ON fournisseurs_entreejournal
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER entree_journal_chainee BEFORE INSERT ON fournisseurs_entreejournal
WHEN NEW.precedente IS NOT (
    CASE WHEN NEW.numero = 1 THEN printf('%.64d', 0)
         ELSE (SELECT empreinte FROM fournisseurs_entreejournal WHERE numero = NEW.numero - 1) END)
BEGIN SELECT RAISE(ABORT, 'Une entrée du journal suit la précédente.'); END;;
