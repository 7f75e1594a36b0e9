-- Invariants of the ledger on PostgreSQL (conception.md, decision 2). Statement-level triggers with
-- transition tables: a batch costs one check. ERRCODE 23514 reaches Django as IntegrityError.
-- Rows are looked up by scalar subqueries, not joins: a session keeps the plan of a function, and a
-- join planned while the tables are small reads them whole, for each entry, long after they grew.

CREATE FUNCTION gl_refuser_modification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Le grand livre ne se modifie pas et ne s’efface pas : passez une contrepassation.'
        USING ERRCODE = '23514', CONSTRAINT = 'gl_ajout_seul';
END $$;

CREATE TRIGGER ecriture_ajout_seul BEFORE UPDATE OR DELETE ON grand_livre_ecriture
    FOR EACH STATEMENT EXECUTE FUNCTION gl_refuser_modification();
CREATE TRIGGER ligne_ajout_seul BEFORE UPDATE OR DELETE ON grand_livre_ligneecriture
    FOR EACH STATEMENT EXECUTE FUNCTION gl_refuser_modification();
CREATE TRIGGER scellement_ajout_seul BEFORE UPDATE OR DELETE ON grand_livre_scellement
    FOR EACH STATEMENT EXECUTE FUNCTION gl_refuser_modification();
CREATE TRIGGER lettrage_ajout_seul BEFORE UPDATE OR DELETE ON grand_livre_lettrage
    FOR EACH STATEMENT EXECUTE FUNCTION gl_refuser_modification();
CREATE TRIGGER ligne_lettrage_ajout_seul BEFORE UPDATE OR DELETE ON grand_livre_lignelettrage
    FOR EACH STATEMENT EXECUTE FUNCTION gl_refuser_modification();
CREATE TRIGGER passage_piece_ajout_seul BEFORE UPDATE OR DELETE ON grand_livre_passagepiece
    FOR EACH STATEMENT EXECUTE FUNCTION gl_refuser_modification();
CREATE TRIGGER passage_bordereau_ajout_seul BEFORE UPDATE OR DELETE ON grand_livre_passagebordereau
    FOR EACH STATEMENT EXECUTE FUNCTION gl_refuser_modification();

-- A pièce keeps its number, its amounts and whom it pays as they were issued.
CREATE FUNCTION gl_refuser_retouche() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Une pièce émise ne se retouche pas et ne s’efface pas : annulez-la.'
        USING ERRCODE = '23514', CONSTRAINT = 'gl_piece_figee';
END $$;
CREATE TRIGGER piece_sans_suppression BEFORE DELETE ON grand_livre_piece
    FOR EACH STATEMENT EXECUTE FUNCTION gl_refuser_retouche();
CREATE TRIGGER ligne_piece_figee BEFORE UPDATE OR DELETE ON grand_livre_lignepiece
    FOR EACH STATEMENT EXECUTE FUNCTION gl_refuser_retouche();

-- A line may only precede its header.
CREATE FUNCTION gl_controler_lignes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM nouvelles n
        WHERE (SELECT true FROM grand_livre_ecriture e WHERE e.id = n.ecriture_id)
    ) THEN
        RAISE EXCEPTION 'Une ligne ne s’ajoute pas à une écriture déjà passée.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_ligne_tardive';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ligne_avant_entete AFTER INSERT ON grand_livre_ligneecriture
    REFERENCING NEW TABLE AS nouvelles
    FOR EACH STATEMENT EXECUTE FUNCTION gl_controler_lignes();

