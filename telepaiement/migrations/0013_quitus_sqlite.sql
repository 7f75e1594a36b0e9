-- The same rules on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER quitus_avise BEFORE INSERT ON telepaiement_quitus
WHEN NEW.etat <> 'avise' OR NOT EXISTS (
            SELECT 1 FROM telepaiement_nomination n
            WHERE n.id = NEW.nomination_id AND n.qualite = 'regisseur' AND n.etat = 'terminee'
              AND n.personne_id <> NEW.avis_par_id
              AND (NEW.decide_par_id IS NULL OR n.personne_id <> NEW.decide_par_id))
BEGIN SELECT RAISE(ABORT, 'Quitus : le régisseur a quitté ses fonctions et remis la régie, et n’y prend pas part.'); END;;
CREATE TRIGGER quitus_decide BEFORE UPDATE ON telepaiement_quitus
WHEN NOT EXISTS (
            SELECT 1 FROM telepaiement_nomination n
            WHERE n.id = NEW.nomination_id AND n.qualite = 'regisseur' AND n.etat = 'terminee'
              AND n.personne_id <> NEW.avis_par_id
              AND (NEW.decide_par_id IS NULL OR n.personne_id <> NEW.decide_par_id))
BEGIN SELECT RAISE(ABORT, 'Quitus : le régisseur a quitté ses fonctions et remis la régie, et n’y prend pas part.'); END;;
CREATE TRIGGER quitus_regle BEFORE UPDATE ON telepaiement_quitus
WHEN NEW.etat = 'accorde' AND (NOT EXISTS (SELECT 1 FROM telepaiement_remiseservice r
                              WHERE r.sortant_id = NEW.nomination_id)
        OR EXISTS (
            SELECT 1 FROM telepaiement_sessioncaisse s
            JOIN telepaiement_nomination n ON n.regie_id = s.regie_id
            WHERE n.id = NEW.nomination_id AND (
                SELECT r.entrant_id FROM telepaiement_remiseservice r
                WHERE r.regie_id = s.regie_id AND r.le <= s.ouverte_le
                ORDER BY r.id DESC LIMIT 1) = n.id
              AND (s.etat <> 'cloturee'
                OR s.especes_attendues - s.especes_comptees > COALESCE((
                    SELECT SUM(c.montant) FROM telepaiement_comblementdeficit c
                    WHERE c.session_id = s.id), 0)
                OR s.especes_comptees > s.fonds_caisse AND NOT EXISTS (
                    SELECT 1 FROM telepaiement_sessionversee sv
                    JOIN telepaiement_versementregie v ON v.id = sv.versement_id
                    WHERE sv.session_id = s.id AND v.etat = 'recu')))
        OR EXISTS (
            SELECT 1 FROM telepaiement_feuillet f
            JOIN telepaiement_carnet k ON k.id = f.carnet_id
            JOIN telepaiement_nomination n ON n.regie_id = k.regie_id AND n.personne_id = k.remis_a_id
            WHERE n.id = NEW.nomination_id AND f.etat = 'vierge'))
BEGIN SELECT RAISE(ABORT, 'Quitus : un déficit, des espèces à verser ou un feuillet vierge restent à régler.'); END;;
CREATE TRIGGER quitus_fige BEFORE UPDATE ON telepaiement_quitus
WHEN OLD.etat <> 'avise' OR NEW.etat = 'avise' OR OLD.nomination_id <> NEW.nomination_id
  OR OLD.est_favorable <> NEW.est_favorable OR OLD.avis <> NEW.avis
  OR OLD.avis_par_id <> NEW.avis_par_id OR OLD.avis_le <> NEW.avis_le
BEGIN SELECT RAISE(ABORT, 'Un avis ou une décision de quitus ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER quitus_sans_suppression BEFORE DELETE ON telepaiement_quitus
BEGIN SELECT RAISE(ABORT, 'Un avis ou une décision de quitus ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_quitus_sans_modification BEFORE UPDATE ON telepaiement_passagequitus
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_quitus_sans_suppression BEFORE DELETE ON telepaiement_passagequitus
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
