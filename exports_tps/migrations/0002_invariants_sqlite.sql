-- The same on SQLite. A double semicolon on its own ends a statement.

CREATE TRIGGER passage_flux_sans_modification BEFORE UPDATE ON exports_tps_passageflux
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_flux_sans_suppression BEFORE DELETE ON exports_tps_passageflux
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER transmission_sans_modification BEFORE UPDATE ON exports_tps_transmission
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER transmission_sans_suppression BEFORE DELETE ON exports_tps_transmission
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER verdict_sans_modification BEFORE UPDATE ON exports_tps_verdict
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER verdict_sans_suppression BEFORE DELETE ON exports_tps_verdict
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER ligne_flux_sans_suppression BEFORE DELETE ON exports_tps_ligneflux
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER message_tps_sans_suppression BEFORE DELETE ON exports_tps_messagetps
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER flux_sans_suppression BEFORE DELETE ON exports_tps_flux
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;

-- A line is released once; nothing else about it changes.
CREATE TRIGGER ligne_flux_identite BEFORE UPDATE ON exports_tps_ligneflux
WHEN OLD.liberee_le IS NOT NULL
  OR OLD.id IS NOT NEW.id
  OR OLD.flux_id IS NOT NEW.flux_id
  OR OLD.bordereau_id IS NOT NEW.bordereau_id
  OR OLD.justificatif_id IS NOT NEW.justificatif_id
  OR OLD.empreinte IS NOT NEW.empreinte
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;

-- A message keeps its content; once applied it is settled.
CREATE TRIGGER message_identite BEFORE UPDATE ON exports_tps_messagetps
WHEN OLD.etat = 'applique'
  OR OLD.id IS NOT NEW.id
  OR OLD.nom IS NOT NEW.nom
  OR OLD.sha256 IS NOT NEW.sha256
  OR OLD.taille IS NOT NEW.taille
  OR OLD.recu_le IS NOT NEW.recu_le
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;

-- A flux keeps its name and, once written, its file.
CREATE TRIGGER flux_identite BEFORE UPDATE ON exports_tps_flux
WHEN OLD.id IS NOT NEW.id
  OR OLD.exercice_id IS NOT NEW.exercice_id
  OR OLD.budget_id IS NOT NEW.budget_id
  OR OLD.profil IS NOT NEW.profil
  OR OLD.numero IS NOT NEW.numero
  OR OLD.code_collectivite IS NOT NEW.code_collectivite
  OR OLD.nom_fichier IS NOT NEW.nom_fichier
  OR OLD.constitue_le IS NOT NEW.constitue_le
  OR (OLD.sha256 <> '' AND (OLD.sha256 <> NEW.sha256 OR OLD.taille <> NEW.taille))
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;

-- A réquisition, once recorded, stays.