-- The header seals its lines; posting shares a lock that closing the exercice takes alone.
CREATE FUNCTION gl_controler_entetes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fautive record;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(4217, e.exercice_id)
        FROM (SELECT DISTINCT exercice_id FROM nouvelles) e;
    SELECT e.* INTO fautive
        FROM (
            SELECT n.journal_id, n.total, n.nombre_lignes, l.*,
                   (SELECT j.code FROM grand_livre_journal j WHERE j.code = n.journal_id) AS journal,
                   (SELECT x.clos_le FROM grand_livre_exercice x WHERE x.annee = n.exercice_id)
                       AS clos_le,
                   (SELECT o.contrepasse_id FROM grand_livre_ecriture o WHERE o.id = n.contrepasse_id)
                       AS origine_contrepassation
            FROM nouvelles n
            CROSS JOIN LATERAL (
                SELECT count(*) AS lignes,
                       coalesce(sum(m.montant) FILTER (WHERE m.sens = 'D'), 0) AS debit,
                       coalesce(sum(m.montant) FILTER (WHERE m.sens = 'C'), 0) AS credit,
                       coalesce(bool_and(coalesce((
                           SELECT c.est_imputable AND c.exercice_id = n.exercice_id
                           FROM grand_livre_compte c WHERE c.id = m.compte_id
                       ), false)), false) AS bons_comptes
                FROM grand_livre_ligneecriture m
                WHERE m.ecriture_id = n.id
            ) l
        ) e
        WHERE e.clos_le IS NOT NULL OR e.lignes < 2 OR e.debit <> e.credit OR e.debit <> e.total
           OR e.lignes <> e.nombre_lignes OR NOT e.bons_comptes OR e.journal IS NULL
           OR e.origine_contrepassation IS NOT NULL
        LIMIT 1;
    IF NOT FOUND THEN
        INSERT INTO grand_livre_attentescellement (ecriture_id) SELECT id FROM nouvelles;
        RETURN NULL;
    END IF;
    IF fautive.clos_le IS NOT NULL THEN
        RAISE EXCEPTION 'L’exercice est clos : l’écriture est refusée.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_exercice_clos';
    ELSIF fautive.journal IS NULL THEN
        RAISE EXCEPTION 'Le journal % est inconnu.', fautive.journal_id
            USING ERRCODE = '23514', CONSTRAINT = 'gl_journal';
    ELSIF fautive.lignes < 2 THEN
        RAISE EXCEPTION 'Une écriture a deux lignes ou plus.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_deux_lignes';
    ELSIF fautive.debit <> fautive.credit THEN
        RAISE EXCEPTION 'L’écriture n’est pas équilibrée : débit %, crédit %.', fautive.debit, fautive.credit
            USING ERRCODE = '23514', CONSTRAINT = 'gl_equilibre';
    ELSIF NOT fautive.bons_comptes THEN
        RAISE EXCEPTION 'Un compte n’est pas imputable ou n’est pas de l’exercice de l’écriture.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_compte';
    ELSIF fautive.origine_contrepassation IS NOT NULL THEN
        RAISE EXCEPTION 'Une contrepassation ne se contrepasse pas.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_contrepassation';
    END IF;
    RAISE EXCEPTION 'Les totaux de contrôle de l’écriture ne sont pas ceux de ses lignes.'
        USING ERRCODE = '23514', CONSTRAINT = 'gl_controle';
END $$;
CREATE TRIGGER entete_scelle_lignes AFTER INSERT ON grand_livre_ecriture
    REFERENCING NEW TABLE AS nouvelles
    FOR EACH STATEMENT EXECUTE FUNCTION gl_controler_entetes();

-- Closing waits for the postings under way.
CREATE FUNCTION gl_attendre_ecritures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(4217, NEW.annee);
    RETURN NEW;
END $$;
CREATE TRIGGER exercice_attend_ecritures BEFORE UPDATE ON grand_livre_exercice
    FOR EACH ROW EXECUTE FUNCTION gl_attendre_ecritures();

-- A lettrage seals its lines in the same way.
CREATE FUNCTION gl_controler_lettrages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM nouvelles n
        CROSS JOIN LATERAL (
            SELECT count(*) AS lignes,
                   coalesce(sum(m.montant) FILTER (WHERE m.sens = 'D'), 0) AS debit,
                   coalesce(sum(m.montant) FILTER (WHERE m.sens = 'C'), 0) AS credit,
                   bool_or(m.compte_id <> n.compte_id OR m.tiers_id IS DISTINCT FROM n.tiers_id) AS etrangere
            FROM grand_livre_lignelettrage ll
            JOIN grand_livre_ligneecriture m ON m.id = ll.ligne_id
            WHERE ll.lettrage_id = n.id
        ) l
        WHERE l.lignes < 2 OR l.debit <> n.total OR l.credit <> n.total OR l.etrangere
    ) THEN
        RAISE EXCEPTION 'Un lettrage réunit des lignes du même compte et du même tiers qui se soldent.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_lettrage';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER lettrage_scelle_lignes AFTER INSERT ON grand_livre_lettrage
    REFERENCING NEW TABLE AS nouvelles
    FOR EACH STATEMENT EXECUTE FUNCTION gl_controler_lettrages();

