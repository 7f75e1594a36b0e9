-- What is append only around a supplier, on PostgreSQL. ERRCODE 23514 reaches Django as IntegrityError.

CREATE FUNCTION fournisseurs_refuser_modification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Cette trace ne se modifie pas et ne s’efface pas.'
        USING ERRCODE = '23514', CONSTRAINT = 'fournisseurs_ajout_seul';
END $$;

CREATE TRIGGER passage_demande_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_passagedemande
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
CREATE TRIGGER passage_fournisseur_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_passagefournisseur
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
CREATE TRIGGER coordonnees_sans_suppression BEFORE DELETE ON fournisseurs_coordonneesbancaires
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();

-- A bank account ends once; nothing else about it ever changes.
CREATE TRIGGER coordonnees_ajout_seul BEFORE UPDATE ON fournisseurs_coordonneesbancaires
    FOR EACH ROW
    WHEN (OLD.fin IS NOT NULL
          OR ROW(OLD.id, OLD.fournisseur_id, OLD.etablissement_id, OLD.iban, OLD.bic, OLD.titulaire,
                 OLD.origine, OLD.demande_id, OLD.verifiee_par_id, OLD.verifiee_le, OLD.debut)
             IS DISTINCT FROM
             ROW(NEW.id, NEW.fournisseur_id, NEW.etablissement_id, NEW.iban, NEW.bic, NEW.titulaire,
                 NEW.origine, NEW.demande_id, NEW.verifiee_par_id, NEW.verifiee_le, NEW.debut))
    EXECUTE FUNCTION fournisseurs_refuser_modification();

-- The journal of bank data: append only, and each entry follows the one before.

CREATE TRIGGER entree_journal_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_entreejournal
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();

-- Looked for by key: joined, a journal of which the planner knows nothing was read whole each time.
CREATE FUNCTION fournisseurs_chainer_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM nouvelles n
        WHERE n.precedente IS DISTINCT FROM
              CASE WHEN n.numero = 1 THEN repeat('0', 64)
                   ELSE (SELECT p.empreinte FROM fournisseurs_entreejournal p
                         WHERE p.numero = n.numero - 1) END
    ) THEN
        RAISE EXCEPTION 'Une entrée du journal suit la précédente.'
            USING ERRCODE = '23514', CONSTRAINT = 'entree_journal_chainee';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER entree_journal_chainee AFTER INSERT ON fournisseurs_entreejournal
    REFERENCING NEW TABLE AS nouvelles
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_chainer_journal();

-- What was decided about doublons and merges is append only.

CREATE TRIGGER passage_doublon_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_passagedoublon
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
CREATE TRIGGER passage_fusion_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_passagefusion
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();

-- The trace of a change.

CREATE TRIGGER champ_modifie_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_champmodifie
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
CREATE TRIGGER contre_appel_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_contreappel
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
CREATE TRIGGER passage_modification_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_passagemodification
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
CREATE TRIGGER contact_connu_sans_suppression BEFORE DELETE ON fournisseurs_contactconnu
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();

-- A contact is warned once; nothing else about it ever changes.
CREATE TRIGGER contact_connu_ajout_seul BEFORE UPDATE ON fournisseurs_contactconnu
    FOR EACH ROW
    WHEN (OLD.prevenu_le IS NOT NULL
          OR ROW(OLD.id, OLD.demande_id, OLD.genre, OLD.valeur, OLD.origine)
             IS DISTINCT FROM ROW(NEW.id, NEW.demande_id, NEW.genre, NEW.valeur, NEW.origine))
    EXECUTE FUNCTION fournisseurs_refuser_modification();

-- Changes of the tables of banks and postal codes are append only.

CREATE TRIGGER changement_referentiel_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_changementreferentiel
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();

-- The trace of invitations: append only.

CREATE TRIGGER passage_invitation_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_passageinvitation
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();

-- The passages of an import are append only.
CREATE TRIGGER passage_importation_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_passageimportation
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();

-- What was notified about a supplier is kept as it was: only its state moves on.

CREATE TRIGGER passage_opposition_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_passageopposition
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
CREATE TRIGGER decision_paiement_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_decisionpaiement
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
CREATE TRIGGER opposition_sans_suppression BEFORE DELETE ON fournisseurs_opposition
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();

CREATE TRIGGER opposition_figee BEFORE UPDATE ON fournisseurs_opposition
    FOR EACH ROW
    WHEN (OLD.etat IN ('levee', 'ecartee')
          OR ROW(OLD.id, OLD.numero, OLD.genre, OLD.fournisseur_id, OLD.etablissement_id, OLD.commande,
                 OLD.beneficiaire_id, OLD.plafond, OLD.notifiee_le, OLD.reference, OLD.date_debut,
                 OLD.date_fin, OLD.justificatif_id, OLD.saisie_par_id, OLD.saisie_le)
             IS DISTINCT FROM
             ROW(NEW.id, NEW.numero, NEW.genre, NEW.fournisseur_id, NEW.etablissement_id, NEW.commande,
                 NEW.beneficiaire_id, NEW.plafond, NEW.notifiee_le, NEW.reference, NEW.date_debut,
                 NEW.date_fin, NEW.justificatif_id, NEW.saisie_par_id, NEW.saisie_le))
    EXECUTE FUNCTION fournisseurs_refuser_modification();

-- What was asked to be completed.

CREATE TRIGGER complement_sans_suppression BEFORE DELETE ON fournisseurs_complement
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();

-- It is answered once; nothing else about it ever changes.
CREATE TRIGGER complement_fige BEFORE UPDATE ON fournisseurs_complement
    FOR EACH ROW
    WHEN (OLD.repondu_le IS NOT NULL
          OR ROW(OLD.id, OLD.demande_id, OLD.modification_id, OLD.objet, OLD.libelle, OLD.motif, OLD.par_id, OLD.le)
             IS DISTINCT FROM
             ROW(NEW.id, NEW.demande_id, NEW.modification_id, NEW.objet, NEW.libelle, NEW.motif, NEW.par_id, NEW.le))
    EXECUTE FUNCTION fournisseurs_refuser_modification();

-- A proof is kept as it was read.

CREATE TRIGGER preuve_registre_ajout_seul BEFORE UPDATE OR DELETE ON fournisseurs_preuveregistre
    FOR EACH STATEMENT EXECUTE FUNCTION fournisseurs_refuser_modification();