CREATE TRIGGER requisition_sans_modification BEFORE UPDATE ON exports_tps_requisition
BEGIN SELECT RAISE(ABORT, 'Une réquisition ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER requisition_sans_suppression BEFORE DELETE ON exports_tps_requisition
BEGIN SELECT RAISE(ABORT, 'Une réquisition ne se modifie pas et ne s’efface pas.'); END;;CREATE TRIGGER releve_sans_modification BEFORE UPDATE ON exports_tps_releve
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER releve_sans_suppression BEFORE DELETE ON exports_tps_releve
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;-- The same on SQLite. A double semicolon on its own ends a statement.

CREATE TRIGGER etapecircuit_sans_modification BEFORE UPDATE ON exports_tps_etapecircuit
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER etapecircuit_sans_suppression BEFORE DELETE ON exports_tps_etapecircuit
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER presentation_sans_modification BEFORE UPDATE ON exports_tps_presentation
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER presentation_sans_suppression BEFORE DELETE ON exports_tps_presentation
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER visaparapheur_sans_modification BEFORE UPDATE ON exports_tps_visaparapheur
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER visaparapheur_sans_suppression BEFORE DELETE ON exports_tps_visaparapheur
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER lecturebordereau_sans_modification BEFORE UPDATE ON exports_tps_lecturebordereau
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER lecturebordereau_sans_suppression BEFORE DELETE ON exports_tps_lecturebordereau
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER signaturebordereau_sans_suppression BEFORE DELETE ON exports_tps_signaturebordereau
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER relanceparapheur_sans_modification BEFORE UPDATE ON exports_tps_relanceparapheur
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER relanceparapheur_sans_suppression BEFORE DELETE ON exports_tps_relanceparapheur
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER circuit_sans_suppression BEFORE DELETE ON exports_tps_circuit
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER delegation_sans_suppression BEFORE DELETE ON exports_tps_delegation
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;

-- It is ended once, by a date; nothing else about it changes.
CREATE TRIGGER circuit_fige BEFORE UPDATE ON exports_tps_circuit
WHEN OLD.fin IS NOT NULL
  OR OLD.id IS NOT NEW.id
  OR OLD.libelle IS NOT NEW.libelle
  OR OLD.sens IS NOT NEW.sens
  OR OLD.direction IS NOT NEW.direction
  OR OLD.montant_minimum IS NOT NEW.montant_minimum
  OR OLD.signataire_id IS NOT NEW.signataire_id
  OR OLD.debut IS NOT NEW.debut
  OR OLD.cree_le IS NOT NEW.cree_le
  OR OLD.cree_par_id IS NOT NEW.cree_par_id
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;

-- It is ended once, by a date; nothing else about it changes.
CREATE TRIGGER delegation_fige BEFORE UPDATE ON exports_tps_delegation
WHEN OLD.revoquee_le IS NOT NULL
  OR OLD.id IS NOT NEW.id
  OR OLD.nature IS NOT NEW.nature
  OR OLD.delegant_id IS NOT NEW.delegant_id
  OR OLD.delegataire_id IS NOT NEW.delegataire_id
  OR OLD.acte IS NOT NEW.acte
  OR OLD.debut IS NOT NEW.debut
  OR OLD.fin IS NOT NEW.fin
  OR OLD.plafond IS NOT NEW.plafond
  OR OLD.cree_le IS NOT NEW.cree_le
  OR OLD.cree_par_id IS NOT NEW.cree_par_id
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER visa_a_son_tour BEFORE INSERT ON exports_tps_visaparapheur
WHEN NEW.rang <> 1 + (SELECT COUNT(*) FROM exports_tps_visaparapheur v
                   WHERE v.presentation_id = NEW.presentation_id AND v.decision = 'vise')
    OR EXISTS (SELECT 1 FROM exports_tps_visaparapheur v
               WHERE v.presentation_id = NEW.presentation_id AND v.decision = 'renvoye')
    OR (NEW.decision = 'vise'
        AND NEW.rang > (SELECT COUNT(*) FROM exports_tps_etapecircuit e
                        JOIN exports_tps_presentation p ON p.circuit_id = e.circuit_id
                        WHERE p.id = NEW.presentation_id))
BEGIN SELECT RAISE(ABORT, 'Ce visa n’est pas celui qui est attendu : rechargez la page.'); END;;

CREATE TRIGGER visa_dans_sa_suppleance BEFORE INSERT ON exports_tps_visaparapheur
WHEN NEW.decision = 'vise' AND NEW.pour_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM exports_tps_delegation d
                    WHERE d.id = NEW.pour_id AND d.nature = 'suppleance' AND d.delegataire_id = NEW.par_id
                      AND date(NEW.le, '+11 hours') BETWEEN d.debut AND d.fin
                      AND (d.revoquee_le IS NULL OR date(NEW.le, '+11 hours') < d.revoquee_le))
BEGIN SELECT RAISE(ABORT, 'Cette suppléance ne permet pas de viser : elle n’est pas donnée à cette personne, ou pas à cette date.'); END;;

CREATE TRIGGER visa_suppleant_une_etape BEFORE INSERT ON exports_tps_visaparapheur
WHEN NEW.decision = 'vise'
    AND EXISTS (SELECT 1 FROM exports_tps_visaparapheur v
                WHERE v.presentation_id = NEW.presentation_id AND v.decision = 'vise'
                  AND v.par_id = NEW.par_id AND (v.pour_id IS NOT NULL OR NEW.pour_id IS NOT NULL))
