-- The same on SQLite. A double semicolon on its own ends a statement.

DROP TRIGGER signaturebordereau_sans_modification;;
CREATE TRIGGER signaturebordereau_figee BEFORE UPDATE ON exports_tps_signaturebordereau
WHEN OLD.retiree_le IS NOT NULL
  OR NEW.retiree_le IS NULL
  OR OLD.id IS NOT NEW.id
  OR OLD.bordereau_id IS NOT NEW.bordereau_id
  OR OLD.depot_id IS NOT NEW.depot_id
  OR OLD.par_id IS NOT NEW.par_id
  OR OLD.delegation_id IS NOT NEW.delegation_id
  OR OLD.jour IS NOT NEW.jour
  OR OLD.empreinte IS NOT NEW.empreinte
  OR OLD.mode IS NOT NEW.mode
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;

DROP TRIGGER bordereau_a_signature;;
CREATE TRIGGER bordereau_a_signature BEFORE UPDATE OF etat ON grand_livre_bordereau
WHEN NEW.etat = 'signe' AND OLD.etat <> 'signe'
  AND NOT EXISTS (SELECT 1 FROM exports_tps_signaturebordereau s
                  WHERE s.bordereau_id = NEW.id AND s.retiree_le IS NULL)
BEGIN SELECT RAISE(ABORT, 'Un bordereau ne devient « Signé » qu’avec la trace de qui le signe.'); END;;

CREATE TRIGGER bordereau_sans_flux BEFORE UPDATE OF etat ON grand_livre_bordereau
WHEN OLD.etat = 'signe' AND NEW.etat = 'ouvert'
  AND EXISTS (SELECT 1 FROM exports_tps_ligneflux l
              WHERE l.bordereau_id = NEW.id AND l.liberee_le IS NULL)
BEGIN SELECT RAISE(ABORT, 'La signature d’un bordereau qui est dans un flux ne se retire pas.'); END;;
