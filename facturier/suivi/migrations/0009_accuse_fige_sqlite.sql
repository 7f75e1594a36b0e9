-- An acknowledgement, once given, stays; the triggers that the new constraint undid are laid again.

CREATE TRIGGER retour_accuse_fige BEFORE UPDATE ON facturier_retourfournisseur
WHEN OLD.accuse_le IS NOT NULL AND (
    NEW.accuse_le IS NOT OLD.accuse_le OR NEW.accuse_par_id IS NOT OLD.accuse_par_id
)
BEGIN SELECT RAISE(ABORT, 'Un accusé de lecture ne se modifie pas.'); END;;

CREATE TRIGGER IF NOT EXISTS retour_sans_suppression BEFORE DELETE ON facturier_retourfournisseur
BEGIN SELECT RAISE(ABORT, 'La trace d’une facture ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER IF NOT EXISTS retour_repondu_fige BEFORE UPDATE ON facturier_retourfournisseur
WHEN OLD.repondu_le IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'La trace d’une facture ne se modifie pas et ne s’efface pas.'); END;;