BEGIN SELECT RAISE(ABORT, 'Qui vise en l’absence d’un autre ne donne pas deux visas du même dossier.'); END;;

CREATE TRIGGER visa_suppleant_sans_le_liquidateur BEFORE INSERT ON exports_tps_visaparapheur
WHEN NEW.decision = 'vise' AND NEW.pour_id IS NOT NULL
    AND EXISTS (SELECT 1 FROM exports_tps_presentation r
                JOIN grand_livre_piece p ON p.bordereau_id = r.bordereau_id
                JOIN facturier_facture f ON f.mandat_id = p.id
                JOIN facturier_passagefacture a ON a.facture_id = f.id
                WHERE r.id = NEW.presentation_id AND a.acte = 'liquider' AND a.par_id = NEW.par_id)
BEGIN SELECT RAISE(ABORT, 'Qui a liquidé une facture du bordereau ne le vise pas en l’absence d’un autre.'); END;;

CREATE TRIGGER signature_sans_le_suppleant BEFORE INSERT ON exports_tps_signaturebordereau
WHEN EXISTS (SELECT 1 FROM exports_tps_visaparapheur v
             JOIN exports_tps_presentation r ON r.id = v.presentation_id
             LEFT JOIN grand_livre_bordereau b ON b.id = r.bordereau_id
             LEFT JOIN exports_tps_flux f ON f.id = r.depot_id
             WHERE v.decision = 'vise' AND v.par_id = NEW.par_id AND v.pour_id IS NOT NULL
               AND (b.etat = 'presente' OR f.etat = 'au_parapheur')
               AND r.id = (SELECT MAX(q.id) FROM exports_tps_presentation q
                           WHERE q.bordereau_id = NEW.bordereau_id OR q.depot_id = NEW.depot_id))
BEGIN SELECT RAISE(ABORT, 'Qui a visé en l’absence d’un autre ne signe pas ensuite.'); END;;

CREATE TRIGGER signature_dans_sa_delegation BEFORE INSERT ON exports_tps_signaturebordereau
WHEN NEW.delegation_id IS NOT NULL
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
BEGIN SELECT RAISE(ABORT, 'Ce pouvoir ne permet pas de signer : il n’est pas donné à cette personne, ou pas à cette date.'); END;;

CREATE TRIGGER signature_sous_le_plafond BEFORE INSERT ON exports_tps_signaturebordereau
WHEN NEW.delegation_id IS NOT NULL
    AND (SELECT COALESCE(SUM(p.montant_ht + p.montant_tgc), 0) FROM grand_livre_piece p
         WHERE p.bordereau_id = NEW.bordereau_id)
        > (SELECT d.plafond FROM exports_tps_delegation d WHERE d.id = NEW.delegation_id)
BEGIN SELECT RAISE(ABORT, 'Le montant du bordereau dépasse le plafond de la délégation.'); END;;

CREATE TRIGGER signature_du_delegataire BEFORE INSERT ON exports_tps_signaturebordereau
WHEN NEW.delegation_id IS NULL
    AND EXISTS (SELECT 1 FROM exports_tps_delegation d
                WHERE d.nature = 'delegation' AND d.delegataire_id = NEW.par_id
                  AND (d.revoquee_le IS NULL OR d.revoquee_le > d.debut
                       OR EXISTS (SELECT 1 FROM exports_tps_signaturebordereau s
                                  WHERE s.delegation_id = d.id)))
BEGIN SELECT RAISE(ABORT, 'Qui a reçu une délégation de signature ne signe que par elle.'); END;;

