-- The same on SQLite. A double semicolon on its own ends a statement.

CREATE TRIGGER signature_depot_sous_le_plafond BEFORE INSERT ON exports_tps_signaturebordereau
WHEN NEW.depot_id IS NOT NULL AND NEW.delegation_id IS NOT NULL
    AND (SELECT COALESCE(MAX(b.montant), 0) FROM (
             SELECT SUM(p.montant_ttc) AS montant FROM exports_tps_pieceexterne p
             WHERE p.flux_id = NEW.depot_id GROUP BY p.sens, p.exercice, p.bordereau) b)
        > (SELECT d.plafond FROM exports_tps_delegation d WHERE d.id = NEW.delegation_id)
BEGIN SELECT RAISE(ABORT, 'Un bordereau du fichier dépasse le plafond de la délégation.'); END;;

CREATE TRIGGER signature_depot_apres_les_visas BEFORE INSERT ON exports_tps_signaturebordereau
WHEN EXISTS (SELECT 1 FROM exports_tps_flux f
            WHERE f.id = NEW.depot_id AND f.etat = 'au_parapheur')
    AND (SELECT COUNT(*) FROM exports_tps_visaparapheur v
         WHERE v.decision = 'vise' AND v.presentation_id = (
             SELECT MAX(p.id) FROM exports_tps_presentation p WHERE p.depot_id = NEW.depot_id))
        < (SELECT COUNT(*) FROM exports_tps_etapecircuit e
           JOIN exports_tps_presentation p ON p.circuit_id = e.circuit_id
           WHERE p.id = (SELECT MAX(q.id) FROM exports_tps_presentation q
                         WHERE q.depot_id = NEW.depot_id))
BEGIN SELECT RAISE(ABORT, 'Le circuit de ce fichier n’est pas terminé : un visa manque.'); END;;

CREATE TRIGGER depot_a_signature BEFORE UPDATE OF sha256_signe ON exports_tps_depotexterne
WHEN NEW.sha256_signe <> '' AND OLD.sha256_signe = ''
  AND NOT EXISTS (SELECT 1 FROM exports_tps_signaturebordereau s WHERE s.depot_id = NEW.flux_id)
BEGIN SELECT RAISE(ABORT, 'Un fichier déposé n’est signé ici qu’avec la trace de qui le signe.'); END;;
