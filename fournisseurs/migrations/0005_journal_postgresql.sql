-- The journal of bank data, on PostgreSQL: append only, and each entry follows the one before.

CREATE TRIGGER entree_journal_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_entreejournal
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();

CREATE FUNCTION fournisseurs_chainer_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM nouvelles n
        LEFT JOIN fournisseurs_entreejournal p ON p.numero = n.numero - 1
        WHERE n.precedente IS DISTINCT FROM
              CASE WHEN n.numero = 1 THEN repeat('0', 64) ELSE p.empreinte END
    ) THEN
        RAISE EXCEPTION 'Une entrée du journal suit la précédente.'
            USING ERRCODE = '23514', CONSTRAINT = 'entree_journal_chainee';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER entree_journal_chainee AFTER INSERT ON fournisseurs_entreejournal
    REFERENCING NEW TABLE AS nouvelles
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_chainer_journal();
