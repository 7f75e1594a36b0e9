-- Proofs of what was sent and answered, on PostgreSQL. ERRCODE 23514 reaches Django as IntegrityError.

CREATE FUNCTION exports_tps_refuser_modification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Cette preuve ne se modifie pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'exports_tps_ajout_seul';
END $$;

CREATE TRIGGER passage_flux_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_passageflux
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER transmission_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_transmission
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER verdict_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_verdict
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER ligne_flux_sans_suppression BEFORE DELETE ON exports_tps_ligneflux
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER message_tps_sans_suppression BEFORE DELETE ON exports_tps_messagetps
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER flux_sans_suppression BEFORE DELETE ON exports_tps_flux
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();

-- A line is released once; nothing else about it changes.
CREATE TRIGGER ligne_flux_identite BEFORE UPDATE ON exports_tps_ligneflux
    FOR EACH ROW
    WHEN (OLD.liberee_le IS NOT NULL
          OR ROW(OLD.id, OLD.flux_id, OLD.bordereau_id, OLD.justificatif_id, OLD.empreinte)
             IS DISTINCT FROM
             ROW(NEW.id, NEW.flux_id, NEW.bordereau_id, NEW.justificatif_id, NEW.empreinte))
    EXECUTE FUNCTION exports_tps_refuser_modification();

-- A message keeps its content; once applied it is settled.
CREATE TRIGGER message_identite BEFORE UPDATE ON exports_tps_messagetps
    FOR EACH ROW
    WHEN (OLD.etat = 'applique'
          OR ROW(OLD.id, OLD.nom, OLD.sha256, OLD.taille, OLD.recu_le)
             IS DISTINCT FROM ROW(NEW.id, NEW.nom, NEW.sha256, NEW.taille, NEW.recu_le))
    EXECUTE FUNCTION exports_tps_refuser_modification();

-- A flux keeps its name and, once written, its file.
CREATE TRIGGER flux_identite BEFORE UPDATE ON exports_tps_flux
    FOR EACH ROW
    WHEN (ROW(OLD.id, OLD.exercice_id, OLD.budget_id, OLD.profil, OLD.numero, OLD.code_collectivite,
              OLD.nom_fichier, OLD.constitue_le)
          IS DISTINCT FROM
          ROW(NEW.id, NEW.exercice_id, NEW.budget_id, NEW.profil, NEW.numero, NEW.code_collectivite,
              NEW.nom_fichier, NEW.constitue_le)
          OR (OLD.sha256 <> '' AND (OLD.sha256 <> NEW.sha256 OR OLD.taille <> NEW.taille)))
    EXECUTE FUNCTION exports_tps_refuser_modification();

-- A réquisition, once recorded, stays.

CREATE FUNCTION tps_requisition_figee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Une réquisition ne se modifie pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'tps_requisition_figee';
END $$;
CREATE TRIGGER requisition_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_requisition
    FOR EACH ROW EXECUTE FUNCTION tps_requisition_figee();
