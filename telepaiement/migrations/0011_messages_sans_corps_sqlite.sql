-- The same rules on SQLite. A double semicolon on its own ends a statement.

CREATE TRIGGER evenement_brut_garde BEFORE UPDATE ON telepaiement_evenementrecu
WHEN OLD.faits <> NEW.faits OR OLD.empreinte <> NEW.empreinte OR OLD.identifiant <> NEW.identifiant
BEGIN SELECT RAISE(ABORT, 'Un message reçu ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER evenement_sans_suppression BEFORE DELETE ON telepaiement_evenementrecu
BEGIN SELECT RAISE(ABORT, 'Un message reçu ne se réécrit pas et ne s’efface pas.'); END;;