CREATE FUNCTION gl_controler_lignes_lettrage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM nouvelles n
        WHERE (SELECT true FROM grand_livre_lettrage l WHERE l.id = n.lettrage_id)
    ) THEN
        RAISE EXCEPTION 'Une ligne ne s’ajoute pas à un lettrage déjà fait.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_lettrage_tardif';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ligne_lettrage_avant_entete AFTER INSERT ON grand_livre_lignelettrage
    REFERENCING NEW TABLE AS nouvelles
    FOR EACH STATEMENT EXECUTE FUNCTION gl_controler_lignes_lettrage();

-- One entry in one call: lines, then header. With a key already used, the first entry answers.
-- Arrays are hidden in subqueries: seen as constants, they would have each call planned anew.
CREATE FUNCTION gl_passer(
    p_exercice integer, p_journal text, p_date date, p_evenement text, p_libelle text,
    p_total bigint, p_cle text, p_contrepasse bigint, p_passee_le timestamptz, p_par bigint,
    p_comptes text[], p_sens text[], p_montants bigint[], p_tiers bigint[], p_pieces bigint[],
    OUT v_id bigint, OUT v_deja boolean
) LANGUAGE plpgsql AS $$
DECLARE
    inserees integer;
BEGIN
    v_deja := false;
    IF p_cle IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended(p_cle, 4217));
        SELECT id INTO v_id FROM grand_livre_ecriture WHERE cle = p_cle;
        IF FOUND THEN
            v_deja := true;
            RETURN;
        END IF;
    END IF;
    v_id := nextval('grand_livre_ecriture_id_seq');
    INSERT INTO grand_livre_ligneecriture (ecriture_id, rang, compte_id, tiers_id, piece_id, sens, montant)
        SELECT v_id, l.rang, l.compte, l.tiers, l.piece, l.sens, l.montant
        FROM (
            SELECT u.*, (SELECT c.id FROM grand_livre_compte c
                         WHERE c.exercice_id = p_exercice AND c.numero = u.numero) AS compte
            FROM unnest((SELECT p_comptes), (SELECT p_sens), (SELECT p_montants),
                        (SELECT p_tiers), (SELECT p_pieces))
                WITH ORDINALITY AS u(numero, sens, montant, tiers, piece, rang)
        ) l
        WHERE l.compte IS NOT NULL;
    GET DIAGNOSTICS inserees = ROW_COUNT;
    IF inserees <> cardinality(p_comptes) THEN
        RAISE EXCEPTION 'Le compte % est inconnu pour l’exercice %.', (
                SELECT min(n) FROM unnest(p_comptes) n WHERE NOT EXISTS (
                    SELECT 1 FROM grand_livre_compte c
                    WHERE c.exercice_id = p_exercice AND c.numero = n)), p_exercice
            USING ERRCODE = '23514', CONSTRAINT = 'gl_compte_inconnu';
    END IF;
    INSERT INTO grand_livre_ecriture (id, exercice_id, journal_id, date_comptable, evenement, libelle,
            total, nombre_lignes, cle, contrepasse_id, passee_le, par_id)
        VALUES (v_id, p_exercice, p_journal, p_date, p_evenement, p_libelle, p_total,
            cardinality(p_comptes), p_cle, p_contrepasse, p_passee_le, p_par);
END $$;

-- What a mandat pays to others than its tiers: frozen as the pièce is, put in before
-- the entry that posts it, never more than the line it comes out of.

CREATE TRIGGER part_cedee_figee BEFORE UPDATE OR DELETE ON grand_livre_partcedee
    FOR EACH STATEMENT EXECUTE FUNCTION gl_refuser_retouche();

CREATE FUNCTION gl_controler_part_cedee() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_piece bigint;
    v_ligne bigint;
    v_tiers bigint;
