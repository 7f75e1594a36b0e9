-- The same invariants on SQLite, row by row. A double semicolon on its own ends a statement.

CREATE TRIGGER ecriture_sans_modification BEFORE UPDATE ON grand_livre_ecriture
BEGIN SELECT RAISE(ABORT, 'Le grand livre ne se modifie pas et ne s’efface pas : passez une contrepassation.'); END;;
CREATE TRIGGER ecriture_sans_suppression BEFORE DELETE ON grand_livre_ecriture
BEGIN SELECT RAISE(ABORT, 'Le grand livre ne se modifie pas et ne s’efface pas : passez une contrepassation.'); END;;
CREATE TRIGGER ligne_sans_modification BEFORE UPDATE ON grand_livre_ligneecriture
BEGIN SELECT RAISE(ABORT, 'Le grand livre ne se modifie pas et ne s’efface pas : passez une contrepassation.'); END;;
CREATE TRIGGER ligne_sans_suppression BEFORE DELETE ON grand_livre_ligneecriture
BEGIN SELECT RAISE(ABORT, 'Le grand livre ne se modifie pas et ne s’efface pas : passez une contrepassation.'); END;;
CREATE TRIGGER scellement_sans_modification BEFORE UPDATE ON grand_livre_scellement
BEGIN SELECT RAISE(ABORT, 'Le grand livre ne se modifie pas et ne s’efface pas : passez une contrepassation.'); END;;
CREATE TRIGGER scellement_sans_suppression BEFORE DELETE ON grand_livre_scellement
BEGIN SELECT RAISE(ABORT, 'Le grand livre ne se modifie pas et ne s’efface pas : passez une contrepassation.'); END;;
CREATE TRIGGER lettrage_sans_modification BEFORE UPDATE ON grand_livre_lettrage
BEGIN SELECT RAISE(ABORT, 'Le grand livre ne se modifie pas et ne s’efface pas : passez une contrepassation.'); END;;
CREATE TRIGGER lettrage_sans_suppression BEFORE DELETE ON grand_livre_lettrage
BEGIN SELECT RAISE(ABORT, 'Le grand livre ne se modifie pas et ne s’efface pas : passez une contrepassation.'); END;;
CREATE TRIGGER ligne_lettrage_sans_modification BEFORE UPDATE ON grand_livre_lignelettrage
BEGIN SELECT RAISE(ABORT, 'Le grand livre ne se modifie pas et ne s’efface pas : passez une contrepassation.'); END;;
CREATE TRIGGER ligne_lettrage_sans_suppression BEFORE DELETE ON grand_livre_lignelettrage
BEGIN SELECT RAISE(ABORT, 'Le grand livre ne se modifie pas et ne s’efface pas : passez une contrepassation.'); END;;
CREATE TRIGGER passage_piece_sans_modification BEFORE UPDATE ON grand_livre_passagepiece
BEGIN SELECT RAISE(ABORT, 'Le grand livre ne se modifie pas et ne s’efface pas : passez une contrepassation.'); END;;
CREATE TRIGGER passage_piece_sans_suppression BEFORE DELETE ON grand_livre_passagepiece
BEGIN SELECT RAISE(ABORT, 'Le grand livre ne se modifie pas et ne s’efface pas : passez une contrepassation.'); END;;
CREATE TRIGGER passage_bordereau_sans_modification BEFORE UPDATE ON grand_livre_passagebordereau
BEGIN SELECT RAISE(ABORT, 'Le grand livre ne se modifie pas et ne s’efface pas : passez une contrepassation.'); END;;
CREATE TRIGGER passage_bordereau_sans_suppression BEFORE DELETE ON grand_livre_passagebordereau
BEGIN SELECT RAISE(ABORT, 'Le grand livre ne se modifie pas et ne s’efface pas : passez une contrepassation.'); END;;
CREATE TRIGGER piece_sans_suppression BEFORE DELETE ON grand_livre_piece
BEGIN SELECT RAISE(ABORT, 'Une pièce émise ne se retouche pas et ne s’efface pas : annulez-la.'); END;;
CREATE TRIGGER ligne_piece_sans_modification BEFORE UPDATE ON grand_livre_lignepiece
BEGIN SELECT RAISE(ABORT, 'Une pièce émise ne se retouche pas et ne s’efface pas : annulez-la.'); END;;
CREATE TRIGGER ligne_piece_sans_suppression BEFORE DELETE ON grand_livre_lignepiece
BEGIN SELECT RAISE(ABORT, 'Une pièce émise ne se retouche pas et ne s’efface pas : annulez-la.'); END;;

