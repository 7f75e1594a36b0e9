-- The trace of invitations, on PostgreSQL: append only.

CREATE TRIGGER passage_invitation_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_passageinvitation
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
