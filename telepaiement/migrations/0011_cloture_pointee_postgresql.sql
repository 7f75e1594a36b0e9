-- A till is closed by its agent, or by who answers for the régie; everything in it was counted.
CREATE FUNCTION tp_exiger_cloture_complete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.cloturee_par_id IS NULL
       OR NEW.terminal_attendu IS NULL OR NEW.terminal_compte IS NULL
       OR NEW.tickets_attendus IS NULL OR NEW.tickets_comptes IS NULL
       OR NEW.cheques_attendus IS NULL OR NEW.cheques_comptes IS NULL THEN
        RAISE EXCEPTION 'Une clôture compte le terminal et les chèques, et dit qui la fait.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_cloture_complete';
    END IF;
    IF NEW.cloturee_par_id <> NEW.agent_id AND NOT EXISTS (
        SELECT 1 FROM telepaiement_nomination
        WHERE regie_id = NEW.regie_id AND personne_id = NEW.cloturee_par_id
          AND etat = 'en_vigueur' AND qualite IN ('regisseur', 'suppleant')) THEN
        RAISE EXCEPTION 'Seul le régisseur ou son suppléant clôture la caisse d’un autre.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_cloture_par_le_regisseur';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER session_cloture_complete BEFORE UPDATE ON telepaiement_sessioncaisse
    FOR EACH ROW WHEN (OLD.etat = 'ouverte' AND NEW.etat = 'cloturee')
    EXECUTE FUNCTION tp_exiger_cloture_complete();

-- Who closed the till does not sign it either.
CREATE OR REPLACE FUNCTION tp_exiger_autre_signataire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM telepaiement_sessioncaisse
                   WHERE id = NEW.session_id AND etat = 'cloturee' AND agent_id <> NEW.par_id
                     AND cloturee_par_id IS DISTINCT FROM NEW.par_id) THEN
        RAISE EXCEPTION 'Une clôture se contresigne une fois faite, et par une autre personne.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_contresignature_autre';
    END IF;
    RETURN NEW;
END $$;
