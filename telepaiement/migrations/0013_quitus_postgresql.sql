-- A quitus is that of a régisseur who left, and never his own hand; it comes last (art. 4 and 5).
CREATE FUNCTION tp_controler_quitus() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.etat <> 'avise' OR NOT EXISTS (
            SELECT 1 FROM telepaiement_nomination n
            WHERE n.id = NEW.nomination_id AND n.qualite = 'regisseur' AND n.etat = 'terminee'
              AND n.personne_id <> NEW.avis_par_id
              AND (NEW.decide_par_id IS NULL OR n.personne_id <> NEW.decide_par_id)) THEN
        RAISE EXCEPTION 'Quitus : le régisseur a quitté ses fonctions et remis la régie, et n’y prend pas part.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_quitus_controle';
    END IF;
    IF NEW.etat = 'accorde' AND (NOT EXISTS (SELECT 1 FROM telepaiement_remiseservice r
                              WHERE r.sortant_id = NEW.nomination_id)
        OR EXISTS (
            SELECT 1 FROM telepaiement_sessioncaisse s
            JOIN telepaiement_nomination n ON n.regie_id = s.regie_id
            WHERE n.id = NEW.nomination_id AND (
                SELECT r.entrant_id FROM telepaiement_remiseservice r
                WHERE r.regie_id = s.regie_id AND r.le <= s.ouverte_le
                ORDER BY r.id DESC LIMIT 1) = n.id
              AND (s.etat <> 'cloturee'
                OR s.especes_attendues - s.especes_comptees > COALESCE((
                    SELECT SUM(c.montant) FROM telepaiement_comblementdeficit c
                    WHERE c.session_id = s.id), 0)
                OR s.especes_comptees > s.fonds_caisse AND NOT EXISTS (
                    SELECT 1 FROM telepaiement_sessionversee sv
                    JOIN telepaiement_versementregie v ON v.id = sv.versement_id
                    WHERE sv.session_id = s.id AND v.etat = 'recu')))
        OR EXISTS (
            SELECT 1 FROM telepaiement_feuillet f
            JOIN telepaiement_carnet k ON k.id = f.carnet_id
            JOIN telepaiement_nomination n ON n.regie_id = k.regie_id AND n.personne_id = k.remis_a_id
            WHERE n.id = NEW.nomination_id AND f.etat = 'vierge')) THEN
        RAISE EXCEPTION 'Quitus : un déficit, des espèces à verser ou un feuillet vierge restent à régler.'
            USING ERRCODE = '23514', CONSTRAINT = 'tp_quitus_regle';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quitus_controle BEFORE INSERT OR UPDATE ON telepaiement_quitus
    FOR EACH ROW EXECUTE FUNCTION tp_controler_quitus();
CREATE FUNCTION tp_figer_quitus() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un avis ou une décision de quitus ne se réécrit pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'tp_quitus_fige';
END $$;
CREATE TRIGGER quitus_fige BEFORE UPDATE ON telepaiement_quitus
    FOR EACH ROW WHEN (
        OLD.etat <> 'avise' OR NEW.etat = 'avise' OR OLD.nomination_id <> NEW.nomination_id
        OR OLD.est_favorable <> NEW.est_favorable OR OLD.avis <> NEW.avis
        OR OLD.avis_par_id <> NEW.avis_par_id OR OLD.avis_le <> NEW.avis_le)
    EXECUTE FUNCTION tp_figer_quitus();
CREATE TRIGGER quitus_sans_suppression BEFORE DELETE ON telepaiement_quitus
    FOR EACH STATEMENT EXECUTE FUNCTION tp_figer_quitus();
CREATE TRIGGER passage_quitus_ajout_seul BEFORE UPDATE OR DELETE ON telepaiement_passagequitus
    FOR EACH STATEMENT EXECUTE FUNCTION tp_refuser_modification();
