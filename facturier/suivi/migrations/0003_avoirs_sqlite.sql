-- The same invariants on SQLite.

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