CREATE TRIGGER signature_apres_les_visas BEFORE INSERT ON exports_tps_signaturebordereau
WHEN EXISTS (SELECT 1 FROM grand_livre_bordereau b
            WHERE b.id = NEW.bordereau_id AND b.etat = 'presente')
    AND (SELECT COUNT(*) FROM exports_tps_visaparapheur v
         WHERE v.decision = 'vise' AND v.presentation_id = (
             SELECT MAX(p.id) FROM exports_tps_presentation p
             WHERE p.bordereau_id = NEW.bordereau_id))
        < (SELECT COUNT(*) FROM exports_tps_etapecircuit e
           JOIN exports_tps_presentation p ON p.circuit_id = e.circuit_id
           WHERE p.id = (SELECT MAX(q.id) FROM exports_tps_presentation q
                         WHERE q.bordereau_id = NEW.bordereau_id))
BEGIN SELECT RAISE(ABORT, 'Le circuit de ce bordereau n’est pas terminé : un visa manque.'); END;;

CREATE TRIGGER signature_sans_le_liquidateur BEFORE INSERT ON exports_tps_signaturebordereau
WHEN EXISTS (SELECT 1 FROM grand_livre_piece p
            JOIN facturier_facture f ON f.mandat_id = p.id
            JOIN facturier_passagefacture a ON a.facture_id = f.id
            WHERE p.bordereau_id = NEW.bordereau_id AND a.acte = 'liquider'
              AND a.par_id = NEW.par_id)
    AND NOT EXISTS (SELECT 1 FROM acces_utilisateur u WHERE u.id = NEW.par_id AND u.est_systeme)
BEGIN SELECT RAISE(ABORT, 'Qui a liquidé une facture du bordereau ne le signe pas.'); END;;

CREATE TRIGGER certificatsignataire_sans_suppression BEFORE DELETE ON exports_tps_certificatsignataire
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER certificatsignataire_fige BEFORE UPDATE ON exports_tps_certificatsignataire
WHEN OLD.retire_le IS NOT NULL
  OR OLD.id IS NOT NEW.id
  OR OLD.personne_id IS NOT NEW.personne_id
  OR OLD.sha256 IS NOT NEW.sha256
  OR OLD.sujet IS NOT NEW.sujet
  OR OLD.pem IS NOT NEW.pem
  OR OLD.valable_du IS NOT NEW.valable_du
  OR OLD.valable_au IS NOT NEW.valable_au
  OR OLD.enregistre_le IS NOT NEW.enregistre_le
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;-- An archive keeps who asked for what; once made, its file.
CREATE TRIGGER archive_tps_sans_suppression BEFORE DELETE ON exports_tps_archivetps
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER archive_tps_identite BEFORE UPDATE ON exports_tps_archivetps
WHEN OLD.achevee_le IS NOT NULL
  OR OLD.id IS NOT NEW.id
  OR OLD.exercice_id IS NOT NEW.exercice_id
  OR OLD.bordereaux IS NOT NEW.bordereaux
  OR OLD.motif IS NOT NEW.motif
  OR OLD.demandee_le IS NOT NEW.demandee_le
  OR OLD.par_id IS NOT NEW.par_id
  OR OLD.conserver_jusqu_au IS NOT NEW.conserver_jusqu_au
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;-- What another program made is kept as it was dropped; what is added to it is added once.
CREATE TRIGGER piece_externe_sans_modification BEFORE UPDATE ON exports_tps_pieceexterne
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER piece_externe_sans_suppression BEFORE DELETE ON exports_tps_pieceexterne
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER document_externe_sans_suppression BEFORE DELETE ON exports_tps_documentexterne
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER document_externe_identite BEFORE UPDATE ON exports_tps_documentexterne
WHEN OLD.sha256 <> ''
  OR OLD.id IS NOT NEW.id
  OR OLD.flux_id IS NOT NEW.flux_id
  OR OLD.piece_id IS NOT NEW.piece_id
  OR OLD.identifiant IS NOT NEW.identifiant
  OR OLD.est_inclus IS NOT NEW.est_inclus
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER depot_externe_sans_suppression BEFORE DELETE ON exports_tps_depotexterne
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER depot_externe_identite BEFORE UPDATE ON exports_tps_depotexterne
WHEN OLD.sha256_signe <> ''
  OR OLD.flux_id IS NOT NEW.flux_id
  OR OLD.nom IS NOT NEW.nom
  OR OLD.sha256 IS NOT NEW.sha256
  OR OLD.est_signe IS NOT NEW.est_signe
  OR OLD.depose_le IS NOT NEW.depose_le
  OR OLD.par_id IS NOT NEW.par_id
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;-- The same on SQLite. A double semicolon on its own ends a statement.

