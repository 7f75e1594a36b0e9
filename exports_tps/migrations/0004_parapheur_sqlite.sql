-- The same on SQLite. A double semicolon on its own ends a statement.

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
CREATE TRIGGER signaturebordereau_sans_modification BEFORE UPDATE ON exports_tps_signaturebordereau
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
                                        AND (e.revoquee_le IS NULL OR e.revoquee_le > e.debut)))
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
                  AND (d.revoquee_le IS NULL OR d.revoquee_le > d.debut))
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

CREATE TRIGGER bordereau_a_signature BEFORE UPDATE OF etat ON grand_livre_bordereau
WHEN NEW.etat = 'signe' AND OLD.etat <> 'signe'
  AND NOT EXISTS (SELECT 1 FROM exports_tps_signaturebordereau s WHERE s.bordereau_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'Un bordereau ne devient « Signé » qu’avec la trace de qui le signe.'); END;;

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
BEGIN SELECT RAISE(ABORT, 'Ce qui s’est passé au parapheur ne se modifie pas et ne s’efface pas.'); END;;
