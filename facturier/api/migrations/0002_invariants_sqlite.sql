-- The same on SQLite. A double semicolon on its own ends a statement.

CREATE TRIGGER passage_vers_webhooks AFTER INSERT ON facturier_passagefacture
WHEN NEW.acte NOT IN ('annuler_mandat', 'confier', 'mandater', 'prendre', 'reliquider', 'rendre')
 AND NEW.arrivee NOT IN ('suspendue_tps', 'rejetee_tps')
BEGIN
    INSERT INTO api_envoiwebhook (webhook_id, passage_id, cree_le, prochain_essai_le, nombre_essais)
    SELECT w.id, NEW.id, NEW.le, NEW.le, 0
    FROM facturier_facture f
    JOIN api_webhook w ON w.etablissement_id = f.etablissement_id AND w.resilie_le IS NULL
    WHERE f.id = NEW.facture_id AND (w.etats = '' OR instr(w.etats, ',' || NEW.arrivee || ',') > 0);
END;;
CREATE TRIGGER essai_webhook_sans_modification BEFORE UPDATE ON api_essaiwebhook
BEGIN SELECT RAISE(ABORT, 'Un essai ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER essai_webhook_sans_suppression BEFORE DELETE ON api_essaiwebhook
BEGIN SELECT RAISE(ABORT, 'Un essai ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER cle_api_sans_suppression BEFORE DELETE ON api_cleapi
BEGIN SELECT RAISE(ABORT, 'Une clé ne s’efface pas.'); END;;
CREATE TRIGGER cle_api_figee BEFORE UPDATE ON api_cleapi
WHEN NEW.etablissement_id IS NOT OLD.etablissement_id OR NEW.titulaire_id IS NOT OLD.titulaire_id
  OR NEW.nom IS NOT OLD.nom OR NEW.prefixe IS NOT OLD.prefixe OR NEW.empreinte IS NOT OLD.empreinte
  OR NEW.a_portee_lire IS NOT OLD.a_portee_lire OR NEW.a_portee_deposer IS NOT OLD.a_portee_deposer
  OR NEW.a_portee_completer IS NOT OLD.a_portee_completer
  OR NEW.a_portee_retirer IS NOT OLD.a_portee_retirer
  OR NEW.creee_le IS NOT OLD.creee_le OR NEW.expire_le IS NOT OLD.expire_le
  OR OLD.revoquee_le IS NOT NULL AND NEW.revoquee_le IS NOT OLD.revoquee_le
BEGIN SELECT RAISE(ABORT, 'Une clé ne se modifie pas : révoquez-la et créez-en une autre.'); END;;