-- A line may only precede its header.
CREATE TRIGGER ligne_avant_entete BEFORE INSERT ON grand_livre_ligneecriture
WHEN EXISTS (SELECT 1 FROM grand_livre_ecriture WHERE id = NEW.ecriture_id)
BEGIN SELECT RAISE(ABORT, 'Une ligne ne s’ajoute pas à une écriture déjà passée.'); END;;

-- The header seals its lines.
CREATE TRIGGER entete_scelle_lignes BEFORE INSERT ON grand_livre_ecriture
BEGIN
    SELECT RAISE(ABORT, 'L’exercice est clos : l’écriture est refusée.')
    WHERE (SELECT clos_le FROM grand_livre_exercice WHERE annee = NEW.exercice_id) IS NOT NULL;
    SELECT RAISE(ABORT, 'Le journal est inconnu.')
    WHERE NOT EXISTS (SELECT 1 FROM grand_livre_journal WHERE code = NEW.journal_id);
    SELECT RAISE(ABORT, 'Une écriture a deux lignes ou plus.')
    WHERE (SELECT count(*) FROM grand_livre_ligneecriture WHERE ecriture_id = NEW.id) < 2;
    SELECT RAISE(ABORT, 'L’écriture n’est pas équilibrée.')
    WHERE (SELECT sum(CASE sens WHEN 'D' THEN montant ELSE -montant END)
           FROM grand_livre_ligneecriture WHERE ecriture_id = NEW.id) <> 0;
    SELECT RAISE(ABORT, 'Un compte n’est pas imputable ou n’est pas de l’exercice de l’écriture.')
    WHERE EXISTS (SELECT 1 FROM grand_livre_ligneecriture m
                  LEFT JOIN grand_livre_compte c ON c.id = m.compte_id
                  WHERE m.ecriture_id = NEW.id
                    AND (c.id IS NULL OR c.exercice_id <> NEW.exercice_id OR NOT c.est_imputable));
    SELECT RAISE(ABORT, 'Une contrepassation ne se contrepasse pas.')
    WHERE (SELECT contrepasse_id FROM grand_livre_ecriture WHERE id = NEW.contrepasse_id) IS NOT NULL;
    SELECT RAISE(ABORT, 'Les totaux de contrôle de l’écriture ne sont pas ceux de ses lignes.')
    WHERE (SELECT coalesce(sum(montant), 0) FROM grand_livre_ligneecriture
           WHERE ecriture_id = NEW.id AND sens = 'D') <> NEW.total
       OR (SELECT count(*) FROM grand_livre_ligneecriture
           WHERE ecriture_id = NEW.id) <> NEW.nombre_lignes;
END;;
CREATE TRIGGER entete_attente AFTER INSERT ON grand_livre_ecriture
BEGIN INSERT INTO grand_livre_attentescellement (ecriture_id) VALUES (NEW.id); END;;

