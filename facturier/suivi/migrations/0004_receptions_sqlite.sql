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