BEGIN
    SELECT l.piece_id, l.montant_ht + l.montant_tgc, p.tiers_id INTO v_piece, v_ligne, v_tiers
        FROM grand_livre_lignepiece l JOIN grand_livre_piece p ON p.id = l.piece_id
        WHERE l.id = NEW.ligne_id AND p.sens = 'depense';
    IF v_piece IS NULL OR v_tiers = NEW.tiers_id THEN
        RAISE EXCEPTION 'Une part cédée ou saisie est celle d’un mandat, payée à un autre que son tiers.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_part_cedee_autre_tiers';
    END IF;
    IF EXISTS (SELECT 1 FROM grand_livre_ecriture WHERE cle = 'mandatement-' || v_piece) THEN
        RAISE EXCEPTION 'Un mandat émis ne reçoit plus de part cédée ou saisie : annulez-le.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_part_cedee_tardive';
    END IF;
    IF v_ligne < NEW.montant + (
        SELECT coalesce(sum(montant), 0) FROM grand_livre_partcedee WHERE ligne_id = NEW.ligne_id
    ) THEN
        RAISE EXCEPTION 'Les parts cédées ou saisies dépassent le montant d’une imputation.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_part_cedee_excessive';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER part_cedee_avant_ecriture BEFORE INSERT ON grand_livre_partcedee
    FOR EACH ROW EXECUTE FUNCTION gl_controler_part_cedee();

-- No new pièce for a tiers that was merged; one that corrects an older pièce keeps its tiers.

CREATE FUNCTION gl_refuser_tiers_absorbe() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM grand_livre_tiers
               WHERE id = NEW.tiers_id AND absorbe_par_id IS NOT NULL) THEN
        RAISE EXCEPTION 'Ce tiers a été fusionné : la pièce s’émet au nom du tiers gardé.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_tiers_absorbe';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER piece_tiers_ouvert BEFORE INSERT ON grand_livre_piece
    FOR EACH ROW WHEN (NEW.piece_origine_id IS NULL) EXECUTE FUNCTION gl_refuser_tiers_absorbe();

-- What a mandat withholds from its tiers: frozen, in before the entry, never more than the line
-- leaves once others are paid.

CREATE TRIGGER deduction_figee BEFORE UPDATE OR DELETE ON grand_livre_deduction
    FOR EACH STATEMENT EXECUTE FUNCTION gl_refuser_retouche();

