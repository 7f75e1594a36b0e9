-- An address is told of the states it chose, of all of them when it chose none.
CREATE OR REPLACE FUNCTION api_noter_envois() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO api_envoiwebhook (webhook_id, passage_id, cree_le, prochain_essai_le, nombre_essais)
    SELECT w.id, p.id, p.le, p.le, 0
    FROM nouveaux p
    JOIN facturier_facture f ON f.id = p.facture_id
    JOIN api_webhook w ON w.etablissement_id = f.etablissement_id AND w.resilie_le IS NULL
    WHERE p.acte NOT IN ('annuler_mandat', 'confier', 'mandater', 'prendre', 'reliquider', 'rendre')
      AND p.arrivee NOT IN ('suspendue_tps', 'rejetee_tps')
      AND (w.etats = '' OR strpos(w.etats, ',' || p.arrivee || ',') > 0);
    RETURN NULL;
END $$;
