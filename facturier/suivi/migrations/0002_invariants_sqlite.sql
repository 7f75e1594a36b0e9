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


CREATE TRIGGER avoir_depose BEFORE UPDATE ON facturier_facture
WHEN NEW.nature = 'avoir' AND OLD.etat = 'brouillon' AND NEW.etat <> 'brouillon'
BEGIN
SELECT RAISE(ABORT, 'Un avoir corrige une facture déposée du même établissement.')
    WHERE NOT EXISTS (
        SELECT 1 FROM facturier_facture c
        WHERE c.id = NEW.facture_corrigee_id AND c.nature = 'facture'
          AND c.etablissement_id = NEW.etablissement_id
          AND c.etat NOT IN ('brouillon', 'rejetee', 'retiree')
    );
SELECT RAISE(ABORT, 'Les avoirs dépassent la facture qu’ils corrigent.')
    WHERE NEW.montant_ttc + (
        SELECT coalesce(sum(a.montant_ttc), 0) FROM facturier_facture a
        WHERE a.facture_corrigee_id = NEW.facture_corrigee_id AND a.id IS NOT NEW.id
          AND a.etat NOT IN ('brouillon', 'rejetee', 'retiree')
    ) > (SELECT c.montant_ttc FROM facturier_facture c WHERE c.id = NEW.facture_corrigee_id);
END;;

CREATE TRIGGER avoir_insere BEFORE INSERT ON facturier_facture
WHEN NEW.nature = 'avoir' AND NEW.etat <> 'brouillon'
BEGIN
SELECT RAISE(ABORT, 'Un avoir corrige une facture déposée du même établissement.')
    WHERE NOT EXISTS (
        SELECT 1 FROM facturier_facture c
        WHERE c.id = NEW.facture_corrigee_id AND c.nature = 'facture'
          AND c.etablissement_id = NEW.etablissement_id
          AND c.etat NOT IN ('brouillon', 'rejetee', 'retiree')
    );
SELECT RAISE(ABORT, 'Les avoirs dépassent la facture qu’ils corrigent.')
    WHERE NEW.montant_ttc + (
        SELECT coalesce(sum(a.montant_ttc), 0) FROM facturier_facture a
        WHERE a.facture_corrigee_id = NEW.facture_corrigee_id AND a.id IS NOT NEW.id
          AND a.etat NOT IN ('brouillon', 'rejetee', 'retiree')
    ) > (SELECT c.montant_ttc FROM facturier_facture c WHERE c.id = NEW.facture_corrigee_id);
END;;

CREATE TRIGGER avoir_fige BEFORE UPDATE ON facturier_facture
WHEN OLD.etat <> 'brouillon' AND (
    NEW.nature IS NOT OLD.nature OR NEW.facture_corrigee_id IS NOT OLD.facture_corrigee_id
)
BEGIN SELECT RAISE(ABORT, 'La nature d’une facture déposée et ce qu’elle corrige ne changent plus.'); END;;

-- What was received is never rewritten, and stays within what was ordered.

CREATE TRIGGER reception_sans_modification BEFORE UPDATE ON facturier_reception
BEGIN SELECT RAISE(ABORT, 'Une réception ne se modifie pas : annulez-la.'); END;;

CREATE TRIGGER reception_sans_suppression BEFORE DELETE ON facturier_reception
BEGIN SELECT RAISE(ABORT, 'Une réception ne s’efface pas : annulez-la.'); END;;

CREATE TRIGGER ligne_reception_sans_modification BEFORE UPDATE ON facturier_lignereception
BEGIN SELECT RAISE(ABORT, 'Une réception ne se modifie pas : annulez-la.'); END;;

CREATE TRIGGER ligne_reception_sans_suppression BEFORE DELETE ON facturier_lignereception
BEGIN SELECT RAISE(ABORT, 'Une réception ne s’efface pas : annulez-la.'); END;;

CREATE TRIGGER reception_dans_la_commande BEFORE INSERT ON facturier_reception
WHEN (SELECT coalesce(sum(montant), 0) + NEW.montant FROM facturier_reception
      WHERE commande_id = NEW.commande_id)
    NOT BETWEEN 0 AND (SELECT montant_engage FROM facturier_boncommande WHERE id = NEW.commande_id)
BEGIN SELECT RAISE(ABORT, 'Le montant reçu dépasse le bon de commande.'); END;;

-- What is invoiced stays within the order: an invoice counts from its deposit, an avoir gives back
-- once the service has agreed to it.

CREATE TRIGGER facture_dans_la_commande_insert BEFORE INSERT ON facturier_facture
WHEN NEW.bon_commande_id IS NOT NULL AND NEW.nature = 'facture'
    AND NEW.etat NOT IN ('brouillon', 'rejetee', 'retiree')
