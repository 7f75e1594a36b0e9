-- The treasury checks the sequence of numbers: bordereaux leave in their order. The rule stands
-- before the copy is engaged; what has left is always recorded.
CREATE FUNCTION exports_tps_depart_a_son_tour() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM exports_tps_flux f
      WHERE f.id = NEW.flux_id AND f.etat = 'constitue' FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Ce flux ne part plus.'
            USING ERRCODE = '23514', CONSTRAINT = 'depart_d_un_flux_constitue';
    END IF;
    IF EXISTS (SELECT 1 FROM exports_tps_ligneflux l
                 JOIN grand_livre_bordereau b ON b.id = l.bordereau_id
                 JOIN grand_livre_bordereau p
                   ON p.exercice_id = b.exercice_id AND p.budget_id = b.budget_id
                  AND p.sens = b.sens AND p.numero < b.numero
                  AND p.etat IN ('ouvert', 'presente', 'signe')
                WHERE l.flux_id = NEW.flux_id
                  AND NOT EXISTS (SELECT 1 FROM exports_tps_ligneflux m
                                  WHERE m.flux_id = NEW.flux_id AND m.bordereau_id = p.id)) THEN
        RAISE EXCEPTION 'Un bordereau qui vient avant n’est pas encore parti.'
            USING ERRCODE = '23514', CONSTRAINT = 'depart_a_son_tour';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER depart_a_son_tour BEFORE INSERT ON exports_tps_transmission
    FOR EACH ROW WHEN (NEW.issue = 'engagee' AND NEW.nouveau_depot_id IS NULL)
    EXECUTE FUNCTION exports_tps_depart_a_son_tour();

-- What lies at the destination is not set aside.
CREATE FUNCTION exports_tps_ecart_avant_engagement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM exports_tps_transmission t
               WHERE t.flux_id = NEW.id AND t.issue <> 'echouee') THEN
        RAISE EXCEPTION 'Une copie de ce flux est chez le destinataire : il ne s’écarte plus.'
            USING ERRCODE = '23514', CONSTRAINT = 'ecart_avant_engagement';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ecart_avant_engagement BEFORE UPDATE OF etat ON exports_tps_flux
    FOR EACH ROW WHEN (NEW.etat = 'en_erreur' AND OLD.etat <> 'en_erreur')
    EXECUTE FUNCTION exports_tps_ecart_avant_engagement();