-- A lettrage seals its lines in the same way.
CREATE TRIGGER ligne_lettrage_avant_entete BEFORE INSERT ON grand_livre_lignelettrage
WHEN EXISTS (SELECT 1 FROM grand_livre_lettrage WHERE id = NEW.lettrage_id)
BEGIN SELECT RAISE(ABORT, 'Une ligne ne s’ajoute pas à un lettrage déjà fait.'); END;;
CREATE TRIGGER lettrage_scelle_lignes AFTER INSERT ON grand_livre_lettrage
WHEN (SELECT count(*) < 2
          OR coalesce(sum(CASE m.sens WHEN 'D' THEN m.montant ELSE 0 END), 0) <> NEW.total
          OR coalesce(sum(CASE m.sens WHEN 'C' THEN m.montant ELSE 0 END), 0) <> NEW.total
          OR max(m.compte_id <> NEW.compte_id OR m.tiers_id IS NOT NEW.tiers_id)
      FROM grand_livre_lignelettrage ll
      JOIN grand_livre_ligneecriture m ON m.id = ll.ligne_id
      WHERE ll.lettrage_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'Un lettrage réunit des lignes du même compte et du même tiers qui se soldent.'); END;;

CREATE TRIGGER part_cedee_sans_modification BEFORE UPDATE ON grand_livre_partcedee
BEGIN SELECT RAISE(ABORT, 'Une pièce émise ne se retouche pas et ne s’efface pas : annulez-la.'); END;;
CREATE TRIGGER part_cedee_sans_suppression BEFORE DELETE ON grand_livre_partcedee
BEGIN SELECT RAISE(ABORT, 'Une pièce émise ne se retouche pas et ne s’efface pas : annulez-la.'); END;;

CREATE TRIGGER part_cedee_autre_tiers BEFORE INSERT ON grand_livre_partcedee
WHEN NOT EXISTS (
    SELECT 1 FROM grand_livre_lignepiece l JOIN grand_livre_piece p ON p.id = l.piece_id
    WHERE l.id = NEW.ligne_id AND p.sens = 'depense' AND p.tiers_id <> NEW.tiers_id
)
BEGIN SELECT RAISE(ABORT, 'Une part cédée ou saisie est celle d’un mandat, payée à un autre que son tiers.'); END;;
CREATE TRIGGER part_cedee_avant_ecriture BEFORE INSERT ON grand_livre_partcedee
WHEN EXISTS (
    SELECT 1 FROM grand_livre_lignepiece l
    JOIN grand_livre_ecriture e ON e.cle = 'mandatement-' || l.piece_id
    WHERE l.id = NEW.ligne_id
)
BEGIN SELECT RAISE(ABORT, 'Un mandat émis ne reçoit plus de part cédée ou saisie : annulez-le.'); END;;
CREATE TRIGGER part_cedee_dans_sa_ligne BEFORE INSERT ON grand_livre_partcedee
WHEN (SELECT montant_ht + montant_tgc FROM grand_livre_lignepiece WHERE id = NEW.ligne_id)
    < NEW.montant + (
        SELECT coalesce(sum(montant), 0) FROM grand_livre_partcedee WHERE ligne_id = NEW.ligne_id
    )
BEGIN SELECT RAISE(ABORT, 'Les parts cédées ou saisies dépassent le montant d’une imputation.'); END;;

CREATE TRIGGER piece_tiers_ouvert BEFORE INSERT ON grand_livre_piece
WHEN NEW.piece_origine_id IS NULL
  AND EXISTS (SELECT 1 FROM grand_livre_tiers WHERE id = NEW.tiers_id AND absorbe_par_id IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'Ce tiers a été fusionné : la pièce s’émet au nom du tiers gardé.'); END;;

-- What a mandat withholds from its tiers: frozen, in before the entry, never more than the line
-- leaves once others are paid.

CREATE TRIGGER deduction_sans_modification BEFORE UPDATE ON grand_livre_deduction
BEGIN SELECT RAISE(ABORT, 'Une pièce émise ne se retouche pas et ne s’efface pas : annulez-la.'); END;;
CREATE TRIGGER deduction_sans_suppression BEFORE DELETE ON grand_livre_deduction
BEGIN SELECT RAISE(ABORT, 'Une pièce émise ne se retouche pas et ne s’efface pas : annulez-la.'); END;;

