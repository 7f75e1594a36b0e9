-- A réduction founded on an avoir: one at a time, on an avoir that the service has agreed to.

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
