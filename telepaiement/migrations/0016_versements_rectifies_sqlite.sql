-- The same rules on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER rectification_versement_sans_modification BEFORE UPDATE ON telepaiement_rectificationversement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER rectification_versement_sans_suppression BEFORE DELETE ON telepaiement_rectificationversement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER rectification_versement_plafond BEFORE INSERT ON telepaiement_rectificationversement
WHEN NOT EXISTS (SELECT 1 FROM telepaiement_versementregie v
  WHERE v.id = NEW.versement_id AND v.etat = 'recu'
    AND (NEW.nature = 'excedent' OR NEW.montant <= v.especes + (
      SELECT coalesce(sum(CASE WHEN nature = 'excedent' THEN montant ELSE -montant END), 0)
      FROM telepaiement_rectificationversement WHERE versement_id = NEW.versement_id)))
BEGIN SELECT RAISE(ABORT, 'Un versement se rectifie une fois reçu, dans la limite de ses espèces.'); END;;
DROP TRIGGER comblement_deficit_plafond;;
CREATE TRIGGER comblement_deficit_plafond BEFORE INSERT ON telepaiement_comblementdeficit
WHEN NEW.montant + (SELECT coalesce(sum(montant), 0) FROM telepaiement_comblementdeficit
    WHERE session_id = NEW.session_id OR rectification_id = NEW.rectification_id)
  > coalesce(
    (SELECT s.especes_attendues - s.especes_comptees FROM telepaiement_sessioncaisse s
     WHERE s.id = NEW.session_id AND s.etat = 'cloturee' AND s.regie_id = NEW.regie_id),
    (SELECT r.montant FROM telepaiement_rectificationversement r
     JOIN telepaiement_versementregie v ON v.id = r.versement_id
     WHERE r.id = NEW.rectification_id AND r.nature <> 'excedent' AND v.regie_id = NEW.regie_id),
    0)
BEGIN SELECT RAISE(ABORT, 'Ce déficit n’existe pas, ou il est moindre.'); END;;
