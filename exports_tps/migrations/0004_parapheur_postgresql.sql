-- What the parapheur holds at the lowest level. ERRCODE 23514 reaches Django as IntegrityError.

CREATE FUNCTION exports_tps_parapheur_fige() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'exports_tps_parapheur_fige';
END $$;

CREATE TRIGGER etapecircuit_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_etapecircuit
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_parapheur_fige();
CREATE TRIGGER presentation_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_presentation
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_parapheur_fige();
CREATE TRIGGER visaparapheur_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_visaparapheur
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_parapheur_fige();
CREATE TRIGGER lecturebordereau_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_lecturebordereau
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_parapheur_fige();
CREATE TRIGGER signaturebordereau_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_signaturebordereau
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_parapheur_fige();
CREATE TRIGGER relanceparapheur_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_relanceparapheur
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_parapheur_fige();
CREATE TRIGGER circuit_sans_suppression BEFORE DELETE ON exports_tps_circuit
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_parapheur_fige();
CREATE TRIGGER delegation_sans_suppression BEFORE DELETE ON exports_tps_delegation
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_parapheur_fige();

-- It is ended once, by a date; nothing else about it changes.
CREATE TRIGGER circuit_fige BEFORE UPDATE ON exports_tps_circuit
    FOR EACH ROW
    WHEN (OLD.fin IS NOT NULL
          OR ROW(OLD.id, OLD.libelle, OLD.sens, OLD.direction, OLD.montant_minimum, OLD.signataire_id, OLD.debut, OLD.cree_le, OLD.cree_par_id)
             IS DISTINCT FROM
             ROW(NEW.id, NEW.libelle, NEW.sens, NEW.direction, NEW.montant_minimum, NEW.signataire_id, NEW.debut, NEW.cree_le, NEW.cree_par_id))
    EXECUTE FUNCTION exports_tps_parapheur_fige();

-- It is ended once, by a date; nothing else about it changes.
CREATE TRIGGER delegation_fige BEFORE UPDATE ON exports_tps_delegation
    FOR EACH ROW
    WHEN (OLD.revoquee_le IS NOT NULL
          OR ROW(OLD.id, OLD.nature, OLD.delegant_id, OLD.delegataire_id, OLD.acte, OLD.debut, OLD.fin, OLD.plafond, OLD.cree_le, OLD.cree_par_id)
             IS DISTINCT FROM
             ROW(NEW.id, NEW.nature, NEW.delegant_id, NEW.delegataire_id, NEW.acte, NEW.debut, NEW.fin, NEW.plafond, NEW.cree_le, NEW.cree_par_id))
    EXECUTE FUNCTION exports_tps_parapheur_fige();

CREATE FUNCTION exports_tps_regles_visaparapheur() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.rang <> 1 + (SELECT COUNT(*) FROM exports_tps_visaparapheur v
                       WHERE v.presentation_id = NEW.presentation_id AND v.decision = 'vise')
        OR EXISTS (SELECT 1 FROM exports_tps_visaparapheur v
                   WHERE v.presentation_id = NEW.presentation_id AND v.decision = 'renvoye')
        OR (NEW.decision = 'vise'
            AND NEW.rang > (SELECT COUNT(*) FROM exports_tps_etapecircuit e
                            JOIN exports_tps_presentation p ON p.circuit_id = e.circuit_id
                            WHERE p.id = NEW.presentation_id))
    THEN
        RAISE EXCEPTION 'Ce visa n’est pas celui qui est attendu : rechargez la page.'
            USING ERRCODE = '23514', CONSTRAINT = 'visa_a_son_tour';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER visaparapheur_regles BEFORE INSERT ON exports_tps_visaparapheur
    FOR EACH ROW EXECUTE FUNCTION exports_tps_regles_visaparapheur();

