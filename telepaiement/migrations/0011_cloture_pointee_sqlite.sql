-- The same rules on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER session_cloture_complete BEFORE UPDATE ON telepaiement_sessioncaisse
WHEN OLD.etat = 'ouverte' AND NEW.etat = 'cloturee' AND (
  NEW.cloturee_par_id IS NULL
  OR NEW.terminal_attendu IS NULL OR NEW.terminal_compte IS NULL
  OR NEW.tickets_attendus IS NULL OR NEW.tickets_comptes IS NULL
  OR NEW.cheques_attendus IS NULL OR NEW.cheques_comptes IS NULL)
BEGIN SELECT RAISE(ABORT, 'Une clôture compte le terminal et les chèques, et dit qui la fait.'); END;;
CREATE TRIGGER session_cloture_par_le_regisseur BEFORE UPDATE ON telepaiement_sessioncaisse
WHEN OLD.etat = 'ouverte' AND NEW.etat = 'cloturee' AND NEW.cloturee_par_id <> NEW.agent_id
  AND NOT EXISTS (SELECT 1 FROM telepaiement_nomination
    WHERE regie_id = NEW.regie_id AND personne_id = NEW.cloturee_par_id
      AND etat = 'en_vigueur' AND qualite IN ('regisseur', 'suppleant'))
BEGIN SELECT RAISE(ABORT, 'Seul le régisseur ou son suppléant clôture la caisse d’un autre.'); END;;
DROP TRIGGER contresignature_par_un_autre;;
CREATE TRIGGER contresignature_par_un_autre BEFORE INSERT ON telepaiement_contresignaturecaisse
WHEN NOT EXISTS (SELECT 1 FROM telepaiement_sessioncaisse
  WHERE id = NEW.session_id AND etat = 'cloturee' AND agent_id <> NEW.par_id
    AND cloturee_par_id IS NOT NEW.par_id)
BEGIN SELECT RAISE(ABORT, 'Une clôture se contresigne une fois faite, et par une autre personne.'); END;;
