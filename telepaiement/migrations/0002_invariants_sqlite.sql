-- The same rules on SQLite. A double semicolon on its own ends a statement.

CREATE TRIGGER encaissement_sans_modification BEFORE UPDATE ON telepaiement_encaissement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER encaissement_sans_suppression BEFORE DELETE ON telepaiement_encaissement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER annulation_encaissement_sans_modification BEFORE UPDATE ON telepaiement_annulationencaissement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER annulation_encaissement_sans_suppression BEFORE DELETE ON telepaiement_annulationencaissement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER quittance_sans_modification BEFORE UPDATE ON telepaiement_quittance
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER quittance_sans_suppression BEFORE DELETE ON telepaiement_quittance
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_tentative_sans_modification BEFORE UPDATE ON telepaiement_passagetentative
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_tentative_sans_suppression BEFORE DELETE ON telepaiement_passagetentative
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_session_sans_modification BEFORE UPDATE ON telepaiement_passagesessioncaisse
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_session_sans_suppression BEFORE DELETE ON telepaiement_passagesessioncaisse
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER session_caisse_close_modification BEFORE UPDATE ON telepaiement_sessioncaisse
WHEN OLD.etat = 'cloturee'
BEGIN SELECT RAISE(ABORT, 'Une caisse clôturée ne se modifie plus : corrigez dans la caisse du lendemain.'); END;;
CREATE TRIGGER session_caisse_close_suppression BEFORE DELETE ON telepaiement_sessioncaisse
WHEN OLD.etat = 'cloturee'
BEGIN SELECT RAISE(ABORT, 'Une caisse clôturée ne se modifie plus : corrigez dans la caisse du lendemain.'); END;;
CREATE TRIGGER encaissement_caisse_ouverte BEFORE INSERT ON telepaiement_encaissement
WHEN NEW.session_id IS NOT NULL
  AND (SELECT etat FROM telepaiement_sessioncaisse WHERE id = NEW.session_id) <> 'ouverte'
BEGIN SELECT RAISE(ABORT, 'La caisse est clôturée : ouvrez-en une autre.'); END;;
CREATE TRIGGER evenement_brut_garde BEFORE UPDATE ON telepaiement_evenementrecu
WHEN OLD.corps <> NEW.corps OR OLD.identifiant <> NEW.identifiant
BEGIN SELECT RAISE(ABORT, 'Un message reçu ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER evenement_sans_suppression BEFORE DELETE ON telepaiement_evenementrecu
BEGIN SELECT RAISE(ABORT, 'Un message reçu ne se réécrit pas et ne s’efface pas.'); END;;
