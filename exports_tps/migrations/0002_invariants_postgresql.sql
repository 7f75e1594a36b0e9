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
          OR ROW(OLD.id, OLD.flux_id, OLD.bordereau_id, OLD.piece_id, OLD.justificatif_id, OLD.empreinte)
             IS DISTINCT FROM
             ROW(NEW.id, NEW.flux_id, NEW.bordereau_id, NEW.piece_id, NEW.justificatif_id, NEW.empreinte))
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