CREATE TRIGGER signature_depot_sous_le_plafond BEFORE INSERT ON exports_tps_signaturebordereau
WHEN NEW.depot_id IS NOT NULL AND NEW.delegation_id IS NOT NULL
    AND (SELECT COALESCE(MAX(b.montant), 0) FROM (
             SELECT SUM(p.montant_ttc) AS montant FROM exports_tps_pieceexterne p
             WHERE p.flux_id = NEW.depot_id GROUP BY p.sens, p.exercice, p.bordereau) b)
        > (SELECT d.plafond FROM exports_tps_delegation d WHERE d.id = NEW.delegation_id)
BEGIN SELECT RAISE(ABORT, 'Un bordereau du fichier dépasse le plafond de la délégation.'); END;;

CREATE TRIGGER signature_depot_apres_les_visas BEFORE INSERT ON exports_tps_signaturebordereau
WHEN EXISTS (SELECT 1 FROM exports_tps_flux f
            WHERE f.id = NEW.depot_id AND f.etat = 'au_parapheur')
    AND (SELECT COUNT(*) FROM exports_tps_visaparapheur v
         WHERE v.decision = 'vise' AND v.presentation_id = (
             SELECT MAX(p.id) FROM exports_tps_presentation p WHERE p.depot_id = NEW.depot_id))
        < (SELECT COUNT(*) FROM exports_tps_etapecircuit e
           JOIN exports_tps_presentation p ON p.circuit_id = e.circuit_id
           WHERE p.id = (SELECT MAX(q.id) FROM exports_tps_presentation q
                         WHERE q.depot_id = NEW.depot_id))
BEGIN SELECT RAISE(ABORT, 'Le circuit de ce fichier n’est pas terminé : un visa manque.'); END;;

CREATE TRIGGER depot_a_signature BEFORE UPDATE OF sha256_signe ON exports_tps_depotexterne
WHEN NEW.sha256_signe <> '' AND OLD.sha256_signe = ''
  AND NOT EXISTS (SELECT 1 FROM exports_tps_signaturebordereau s WHERE s.depot_id = NEW.flux_id)
BEGIN SELECT RAISE(ABORT, 'Un fichier déposé n’est signé ici qu’avec la trace de qui le signe.'); END;;-- The same on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER annonceparapheur_sans_modification BEFORE UPDATE ON exports_tps_annonceparapheur
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER annonceparapheur_sans_suppression BEFORE DELETE ON exports_tps_annonceparapheur
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;-- The same on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER verificationsignatures_sans_modification BEFORE UPDATE ON exports_tps_verificationsignatures
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER verificationsignatures_sans_suppression BEFORE DELETE ON exports_tps_verificationsignatures
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;-- The same on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER recettepercue_sans_modification BEFORE UPDATE ON exports_tps_recettepercue
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER recettepercue_sans_suppression BEFORE DELETE ON exports_tps_recettepercue
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER annulation_regularisation_sans_modification BEFORE UPDATE ON exports_tps_annulationregularisation
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER annulation_regularisation_sans_suppression BEFORE DELETE ON exports_tps_annulationregularisation
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
-- What settles a titre is cancelled once, by the reversal of its own entry.
CREATE TRIGGER regularisationrecette_identite BEFORE UPDATE ON exports_tps_regularisationrecette
WHEN OLD.annulation_id IS NOT NULL
  OR OLD.id IS NOT NEW.id
  OR OLD.recette_id IS NOT NEW.recette_id
  OR OLD.titre_id IS NOT NEW.titre_id
  OR OLD.ecriture_id IS NOT NEW.ecriture_id
  OR OLD.message_id IS NOT NEW.message_id
  OR OLD.par_id IS NOT NEW.par_id
  OR OLD.le IS NOT NEW.le
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER annulation_contrepasse BEFORE UPDATE OF annulation_id ON exports_tps_regularisationrecette
WHEN NEW.annulation_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM exports_tps_annulationregularisation a
                  JOIN grand_livre_ecriture e ON e.id = a.ecriture_id
                  WHERE a.id = NEW.annulation_id AND e.contrepasse_id = NEW.ecriture_id)
