-- The same rules on SQLite. A double semicolon on its own ends a statement.
DROP TRIGGER remboursement_fige;;
CREATE TRIGGER remboursement_fige BEFORE UPDATE ON telepaiement_remboursement
WHEN OLD.encaissement_id <> NEW.encaissement_id OR OLD.montant <> NEW.montant
  OR OLD.origine <> NEW.origine OR OLD.jeton <> NEW.jeton OR OLD.motif <> NEW.motif
  OR OLD.demande_par_id <> NEW.demande_par_id
  OR OLD.virement_id IS NOT NEW.virement_id
  OR OLD.reference <> '' AND OLD.reference <> NEW.reference
  OR OLD.approuve_par_id IS NOT NULL AND OLD.approuve_par_id IS NOT NEW.approuve_par_id
  OR OLD.ecriture_id IS NOT NULL AND OLD.ecriture_id IS NOT NEW.ecriture_id
  OR OLD.etat IN ('echoue', 'refuse') AND OLD.etat <> NEW.etat AND NOT (
    OLD.etat = 'echoue' AND NEW.etat = 'transmis' AND OLD.reference = '' AND NEW.reference <> '')
BEGIN SELECT RAISE(ABORT, 'Un remboursement décidé ne se réécrit pas et ne s’efface pas.'); END;;
