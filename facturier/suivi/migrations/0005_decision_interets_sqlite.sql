-- A decision on interest, once taken, stays; another may follow it.
CREATE TRIGGER decision_interets_figee_update BEFORE UPDATE ON facturier_decisioninterets
BEGIN SELECT RAISE(ABORT, 'Une décision sur des intérêts ne se modifie pas.'); END;;

CREATE TRIGGER decision_interets_figee_delete BEFORE DELETE ON facturier_decisioninterets
BEGIN SELECT RAISE(ABORT, 'Une décision sur des intérêts ne s’efface pas.'); END;;
