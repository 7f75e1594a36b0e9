-- The same on SQLite. A double semicolon on its own ends a statement.

CREATE TRIGGER passage_flux_sans_modification BEFORE UPDATE ON exports_tps_passageflux
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_flux_sans_suppression BEFORE DELETE ON exports_tps_passageflux
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER transmission_sans_modification BEFORE UPDATE ON exports_tps_transmission
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER transmission_sans_suppression BEFORE DELETE ON exports_tps_transmission
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER verdict_sans_modification BEFORE UPDATE ON exports_tps_verdict
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER verdict_sans_suppression BEFORE DELETE ON exports_tps_verdict
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER ligne_flux_sans_suppression BEFORE DELETE ON exports_tps_ligneflux
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER message_tps_sans_suppression BEFORE DELETE ON exports_tps_messagetps
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER flux_sans_suppression BEFORE DELETE ON exports_tps_flux
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;

-- A line is released once; nothing else about it changes.
CREATE TRIGGER ligne_flux_identite BEFORE UPDATE ON exports_tps_ligneflux
WHEN OLD.liberee_le IS NOT NULL
  OR OLD.id IS NOT NEW.id
  OR OLD.flux_id IS NOT NEW.flux_id
  OR OLD.bordereau_id IS NOT NEW.bordereau_id
  OR OLD.piece_id IS NOT NEW.piece_id
  OR OLD.justificatif_id IS NOT NEW.justificatif_id
  OR OLD.empreinte IS NOT NEW.empreinte
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;

-- A message keeps its content; once applied it is settled.
CREATE TRIGGER message_identite BEFORE UPDATE ON exports_tps_messagetps
WHEN OLD.etat = 'applique'
  OR OLD.id IS NOT NEW.id
  OR OLD.nom IS NOT NEW.nom
  OR OLD.sha256 IS NOT NEW.sha256
  OR OLD.taille IS NOT NEW.taille
  OR OLD.recu_le IS NOT NEW.recu_le
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;

-- A flux keeps its name and, once written, its file.
CREATE TRIGGER flux_identite BEFORE UPDATE ON exports_tps_flux
WHEN OLD.id IS NOT NEW.id
  OR OLD.exercice_id IS NOT NEW.exercice_id
  OR OLD.budget_id IS NOT NEW.budget_id
  OR OLD.profil IS NOT NEW.profil
  OR OLD.numero IS NOT NEW.numero
  OR OLD.code_collectivite IS NOT NEW.code_collectivite
  OR OLD.nom_fichier IS NOT NEW.nom_fichier
  OR OLD.constitue_le IS NOT NEW.constitue_le
  OR (OLD.sha256 <> '' AND (OLD.sha256 <> NEW.sha256 OR OLD.taille <> NEW.taille))
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;

-- A réquisition, once recorded, stays.

CREATE TRIGGER requisition_sans_modification BEFORE UPDATE ON exports_tps_requisition
BEGIN SELECT RAISE(ABORT, 'Une réquisition ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER requisition_sans_suppression BEFORE DELETE ON exports_tps_requisition
BEGIN SELECT RAISE(ABORT, 'Une réquisition ne se modifie pas et ne s’efface pas.'); END;;
