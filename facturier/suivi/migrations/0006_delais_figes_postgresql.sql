-- A measured duration never changes, and a prediction keeps what it said.
CREATE TRIGGER delai_constate_fige BEFORE UPDATE OR DELETE ON facturier_delaiconstate
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
CREATE TRIGGER prevision_sans_suppression BEFORE DELETE ON facturier_previsionpaiement
    FOR EACH ROW EXECUTE FUNCTION suivi_refuser_modification();
CREATE TRIGGER prevision_figee BEFORE UPDATE ON facturier_previsionpaiement
    FOR EACH ROW WHEN (
        OLD.ecart_jours IS NOT NULL
        OR (NEW.facture_id, NEW.jalon, NEW.faite_le, NEW.au_plus_tot, NEW.probable, NEW.au_plus_tard,
            NEW.base, NEW.effectif)
           IS DISTINCT FROM
           (OLD.facture_id, OLD.jalon, OLD.faite_le, OLD.au_plus_tot, OLD.probable, OLD.au_plus_tard,
            OLD.base, OLD.effectif)
    ) EXECUTE FUNCTION suivi_refuser_modification();
