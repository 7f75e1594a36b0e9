-- The same rules on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER comblement_deficit_plafond BEFORE INSERT ON telepaiement_comblementdeficit
WHEN NOT EXISTS (SELECT 1 FROM telepaiement_sessioncaisse s
  WHERE s.id = NEW.session_id AND s.etat = 'cloturee' AND s.regie_id = NEW.regie_id
    AND NEW.montant + (SELECT coalesce(sum(montant), 0) FROM telepaiement_comblementdeficit
                       WHERE session_id = NEW.session_id)
        <= s.especes_attendues - s.especes_comptees)
BEGIN SELECT RAISE(ABORT, 'Ce déficit n’existe pas, ou il est moindre.'); END;;
CREATE TRIGGER comblement_deficit_sans_modification BEFORE UPDATE ON telepaiement_comblementdeficit
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER comblement_deficit_sans_suppression BEFORE DELETE ON telepaiement_comblementdeficit
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER comblement_verse_sans_modification BEFORE UPDATE ON telepaiement_comblementverse
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER comblement_verse_sans_suppression BEFORE DELETE ON telepaiement_comblementverse
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