BEGIN
SELECT RAISE(ABORT, 'Les factures dépassent le bon de commande.')
    WHERE (SELECT montant_engage FROM facturier_boncommande WHERE id = NEW.bon_commande_id)
        < NEW.montant_ttc + (
            SELECT coalesce(sum(CASE
        WHEN f.etat IN ('brouillon', 'rejetee', 'retiree') THEN 0
        WHEN f.nature = 'avoir' AND f.etat NOT IN ('service_fait', 'avoir') THEN 0
        WHEN f.nature = 'avoir' THEN -f.montant_ttc
        ELSE f.montant_ttc
    END), 0) FROM facturier_facture f
            WHERE f.bon_commande_id = NEW.bon_commande_id AND f.id IS NOT NEW.id
        );
END;;

CREATE TRIGGER facture_dans_la_commande BEFORE UPDATE ON facturier_facture
WHEN NEW.bon_commande_id IS NOT NULL AND NEW.nature = 'facture'
    AND NEW.etat NOT IN ('brouillon', 'rejetee', 'retiree')
    AND (OLD.bon_commande_id IS NOT NEW.bon_commande_id
         OR OLD.etat IN ('brouillon', 'rejetee', 'retiree'))
BEGIN
SELECT RAISE(ABORT, 'Les factures dépassent le bon de commande.')
    WHERE (SELECT montant_engage FROM facturier_boncommande WHERE id = NEW.bon_commande_id)
        < NEW.montant_ttc + (
            SELECT coalesce(sum(CASE
        WHEN f.etat IN ('brouillon', 'rejetee', 'retiree') THEN 0
        WHEN f.nature = 'avoir' AND f.etat NOT IN ('service_fait', 'avoir') THEN 0
        WHEN f.nature = 'avoir' THEN -f.montant_ttc
        ELSE f.montant_ttc
    END), 0) FROM facturier_facture f
            WHERE f.bon_commande_id = NEW.bon_commande_id AND f.id IS NOT NEW.id
        );
END;;

CREATE TRIGGER commande_entamee BEFORE UPDATE ON facturier_boncommande
WHEN NEW.montant_engage < OLD.montant_engage
BEGIN
SELECT RAISE(ABORT, 'La commande ne descend pas sous ce qui est facturé ou reçu.')
    WHERE NEW.montant_engage < max(
        (SELECT coalesce(sum(montant), 0) FROM facturier_reception WHERE commande_id = NEW.id),
        (SELECT coalesce(sum(CASE
        WHEN f.etat IN ('brouillon', 'rejetee', 'retiree') THEN 0
        WHEN f.nature = 'avoir' AND f.etat NOT IN ('service_fait', 'avoir') THEN 0
        WHEN f.nature = 'avoir' THEN -f.montant_ttc
        ELSE f.montant_ttc
    END), 0) FROM facturier_facture f WHERE f.bon_commande_id = NEW.id)
    );
END;;

-- A decision on interest, once taken, stays; another may follow it.
CREATE TRIGGER decision_interets_figee_update BEFORE UPDATE ON facturier_decisioninterets
BEGIN SELECT RAISE(ABORT, 'Une décision sur des intérêts ne se modifie pas.'); END;;

CREATE TRIGGER decision_interets_figee_delete BEFORE DELETE ON facturier_decisioninterets
BEGIN SELECT RAISE(ABORT, 'Une décision sur des intérêts ne s’efface pas.'); END;;

-- What was liquidated stays readable: another liquidation replaces it.

CREATE TRIGGER liquidation_sans_modification BEFORE UPDATE ON facturier_liquidation
BEGIN SELECT RAISE(ABORT, 'Une liquidation ne se modifie pas et ne s’efface pas : revoyez-la.'); END;;

CREATE TRIGGER liquidation_sans_suppression BEFORE DELETE ON facturier_liquidation
BEGIN SELECT RAISE(ABORT, 'Une liquidation ne se modifie pas et ne s’efface pas : revoyez-la.'); END;;

CREATE TRIGGER ligneliquidation_sans_modification BEFORE UPDATE ON facturier_ligneliquidation
BEGIN SELECT RAISE(ABORT, 'Une liquidation ne se modifie pas et ne s’efface pas : revoyez-la.'); END;;

CREATE TRIGGER ligneliquidation_sans_suppression BEFORE DELETE ON facturier_ligneliquidation
BEGIN SELECT RAISE(ABORT, 'Une liquidation ne se modifie pas et ne s’efface pas : revoyez-la.'); END;;

CREATE TRIGGER avance_sans_modification BEFORE UPDATE ON facturier_avance
BEGIN SELECT RAISE(ABORT, 'Une liquidation ne se modifie pas et ne s’efface pas : revoyez-la.'); END;;

CREATE TRIGGER avance_sans_suppression BEFORE DELETE ON facturier_avance
BEGIN SELECT RAISE(ABORT, 'Une liquidation ne se modifie pas et ne s’efface pas : revoyez-la.'); END;;

CREATE TRIGGER liberationgarantie_sans_modification BEFORE UPDATE ON facturier_liberationgarantie
BEGIN SELECT RAISE(ABORT, 'Une liquidation ne se modifie pas et ne s’efface pas : revoyez-la.'); END;;

