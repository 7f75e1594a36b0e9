-- Every passage that a supplier may read is to be told to the webhooks of the établissement, in the
-- transaction that writes it, whoever writes it. The states left out are those of `INTERNES`, the
-- acts those of `ACTES_INTERNES` (facturier.suivi): a test compares. An address is told of the states it
-- chose, of all of them when it chose none.
CREATE FUNCTION api_noter_envois() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER passage_vers_webhooks AFTER INSERT ON facturier_passagefacture
    REFERENCING NEW TABLE AS nouveaux FOR EACH STATEMENT EXECUTE FUNCTION api_noter_envois();

CREATE FUNCTION api_refuser_modification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Une clé, un essai ne se modifient pas et ne s’effacent pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'api_ajout_seul';
END $$;
CREATE TRIGGER essai_webhook_ajout_seul BEFORE UPDATE OR DELETE ON api_essaiwebhook
    FOR EACH ROW EXECUTE FUNCTION api_refuser_modification();
CREATE TRIGGER cle_api_sans_suppression BEFORE DELETE ON api_cleapi
    FOR EACH ROW EXECUTE FUNCTION api_refuser_modification();
CREATE TRIGGER cle_api_figee BEFORE UPDATE ON api_cleapi FOR EACH ROW
    WHEN ((NEW.etablissement_id, NEW.titulaire_id, NEW.nom, NEW.prefixe, NEW.empreinte,
           NEW.a_portee_lire, NEW.a_portee_deposer, NEW.a_portee_completer, NEW.a_portee_retirer,
           NEW.creee_le, NEW.expire_le)
          IS DISTINCT FROM
          (OLD.etablissement_id, OLD.titulaire_id, OLD.nom, OLD.prefixe, OLD.empreinte,
           OLD.a_portee_lire, OLD.a_portee_deposer, OLD.a_portee_completer, OLD.a_portee_retirer,
           OLD.creee_le, OLD.expire_le)
          OR OLD.revoquee_le IS NOT NULL AND NEW.revoquee_le IS DISTINCT FROM OLD.revoquee_le)
    EXECUTE FUNCTION api_refuser_modification();
