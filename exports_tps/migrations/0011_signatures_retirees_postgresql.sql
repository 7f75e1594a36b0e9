-- A signature is withdrawn once, before its bordereau is in a flux that may leave.

DROP TRIGGER signaturebordereau_ajout_seul ON exports_tps_signaturebordereau;
CREATE TRIGGER signaturebordereau_sans_suppression BEFORE DELETE ON exports_tps_signaturebordereau
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_parapheur_fige();
CREATE TRIGGER signaturebordereau_figee BEFORE UPDATE ON exports_tps_signaturebordereau
    FOR EACH ROW
    WHEN (OLD.retiree_le IS NOT NULL OR NEW.retiree_le IS NULL
          OR ROW(OLD.id, OLD.bordereau_id, OLD.depot_id, OLD.par_id, OLD.delegation_id, OLD.jour, OLD.empreinte, OLD.mode)
             IS DISTINCT FROM
             ROW(NEW.id, NEW.bordereau_id, NEW.depot_id, NEW.par_id, NEW.delegation_id, NEW.jour, NEW.empreinte, NEW.mode))
    EXECUTE FUNCTION exports_tps_parapheur_fige();

CREATE OR REPLACE FUNCTION exports_tps_bordereau_a_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM exports_tps_signaturebordereau s
                   WHERE s.bordereau_id = NEW.id AND s.retiree_le IS NULL) THEN
        RAISE EXCEPTION 'Un bordereau ne devient « Signé » qu’avec la trace de qui le signe.'
            USING ERRCODE = '23514', CONSTRAINT = 'bordereau_a_signature';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION exports_tps_bordereau_sans_flux() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM exports_tps_ligneflux l
               WHERE l.bordereau_id = NEW.id AND l.liberee_le IS NULL) THEN
        RAISE EXCEPTION 'La signature d’un bordereau qui est dans un flux ne se retire pas.'
            USING ERRCODE = '23514', CONSTRAINT = 'bordereau_sans_flux';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bordereau_sans_flux BEFORE UPDATE OF etat ON grand_livre_bordereau
    FOR EACH ROW WHEN (OLD.etat = 'signe' AND NEW.etat = 'ouvert')
    EXECUTE FUNCTION exports_tps_bordereau_sans_flux();
