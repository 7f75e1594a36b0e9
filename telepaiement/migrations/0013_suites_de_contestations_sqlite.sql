-- The same rules on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER suite_contestation_acceptee BEFORE INSERT ON telepaiement_suitecontestation
WHEN NOT EXISTS (SELECT 1 FROM telepaiement_demanderedevable
  WHERE id = NEW.demande_id AND nature = 'contestation' AND etat = 'acceptee')
BEGIN SELECT RAISE(ABORT, 'Seule une contestation acceptée a une suite.'); END;;
CREATE TRIGGER suite_contestation_sans_modification BEFORE UPDATE ON telepaiement_suitecontestation
BEGIN SELECT RAISE(ABORT, 'Ce qui fut demandé ou répondu ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER suite_contestation_sans_suppression BEFORE DELETE ON telepaiement_suitecontestation
BEGIN SELECT RAISE(ABORT, 'Ce qui fut demandé ou répondu ne se réécrit pas et ne s’efface pas.'); END;;