CREATE TRIGGER deduction_d_un_mandat BEFORE INSERT ON grand_livre_deduction
WHEN NOT EXISTS (
    SELECT 1 FROM grand_livre_lignepiece l JOIN grand_livre_piece p ON p.id = l.piece_id
    WHERE l.id = NEW.ligne_id AND p.sens = 'depense'
)
BEGIN SELECT RAISE(ABORT, 'Une déduction est celle d’un mandat.'); END;;
CREATE TRIGGER deduction_avant_ecriture BEFORE INSERT ON grand_livre_deduction
WHEN EXISTS (
    SELECT 1 FROM grand_livre_lignepiece l
    JOIN grand_livre_ecriture e ON e.cle = 'mandatement-' || l.piece_id
    WHERE l.id = NEW.ligne_id
)
BEGIN SELECT RAISE(ABORT, 'Un mandat émis ne reçoit plus de déduction : annulez-le.'); END;;
CREATE TRIGGER deduction_dans_sa_ligne BEFORE INSERT ON grand_livre_deduction
WHEN (SELECT montant_ht + montant_tgc FROM grand_livre_lignepiece WHERE id = NEW.ligne_id)
    < NEW.montant
    + (SELECT coalesce(sum(montant), 0) FROM grand_livre_partcedee WHERE ligne_id = NEW.ligne_id)
    + (SELECT coalesce(sum(montant), 0) FROM grand_livre_deduction WHERE ligne_id = NEW.ligne_id)
BEGIN SELECT RAISE(ABORT, 'Les déductions dépassent le montant d’une imputation.'); END;;
CREATE TRIGGER part_cedee_apres_deduction BEFORE INSERT ON grand_livre_partcedee
WHEN (SELECT montant_ht + montant_tgc FROM grand_livre_lignepiece WHERE id = NEW.ligne_id)
    < NEW.montant
    + (SELECT coalesce(sum(montant), 0) FROM grand_livre_partcedee WHERE ligne_id = NEW.ligne_id)
    + (SELECT coalesce(sum(montant), 0) FROM grand_livre_deduction WHERE ligne_id = NEW.ligne_id)
BEGIN SELECT RAISE(ABORT, 'Les parts cédées ou saisies dépassent le montant d’une imputation.'); END;;-- A titre that collects penalties is of their amount and their tiers; one at a time for a deduction.

CREATE TRIGGER precompte_sans_modification BEFORE UPDATE ON grand_livre_precompte
BEGIN SELECT RAISE(ABORT, 'Une pièce émise ne se retouche pas et ne s’efface pas : annulez-la.'); END;;
CREATE TRIGGER precompte_sans_suppression BEFORE DELETE ON grand_livre_precompte
BEGIN SELECT RAISE(ABORT, 'Une pièce émise ne se retouche pas et ne s’efface pas : annulez-la.'); END;;

CREATE TRIGGER precompte_juste BEFORE INSERT ON grand_livre_precompte
BEGIN
SELECT RAISE(ABORT, 'Un titre de pénalités est du montant retenu et du même tiers.')
    WHERE NOT EXISTS (
        SELECT 1 FROM grand_livre_deduction d
        JOIN grand_livre_lignepiece l ON l.id = d.ligne_id
        JOIN grand_livre_piece m ON m.id = l.piece_id
        JOIN grand_livre_piece t ON t.id = NEW.titre_id
        WHERE d.id = NEW.deduction_id AND d.nature = 'penalites' AND t.sens = 'recette'
          AND t.tiers_id = m.tiers_id AND t.montant_ht + t.montant_tgc = d.montant
    );
SELECT RAISE(ABORT, 'Un titre recouvre déjà ces pénalités.')
    WHERE EXISTS (
        SELECT 1 FROM grand_livre_precompte p JOIN grand_livre_piece t ON t.id = p.titre_id
        WHERE p.deduction_id = NEW.deduction_id AND t.etat NOT IN ('annulee', 'rejetee')
    );