CREATE FUNCTION exports_tps_regles_signaturebordereau() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.delegation_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM exports_tps_delegation d
                        WHERE d.id = NEW.delegation_id AND d.delegataire_id = NEW.par_id
                          AND NEW.jour BETWEEN d.debut AND d.fin
                          AND (d.revoquee_le IS NULL OR NEW.jour < d.revoquee_le)
                          -- Of an ordonnateur, who holds his own power: what is delegated is not delegated again.
                          AND EXISTS (SELECT 1 FROM acces_attributionrole a
                                      WHERE a.utilisateur_id = d.delegant_id AND a.role = 'ordonnateur')
                          AND NOT EXISTS (SELECT 1 FROM exports_tps_delegation e
                                          WHERE e.nature = 'delegation' AND e.delegataire_id = d.delegant_id
                                            AND (e.revoquee_le IS NULL OR e.revoquee_le > e.debut)))
    THEN
        RAISE EXCEPTION 'Ce pouvoir ne permet pas de signer : il n’est pas donné à cette personne, ou pas à cette date.'
            USING ERRCODE = '23514', CONSTRAINT = 'signature_dans_sa_delegation';
    END IF;
    IF NEW.delegation_id IS NOT NULL
        AND (SELECT COALESCE(SUM(p.montant_ht + p.montant_tgc), 0) FROM grand_livre_piece p
             WHERE p.bordereau_id = NEW.bordereau_id)
            > (SELECT d.plafond FROM exports_tps_delegation d WHERE d.id = NEW.delegation_id)
    THEN
        RAISE EXCEPTION 'Le montant du bordereau dépasse le plafond de la délégation.'
            USING ERRCODE = '23514', CONSTRAINT = 'signature_sous_le_plafond';
    END IF;
    IF NEW.delegation_id IS NULL
        AND EXISTS (SELECT 1 FROM exports_tps_delegation d
                    WHERE d.nature = 'delegation' AND d.delegataire_id = NEW.par_id
                      AND (d.revoquee_le IS NULL OR d.revoquee_le > d.debut))
    THEN
        RAISE EXCEPTION 'Qui a reçu une délégation de signature ne signe que par elle.'
            USING ERRCODE = '23514', CONSTRAINT = 'signature_du_delegataire';
    END IF;
    IF EXISTS (SELECT 1 FROM grand_livre_bordereau b
                WHERE b.id = NEW.bordereau_id AND b.etat = 'presente')
        AND (SELECT COUNT(*) FROM exports_tps_visaparapheur v
             WHERE v.decision = 'vise' AND v.presentation_id = (
                 SELECT MAX(p.id) FROM exports_tps_presentation p
                 WHERE p.bordereau_id = NEW.bordereau_id))
            < (SELECT COUNT(*) FROM exports_tps_etapecircuit e
               JOIN exports_tps_presentation p ON p.circuit_id = e.circuit_id
               WHERE p.id = (SELECT MAX(q.id) FROM exports_tps_presentation q
                             WHERE q.bordereau_id = NEW.bordereau_id))
    THEN
        RAISE EXCEPTION 'Le circuit de ce bordereau n’est pas terminé : un visa manque.'
            USING ERRCODE = '23514', CONSTRAINT = 'signature_apres_les_visas';
    END IF;
    IF EXISTS (SELECT 1 FROM grand_livre_piece p
                JOIN facturier_facture f ON f.mandat_id = p.id
                JOIN facturier_passagefacture a ON a.facture_id = f.id
                WHERE p.bordereau_id = NEW.bordereau_id AND a.acte = 'liquider'
                  AND a.par_id = NEW.par_id)
    AND NOT EXISTS (SELECT 1 FROM acces_utilisateur u WHERE u.id = NEW.par_id AND u.est_systeme)
    THEN
        RAISE EXCEPTION 'Qui a liquidé une facture du bordereau ne le signe pas.'
            USING ERRCODE = '23514', CONSTRAINT = 'signature_sans_le_liquidateur';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signaturebordereau_regles BEFORE INSERT ON exports_tps_signaturebordereau
    FOR EACH ROW EXECUTE FUNCTION exports_tps_regles_signaturebordereau();

CREATE FUNCTION exports_tps_bordereau_a_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM exports_tps_signaturebordereau s WHERE s.bordereau_id = NEW.id) THEN
        RAISE EXCEPTION 'Un bordereau ne devient « Signé » qu’avec la trace de qui le signe.'
            USING ERRCODE = '23514', CONSTRAINT = 'bordereau_a_signature';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bordereau_a_signature BEFORE UPDATE OF etat ON grand_livre_bordereau
    FOR EACH ROW WHEN (NEW.etat = 'signe' AND OLD.etat <> 'signe')
    EXECUTE FUNCTION exports_tps_bordereau_a_signature();

CREATE TRIGGER certificatsignataire_sans_suppression BEFORE DELETE ON exports_tps_certificatsignataire
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_parapheur_fige();
CREATE TRIGGER certificatsignataire_fige BEFORE UPDATE ON exports_tps_certificatsignataire
    FOR EACH ROW
    WHEN (OLD.retire_le IS NOT NULL
          OR ROW(OLD.id, OLD.personne_id, OLD.sha256, OLD.sujet, OLD.pem, OLD.valable_du, OLD.valable_au, OLD.enregistre_le)
             IS DISTINCT FROM
             ROW(NEW.id, NEW.personne_id, NEW.sha256, NEW.sujet, NEW.pem, NEW.valable_du, NEW.valable_au, NEW.enregistre_le))
    EXECUTE FUNCTION exports_tps_parapheur_fige();