BEGIN SELECT RAISE(ABORT, 'Une régularisation s’annule par la contrepassation de son écriture.'); END;;
CREATE TRIGGER annulation_contrepasse_ajout BEFORE INSERT ON exports_tps_regularisationrecette
WHEN NEW.annulation_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM exports_tps_annulationregularisation a
                  JOIN grand_livre_ecriture e ON e.id = a.ecriture_id
                  WHERE a.id = NEW.annulation_id AND e.contrepasse_id = NEW.ecriture_id)
BEGIN SELECT RAISE(ABORT, 'Une régularisation s’annule par la contrepassation de son écriture.'); END;;
CREATE TRIGGER regularisationrecette_sans_suppression BEFORE DELETE ON exports_tps_regularisationrecette
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER signaturebordereau_figee BEFORE UPDATE ON exports_tps_signaturebordereau
WHEN OLD.retiree_le IS NOT NULL
  OR NEW.retiree_le IS NULL
  OR OLD.id IS NOT NEW.id
  OR OLD.bordereau_id IS NOT NEW.bordereau_id
  OR OLD.depot_id IS NOT NEW.depot_id
  OR OLD.par_id IS NOT NEW.par_id
  OR OLD.delegation_id IS NOT NEW.delegation_id
  OR OLD.jour IS NOT NEW.jour
  OR OLD.empreinte IS NOT NEW.empreinte
  OR OLD.mode IS NOT NEW.mode
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;-- The same on SQLite. A double semicolon on its own ends a statement.

CREATE TRIGGER nouveaudepot_sans_modification BEFORE UPDATE ON exports_tps_nouveaudepot
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER nouveaudepot_sans_suppression BEFORE DELETE ON exports_tps_nouveaudepot
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER nouveau_depot_sans_reponse BEFORE INSERT ON exports_tps_nouveaudepot
WHEN NOT EXISTS (SELECT 1 FROM exports_tps_flux f
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
BEGIN SELECT RAISE(ABORT, 'Ce flux ne se dépose pas de nouveau : la Trésorerie a répondu, ou le dépôt précédent n’est pas fait.'); END;;-- The same on SQLite, where the table of bordereaux was made again without its triggers. A double
-- semicolon on its own ends a statement.
CREATE TRIGGER depart_a_son_tour BEFORE INSERT ON exports_tps_transmission
WHEN NEW.issue = 'engagee' AND NEW.nouveau_depot_id IS NULL
  AND EXISTS (SELECT 1 FROM exports_tps_ligneflux l
                JOIN grand_livre_bordereau b ON b.id = l.bordereau_id
                JOIN grand_livre_bordereau p
                  ON p.exercice_id = b.exercice_id AND p.budget_id = b.budget_id
                 AND p.sens = b.sens AND p.numero < b.numero
                 AND p.etat IN ('ouvert', 'presente', 'signe')
               WHERE l.flux_id = NEW.flux_id
                 AND NOT EXISTS (SELECT 1 FROM exports_tps_ligneflux m
                                 WHERE m.flux_id = NEW.flux_id AND m.bordereau_id = p.id))
BEGIN SELECT RAISE(ABORT, 'Un bordereau qui vient avant n’est pas encore parti.'); END;;
CREATE TRIGGER depart_d_un_flux_constitue BEFORE INSERT ON exports_tps_transmission
WHEN NEW.issue = 'engagee' AND NEW.nouveau_depot_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM exports_tps_flux f
                  WHERE f.id = NEW.flux_id AND f.etat = 'constitue')