CREATE FUNCTION gl_retenu_sur(p_ligne bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT (SELECT coalesce(sum(montant), 0) FROM grand_livre_partcedee WHERE ligne_id = p_ligne)
         + (SELECT coalesce(sum(montant), 0) FROM grand_livre_deduction WHERE ligne_id = p_ligne)
$$;

CREATE FUNCTION gl_controler_deduction() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    v_piece bigint;
    v_ligne bigint;
BEGIN
    SELECT l.piece_id, l.montant_ht + l.montant_tgc INTO v_piece, v_ligne
        FROM grand_livre_lignepiece l JOIN grand_livre_piece p ON p.id = l.piece_id
        WHERE l.id = NEW.ligne_id AND p.sens = 'depense';
    IF v_piece IS NULL THEN
        RAISE EXCEPTION 'Une déduction est celle d’un mandat.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_deduction_mandat';
    END IF;
    IF EXISTS (SELECT 1 FROM grand_livre_ecriture WHERE cle = 'mandatement-' || v_piece) THEN
        RAISE EXCEPTION 'Un mandat émis ne reçoit plus de déduction : annulez-le.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_deduction_tardive';
    END IF;
    IF v_ligne < NEW.montant + gl_retenu_sur(NEW.ligne_id) THEN
        RAISE EXCEPTION 'Les déductions dépassent le montant d’une imputation.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_deduction_excessive';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER deduction_avant_ecriture BEFORE INSERT ON grand_livre_deduction
    FOR EACH ROW EXECUTE FUNCTION gl_controler_deduction();

CREATE FUNCTION gl_controler_part_apres_deduction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.montant + gl_retenu_sur(NEW.ligne_id)
        > (SELECT montant_ht + montant_tgc FROM grand_livre_lignepiece WHERE id = NEW.ligne_id)
    THEN
        RAISE EXCEPTION 'Les parts cédées ou saisies dépassent le montant d’une imputation.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_part_cedee_excessive';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER part_cedee_apres_deduction BEFORE INSERT ON grand_livre_partcedee
    FOR EACH ROW EXECUTE FUNCTION gl_controler_part_apres_deduction();
-- A titre that collects penalties is of their amount and their tiers; one at a time for a deduction.

CREATE TRIGGER precompte_fige BEFORE UPDATE OR DELETE ON grand_livre_precompte
    FOR EACH STATEMENT EXECUTE FUNCTION gl_refuser_retouche();

CREATE FUNCTION gl_controler_precompte() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM grand_livre_deduction WHERE id = NEW.deduction_id FOR UPDATE;
    IF NOT EXISTS (
        SELECT 1 FROM grand_livre_deduction d
        JOIN grand_livre_lignepiece l ON l.id = d.ligne_id
        JOIN grand_livre_piece m ON m.id = l.piece_id
        JOIN grand_livre_piece t ON t.id = NEW.titre_id
        WHERE d.id = NEW.deduction_id AND d.nature = 'penalites' AND t.sens = 'recette'
          AND t.tiers_id = m.tiers_id AND t.montant_ht + t.montant_tgc = d.montant
    ) THEN
        RAISE EXCEPTION 'Un titre de pénalités est du montant retenu et du même tiers.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_precompte_etranger';
    END IF;
    IF EXISTS (
        SELECT 1 FROM grand_livre_precompte p JOIN grand_livre_piece t ON t.id = p.titre_id
        WHERE p.deduction_id = NEW.deduction_id AND t.etat NOT IN ('annulee', 'rejetee')
    ) THEN
        RAISE EXCEPTION 'Un titre recouvre déjà ces pénalités.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_precompte_double';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER precompte_juste BEFORE INSERT ON grand_livre_precompte
    FOR EACH ROW EXECUTE FUNCTION gl_controler_precompte();
-- What an act opened stays: another act adds to it or takes from it.
CREATE FUNCTION gl_refuser_credit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Des crédits ouverts ne se modifient pas : un autre acte les change.'
        USING ERRCODE = '23514', CONSTRAINT = 'gl_credit_fige';
END $$;
CREATE TRIGGER credit_fige BEFORE UPDATE OR DELETE ON grand_livre_creditouvert
    FOR EACH STATEMENT EXECUTE FUNCTION gl_refuser_credit();
-- A titre that was sent, and that money settles, leaves a bordereau that was answered: `regle_par_piece`.
CREATE FUNCTION grand_livre_remise_juste() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM grand_livre_piece p
                   JOIN grand_livre_bordereau b ON b.id = p.bordereau_id
                   WHERE p.id = NEW.piece_id AND b.id = NEW.bordereau_id AND p.sens = 'recette'
                     AND p.etat IN ('transmise', 'suspendue') AND b.etat IN ('refuse', 'accepte'))
    THEN
        RAISE EXCEPTION 'Seul un titre transmis et refusé quitte son bordereau.'
            USING ERRCODE = '23514', CONSTRAINT = 'remise_juste';
    END IF;
    IF (SELECT coalesce(sum(CASE l.sens WHEN 'D' THEN l.montant ELSE -l.montant END), 0)
        FROM grand_livre_ligneecriture l
        JOIN grand_livre_ecriture e ON e.id = l.ecriture_id
        LEFT JOIN grand_livre_ecriture o ON o.id = e.contrepasse_id
        WHERE l.piece_id = NEW.piece_id AND l.tiers_id IS NOT NULL
          AND coalesce(o.evenement, e.evenement) NOT IN (
              'mandatement', 'titre', 'reduction_mandat', 'reduction_titre',
              'annulation_mandat_anterieur', 'annulation_titre_anterieur')) = 0
    THEN
        RAISE EXCEPTION 'Seul un titre que quelque chose règle quitte son bordereau.'
            USING ERRCODE = '23514', CONSTRAINT = 'remise_reglee';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER remise_juste BEFORE INSERT ON grand_livre_remiseenpreparation
    FOR EACH ROW EXECUTE FUNCTION grand_livre_remise_juste();
CREATE TRIGGER remise_ajout_seul BEFORE UPDATE OR DELETE ON grand_livre_remiseenpreparation
    FOR EACH STATEMENT EXECUTE FUNCTION gl_refuser_modification();
