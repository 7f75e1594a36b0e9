-- A réquisition, once recorded, stays.

CREATE TRIGGER requisition_sans_modification BEFORE UPDATE ON exports_tps_requisition
BEGIN SELECT RAISE(ABORT, 'Une réquisition ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER requisition_sans_suppression BEFORE DELETE ON exports_tps_requisition
BEGIN SELECT RAISE(ABORT, 'Une réquisition ne se modifie pas et ne s’efface pas.'); END;;

