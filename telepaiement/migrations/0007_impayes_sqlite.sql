DROP TRIGGER litige_fige;;
CREATE TRIGGER litige_fige BEFORE UPDATE ON telepaiement_litige
WHEN OLD.encaissement_id <> NEW.encaissement_id OR OLD.reference <> NEW.reference
  OR OLD.montant <> NEW.montant
  OR OLD.ligne_id IS NOT NEW.ligne_id
  OR OLD.ecriture_id IS NOT NULL AND OLD.ecriture_id IS NOT NEW.ecriture_id
  OR OLD.etat <> 'ouvert' AND OLD.etat <> NEW.etat
    AND NOT (OLD.etat = 'perdu' AND NEW.etat = 'annule' AND OLD.ligne_id IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'Un litige ne se réécrit pas et ne s’efface pas.'); END;;
DROP TRIGGER remboursement_conteste;;
CREATE TRIGGER remboursement_conteste BEFORE INSERT ON telepaiement_remboursement
WHEN NEW.origine = 'demande' AND EXISTS (SELECT 1 FROM telepaiement_litige
  WHERE encaissement_id = NEW.encaissement_id AND etat NOT IN ('gagne', 'annule'))
BEGIN SELECT RAISE(ABORT, 'Ce paiement est contesté par le payeur : il ne se rembourse pas.'); END;;
