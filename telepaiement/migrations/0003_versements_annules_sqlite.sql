-- The same rules on SQLite, whose tables were made again. A double semicolon ends a statement.
CREATE TRIGGER versement_regie_fige BEFORE UPDATE ON telepaiement_versementregie
WHEN OLD.etat <> 'etabli' OR OLD.regie_id <> NEW.regie_id OR OLD.numero <> NEW.numero
  OR OLD.especes <> NEW.especes OR OLD.coupures <> NEW.coupures
  OR OLD.montant_cheques <> NEW.montant_cheques OR OLD.nombre_cheques <> NEW.nombre_cheques
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER versement_regie_sans_suppression BEFORE DELETE ON telepaiement_versementregie
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER session_versee_close BEFORE INSERT ON telepaiement_sessionversee
WHEN NOT EXISTS (SELECT 1 FROM telepaiement_sessioncaisse
  WHERE id = NEW.session_id AND etat = 'cloturee')
BEGIN SELECT RAISE(ABORT, 'Une caisse se verse une fois clôturée.'); END;;
CREATE TRIGGER session_versee_une_fois BEFORE INSERT ON telepaiement_sessionversee
WHEN EXISTS (SELECT 1 FROM telepaiement_sessionversee l
  JOIN telepaiement_versementregie v ON v.id = l.versement_id
  WHERE l.session_id = NEW.session_id AND v.etat <> 'annule')
BEGIN SELECT RAISE(ABORT, 'Cette caisse est déjà sur un versement.'); END;;
CREATE TRIGGER session_versee_sans_modification BEFORE UPDATE ON telepaiement_sessionversee
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER session_versee_sans_suppression BEFORE DELETE ON telepaiement_sessionversee
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER cheque_verse_une_fois BEFORE INSERT ON telepaiement_chequeverse
WHEN EXISTS (SELECT 1 FROM telepaiement_chequeverse l
  JOIN telepaiement_versementregie v ON v.id = l.versement_id
  WHERE l.encaissement_id = NEW.encaissement_id AND v.etat <> 'annule')
BEGIN SELECT RAISE(ABORT, 'Ce chèque est déjà sur un versement.'); END;;
CREATE TRIGGER cheque_verse_sans_modification BEFORE UPDATE ON telepaiement_chequeverse
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER cheque_verse_sans_suppression BEFORE DELETE ON telepaiement_chequeverse
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER comblement_verse_une_fois BEFORE INSERT ON telepaiement_comblementverse
WHEN EXISTS (SELECT 1 FROM telepaiement_comblementverse l
  JOIN telepaiement_versementregie v ON v.id = l.versement_id
  WHERE l.comblement_id = NEW.comblement_id AND v.etat <> 'annule')
BEGIN SELECT RAISE(ABORT, 'Cette somme est déjà sur un versement.'); END;;
CREATE TRIGGER comblement_verse_sans_modification BEFORE UPDATE ON telepaiement_comblementverse
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER comblement_verse_sans_suppression BEFORE DELETE ON telepaiement_comblementverse
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER etat_mensuel_sans_modification BEFORE UPDATE ON telepaiement_etatmensuel
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER etat_mensuel_sans_suppression BEFORE DELETE ON telepaiement_etatmensuel
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
