-- An address is told of the states it chose, of all of them when it chose none.
DROP TRIGGER passage_vers_webhooks;;
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