CREATE TRIGGER releve_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_releve
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
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
    IF NEW.decision = 'vise' AND NEW.pour_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM exports_tps_delegation d
                        WHERE d.id = NEW.pour_id AND d.nature = 'suppleance' AND d.delegataire_id = NEW.par_id
                          AND (NEW.le AT TIME ZONE 'Pacific/Noumea')::date BETWEEN d.debut AND d.fin
                          AND (d.revoquee_le IS NULL
                               OR (NEW.le AT TIME ZONE 'Pacific/Noumea')::date < d.revoquee_le))
    THEN
        RAISE EXCEPTION 'Cette suppléance ne permet pas de viser : elle n’est pas donnée à cette personne, ou pas à cette date.'
            USING ERRCODE = '23514', CONSTRAINT = 'visa_dans_sa_suppleance';
    END IF;
    IF NEW.decision = 'vise'
        AND EXISTS (SELECT 1 FROM exports_tps_visaparapheur v
                    WHERE v.presentation_id = NEW.presentation_id AND v.decision = 'vise'
                      AND v.par_id = NEW.par_id AND (v.pour_id IS NOT NULL OR NEW.pour_id IS NOT NULL))
    THEN
        RAISE EXCEPTION 'Qui vise en l’absence d’un autre ne donne pas deux visas du même dossier.'
            USING ERRCODE = '23514', CONSTRAINT = 'visa_suppleant_une_etape';
    END IF;
    IF NEW.decision = 'vise' AND NEW.pour_id IS NOT NULL
        AND EXISTS (SELECT 1 FROM exports_tps_presentation r
                    JOIN grand_livre_piece p ON p.bordereau_id = r.bordereau_id
                    JOIN facturier_facture f ON f.mandat_id = p.id
                    JOIN facturier_passagefacture a ON a.facture_id = f.id
                    WHERE r.id = NEW.presentation_id AND a.acte = 'liquider' AND a.par_id = NEW.par_id)
    THEN
        RAISE EXCEPTION 'Qui a liquidé une facture du bordereau ne le vise pas en l’absence d’un autre.'
            USING ERRCODE = '23514', CONSTRAINT = 'visa_suppleant_sans_le_liquidateur';
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
                                            AND (e.revoquee_le IS NULL OR e.revoquee_le > e.debut
                                                 OR EXISTS (SELECT 1 FROM exports_tps_signaturebordereau s
                                                            WHERE s.delegation_id = e.id))))
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
                      AND (d.revoquee_le IS NULL OR d.revoquee_le > d.debut
                           OR EXISTS (SELECT 1 FROM exports_tps_signaturebordereau s
                                      WHERE s.delegation_id = d.id)))
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
    IF EXISTS (SELECT 1 FROM exports_tps_visaparapheur v
               JOIN exports_tps_presentation r ON r.id = v.presentation_id
               LEFT JOIN grand_livre_bordereau b ON b.id = r.bordereau_id
               LEFT JOIN exports_tps_flux f ON f.id = r.depot_id
               WHERE v.decision = 'vise' AND v.par_id = NEW.par_id AND v.pour_id IS NOT NULL
                 AND (b.etat = 'presente' OR f.etat = 'au_parapheur')
                 AND r.id = (SELECT MAX(q.id) FROM exports_tps_presentation q
                             WHERE q.bordereau_id = NEW.bordereau_id OR q.depot_id = NEW.depot_id))
    THEN
        RAISE EXCEPTION 'Qui a visé en l’absence d’un autre ne signe pas ensuite.'
            USING ERRCODE = '23514', CONSTRAINT = 'signature_sans_le_suppleant';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signaturebordereau_regles BEFORE INSERT ON exports_tps_signaturebordereau
    FOR EACH ROW EXECUTE FUNCTION exports_tps_regles_signaturebordereau();

CREATE FUNCTION exports_tps_bordereau_a_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM exports_tps_signaturebordereau s
                   WHERE s.bordereau_id = NEW.id AND s.retiree_le IS NULL) THEN
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
-- An archive keeps who asked for what; once made, its file.
CREATE TRIGGER archive_tps_sans_suppression BEFORE DELETE ON exports_tps_archivetps
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER archive_tps_identite BEFORE UPDATE ON exports_tps_archivetps
    FOR EACH ROW
    WHEN (OLD.achevee_le IS NOT NULL
          OR ROW(OLD.id, OLD.exercice_id, OLD.bordereaux, OLD.motif, OLD.demandee_le, OLD.par_id, OLD.conserver_jusqu_au)
             IS DISTINCT FROM
             ROW(NEW.id, NEW.exercice_id, NEW.bordereaux, NEW.motif, NEW.demandee_le, NEW.par_id, NEW.conserver_jusqu_au))
    EXECUTE FUNCTION exports_tps_refuser_modification();
