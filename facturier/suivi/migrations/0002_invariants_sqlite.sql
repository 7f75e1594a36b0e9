-- The same invariants on SQLite, row by row. A double semicolon on its own ends a statement.

CREATE TRIGGER passage_sans_modification BEFORE UPDATE ON facturier_passagefacture
BEGIN SELECT RAISE(ABORT, 'La trace d’une facture ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER passage_sans_suppression BEFORE DELETE ON facturier_passagefacture
BEGIN SELECT RAISE(ABORT, 'La trace d’une facture ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER service_fait_sans_modification BEFORE UPDATE ON facturier_servicefait
BEGIN SELECT RAISE(ABORT, 'La trace d’une facture ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER service_fait_sans_suppression BEFORE DELETE ON facturier_servicefait
BEGIN SELECT RAISE(ABORT, 'La trace d’une facture ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER message_sans_modification BEFORE UPDATE ON facturier_message
BEGIN SELECT RAISE(ABORT, 'La trace d’une facture ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER message_sans_suppression BEFORE DELETE ON facturier_message
BEGIN SELECT RAISE(ABORT, 'La trace d’une facture ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER retour_sans_suppression BEFORE DELETE ON facturier_retourfournisseur
BEGIN SELECT RAISE(ABORT, 'La trace d’une facture ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER retour_repondu_fige BEFORE UPDATE ON facturier_retourfournisseur
WHEN OLD.repondu_le IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'La trace d’une facture ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER facture_sans_suppression BEFORE DELETE ON facturier_facture
WHEN OLD.etat <> 'brouillon'
BEGIN SELECT RAISE(ABORT, 'Une facture déposée ne s’efface pas.'); END;;

CREATE TRIGGER facture_terminee BEFORE UPDATE ON facturier_facture
WHEN OLD.etat IN ('rejetee', 'payee', 'retiree', 'avoir')
BEGIN SELECT RAISE(ABORT, 'L’état de cette facture est définitif.'); END;;

CREATE TRIGGER facture_figee BEFORE UPDATE ON facturier_facture
WHEN OLD.etat <> 'brouillon' AND (
    NEW.fournisseur_id IS NOT OLD.fournisseur_id
    OR NEW.etablissement_id IS NOT OLD.etablissement_id
    OR NEW.numero IS NOT OLD.numero
    OR NEW.numero_normalise IS NOT OLD.numero_normalise
    OR NEW.date_emission IS NOT OLD.date_emission
    OR NEW.periode_debut IS NOT OLD.periode_debut
    OR NEW.periode_fin IS NOT OLD.periode_fin
    OR NEW.montant_ht IS NOT OLD.montant_ht
    OR NEW.montant_tgc IS NOT OLD.montant_tgc
    OR NEW.montant_ttc IS NOT OLD.montant_ttc
    OR NEW.sha256 IS NOT OLD.sha256
    OR NEW.deposee_le IS NOT OLD.deposee_le
    OR NEW.deposee_par_id IS NOT OLD.deposee_par_id
    OR NEW.code_verification IS NOT OLD.code_verification
)
BEGIN SELECT RAISE(ABORT, 'Les données d’une facture déposée ne se modifient pas : rejetez-la.'); END;;

CREATE TRIGGER facture_sans_retour BEFORE UPDATE ON facturier_facture
WHEN OLD.etat <> 'brouillon' AND NEW.etat = 'brouillon'
BEGIN SELECT RAISE(ABORT, 'Une facture déposée ne redevient pas un brouillon.'); END;;

-- Lines and taxes belong to the draft; a document may still be added, never changed.

CREATE TRIGGER ligne_figee_insert BEFORE INSERT ON facturier_lignefacture
WHEN (SELECT etat FROM facturier_facture WHERE id = NEW.facture_id) <> 'brouillon'
BEGIN SELECT RAISE(ABORT, 'Le détail d’une facture déposée ne se modifie pas.'); END;;

CREATE TRIGGER ligne_figee_update BEFORE UPDATE ON facturier_lignefacture
WHEN (SELECT etat FROM facturier_facture WHERE id = OLD.facture_id) <> 'brouillon'
BEGIN SELECT RAISE(ABORT, 'Le détail d’une facture déposée ne se modifie pas.'); END;;

CREATE TRIGGER ligne_figee_delete BEFORE DELETE ON facturier_lignefacture
WHEN (SELECT etat FROM facturier_facture WHERE id = OLD.facture_id) <> 'brouillon'
BEGIN SELECT RAISE(ABORT, 'Le détail d’une facture déposée ne se modifie pas.'); END;;

CREATE TRIGGER taxe_figee_insert BEFORE INSERT ON facturier_repartitiontaxe
WHEN (SELECT etat FROM facturier_facture WHERE id = NEW.facture_id) <> 'brouillon'
BEGIN SELECT RAISE(ABORT, 'Le détail d’une facture déposée ne se modifie pas.'); END;;

CREATE TRIGGER taxe_figee_update BEFORE UPDATE ON facturier_repartitiontaxe
WHEN (SELECT etat FROM facturier_facture WHERE id = OLD.facture_id) <> 'brouillon'
BEGIN SELECT RAISE(ABORT, 'Le détail d’une facture déposée ne se modifie pas.'); END;;

CREATE TRIGGER taxe_figee_delete BEFORE DELETE ON facturier_repartitiontaxe
WHEN (SELECT etat FROM facturier_facture WHERE id = OLD.facture_id) <> 'brouillon'
BEGIN SELECT RAISE(ABORT, 'Le détail d’une facture déposée ne se modifie pas.'); END;;

CREATE TRIGGER document_figee_update BEFORE UPDATE ON facturier_document
WHEN (SELECT etat FROM facturier_facture WHERE id = OLD.facture_id) <> 'brouillon'
BEGIN SELECT RAISE(ABORT, 'Le détail d’une facture déposée ne se modifie pas.'); END;;

CREATE TRIGGER document_figee_delete BEFORE DELETE ON facturier_document
WHEN (SELECT etat FROM facturier_facture WHERE id = OLD.facture_id) <> 'brouillon'
BEGIN SELECT RAISE(ABORT, 'Le détail d’une facture déposée ne se modifie pas.'); END;;

-- A measured duration never changes, and a prediction keeps what it said.

CREATE TRIGGER delai_constate_fige_update BEFORE UPDATE ON facturier_delaiconstate
BEGIN SELECT RAISE(ABORT, 'Un délai constaté ne se modifie pas.'); END;;

CREATE TRIGGER delai_constate_fige_delete BEFORE DELETE ON facturier_delaiconstate
BEGIN SELECT RAISE(ABORT, 'Un délai constaté ne s’efface pas.'); END;;

CREATE TRIGGER prevision_sans_suppression BEFORE DELETE ON facturier_previsionpaiement
BEGIN SELECT RAISE(ABORT, 'Une prévision ne s’efface pas.'); END;;

CREATE TRIGGER prevision_figee BEFORE UPDATE ON facturier_previsionpaiement
WHEN OLD.ecart_jours IS NOT NULL
    OR NEW.facture_id IS NOT OLD.facture_id
    OR NEW.jalon IS NOT OLD.jalon
    OR NEW.faite_le IS NOT OLD.faite_le
    OR NEW.au_plus_tot IS NOT OLD.au_plus_tot
    OR NEW.probable IS NOT OLD.probable
    OR NEW.au_plus_tard IS NOT OLD.au_plus_tard
    OR NEW.base IS NOT OLD.base
    OR NEW.effectif IS NOT OLD.effectif
BEGIN SELECT RAISE(ABORT, 'Une prévision garde ce qu’elle a dit.'); END;;

-- An acknowledgement, once given, stays.

CREATE TRIGGER retour_accuse_fige BEFORE UPDATE ON facturier_retourfournisseur
WHEN OLD.accuse_le IS NOT NULL AND (
    NEW.accuse_le IS NOT OLD.accuse_le OR NEW.accuse_par_id IS NOT OLD.accuse_par_id
)
BEGIN SELECT RAISE(ABORT, 'Un accusé de lecture ne se modifie pas.'); END;;

-- An attestation, once given, stays.

CREATE TRIGGER attestation_figee_update BEFORE UPDATE ON facturier_attestation
BEGIN SELECT RAISE(ABORT, 'Une attestation ne se modifie pas.'); END;;

CREATE TRIGGER attestation_figee_delete BEFORE DELETE ON facturier_attestation
BEGIN SELECT RAISE(ABORT, 'Une attestation ne s’efface pas.'); END;;
