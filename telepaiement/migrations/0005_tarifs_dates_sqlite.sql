-- The same rules on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER tarif_fige BEFORE UPDATE ON telepaiement_tarif
WHEN OLD.fin IS NOT NULL OR NEW.fin IS NULL OR NEW.fin < date(NEW.debut, '-1 day')
  OR OLD.produit_id <> NEW.produit_id OR OLD.montant <> NEW.montant OR OLD.debut <> NEW.debut
  OR OLD.deliberation <> NEW.deliberation OR OLD.par_id <> NEW.par_id OR OLD.le <> NEW.le
BEGIN SELECT RAISE(ABORT, 'Un tarif publié ne se modifie pas : publiez-en un autre.'); END;;
CREATE TRIGGER tarif_sans_suppression BEFORE DELETE ON telepaiement_tarif
BEGIN SELECT RAISE(ABORT, 'Un tarif publié ne se modifie pas : publiez-en un autre.'); END;;
CREATE TRIGGER tarif_sans_chevauchement BEFORE INSERT ON telepaiement_tarif
WHEN EXISTS (SELECT 1 FROM telepaiement_tarif t
  WHERE t.produit_id = NEW.produit_id AND (t.fin IS NULL OR t.fin >= t.debut)
    AND (t.fin IS NULL OR t.fin >= NEW.debut) AND (NEW.fin IS NULL OR t.debut <= NEW.fin))
BEGIN SELECT RAISE(ABORT, 'Un autre tarif de ce produit s’applique déjà à ces dates.'); END;;
