-- What an act opened stays: another act adds to it or takes from it.
CREATE TRIGGER credit_sans_modification BEFORE UPDATE ON grand_livre_creditouvert
BEGIN SELECT RAISE(ABORT, 'Des crédits ouverts ne se modifient pas : un autre acte les change.'); END;;
CREATE TRIGGER credit_sans_suppression BEFORE DELETE ON grand_livre_creditouvert
BEGIN SELECT RAISE(ABORT, 'Des crédits ouverts ne se modifient pas : un autre acte les change.'); END;;
