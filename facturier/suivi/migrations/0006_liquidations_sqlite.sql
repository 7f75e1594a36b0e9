-- What was liquidated stays readable: another liquidation replaces it.

CREATE TRIGGER liquidation_sans_modification BEFORE UPDATE ON facturier_liquidation
BEGIN SELECT RAISE(ABORT, 'Une liquidation ne se modifie pas et ne s’efface pas : revoyez-la.'); END;;

CREATE TRIGGER liquidation_sans_suppression BEFORE DELETE ON facturier_liquidation
BEGIN SELECT RAISE(ABORT, 'Une liquidation ne se modifie pas et ne s’efface pas : revoyez-la.'); END;;

CREATE TRIGGER ligneliquidation_sans_modification BEFORE UPDATE ON facturier_ligneliquidation
BEGIN SELECT RAISE(ABORT, 'Une liquidation ne se modifie pas et ne s’efface pas : revoyez-la.'); END;;

CREATE TRIGGER ligneliquidation_sans_suppression BEFORE DELETE ON facturier_ligneliquidation
BEGIN SELECT RAISE(ABORT, 'Une liquidation ne se modifie pas et ne s’efface pas : revoyez-la.'); END;;

CREATE TRIGGER avance_sans_modification BEFORE UPDATE ON facturier_avance
BEGIN SELECT RAISE(ABORT, 'Une liquidation ne se modifie pas et ne s’efface pas : revoyez-la.'); END;;

CREATE TRIGGER avance_sans_suppression BEFORE DELETE ON facturier_avance
BEGIN SELECT RAISE(ABORT, 'Une liquidation ne se modifie pas et ne s’efface pas : revoyez-la.'); END;;

CREATE TRIGGER liberationgarantie_sans_modification BEFORE UPDATE ON facturier_liberationgarantie
BEGIN SELECT RAISE(ABORT, 'Une liquidation ne se modifie pas et ne s’efface pas : revoyez-la.'); END;;

CREATE TRIGGER liberationgarantie_sans_suppression BEFORE DELETE ON facturier_liberationgarantie
BEGIN SELECT RAISE(ABORT, 'Une liquidation ne se modifie pas et ne s’efface pas : revoyez-la.'); END;;

