-- A link stays that of the counter that gave it; what was sent was sent.
DROP TRIGGER lien_fige ON telepaiement_lienpaiement;
CREATE TRIGGER lien_fige BEFORE UPDATE ON telepaiement_lienpaiement
    FOR EACH ROW WHEN (
        OLD.titre_id <> NEW.titre_id OR OLD.identifiant <> NEW.identifiant
        OR OLD.expire_le <> NEW.expire_le OR OLD.cree_le <> NEW.cree_le
        OR OLD.par_id IS DISTINCT FROM NEW.par_id
        OR OLD.revoque_le IS NOT NULL AND OLD.revoque_le IS DISTINCT FROM NEW.revoque_le)
    EXECUTE FUNCTION tp_figer_lien();
CREATE TRIGGER envoi_guichet_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_envoiguichet
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
