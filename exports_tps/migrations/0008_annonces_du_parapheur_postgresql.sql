-- What was announced stays announced.
CREATE TRIGGER annonceparapheur_ajout_seul BEFORE UPDATE OR DELETE ON exports_tps_annonceparapheur
    FOR EACH STATEMENT EXECUTE FUNCTION exports_tps_parapheur_fige();
