-- The same rules on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER apurement_sans_modification BEFORE UPDATE ON telepaiement_apurement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER apurement_sans_suppression BEFORE DELETE ON telepaiement_apurement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER apurement_dans_la_somme BEFORE INSERT ON telepaiement_apurement
WHEN NEW.montant + (
    SELECT coalesce(sum(montant), 0) FROM telepaiement_apurement
    WHERE ligne_id = NEW.ligne_id OR session_id = NEW.session_id
       OR rectification_id = NEW.rectification_id
  ) > coalesce(
    (SELECT montant FROM telepaiement_ligneversement
     WHERE id = NEW.ligne_id AND nature = 'imputee'
       AND NOT EXISTS (SELECT 1 FROM telepaiement_compensationimputation
                       WHERE debit_id = NEW.ligne_id OR credit_id = NEW.ligne_id)),
    (SELECT especes_comptees - especes_attendues FROM telepaiement_sessioncaisse
     WHERE id = NEW.session_id AND etat = 'cloturee'),
    (SELECT montant FROM telepaiement_rectificationversement
     WHERE id = NEW.rectification_id AND nature = 'excedent'),
    0)
BEGIN SELECT RAISE(ABORT, 'Cette somme en attente ne suffit plus, ou elle est déjà apurée.'); END;;
CREATE TRIGGER compensation_sans_apurement BEFORE INSERT ON telepaiement_compensationimputation
WHEN EXISTS (SELECT 1 FROM telepaiement_apurement
  WHERE ligne_id IN (NEW.debit_id, NEW.credit_id))
BEGIN SELECT RAISE(ABORT, 'Ce mouvement est déjà apuré en partie : il ne se compense plus.'); END;;