CREATE TRIGGER liberationgarantie_sans_suppression BEFORE DELETE ON facturier_liberationgarantie
BEGIN SELECT RAISE(ABORT, 'Une liquidation ne se modifie pas et ne s’efface pas : revoyez-la.'); END;;

-- A rule keeps what it stopped; only its end is decided later, once.

CREATE TRIGGER constat_regle_sans_modification BEFORE UPDATE ON facturier_constatregle
BEGIN SELECT RAISE(ABORT, 'Un constat ne se modifie pas.'); END;;

CREATE TRIGGER constat_regle_sans_suppression BEFORE DELETE ON facturier_constatregle
BEGIN SELECT RAISE(ABORT, 'Un constat ne s’efface pas.'); END;;

CREATE TRIGGER regle_sans_suppression BEFORE DELETE ON facturier_regleapprise
BEGIN SELECT RAISE(ABORT, 'Une règle ne s’efface pas : close, elle n’arrête plus rien.'); END;;

CREATE TRIGGER regle_figee BEFORE UPDATE ON facturier_regleapprise
WHEN OLD.fin IS NOT NULL
    OR NEW.libelle IS NOT OLD.libelle
    OR NEW.consigne IS NOT OLD.consigne
    OR NEW.type_depense IS NOT OLD.type_depense
    OR NEW.compte IS NOT OLD.compte
    OR NEW.genre_absent IS NOT OLD.genre_absent
    OR NEW.montant_minimum IS NOT OLD.montant_minimum
    OR NEW.debut IS NOT OLD.debut
    OR NEW.piece_origine_id IS NOT OLD.piece_origine_id
    OR NEW.auteur_id IS NOT OLD.auteur_id
BEGIN SELECT RAISE(ABORT, 'Une règle ne se modifie pas : closez-la et faites-en une autre.'); END;;

-- A rejection brought back to a desk is part of the story.

CREATE TRIGGER reprise_sans_modification BEFORE UPDATE ON facturier_repriserejet
BEGIN SELECT RAISE(ABORT, 'Une reprise ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER reprise_sans_suppression BEFORE DELETE ON facturier_repriserejet
BEGIN SELECT RAISE(ABORT, 'Une reprise ne se modifie pas et ne s’efface pas.'); END;;-- A réduction founded on an avoir: one at a time, on an avoir that the service has agreed to.

CREATE TRIGGER reduction_par_avoir_sans_modification BEFORE UPDATE ON facturier_reductionparavoir
BEGIN SELECT RAISE(ABORT, 'Une réduction fondée sur un avoir ne se modifie pas.'); END;;

CREATE TRIGGER reduction_par_avoir_sans_suppression BEFORE DELETE ON facturier_reductionparavoir
BEGIN SELECT RAISE(ABORT, 'Une réduction fondée sur un avoir ne s’efface pas.'); END;;

CREATE TRIGGER reduction_sur_avoir_libre BEFORE INSERT ON facturier_reductionparavoir
BEGIN
SELECT RAISE(ABORT, 'Cet avoir n’est pas libre : une réduction ne se fonde pas sur lui.')
    WHERE NOT EXISTS (SELECT 1 FROM facturier_facture
                      WHERE id = NEW.avoir_id AND nature = 'avoir' AND etat = 'service_fait')
       OR EXISTS (SELECT 1 FROM facturier_reductionparavoir r
                  JOIN grand_livre_piece p ON p.id = r.reduction_id
                  WHERE r.avoir_id = NEW.avoir_id AND p.etat NOT IN ('annulee', 'rejetee'));
END;;

-- An avoir already agreed gave its amount back to its order: it is not taken back once that place
-- is invoiced again, nor while a réduction rests on it.

CREATE TRIGGER avoir_repris BEFORE UPDATE OF etat ON facturier_facture
WHEN OLD.nature = 'avoir' AND OLD.etat = 'service_fait'
    AND NEW.etat NOT IN ('service_fait', 'avoir')
BEGIN
SELECT RAISE(ABORT, 'Une réduction de mandat est fondée sur cet avoir.')
    WHERE EXISTS (SELECT 1 FROM facturier_reductionparavoir r
                  JOIN grand_livre_piece p ON p.id = r.reduction_id
                  WHERE r.avoir_id = OLD.id AND p.etat NOT IN ('annulee', 'rejetee'));
SELECT RAISE(ABORT, 'Les factures dépassent le bon de commande.')
    WHERE (SELECT montant_engage FROM facturier_boncommande WHERE id = OLD.bon_commande_id) < (
        SELECT coalesce(sum(CASE
        WHEN f.etat IN ('brouillon', 'rejetee', 'retiree') THEN 0
        WHEN f.nature = 'avoir' AND f.etat NOT IN ('service_fait', 'avoir') THEN 0
        WHEN f.nature = 'avoir' THEN -f.montant_ttc
        ELSE f.montant_ttc
    END), 0) FROM facturier_facture f WHERE f.bon_commande_id = OLD.bon_commande_id AND f.id <> OLD.id
    );
END;;