-- What another program made is kept as it was dropped; what is added to it is added once.
CREATE TRIGGER piece_externe_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_pieceexterne
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER document_externe_sans_suppression BEFORE DELETE ON exports_tps_documentexterne
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER document_externe_identite BEFORE UPDATE ON exports_tps_documentexterne
    FOR EACH ROW
    WHEN (OLD.sha256 <> ''
          OR ROW(OLD.id, OLD.flux_id, OLD.piece_id, OLD.identifiant, OLD.est_inclus)
             IS DISTINCT FROM ROW(NEW.id, NEW.flux_id, NEW.piece_id, NEW.identifiant, NEW.est_inclus))
    EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER depot_externe_sans_suppression BEFORE DELETE ON exports_tps_depotexterne
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER depot_externe_identite BEFORE UPDATE ON exports_tps_depotexterne
    FOR EACH ROW
    WHEN (OLD.sha256_signe <> ''
          OR ROW(OLD.flux_id, OLD.nom, OLD.sha256, OLD.est_signe, OLD.depose_le, OLD.par_id)
             IS DISTINCT FROM ROW(NEW.flux_id, NEW.nom, NEW.sha256, NEW.est_signe, NEW.depose_le, NEW.par_id))
    EXECUTE FUNCTION exports_tps_refuser_modification();
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
-- What was announced stays announced.
CREATE TRIGGER annonceparapheur_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_annonceparapheur
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_parapheur_fige();
-- What a verification found stays as it was found.
CREATE TRIGGER verificationsignatures_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_verificationsignatures
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
-- What the treasury told stays as it told it.
CREATE TRIGGER recettepercue_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_recettepercue
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER annulation_regularisation_ajout_seul
    BEFORE UPDATE OR DELETE ON exports_tps_annulationregularisation
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER regularisationrecette_sans_suppression BEFORE DELETE ON exports_tps_regularisationrecette
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
-- What settles a titre is cancelled once, by the reversal of its own entry.
CREATE TRIGGER regularisationrecette_identite BEFORE UPDATE ON exports_tps_regularisationrecette
    FOR EACH ROW
    WHEN (OLD.annulation_id IS NOT NULL
          OR ROW(OLD.id, OLD.recette_id, OLD.titre_id, OLD.ecriture_id, OLD.message_id, OLD.par_id, OLD.le)
             IS DISTINCT FROM
             ROW(NEW.id, NEW.recette_id, NEW.titre_id, NEW.ecriture_id, NEW.message_id, NEW.par_id, NEW.le))
    EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE FUNCTION exports_tps_annulation_contrepasse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM exports_tps_annulationregularisation a
                   JOIN grand_livre_ecriture e ON e.id = a.ecriture_id
                   WHERE a.id = NEW.annulation_id AND e.contrepasse_id = NEW.ecriture_id)
    THEN
        RAISE EXCEPTION 'Une régularisation s’annule par la contrepassation de son écriture.'
            USING ERRCODE = '23514', CONSTRAINT = 'annulation_contrepasse';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER annulation_contrepasse
    BEFORE INSERT OR UPDATE OF annulation_id ON exports_tps_regularisationrecette
    FOR EACH ROW WHEN (NEW.annulation_id IS NOT NULL)
    EXECUTE FUNCTION exports_tps_annulation_contrepasse();
CREATE TRIGGER signaturebordereau_sans_suppression BEFORE DELETE ON exports_tps_signaturebordereau
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_parapheur_fige();
CREATE TRIGGER signaturebordereau_figee BEFORE UPDATE ON exports_tps_signaturebordereau
    FOR EACH ROW
    WHEN (OLD.retiree_le IS NOT NULL OR NEW.retiree_le IS NULL
          OR ROW(OLD.id, OLD.bordereau_id, OLD.depot_id, OLD.par_id, OLD.delegation_id, OLD.jour, OLD.empreinte, OLD.mode)
             IS DISTINCT FROM
             ROW(NEW.id, NEW.bordereau_id, NEW.depot_id, NEW.par_id, NEW.delegation_id, NEW.jour, NEW.empreinte, NEW.mode))
    EXECUTE FUNCTION exports_tps_parapheur_fige();

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
-- What settles a refused titre stays until the titre is back in preparation, where it may be
-- presented again or cancelled; one whose number is burnt never is, and is rejected once unsettled.
CREATE FUNCTION exports_tps_apurement_d_un_titre_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bordereau bigint;
    etat_bordereau text;
