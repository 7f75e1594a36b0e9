-- Each entry is looked for by its key: joined, a journal of which the planner knows nothing was read
-- whole for each new entry.

CREATE OR REPLACE FUNCTION fournisseurs_chainer_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM nouvelles n
        WHERE n.precedente IS DISTINCT FROM
              CASE WHEN n.numero = 1 THEN repeat('0', 64)
                   ELSE (SELECT p.empreinte FROM fournisseurs_entreejournal p
                         WHERE p.numero = n.numero - 1) END
    ) THEN
        RAISE EXCEPTION 'Une entrée du journal suit la précédente.'
            USING ERRCODE = '23514', CONSTRAINT = 'entree_journal_chainee';
    END IF;
    RETURN NULL;
END $$;