END;;-- What an act opened stays: another act adds to it or takes from it.
CREATE TRIGGER credit_sans_modification BEFORE UPDATE ON grand_livre_creditouvert
BEGIN SELECT RAISE(ABORT, 'Des crédits ouverts ne se modifient pas : un autre acte les change.'); END;;
CREATE TRIGGER credit_sans_suppression BEFORE DELETE ON grand_livre_creditouvert
BEGIN SELECT RAISE(ABORT, 'Des crédits ouverts ne se modifient pas : un autre acte les change.'); END;;-- The same on SQLite.

-- A titre that was sent, and that money settles, leaves a bordereau that was answered: `regle_par_piece`.
CREATE TRIGGER remise_juste BEFORE INSERT ON grand_livre_remiseenpreparation
WHEN NOT EXISTS (SELECT 1 FROM grand_livre_piece p
                 JOIN grand_livre_bordereau b ON b.id = p.bordereau_id
                 WHERE p.id = NEW.piece_id AND b.id = NEW.bordereau_id AND p.sens = 'recette'
                   AND p.etat IN ('transmise', 'suspendue') AND b.etat IN ('refuse', 'accepte'))
BEGIN SELECT RAISE(ABORT, 'Seul un titre transmis et refusé quitte son bordereau.'); END;;
CREATE TRIGGER remise_reglee BEFORE INSERT ON grand_livre_remiseenpreparation
WHEN (SELECT coalesce(sum(CASE l.sens WHEN 'D' THEN l.montant ELSE -l.montant END), 0)
      FROM grand_livre_ligneecriture l
      JOIN grand_livre_ecriture e ON e.id = l.ecriture_id
      LEFT JOIN grand_livre_ecriture o ON o.id = e.contrepasse_id
      WHERE l.piece_id = NEW.piece_id AND l.tiers_id IS NOT NULL
        AND coalesce(o.evenement, e.evenement) NOT IN (
            'mandatement', 'titre', 'reduction_mandat', 'reduction_titre',
            'annulation_mandat_anterieur', 'annulation_titre_anterieur')) = 0
BEGIN SELECT RAISE(ABORT, 'Seul un titre que quelque chose règle quitte son bordereau.'); END;;
CREATE TRIGGER remise_sans_modification BEFORE UPDATE ON grand_livre_remiseenpreparation
BEGIN SELECT RAISE(ABORT, 'Le grand livre ne se modifie pas et ne s’efface pas : passez une contrepassation.'); END;;
CREATE TRIGGER remise_sans_suppression BEFORE DELETE ON grand_livre_remiseenpreparation
BEGIN SELECT RAISE(ABORT, 'Le grand livre ne se modifie pas et ne s’efface pas : passez une contrepassation.'); END;;
CREATE TRIGGER piece_bordereau_fige BEFORE UPDATE OF bordereau_id ON grand_livre_piece
WHEN OLD.bordereau_id IS NOT NEW.bordereau_id
  AND NOT (NEW.bordereau_id IS NULL AND NEW.etat = 'emise' AND OLD.etat IN ('transmise', 'suspendue')
           AND EXISTS (SELECT 1 FROM grand_livre_remiseenpreparation r
                       WHERE r.piece_id = OLD.id AND r.bordereau_id = OLD.bordereau_id))
  AND EXISTS (SELECT 1 FROM grand_livre_bordereau b
              WHERE b.id IN (OLD.bordereau_id, NEW.bordereau_id) AND b.etat <> 'ouvert')
BEGIN SELECT RAISE(ABORT, 'Les pièces d’un bordereau présenté ou signé ne changent plus.'); END;;-- What a titre says of the receipt that it regularises. A double semicolon ends a statement.
-- A check would make the table again, which triggers of other tables read: a trigger says the same.

CREATE TRIGGER titre_apres_encaissement BEFORE INSERT ON grand_livre_piece
WHEN NOT coalesce(
        (NEW.exercice_encaisse IS NULL AND NEW.numero_encaisse IS NULL)
     OR (NEW.sens = 'recette' AND NEW.type_piece = '05' AND NEW.piece_origine_id IS NULL
         AND NEW.exercice_encaisse IS NOT NULL AND NEW.numero_encaisse > 0), 0)
BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: titre_apres_encaissement'); END;;-- What is said late may be dated in the year after its exercice; never before what it undoes.
CREATE TRIGGER contrepassation_datee BEFORE INSERT ON grand_livre_ecriture
WHEN NEW.contrepasse_id IS NOT NULL AND (
    CAST(strftime('%Y', NEW.date_comptable) AS INTEGER)
        NOT BETWEEN NEW.exercice_id AND NEW.exercice_id + 1
    OR EXISTS (SELECT 1 FROM grand_livre_ecriture o
               WHERE o.id = NEW.contrepasse_id AND o.date_comptable > NEW.date_comptable))
BEGIN SELECT RAISE(ABORT, 'Une contrepassation ne précède pas ce qu’elle contrepasse, et ne sort pas de son exercice.'); END;;-- The same on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER piece_bordereau_compte BEFORE UPDATE OF bordereau_id ON grand_livre_piece
WHEN OLD.bordereau_id IS NOT NEW.bordereau_id
  AND NOT (NEW.bordereau_id IS NULL AND NEW.etat = 'emise' AND OLD.etat IN ('transmise', 'suspendue')
           AND EXISTS (SELECT 1 FROM grand_livre_remiseenpreparation r
                       WHERE r.piece_id = OLD.id AND r.bordereau_id = OLD.bordereau_id))
  AND EXISTS (SELECT 1 FROM grand_livre_bordereau b
                JOIN grand_livre_bordereau s
                  ON s.exercice_id = b.exercice_id AND s.budget_id = b.budget_id
                 AND s.sens = b.sens AND s.type_bordereau = b.type_bordereau
                 AND s.numero > b.numero AND s.etat IN ('signe', 'transmis', 'accepte')
               WHERE b.id IN (OLD.bordereau_id, NEW.bordereau_id))
BEGIN SELECT RAISE(ABORT, 'Un bordereau suivant, déjà signé, compte les pièces de celui-ci.'); END;;
CREATE TRIGGER bordereau_vide BEFORE UPDATE OF etat ON grand_livre_bordereau
WHEN NEW.etat = 'abandonne' AND OLD.etat <> 'abandonne'
  AND EXISTS (SELECT 1 FROM grand_livre_piece p WHERE p.bordereau_id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'Seul un bordereau vide s’abandonne.'); END;;
CREATE TRIGGER piece_figee BEFORE UPDATE ON grand_livre_piece
WHEN (
        OLD.sens, OLD.exercice_id, OLD.budget_id, OLD.numero, OLD.date_emission, OLD.objet,
        OLD.montant_ht, OLD.montant_tgc, OLD.tiers_id, OLD.nom_tiers, OLD.ridet,
        OLD.adresse_complement, OLD.adresse_voie, OLD.code_postal, OLD.ville, OLD.mode_reglement,
        OLD.iban, OLD.bic, OLD.titulaire_compte, OLD.cle_paiement, OLD.bases_liquidation,
        OLD.exercice_encaisse, OLD.numero_encaisse, OLD.pays
) IS NOT (
        NEW.sens, NEW.exercice_id, NEW.budget_id, NEW.numero, NEW.date_emission, NEW.objet,
        NEW.montant_ht, NEW.montant_tgc, NEW.tiers_id, NEW.nom_tiers, NEW.ridet,
        NEW.adresse_complement, NEW.adresse_voie, NEW.code_postal, NEW.ville, NEW.mode_reglement,
        NEW.iban, NEW.bic, NEW.titulaire_compte, NEW.cle_paiement, NEW.bases_liquidation,
        NEW.exercice_encaisse, NEW.numero_encaisse, NEW.pays
)
BEGIN SELECT RAISE(ABORT, 'Une pièce émise ne se retouche pas et ne s’efface pas : annulez-la.'); END;;