BEGIN SELECT RAISE(ABORT, 'Ce flux ne part plus.'); END;;
CREATE TRIGGER depart_sans_numero_pris BEFORE INSERT ON exports_tps_transmission
WHEN NEW.issue = 'engagee' AND NEW.nouveau_depot_id IS NULL
  AND EXISTS (SELECT 1 FROM exports_tps_ligneflux l
              JOIN grand_livre_piece p ON p.bordereau_id = l.bordereau_id
              JOIN grand_livre_remiseenpreparation r ON r.piece_id = p.id
              JOIN exports_tps_verdict v
                ON v.piece_id = r.piece_id AND v.bordereau_id = r.bordereau_id
              WHERE l.flux_id = NEW.flux_id AND v.decision IN ('pris_en_charge', 'paye'))
BEGIN SELECT RAISE(ABORT, 'La Trésorerie a déjà pris en charge le numéro d’un titre de ce flux.'); END;;
CREATE TRIGGER ecart_avant_engagement BEFORE UPDATE OF etat ON exports_tps_flux
WHEN NEW.etat = 'en_erreur' AND OLD.etat <> 'en_erreur'
  AND EXISTS (SELECT 1 FROM exports_tps_transmission t
              WHERE t.flux_id = NEW.id AND t.issue <> 'echouee')
BEGIN SELECT RAISE(ABORT, 'Une copie de ce flux est chez le destinataire : il ne s’écarte plus.'); END;;
CREATE TRIGGER bordereau_a_signature BEFORE UPDATE OF etat ON grand_livre_bordereau
WHEN NEW.etat = 'signe' AND OLD.etat <> 'signe'
  AND NOT EXISTS (SELECT 1 FROM exports_tps_signaturebordereau s
                  WHERE s.bordereau_id = NEW.id AND s.retiree_le IS NULL)
BEGIN SELECT RAISE(ABORT, 'Un bordereau ne devient « Signé » qu’avec la trace de qui le signe.'); END;;
CREATE TRIGGER apurement_d_un_titre_refuse BEFORE INSERT ON telepaiement_apurement
WHEN NEW.annule_id IS NOT NULL AND EXISTS (
  SELECT 1 FROM grand_livre_piece p JOIN grand_livre_bordereau b ON b.id = p.bordereau_id
  WHERE p.id = NEW.titre_id AND p.etat IN ('transmise', 'suspendue')
  AND (b.etat = 'refuse' OR b.etat = 'accepte' AND 'rejete' = (
    SELECT v.decision FROM exports_tps_verdict v
    WHERE v.piece_id = p.id AND v.bordereau_id = b.id
      AND v.decision IN ('suspendu', 'rejete', 'pris_en_charge', 'paye')
    ORDER BY v.id DESC LIMIT 1))
  AND NOT EXISTS (
    SELECT 1 FROM exports_tps_verdict v
    WHERE v.piece_id = p.id
      AND (v.bordereau_id = b.id
           OR v.bordereau_id IN (SELECT r.bordereau_id FROM grand_livre_remiseenpreparation r
                                 WHERE r.piece_id = p.id))
      AND v.decision IN ('pris_en_charge', 'paye')))
BEGIN SELECT RAISE(ABORT, 'La Trésorerie a refusé ce titre : remettez-le d’abord en préparation, puis annulez l’apurement.'); END;;
CREATE TRIGGER correction_d_un_titre_rejete BEFORE INSERT ON grand_livre_piece
WHEN NEW.type_piece = '02' AND NEW.piece_origine_id IS NOT NULL AND 'rejete' = (
  SELECT v.decision FROM exports_tps_verdict v
  JOIN grand_livre_piece p ON p.id = v.piece_id AND p.bordereau_id = v.bordereau_id
  WHERE p.id = NEW.piece_origine_id AND p.sens = 'recette' AND p.etat = 'prise_en_charge'
    AND v.decision IN ('suspendu', 'rejete', 'pris_en_charge', 'paye')
  ORDER BY v.id DESC LIMIT 1)
