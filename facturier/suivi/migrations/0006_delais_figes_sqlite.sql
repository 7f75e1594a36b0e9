-- A measured duration never changes, and a prediction keeps what it said.

CREATE TRIGGER delai_constate_fige_update BEFORE UPDATE ON facturier_delaiconstate
BEGIN SELECT RAISE(ABORT, 'Un délai constaté ne se modifie pas.'); END;;

CREATE TRIGGER delai_constate_fige_delete BEFORE DELETE ON facturier_delaiconstate
BEGIN SELECT RAISE(ABORT, 'Un délai constaté ne s’efface pas.'); END;;

CREATE TRIGGER prevision_sans_suppression BEFORE DELETE ON facturier_previsionpaiement
BEGIN SELECT RAISE(ABORT, 'Une prévision ne s’efface pas.'); END;;

CREATE TRIGGER prevision_figee BEFORE UPDATE ON facturier_previsionpaiement
WHEN OLD.ecart_jours IS NOT NULL
    OR NEW.facture_id IS NOT OLD.facture_id
    OR NEW.jalon IS NOT OLD.jalon
    OR NEW.faite_le IS NOT OLD.faite_le
    OR NEW.au_plus_tot IS NOT OLD.au_plus_tot
    OR NEW.probable IS NOT OLD.probable
    OR NEW.au_plus_tard IS NOT OLD.au_plus_tard
    OR NEW.base IS NOT OLD.base
    OR NEW.effectif IS NOT OLD.effectif
BEGIN SELECT RAISE(ABORT, 'Une prévision garde ce qu’elle a dit.'); END;;