BEGIN
    SELECT b.id, b.etat INTO bordereau, etat_bordereau FROM grand_livre_piece p
        JOIN grand_livre_bordereau b ON b.id = p.bordereau_id
        WHERE p.id = NEW.titre_id AND p.etat IN ('transmise', 'suspendue');
    IF (etat_bordereau = 'refuse'
        OR etat_bordereau = 'accepte' AND 'rejete' = (
            SELECT v.decision FROM exports_tps_verdict v
            WHERE v.piece_id = NEW.titre_id AND v.bordereau_id = bordereau
              AND v.decision IN ('suspendu', 'rejete', 'pris_en_charge', 'paye')
            ORDER BY v.id DESC LIMIT 1))
       AND NOT EXISTS (
            SELECT 1 FROM exports_tps_verdict v
            WHERE v.piece_id = NEW.titre_id
              AND (v.bordereau_id = bordereau
                   OR v.bordereau_id IN (SELECT r.bordereau_id FROM grand_livre_remiseenpreparation r
                                         WHERE r.piece_id = NEW.titre_id))
              AND v.decision IN ('pris_en_charge', 'paye')) THEN
        RAISE EXCEPTION 'La Trésorerie a refusé ce titre : remettez-le d’abord en préparation, puis annulez l’apurement.'
            USING ERRCODE = '23514', CONSTRAINT = 'apurement_d_un_titre_refuse';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER apurement_d_un_titre_refuse BEFORE INSERT ON telepaiement_apurement
    FOR EACH ROW WHEN (NEW.annule_id IS NOT NULL)
    EXECUTE FUNCTION exports_tps_apurement_d_un_titre_refuse();
-- What the treasury rejected once it had taken it in charge is rejected here, not reduced.
CREATE FUNCTION exports_tps_correction_d_un_titre_rejete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF 'rejete' = (
        SELECT v.decision FROM exports_tps_verdict v
        JOIN grand_livre_piece p ON p.id = v.piece_id AND p.bordereau_id = v.bordereau_id
        WHERE p.id = NEW.piece_origine_id AND p.sens = 'recette' AND p.etat = 'prise_en_charge'
          AND v.decision IN ('suspendu', 'rejete', 'pris_en_charge', 'paye')
        ORDER BY v.id DESC LIMIT 1) THEN
        RAISE EXCEPTION 'La Trésorerie a rejeté ou annulé ce titre après l’avoir pris en charge : il ne se réduit plus. Sa page dit que faire.'
            USING ERRCODE = '23514', CONSTRAINT = 'correction_d_un_titre_rejete';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER correction_d_un_titre_rejete BEFORE INSERT ON grand_livre_piece
    FOR EACH ROW WHEN (NEW.type_piece = '02' AND NEW.piece_origine_id IS NOT NULL)
    EXECUTE FUNCTION exports_tps_correction_d_un_titre_rejete();
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
    IF EXISTS (SELECT 1 FROM exports_tps_ligneflux l
               JOIN grand_livre_piece p ON p.bordereau_id = l.bordereau_id
               JOIN grand_livre_remiseenpreparation r ON r.piece_id = p.id
               JOIN exports_tps_verdict v
                 ON v.piece_id = r.piece_id AND v.bordereau_id = r.bordereau_id
               WHERE l.flux_id = NEW.flux_id AND v.decision IN ('pris_en_charge', 'paye')) THEN
        RAISE EXCEPTION 'La Trésorerie a déjà pris en charge le numéro d’un titre de ce flux.'
            USING ERRCODE = '23514', CONSTRAINT = 'depart_sans_numero_pris';
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
-- A file of other software is ready to leave only with the trace of who signed it, here or before.
CREATE FUNCTION exports_tps_depot_signe_par_quelqu_un() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM exports_tps_depotexterne d WHERE d.flux_id = NEW.id)
       AND NOT EXISTS (SELECT 1 FROM exports_tps_signaturebordereau s WHERE s.depot_id = NEW.id)
    THEN
        RAISE EXCEPTION 'Un fichier déposé ne part qu’avec la trace de qui l’a signé.'
            USING ERRCODE = '23514', CONSTRAINT = 'depot_signe_par_quelqu_un';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER depot_signe_par_quelqu_un BEFORE UPDATE OF etat ON exports_tps_flux
    FOR EACH ROW WHEN (NEW.etat = 'constitue' AND OLD.etat <> 'constitue')
    EXECUTE FUNCTION exports_tps_depot_signe_par_quelqu_un();
