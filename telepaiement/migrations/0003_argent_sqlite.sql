-- The same rules on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER remboursement_carte BEFORE INSERT ON telepaiement_remboursement
WHEN NEW.origine = 'demande'
  AND (SELECT charge FROM telepaiement_encaissement WHERE id = NEW.encaissement_id) = ''
BEGIN SELECT RAISE(ABORT, 'Seul un paiement par carte se rembourse ici : les autres se rendent par ordre de virement.'); END;;
CREATE TRIGGER remboursement_conteste BEFORE INSERT ON telepaiement_remboursement
WHEN NEW.origine = 'demande' AND EXISTS (SELECT 1 FROM telepaiement_litige
  WHERE encaissement_id = NEW.encaissement_id AND etat <> 'gagne')
BEGIN SELECT RAISE(ABORT, 'Ce paiement est contesté par le payeur : il ne se rembourse pas.'); END;;
CREATE TRIGGER remboursement_plafond BEFORE INSERT ON telepaiement_remboursement
WHEN NEW.origine = 'demande' AND NEW.montant
  + (SELECT coalesce(sum(montant), 0) FROM telepaiement_remboursement
     WHERE encaissement_id = NEW.encaissement_id AND etat NOT IN ('echoue', 'refuse'))
  > (SELECT montant FROM telepaiement_encaissement WHERE id = NEW.encaissement_id)
BEGIN SELECT RAISE(ABORT, 'Le remboursement dépasse ce qui reste du paiement.'); END;;
CREATE TRIGGER remboursement_fige BEFORE UPDATE ON telepaiement_remboursement
WHEN OLD.encaissement_id <> NEW.encaissement_id OR OLD.montant <> NEW.montant
  OR OLD.origine <> NEW.origine OR OLD.jeton <> NEW.jeton OR OLD.motif <> NEW.motif
  OR OLD.demande_par_id <> NEW.demande_par_id
  OR OLD.reference <> '' AND OLD.reference <> NEW.reference
  OR OLD.approuve_par_id IS NOT NULL AND OLD.approuve_par_id IS NOT NEW.approuve_par_id
  OR OLD.ecriture_id IS NOT NULL AND OLD.ecriture_id IS NOT NEW.ecriture_id
  OR OLD.etat IN ('echoue', 'refuse') AND OLD.etat <> NEW.etat
