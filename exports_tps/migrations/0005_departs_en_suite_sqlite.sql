-- The same on SQLite, where the table of bordereaux was made again without its triggers. A double
-- semicolon on its own ends a statement.
CREATE TRIGGER depart_a_son_tour BEFORE INSERT ON exports_tps_transmission
WHEN NEW.issue = 'engagee' AND NEW.nouveau_depot_id IS NULL
  AND EXISTS (SELECT 1 FROM exports_tps_ligneflux l
                JOIN grand_livre_bordereau b ON b.id = l.bordereau_id
                JOIN grand_livre_bordereau p
                  ON p.exercice_id = b.exercice_id AND p.budget_id = b.budget_id
                 AND p.sens = b.sens AND p.numero < b.numero
                 AND p.etat IN ('ouvert', 'presente', 'signe')
               WHERE l.flux_id = NEW.flux_id
                 AND NOT EXISTS (SELECT 1 FROM exports_tps_ligneflux m
                                 WHERE m.flux_id = NEW.flux_id AND m.bordereau_id = p.id))
BEGIN SELECT RAISE(ABORT, 'Un bordereau qui vient avant n’est pas encore parti.'); END;;
CREATE TRIGGER depart_d_un_flux_constitue BEFORE INSERT ON exports_tps_transmission
WHEN NEW.issue = 'engagee' AND NEW.nouveau_depot_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM exports_tps_flux f
                  WHERE f.id = NEW.flux_id AND f.etat = 'constitue')
BEGIN SELECT RAISE(ABORT, 'Ce flux ne part plus.'); END;;
CREATE TRIGGER ecart_avant_engagement BEFORE UPDATE OF etat ON exports_tps_flux
WHEN NEW.etat = 'en_erreur' AND OLD.etat <> 'en_erreur'
  AND EXISTS (SELECT 1 FROM exports_tps_transmission t
              WHERE t.flux_id = NEW.id AND t.issue <> 'echouee')
BEGIN SELECT RAISE(ABORT, 'Une copie de ce flux est chez le destinataire : il ne s’écarte plus.'); END;;
DROP TRIGGER IF EXISTS bordereau_a_signature;;
CREATE TRIGGER bordereau_a_signature BEFORE UPDATE OF etat ON grand_livre_bordereau
WHEN NEW.etat = 'signe' AND OLD.etat <> 'signe'
  AND NOT EXISTS (SELECT 1 FROM exports_tps_signaturebordereau s
                  WHERE s.bordereau_id = NEW.id AND s.retiree_le IS NULL)
BEGIN SELECT RAISE(ABORT, 'Un bordereau ne devient « Signé » qu’avec la trace de qui le signe.'); END;;
DROP TRIGGER IF EXISTS bordereau_sans_flux;;
CREATE TRIGGER bordereau_sans_flux BEFORE UPDATE OF etat ON grand_livre_bordereau
WHEN OLD.etat = 'signe' AND NEW.etat = 'ouvert'
  AND EXISTS (SELECT 1 FROM exports_tps_ligneflux l
              WHERE l.bordereau_id = NEW.id AND l.liberee_le IS NULL)
BEGIN SELECT RAISE(ABORT, 'La signature d’un bordereau qui est dans un flux ne se retire pas.'); END;;