-- A reserve is settled once, with a treatment of its own message; nothing else of it changes.
CREATE TRIGGER traitement_reserve_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_traitementreserve
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER reserve_sans_suppression BEFORE DELETE ON exports_tps_reserve
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE TRIGGER reserve_identite BEFORE UPDATE ON exports_tps_reserve
    FOR EACH ROW
    WHEN (OLD.traitement_id IS NOT NULL
          OR ROW(OLD.id, OLD.message_id, OLD.nature, OLD.texte, OLD.bordereau_id, OLD.piece_id,
                 OLD.justificatif_id, OLD.empreinte, OLD.constatee_le)
             IS DISTINCT FROM
             ROW(NEW.id, NEW.message_id, NEW.nature, NEW.texte, NEW.bordereau_id, NEW.piece_id,
                 NEW.justificatif_id, NEW.empreinte, NEW.constatee_le))
    EXECUTE FUNCTION exports_tps_refuser_modification();
CREATE FUNCTION exports_tps_reserve_traitee_avec_son_message() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM exports_tps_traitementreserve t
                   WHERE t.id = NEW.traitement_id AND t.message_id = NEW.message_id)
    THEN
        RAISE EXCEPTION 'Une réserve se traite avec celles de son message.'
            USING ERRCODE = '23514', CONSTRAINT = 'reserve_traitee_avec_son_message';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reserve_traitee_avec_son_message
    BEFORE INSERT OR UPDATE OF traitement_id ON exports_tps_reserve
    FOR EACH ROW WHEN (NEW.traitement_id IS NOT NULL)
    EXECUTE FUNCTION exports_tps_reserve_traitee_avec_son_message();
-- A replacement, once recorded, stays.
CREATE TRIGGER remplacement_document_ajout_seul
    BEFORE UPDATE OR DELETE ON exports_tps_remplacementdocument
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_refuser_modification();
-- A number taken in charge on a bordereau that the titre left is presented no more (pes_v2, §8).
CREATE FUNCTION exports_tps_numero_pris() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM grand_livre_remiseenpreparation r
               JOIN exports_tps_verdict v
                 ON v.piece_id = r.piece_id AND v.bordereau_id = r.bordereau_id
               WHERE r.piece_id = NEW.id AND v.decision IN ('pris_en_charge', 'paye')) THEN
        RAISE EXCEPTION 'Un de ces titres porte un numéro que la Trésorerie a déjà pris en charge : il ne lui est plus présenté. Sa page dit que faire.'
            USING ERRCODE = '23514', CONSTRAINT = 'numero_pris';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER numero_pris BEFORE UPDATE OF bordereau_id, etat ON grand_livre_piece
    FOR EACH ROW
    WHEN (NEW.sens = 'recette'
          AND ((NEW.bordereau_id IS NOT NULL AND NEW.bordereau_id IS DISTINCT FROM OLD.bordereau_id)
               OR (NEW.etat = 'signee' AND OLD.etat <> 'signee')))
    EXECUTE FUNCTION exports_tps_numero_pris();
