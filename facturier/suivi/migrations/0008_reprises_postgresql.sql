-- A rejection brought back to a desk is part of the story.

CREATE TRIGGER reprise_ajout_seul BEFORE UPDATE OR DELETE ON facturier_repriserejet
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
