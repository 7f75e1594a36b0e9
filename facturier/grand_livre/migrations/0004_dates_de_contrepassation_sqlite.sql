-- What is said late may be dated in the year after its exercice; never before what it undoes.
CREATE TRIGGER contrepassation_datee BEFORE INSERT ON grand_livre_ecriture
WHEN NEW.contrepasse_id IS NOT NULL AND (
    CAST(strftime('%Y', NEW.date_comptable) AS INTEGER)
        NOT BETWEEN NEW.exercice_id AND NEW.exercice_id + 1
    OR EXISTS (SELECT 1 FROM grand_livre_ecriture o
               WHERE o.id = NEW.contrepasse_id AND o.date_comptable > NEW.date_comptable))
BEGIN SELECT RAISE(ABORT, 'Une contrepassation ne précède pas ce qu’elle contrepasse, et ne sort pas de son exercice.'); END;;
