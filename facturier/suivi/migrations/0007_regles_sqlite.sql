-- A rule keeps what it stopped; only its end is decided later, once.

CREATE TRIGGER constat_regle_sans_modification BEFORE UPDATE ON facturier_constatregle
BEGIN SELECT RAISE(ABORT, 'Un constat ne se modifie pas.'); END;;

CREATE TRIGGER constat_regle_sans_suppression BEFORE DELETE ON facturier_constatregle
BEGIN SELECT RAISE(ABORT, 'Un constat ne s’efface pas.'); END;;

CREATE TRIGGER regle_sans_suppression BEFORE DELETE ON facturier_regleapprise
BEGIN SELECT RAISE(ABORT, 'Une règle ne s’efface pas : close, elle n’arrête plus rien.'); END;;

CREATE TRIGGER regle_figee BEFORE UPDATE ON facturier_regleapprise
WHEN OLD.fin IS NOT NULL
    OR NEW.libelle IS NOT OLD.libelle
    OR NEW.consigne IS NOT OLD.consigne
    OR NEW.type_depense IS NOT OLD.type_depense
    OR NEW.compte IS NOT OLD.compte
    OR NEW.genre_absent IS NOT OLD.genre_absent
    OR NEW.montant_minimum IS NOT OLD.montant_minimum
    OR NEW.debut IS NOT OLD.debut
    OR NEW.piece_origine_id IS NOT OLD.piece_origine_id
    OR NEW.auteur_id IS NOT OLD.auteur_id
BEGIN SELECT RAISE(ABORT, 'Une règle ne se modifie pas : closez-la et faites-en une autre.'); END;;