BEGIN SELECT RAISE(ABORT, 'La Trésorerie a rejeté ou annulé ce titre après l’avoir pris en charge : il ne se réduit plus. Sa page dit que faire.'); END;;
CREATE TRIGGER bordereau_sans_flux BEFORE UPDATE OF etat ON grand_livre_bordereau
WHEN OLD.etat = 'signe' AND NEW.etat = 'ouvert'
  AND EXISTS (SELECT 1 FROM exports_tps_ligneflux l
              WHERE l.bordereau_id = NEW.id AND l.liberee_le IS NULL)
BEGIN SELECT RAISE(ABORT, 'La signature d’un bordereau qui est dans un flux ne se retire pas.'); END;;-- The same on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER depot_signe_par_quelqu_un BEFORE UPDATE OF etat ON exports_tps_flux
WHEN NEW.etat = 'constitue' AND OLD.etat <> 'constitue'
  AND EXISTS (SELECT 1 FROM exports_tps_depotexterne d WHERE d.flux_id = NEW.id)
  AND NOT EXISTS (SELECT 1 FROM exports_tps_signaturebordereau s WHERE s.depot_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'Un fichier déposé ne part qu’avec la trace de qui l’a signé.'); END;;-- The same on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER traitement_reserve_sans_modification BEFORE UPDATE ON exports_tps_traitementreserve
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER traitement_reserve_sans_suppression BEFORE DELETE ON exports_tps_traitementreserve
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER reserve_sans_suppression BEFORE DELETE ON exports_tps_reserve
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER reserve_identite BEFORE UPDATE ON exports_tps_reserve
WHEN OLD.traitement_id IS NOT NULL
  OR OLD.id IS NOT NEW.id
  OR OLD.message_id IS NOT NEW.message_id
  OR OLD.nature IS NOT NEW.nature
  OR OLD.texte IS NOT NEW.texte
  OR OLD.bordereau_id IS NOT NEW.bordereau_id
  OR OLD.piece_id IS NOT NEW.piece_id
  OR OLD.justificatif_id IS NOT NEW.justificatif_id
  OR OLD.empreinte IS NOT NEW.empreinte
  OR OLD.constatee_le IS NOT NEW.constatee_le
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER reserve_traitee_avec_son_message_ajout BEFORE INSERT ON exports_tps_reserve
WHEN NEW.traitement_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM exports_tps_traitementreserve t
                  WHERE t.id = NEW.traitement_id AND t.message_id = NEW.message_id)
BEGIN SELECT RAISE(ABORT, 'Une réserve se traite avec celles de son message.'); END;;
CREATE TRIGGER reserve_traitee_avec_son_message BEFORE UPDATE OF traitement_id ON exports_tps_reserve
WHEN NEW.traitement_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM exports_tps_traitementreserve t
                  WHERE t.id = NEW.traitement_id AND t.message_id = NEW.message_id)
BEGIN SELECT RAISE(ABORT, 'Une réserve se traite avec celles de son message.'); END;;-- The same on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER remplacement_document_sans_modification
BEFORE UPDATE ON exports_tps_remplacementdocument
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER remplacement_document_sans_suppression
BEFORE DELETE ON exports_tps_remplacementdocument
BEGIN SELECT RAISE(ABORT, 'Cette preuve ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER numero_pris BEFORE UPDATE OF bordereau_id, etat ON grand_livre_piece
WHEN NEW.sens = 'recette'
  AND ((NEW.bordereau_id IS NOT NULL AND NEW.bordereau_id IS NOT OLD.bordereau_id)
       OR (NEW.etat = 'signee' AND OLD.etat <> 'signee'))
  AND EXISTS (SELECT 1 FROM grand_livre_remiseenpreparation r
              JOIN exports_tps_verdict v
                ON v.piece_id = r.piece_id AND v.bordereau_id = r.bordereau_id
              WHERE r.piece_id = NEW.id AND v.decision IN ('pris_en_charge', 'paye'))
BEGIN SELECT RAISE(ABORT, 'Un de ces titres porte un numéro que la Trésorerie a déjà pris en charge : il ne lui est plus présenté. Sa page dit que faire.'); END;;
