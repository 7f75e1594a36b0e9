-- The same on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER depot_signe_par_quelqu_un BEFORE UPDATE OF etat ON exports_tps_flux
WHEN NEW.etat = 'constitue' AND OLD.etat <> 'constitue'
  AND EXISTS (SELECT 1 FROM exports_tps_depotexterne d WHERE d.flux_id = NEW.id)
  AND NOT EXISTS (SELECT 1 FROM exports_tps_signaturebordereau s WHERE s.depot_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'Un fichier déposé ne part qu’avec la trace de qui l’a signé.'); END;;