BEGIN SELECT RAISE(ABORT, 'Un remboursement décidé ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER remboursement_sans_suppression BEFORE DELETE ON telepaiement_remboursement
BEGIN SELECT RAISE(ABORT, 'Un remboursement décidé ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER litige_fige BEFORE UPDATE ON telepaiement_litige
WHEN OLD.encaissement_id <> NEW.encaissement_id OR OLD.reference <> NEW.reference
  OR OLD.montant <> NEW.montant
  OR OLD.ecriture_id IS NOT NULL AND OLD.ecriture_id IS NOT NEW.ecriture_id
  OR OLD.etat <> 'ouvert' AND OLD.etat <> NEW.etat
BEGIN SELECT RAISE(ABORT, 'Un litige ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER litige_sans_suppression BEFORE DELETE ON telepaiement_litige
BEGIN SELECT RAISE(ABORT, 'Un litige ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER versement_egal BEFORE UPDATE ON telepaiement_versement
WHEN OLD.etat = 'en_ecart' AND NEW.etat <> 'en_ecart' AND (
  EXISTS (SELECT 1 FROM telepaiement_ligneversement
          WHERE versement_id = NEW.id AND (anomalie <> '' OR nature = 'inconnue'))
  OR NEW.montant <> (SELECT coalesce(sum(montant - commission), 0)
                     FROM telepaiement_ligneversement WHERE versement_id = NEW.id))
BEGIN SELECT RAISE(ABORT, 'Un versement ne se comptabilise qu’égal à ses lignes, toutes reconnues.'); END;;
CREATE TRIGGER versement_fige BEFORE UPDATE ON telepaiement_versement
WHEN OLD.etat <> 'en_ecart' AND (
  OLD.montant <> NEW.montant OR OLD.brut <> NEW.brut OR OLD.commission <> NEW.commission
  OR OLD.ecriture_id IS NOT NEW.ecriture_id OR NEW.etat = 'en_ecart'
  OR OLD.etat = 'rejete' AND NEW.etat <> 'rejete')
BEGIN SELECT RAISE(ABORT, 'Un versement comptabilisé ne se modifie plus.'); END;;
CREATE TRIGGER versement_sans_suppression BEFORE DELETE ON telepaiement_versement
BEGIN SELECT RAISE(ABORT, 'Un versement comptabilisé ne se modifie plus.'); END;;
CREATE TRIGGER ligne_versement_figee_ajout BEFORE INSERT ON telepaiement_ligneversement
WHEN (SELECT etat FROM telepaiement_versement WHERE id = NEW.versement_id) <> 'en_ecart'
BEGIN SELECT RAISE(ABORT, 'Les lignes d’un versement comptabilisé ne se modifient plus.'); END;;
CREATE TRIGGER ligne_versement_figee_modification BEFORE UPDATE ON telepaiement_ligneversement
WHEN (SELECT etat FROM telepaiement_versement WHERE id = OLD.versement_id) <> 'en_ecart'
BEGIN SELECT RAISE(ABORT, 'Les lignes d’un versement comptabilisé ne se modifient plus.'); END;;
CREATE TRIGGER ligne_versement_figee_suppression BEFORE DELETE ON telepaiement_ligneversement
WHEN (SELECT etat FROM telepaiement_versement WHERE id = OLD.versement_id) <> 'en_ecart'
BEGIN SELECT RAISE(ABORT, 'Les lignes d’un versement comptabilisé ne se modifient plus.'); END;;
CREATE TRIGGER ligne_bancaire_figee BEFORE UPDATE ON telepaiement_lignebancaire
WHEN OLD.releve_id <> NEW.releve_id OR OLD.identite <> NEW.identite OR OLD.jour <> NEW.jour
  OR OLD.montant <> NEW.montant OR OLD.libelle <> NEW.libelle
  OR OLD.etat = 'rapprochee' AND NEW.etat <> 'rapprochee'
BEGIN SELECT RAISE(ABORT, 'Ce que la banque a écrit ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER ligne_bancaire_sans_suppression BEFORE DELETE ON telepaiement_lignebancaire
BEGIN SELECT RAISE(ABORT, 'Ce que la banque a écrit ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER recu_remboursement_sans_modification BEFORE UPDATE ON telepaiement_recuremboursement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER recu_remboursement_sans_suppression BEFORE DELETE ON telepaiement_recuremboursement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER releve_bancaire_sans_modification BEFORE UPDATE ON telepaiement_relevebancaire
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER releve_bancaire_sans_suppression BEFORE DELETE ON telepaiement_relevebancaire
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER rapprochement_bancaire_sans_modification BEFORE UPDATE ON telepaiement_rapprochementbancaire
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER rapprochement_bancaire_sans_suppression BEFORE DELETE ON telepaiement_rapprochementbancaire
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER encaissement_rapproche_sans_modification BEFORE UPDATE ON telepaiement_encaissementrapproche
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER encaissement_rapproche_sans_suppression BEFORE DELETE ON telepaiement_encaissementrapproche
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_remboursement_sans_modification BEFORE UPDATE ON telepaiement_passageremboursement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_remboursement_sans_suppression BEFORE DELETE ON telepaiement_passageremboursement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_litige_sans_modification BEFORE UPDATE ON telepaiement_passagelitige
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_litige_sans_suppression BEFORE DELETE ON telepaiement_passagelitige
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_versement_sans_modification BEFORE UPDATE ON telepaiement_passageversement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_versement_sans_suppression BEFORE DELETE ON telepaiement_passageversement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_ligne_bancaire_sans_modification BEFORE UPDATE ON telepaiement_passagelignebancaire
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_ligne_bancaire_sans_suppression BEFORE DELETE ON telepaiement_passagelignebancaire
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
-- The tables that this migration builds again lose their triggers: here they are as they were.
CREATE TRIGGER encaissement_sans_modification BEFORE UPDATE ON telepaiement_encaissement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER encaissement_sans_suppression BEFORE DELETE ON telepaiement_encaissement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER encaissement_caisse_ouverte BEFORE INSERT ON telepaiement_encaissement
WHEN NEW.session_id IS NOT NULL
  AND (SELECT etat FROM telepaiement_sessioncaisse WHERE id = NEW.session_id) <> 'ouverte'
BEGIN SELECT RAISE(ABORT, 'La caisse est clôturée : ouvrez-en une autre.'); END;;
CREATE TRIGGER evenement_brut_garde BEFORE UPDATE ON telepaiement_evenementrecu
WHEN OLD.corps <> NEW.corps OR OLD.identifiant <> NEW.identifiant
BEGIN SELECT RAISE(ABORT, 'Un message reçu ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER evenement_sans_suppression BEFORE DELETE ON telepaiement_evenementrecu
BEGIN SELECT RAISE(ABORT, 'Un message reçu ne se réécrit pas et ne s’efface pas.'); END;;
