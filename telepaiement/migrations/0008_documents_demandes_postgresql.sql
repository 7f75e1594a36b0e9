-- What is joined to a request comes with it and stays; the antivirus alone adds its word, once.
CREATE FUNCTION tp_exiger_demande_deposee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_demanderedevable
        WHERE id = NEW.demande_id AND etat = 'deposee' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Un document se joint à une demande que personne n’examine encore.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_document_demande';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER document_demande_deposee BEFORE INSERT ON telepaiement_documentdemande
    FOR EACH ROW EXECUTE FUNCTION tp_exiger_demande_deposee();
CREATE TRIGGER document_demande_fige BEFORE UPDATE ON telepaiement_documentdemande
    FOR EACH ROW WHEN (
        OLD.id <> NEW.id OR OLD.demande_id <> NEW.demande_id OR OLD.rang <> NEW.rang
        OR OLD.sha256 <> NEW.sha256 OR OLD.nom <> NEW.nom OR OLD.type_mime <> NEW.type_mime
        OR OLD.taille <> NEW.taille OR OLD.analyse <> 'non_analyse')
    EXECUTE FUNCTION tp_figer_demande();
CREATE TRIGGER document_demande_sans_suppression BEFORE DELETE ON telepaiement_documentdemande
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_demande();
