-- The same on SQLite. A double semicolon on its own ends a statement.

CREATE TRIGGER passage_demande_sans_modification BEFORE UPDATE ON fournisseurs_passagedemande
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_demande_sans_suppression BEFORE DELETE ON fournisseurs_passagedemande
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_fournisseur_sans_modification BEFORE UPDATE ON fournisseurs_passagefournisseur
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_fournisseur_sans_suppression BEFORE DELETE ON fournisseurs_passagefournisseur
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER coordonnees_sans_suppression BEFORE DELETE ON fournisseurs_coordonneesbancaires
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;

-- A bank account ends once; nothing else about it ever changes.
CREATE TRIGGER coordonnees_ajout_seul BEFORE UPDATE ON fournisseurs_coordonneesbancaires
WHEN OLD.fin IS NOT NULL
  OR OLD.id IS NOT NEW.id OR OLD.fournisseur_id IS NOT NEW.fournisseur_id
  OR OLD.etablissement_id IS NOT NEW.etablissement_id OR OLD.iban IS NOT NEW.iban
  OR OLD.bic IS NOT NEW.bic OR OLD.titulaire IS NOT NEW.titulaire
  OR OLD.origine IS NOT NEW.origine OR OLD.demande_id IS NOT NEW.demande_id
  OR OLD.verifiee_par_id IS NOT NEW.verifiee_par_id OR OLD.verifiee_le IS NOT NEW.verifiee_le
  OR OLD.debut IS NOT NEW.debut
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER entree_journal_sans_modification BEFORE UPDATE ON fournisseurs_entreejournal
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER entree_journal_sans_suppression BEFORE DELETE ON fournisseurs_entreejournal
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER entree_journal_chainee BEFORE INSERT ON fournisseurs_entreejournal
WHEN NEW.precedente IS NOT (
    CASE WHEN NEW.numero = 1 THEN printf('%.64d', 0)
         ELSE (SELECT empreinte FROM fournisseurs_entreejournal WHERE numero = NEW.numero - 1) END)
BEGIN SELECT RAISE(ABORT, 'Une entrée du journal suit la précédente.'); END;;

CREATE TRIGGER passage_doublon_sans_modification BEFORE UPDATE ON fournisseurs_passagedoublon
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_doublon_sans_suppression BEFORE DELETE ON fournisseurs_passagedoublon
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_fusion_sans_modification BEFORE UPDATE ON fournisseurs_passagefusion
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_fusion_sans_suppression BEFORE DELETE ON fournisseurs_passagefusion
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER champ_modifie_sans_modification BEFORE UPDATE ON fournisseurs_champmodifie
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER champ_modifie_sans_suppression BEFORE DELETE ON fournisseurs_champmodifie
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER contre_appel_sans_modification BEFORE UPDATE ON fournisseurs_contreappel
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER contre_appel_sans_suppression BEFORE DELETE ON fournisseurs_contreappel
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_modification_sans_modification BEFORE UPDATE ON fournisseurs_passagemodification
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_modification_sans_suppression BEFORE DELETE ON fournisseurs_passagemodification
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER contact_connu_sans_suppression BEFORE DELETE ON fournisseurs_contactconnu
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;

-- A contact is warned once; nothing else about it ever changes.
CREATE TRIGGER contact_connu_ajout_seul BEFORE UPDATE ON fournisseurs_contactconnu
WHEN OLD.prevenu_le IS NOT NULL
  OR OLD.id IS NOT NEW.id OR OLD.demande_id IS NOT NEW.demande_id OR OLD.genre IS NOT NEW.genre
  OR OLD.valeur IS NOT NEW.valeur OR OLD.origine IS NOT NEW.origine
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER changement_referentiel_sans_modification BEFORE UPDATE ON fournisseurs_changementreferentiel
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER changement_referentiel_sans_suppression BEFORE DELETE ON fournisseurs_changementreferentiel
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER passage_invitation_sans_modification BEFORE UPDATE ON fournisseurs_passageinvitation
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_invitation_sans_suppression BEFORE DELETE ON fournisseurs_passageinvitation
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER passage_importation_sans_modification BEFORE UPDATE ON fournisseurs_passageimportation
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_importation_sans_suppression BEFORE DELETE ON fournisseurs_passageimportation
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER passage_opposition_sans_modification BEFORE UPDATE ON fournisseurs_passageopposition
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_opposition_sans_suppression BEFORE DELETE ON fournisseurs_passageopposition
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER decision_paiement_sans_modification BEFORE UPDATE ON fournisseurs_decisionpaiement
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER decision_paiement_sans_suppression BEFORE DELETE ON fournisseurs_decisionpaiement
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER opposition_sans_suppression BEFORE DELETE ON fournisseurs_opposition
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER opposition_figee BEFORE UPDATE ON fournisseurs_opposition
WHEN OLD.etat IN ('levee', 'ecartee') OR (
    OLD.id, OLD.numero, OLD.genre, OLD.fournisseur_id, OLD.etablissement_id, OLD.commande, OLD.beneficiaire_id, OLD.plafond,
    OLD.notifiee_le, OLD.reference, OLD.date_debut, OLD.date_fin, OLD.justificatif_id, OLD.saisie_par_id, OLD.saisie_le
) IS NOT (
    NEW.id, NEW.numero, NEW.genre, NEW.fournisseur_id, NEW.etablissement_id, NEW.commande, NEW.beneficiaire_id, NEW.plafond,
    NEW.notifiee_le, NEW.reference, NEW.date_debut, NEW.date_fin, NEW.justificatif_id, NEW.saisie_par_id, NEW.saisie_le
)
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER complement_sans_suppression BEFORE DELETE ON fournisseurs_complement
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;

-- It is answered once; nothing else about it ever changes.
CREATE TRIGGER complement_fige BEFORE UPDATE ON fournisseurs_complement
WHEN OLD.repondu_le IS NOT NULL
  OR OLD.id IS NOT NEW.id OR OLD.demande_id IS NOT NEW.demande_id
  OR OLD.modification_id IS NOT NEW.modification_id OR OLD.objet IS NOT NEW.objet
  OR OLD.libelle IS NOT NEW.libelle OR OLD.motif IS NOT NEW.motif
  OR OLD.par_id IS NOT NEW.par_id OR OLD.le IS NOT NEW.le
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;

-- A proof is kept as it was read.

CREATE TRIGGER preuve_registre_sans_modification BEFORE UPDATE ON fournisseurs_preuveregistre
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
CREATE TRIGGER preuve_registre_sans_suppression BEFORE DELETE ON fournisseurs_preuveregistre
BEGIN SELECT RAISE(ABORT, 'Cette trace ne se modifie pas et ne s’efface pas.'); END;;
