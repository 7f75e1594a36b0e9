-- Files of other software in the parapheur: the rules of a bordereau, bordereau by bordereau.

CREATE FUNCTION exports_tps_regles_signature_depot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.depot_id IS NOT NULL AND NEW.delegation_id IS NOT NULL
        AND (SELECT COALESCE(MAX(b.montant), 0) FROM (
                 SELECT SUM(p.montant_ttc) AS montant FROM exports_tps_pieceexterne p
                 WHERE p.flux_id = NEW.depot_id GROUP BY p.sens, p.exercice, p.bordereau) b)
            > (SELECT d.plafond FROM exports_tps_delegation d WHERE d.id = NEW.delegation_id)
    THEN
        RAISE EXCEPTION 'Un bordereau du fichier dépasse le plafond de la délégation.'
            USING ERRCODE = '23514', CONSTRAINT = 'signature_depot_sous_le_plafond';
    END IF;
    IF EXISTS (SELECT 1 FROM exports_tps_flux f
                WHERE f.id = NEW.depot_id AND f.etat = 'au_parapheur')
        AND (SELECT COUNT(*) FROM exports_tps_visaparapheur v
             WHERE v.decision = 'vise' AND v.presentation_id = (
                 SELECT MAX(p.id) FROM exports_tps_presentation p WHERE p.depot_id = NEW.depot_id))
            < (SELECT COUNT(*) FROM exports_tps_etapecircuit e
               JOIN exports_tps_presentation p ON p.circuit_id = e.circuit_id
               WHERE p.id = (SELECT MAX(q.id) FROM exports_tps_presentation q
                             WHERE q.depot_id = NEW.depot_id))
    THEN
        RAISE EXCEPTION 'Le circuit de ce fichier n’est pas terminé : un visa manque.'
            USING ERRCODE = '23514', CONSTRAINT = 'signature_depot_apres_les_visas';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signature_depot_regles BEFORE INSERT ON exports_tps_signaturebordereau
    FOR EACH ROW WHEN (NEW.depot_id IS NOT NULL)
    EXECUTE FUNCTION exports_tps_regles_signature_depot();

CREATE FUNCTION exports_tps_depot_a_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM exports_tps_signaturebordereau s WHERE s.depot_id = NEW.flux_id) THEN
        RAISE EXCEPTION 'Un fichier déposé n’est signé ici qu’avec la trace de qui le signe.'
            USING ERRCODE = '23514', CONSTRAINT = 'depot_a_signature';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER depot_a_signature BEFORE UPDATE OF sha256_signe ON exports_tps_depotexterne
    FOR EACH ROW WHEN (NEW.sha256_signe <> '' AND OLD.sha256_signe = '')
    EXECUTE FUNCTION exports_tps_depot_a_signature();