-- What is read in the parapheur is what will be signed; what a later signature counts stands still.
CREATE FUNCTION grand_livre_bordereau_fige() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.bordereau_id IS NULL AND NEW.etat = 'emise' AND OLD.etat IN ('transmise', 'suspendue')
       AND EXISTS (SELECT 1 FROM grand_livre_remiseenpreparation r
                   WHERE r.piece_id = OLD.id AND r.bordereau_id = OLD.bordereau_id) THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT 1 FROM grand_livre_bordereau b
               WHERE b.id IN (OLD.bordereau_id, NEW.bordereau_id) AND b.etat <> 'ouvert') THEN
        RAISE EXCEPTION 'Les pièces d’un bordereau présenté ou signé ne changent plus.'
            USING ERRCODE = '23514', CONSTRAINT = 'bordereau_fige';
    END IF;
    IF EXISTS (SELECT 1 FROM grand_livre_bordereau b
                 JOIN grand_livre_bordereau s
                   ON s.exercice_id = b.exercice_id AND s.budget_id = b.budget_id
                  AND s.sens = b.sens AND s.type_bordereau = b.type_bordereau
                  AND s.numero > b.numero AND s.etat IN ('signe', 'transmis', 'accepte')
                WHERE b.id IN (OLD.bordereau_id, NEW.bordereau_id)) THEN
        RAISE EXCEPTION 'Un bordereau suivant, déjà signé, compte les pièces de celui-ci.'
            USING ERRCODE = '23514', CONSTRAINT = 'bordereau_compte';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER piece_bordereau_fige BEFORE UPDATE OF bordereau_id ON grand_livre_piece
    FOR EACH ROW WHEN (OLD.bordereau_id IS DISTINCT FROM NEW.bordereau_id)
    EXECUTE FUNCTION grand_livre_bordereau_fige();
-- What a titre says of the receipt that it regularises, and that it is frozen like the rest.

-- What is said late may be dated in the year after its exercice; never before what it undoes.
CREATE FUNCTION gl_dater_contrepassation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF extract(year FROM NEW.date_comptable) NOT BETWEEN NEW.exercice_id AND NEW.exercice_id + 1
       OR EXISTS (SELECT 1 FROM grand_livre_ecriture o
                  WHERE o.id = NEW.contrepasse_id AND o.date_comptable > NEW.date_comptable) THEN
        RAISE EXCEPTION 'Une contrepassation ne précède pas ce qu’elle contrepasse, et ne sort pas de son exercice.'
            USING ERRCODE = '23514', CONSTRAINT = 'gl_contrepassation_datee';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER contrepassation_datee BEFORE INSERT ON grand_livre_ecriture
    FOR EACH ROW WHEN (NEW.contrepasse_id IS NOT NULL)
    EXECUTE FUNCTION gl_dater_contrepassation();

CREATE FUNCTION grand_livre_bordereau_vide() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM grand_livre_piece p WHERE p.bordereau_id = NEW.id) THEN
        RAISE EXCEPTION 'Seul un bordereau vide s’abandonne.'
            USING ERRCODE = '23514', CONSTRAINT = 'bordereau_vide';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bordereau_vide BEFORE UPDATE OF etat ON grand_livre_bordereau
    FOR EACH ROW WHEN (NEW.etat = 'abandonne' AND OLD.etat <> 'abandonne')
    EXECUTE FUNCTION grand_livre_bordereau_vide();
CREATE TRIGGER piece_figee BEFORE UPDATE ON grand_livre_piece FOR EACH ROW
    WHEN ((
        OLD.sens, OLD.exercice_id, OLD.budget_id, OLD.numero, OLD.date_emission, OLD.objet,
        OLD.montant_ht, OLD.montant_tgc, OLD.tiers_id, OLD.nom_tiers, OLD.ridet,
        OLD.adresse_complement, OLD.adresse_voie, OLD.code_postal, OLD.ville, OLD.mode_reglement,
        OLD.iban, OLD.bic, OLD.titulaire_compte, OLD.cle_paiement, OLD.bases_liquidation,
        OLD.exercice_encaisse, OLD.numero_encaisse, OLD.pays
    ) IS DISTINCT FROM (
        NEW.sens, NEW.exercice_id, NEW.budget_id, NEW.numero, NEW.date_emission, NEW.objet,
        NEW.montant_ht, NEW.montant_tgc, NEW.tiers_id, NEW.nom_tiers, NEW.ridet,
        NEW.adresse_complement, NEW.adresse_voie, NEW.code_postal, NEW.ville, NEW.mode_reglement,
        NEW.iban, NEW.bic, NEW.titulaire_compte, NEW.cle_paiement, NEW.bases_liquidation,
        NEW.exercice_encaisse, NEW.numero_encaisse, NEW.pays
    )) EXECUTE FUNCTION gl_refuser_retouche();
