-- The same on SQLite. A double semicolon on its own ends a statement.

CREATE TRIGGER nouveaudepot_sans_modification BEFORE UPDATE ON exports_tps_nouveaudepot
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER nouveaudepot_sans_suppression BEFORE DELETE ON exports_tps_nouveaudepot
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER nouveau_depot_sans_reponse BEFORE INSERT ON exports_tps_nouveaudepot
WHEN NOT EXISTS (SELECT 1 FROM exports_tps_flux f
                 WHERE f.id = NEW.flux_id AND f.etat = 'transmis')
    OR EXISTS (SELECT 1 FROM exports_tps_messagetps m WHERE m.flux_id = NEW.flux_id)
    OR EXISTS (SELECT 1 FROM exports_tps_ligneflux l
               JOIN grand_livre_piece p ON p.bordereau_id = l.bordereau_id
               WHERE l.flux_id = NEW.flux_id AND p.etat <> 'transmise')
    OR EXISTS (SELECT 1 FROM exports_tps_verdict v
               JOIN exports_tps_pieceexterne p ON p.id = v.piece_externe_id
               WHERE p.flux_id = NEW.flux_id)
    OR NEW.rang <> 1 + (SELECT COUNT(*) FROM exports_tps_transmission t
                        WHERE t.flux_id = NEW.flux_id
                          AND t.issue IN ('reussie', 'deja_present', 'retiree'))
BEGIN SELECT RAISE(ABORT, 'Ce flux ne se dépose pas de nouveau : la Trésorerie a répondu, ou le dépôt précédent n’est pas fait.'); END;;
