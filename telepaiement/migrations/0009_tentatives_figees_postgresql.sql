-- An attempt is what it was opened for (I5); a success is for ever, another end moves to `reussie` or is set aside.
CREATE FUNCTION tp_figer_tentative() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un paiement commencé ne se réécrit pas, et un paiement terminé ne se rouvre pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_tentative_figee';
END $$;
CREATE TRIGGER tentative_figee BEFORE UPDATE ON telepaiement_tentative
    FOR EACH ROW WHEN (
        OLD.jeton <> NEW.jeton OR OLD.montant <> NEW.montant
        OR OLD.reste_constate <> NEW.reste_constate OR OLD.passerelle <> NEW.passerelle
        OR OLD.canal <> NEW.canal OR OLD.session_payeur <> NEW.session_payeur
        OR OLD.lecteur <> NEW.lecteur
        OR OLD.titre_id IS DISTINCT FROM NEW.titre_id
        OR OLD.vente_id IS DISTINCT FROM NEW.vente_id
        OR OLD.session_id IS DISTINCT FROM NEW.session_id
        OR OLD.etat IN ('reussie', 'annulee', 'echouee', 'expiree') AND OLD.reference <> NEW.reference
        OR OLD.etat = 'reussie' AND NEW.etat <> 'reussie'
        OR OLD.etat IN ('annulee', 'echouee', 'expiree')
            AND NEW.etat NOT IN (OLD.etat, 'reussie', 'annulee'))
    EXECUTE FUNCTION tp_figer_tentative();
CREATE TRIGGER tentative_sans_suppression BEFORE DELETE ON telepaiement_tentative
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_tentative();

CREATE FUNCTION tp_controler_encaissement_tentative() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM telepaiement_tentative
                   WHERE id = NEW.tentative_id AND etat = 'reussie'
                     AND titre_id IS NOT DISTINCT FROM NEW.titre_id
                     AND vente_id IS NOT DISTINCT FROM NEW.vente_id) THEN
        RAISE EXCEPTION 'Un encaissement est celui d’un paiement réussi, pour la même somme due.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_encaissement_tentative';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER encaissement_de_sa_tentative BEFORE INSERT ON telepaiement_encaissement
    FOR EACH ROW WHEN (NEW.tentative_id IS NOT NULL)
    EXECUTE FUNCTION tp_controler_encaissement_tentative();
