-- Payouts that the bank tells, below zero or in another currency; matches that are undone.
-- ERRCODE 23514 reaches Django as IntegrityError.
CREATE OR REPLACE FUNCTION tp_controler_versement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lues record;
BEGIN
    SELECT coalesce(sum(montant), 0) AS brut, coalesce(sum(commission), 0) AS commission,
           count(*) FILTER (WHERE anomalie <> '' OR nature = 'inconnue') AS ecarts
        INTO lues FROM telepaiement_ligneversement WHERE versement_id = NEW.id;
    IF lues.ecarts > 0 OR lues.brut - lues.commission - NEW.ecart_change <> NEW.montant
       OR NEW.ecart_change <> 0 AND NEW.montant_devise IS NULL THEN
        RAISE EXCEPTION 'Un versement ne se comptabilise qu’égal à ses lignes, toutes reconnues.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_versement_egal';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER versement_fige ON telepaiement_versement;
CREATE TRIGGER versement_fige BEFORE UPDATE ON telepaiement_versement
    FOR EACH ROW WHEN (OLD.etat <> 'en_ecart' AND (
        OLD.reference <> NEW.reference OR OLD.origine <> NEW.origine OR OLD.devise <> NEW.devise
        OR OLD.montant <> NEW.montant OR OLD.brut <> NEW.brut OR OLD.commission <> NEW.commission
        OR OLD.ecart_change <> NEW.ecart_change
        OR OLD.ecriture_id IS DISTINCT FROM NEW.ecriture_id OR NEW.etat = 'en_ecart'
        OR OLD.etat IN ('rejete', 'annule') AND NEW.etat <> OLD.etat))
    EXECUTE FUNCTION tp_figer_versement();

-- One payout that stands for each movement, and for each payment: those that ask wait in turn.
CREATE FUNCTION tp_verser_une_fois() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.transaction, 6022));
    IF NEW.encaissement_id IS NOT NULL THEN
        PERFORM 1 FROM telepaiement_encaissement WHERE id = NEW.encaissement_id FOR UPDATE;
    END IF;
    IF EXISTS (SELECT 1 FROM telepaiement_ligneversement l
               JOIN telepaiement_versement v ON v.id = l.versement_id
               WHERE v.etat <> 'annule' AND l.transaction = NEW.transaction)
       OR EXISTS (SELECT 1 FROM telepaiement_ligneversement l
               JOIN telepaiement_versement v ON v.id = l.versement_id
               WHERE v.etat <> 'annule' AND NEW.nature = 'encaissement'
                 AND l.nature = 'encaissement' AND l.encaissement_id = NEW.encaissement_id)
       OR EXISTS (SELECT 1 FROM telepaiement_ligneversement l
               JOIN telepaiement_versement v ON v.id = l.versement_id
               WHERE v.etat <> 'annule' AND l.versement_rejete_id = NEW.versement_rejete_id) THEN
        RAISE EXCEPTION 'Cette somme est déjà dans un versement.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_verse_une_fois';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ligne_versement_une_fois BEFORE INSERT ON telepaiement_ligneversement
    FOR EACH ROW EXECUTE FUNCTION tp_verser_une_fois();

-- A movement leaves its match only once that match is undone.
CREATE OR REPLACE FUNCTION tp_figer_ligne_bancaire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.releve_id = NEW.releve_id AND OLD.identite = NEW.identite
       AND OLD.jour = NEW.jour AND OLD.montant = NEW.montant AND OLD.libelle = NEW.libelle
       AND OLD.commission IS NOT DISTINCT FROM NEW.commission
       AND (OLD.etat <> 'rapprochee' OR NEW.etat = 'rapprochee' OR NEW.etat = 'a_rapprocher'
            AND NOT EXISTS (SELECT 1 FROM telepaiement_rapprochementbancaire r
                WHERE r.ligne_id = OLD.id AND NOT EXISTS (
                    SELECT 1 FROM telepaiement_annulationrapprochement a
                    WHERE a.rapprochement_id = r.id))) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Ce que la banque a écrit ne se réécrit pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_ligne_bancaire_figee';
END $$;
DROP TRIGGER ligne_bancaire_figee ON telepaiement_lignebancaire;
CREATE TRIGGER ligne_bancaire_figee BEFORE UPDATE ON telepaiement_lignebancaire
    FOR EACH ROW EXECUTE FUNCTION tp_figer_ligne_bancaire();

-- One match that stands for each movement, payout and payment.
CREATE FUNCTION tp_rapprocher_une_fois() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_lignebancaire WHERE id = NEW.ligne_id FOR UPDATE;
    IF NEW.versement_id IS NOT NULL THEN
        PERFORM 1 FROM telepaiement_versement WHERE id = NEW.versement_id FOR UPDATE;
    END IF;
    IF EXISTS (SELECT 1 FROM telepaiement_rapprochementbancaire r
               WHERE (r.ligne_id = NEW.ligne_id OR r.versement_id = NEW.versement_id)
                 AND NOT EXISTS (SELECT 1 FROM telepaiement_annulationrapprochement a
                                 WHERE a.rapprochement_id = r.id)) THEN
        RAISE EXCEPTION 'Ce mouvement ou ce versement est déjà rapproché.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_rapproche_une_fois';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rapprochement_une_fois BEFORE INSERT ON telepaiement_rapprochementbancaire
    FOR EACH ROW EXECUTE FUNCTION tp_rapprocher_une_fois();

CREATE FUNCTION tp_rapprocher_encaissement_une_fois() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM telepaiement_encaissement WHERE id = NEW.encaissement_id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM telepaiement_encaissementrapproche e
               WHERE e.encaissement_id = NEW.encaissement_id
                 AND NOT EXISTS (SELECT 1 FROM telepaiement_annulationrapprochement a
                                 WHERE a.rapprochement_id = e.rapprochement_id)) THEN
        RAISE EXCEPTION 'Cet encaissement est déjà rapproché.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_encaissement_rapproche_une_fois';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER encaissement_rapproche_une_fois BEFORE INSERT ON telepaiement_encaissementrapproche
    FOR EACH ROW EXECUTE FUNCTION tp_rapprocher_encaissement_une_fois();

-- A match is undone by the contrepassation of what it posted.
CREATE FUNCTION tp_exiger_contrepassation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM telepaiement_rapprochementbancaire r
               LEFT JOIN grand_livre_ecriture e ON e.id = NEW.ecriture_id
               WHERE r.id = NEW.rapprochement_id
                 AND e.contrepasse_id IS DISTINCT FROM r.ecriture_id) THEN
        RAISE EXCEPTION 'Un rapprochement s’annule par la contrepassation de son écriture.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_rapprochement_contrepasse';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER annulation_rapprochement_contrepasse
    BEFORE INSERT ON telepaiement_annulationrapprochement
    FOR EACH ROW EXECUTE FUNCTION tp_exiger_contrepassation();
CREATE TRIGGER annulation_rapprochement_ajout_seul
    BEFORE UPDATE OR DELETE ON telepaiement_annulationrapprochement
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
