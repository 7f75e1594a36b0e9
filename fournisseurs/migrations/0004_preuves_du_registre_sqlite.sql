-- A proof is kept as it was read.

CREATE TRIGGER preuve_registre_sans_modification BEFORE UPDATE ON fournisseurs_preuveregistre
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER preuve_registre_sans_suppression BEFORE DELETE ON fournisseurs_preuveregistre
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
