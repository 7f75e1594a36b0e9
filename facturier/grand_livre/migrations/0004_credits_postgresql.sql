-- What an act opened stays: another act adds to it or takes from it.
CREATE FUNCTION gl_refuser_credit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Des crédits ouverts ne se modifient pas : un autre acte les change.'
        USING ERRCODE = '23514', CONSTRAINT = 'gl_credit_fige';
END $$;
CREATE TRIGGER credit_fige BEFORE UPDATE OR DELETE ON grand_livre_creditouvert
    FOR EACH STATEMENT EXECUTE FUNCTION gl_refuser_credit();
