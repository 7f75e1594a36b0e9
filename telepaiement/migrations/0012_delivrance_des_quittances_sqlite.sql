-- The same rule on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER delivrance_sans_modification BEFORE UPDATE ON telepaiement_delivrancequittance
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER delivrance_sans_suppression BEFORE DELETE ON telepaiement_delivrancequittance
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
