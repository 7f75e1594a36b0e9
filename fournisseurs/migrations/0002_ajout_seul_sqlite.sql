-- The same on SQLite. A double semicolon on its own ends a statement.

CREATE TRIGGER passage_demande_sans_modification BEFORE UPDATE ON fournisseurs_passagedemande
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_demande_sans_suppression BEFORE DELETE ON fournisseurs_passagedemande
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_fournisseur_sans_modification BEFORE UPDATE ON fournisseurs_passagefournisseur
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_fournisseur_sans_suppression BEFORE DELETE ON fournisseurs_passagefournisseur
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER consultation_sans_modification BEFORE UPDATE ON fournisseurs_consultationdonnees
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER consultation_sans_suppression BEFORE DELETE ON fournisseurs_consultationdonnees
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER coordonnees_sans_suppression BEFORE DELETE ON fournisseurs_coordonneesbancaires
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;

-- A bank account ends once; nothing else about it ever changes.
CREATE TRIGGER coordonnees_ajout_seul BEFORE UPDATE ON fournisseurs_coordonneesbancaires
WHEN OLD.fin IS NOT NULL
  OR OLD.id IS NOT NEW.id OR OLD.fournisseur_id IS NOT NEW.fournisseur_id
  OR OLD.etablissement_id IS NOT NEW.etablissement_id OR OLD.iban IS NOT NEW.iban
  OR OLD.bic IS NOT NEW.bic OR OLD.titulaire IS NOT NEW.titulaire
  OR OLD.origine IS NOT NEW.origine OR OLD.demande_id IS NOT NEW.demande_id
  OR OLD.verifiee_par_id IS NOT NEW.verifiee_par_id OR OLD.verifiee_le IS NOT NEW.verifiee_le
  OR OLD.debut IS NOT NEW.debut
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
