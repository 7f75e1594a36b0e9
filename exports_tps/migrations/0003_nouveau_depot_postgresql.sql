-- A new deposit: asked for once the last one is done, never once the treasury has answered.

CREATE TRIGGER nouveaudepot_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_nouveaudepot
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();

CREATE FUNCTION exports_tps_nouveau_depot_sans_reponse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM exports_tps_flux f
                   WHERE f.id = NEW.flux_id AND f.etat = 'transmis')
        OR EXISTS (SELECT 1 FROM exports_tps_messagetps m WHERE m.flux_id = NEW.flux_id)
        OR EXISTS (SELECT 1 FROM exports_tps_ligneflux l
                   JOIN grand_livre_piece p ON p.bordereau_id = l.bordereau_id
                   WHERE l.flux_id = NEW.flux_id AND p.etat <> 'transmise')
        OR EXISTS (SELECT 1 FROM exports_tps_verdict v
                   JOIN exports_tps_pieceexterne p ON p.id = v.piece_externe_id
                   WHERE p.flux_id = NEW.flux_id)
        OR NEW.rang <> 1 + (SELECT COUNT(*) FROM exports_tps_transmission t
                            WHERE t.flux_id = NEW.flux_id
                              AND t.issue IN ('reussie', 'deja_present', 'retiree'))
    THEN
        RAISE EXCEPTION 'Ce flux ne se dépose pas de nouveau : la Trésorerie a répondu, ou le dépôt précédent n’est pas fait.'
            USING ERRCODE = '23514', CONSTRAINT = 'nouveau_depot_sans_reponse';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER nouveau_depot_sans_reponse BEFORE INSERT ON exports_tps_nouveaudepot
    FOR EACH ROW EXECUTE FUNCTION exports_tps_nouveau_depot_sans_reponse();
