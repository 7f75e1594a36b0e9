CREATE TRIGGER annulation_encaissement_sans_modification BEFORE UPDATE ON telepaiement_annulationencaissement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER annulation_encaissement_sans_suppression BEFORE DELETE ON telepaiement_annulationencaissement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER quittance_sans_modification BEFORE UPDATE ON telepaiement_quittance
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER quittance_sans_suppression BEFORE DELETE ON telepaiement_quittance
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_tentative_sans_modification BEFORE UPDATE ON telepaiement_passagetentative
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_tentative_sans_suppression BEFORE DELETE ON telepaiement_passagetentative
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_session_sans_modification BEFORE UPDATE ON telepaiement_passagesessioncaisse
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_session_sans_suppression BEFORE DELETE ON telepaiement_passagesessioncaisse
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER remboursement_sans_suppression BEFORE DELETE ON telepaiement_remboursement
BEGIN SELECT RAISE(ABORT, 'Un remboursement décidé ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER litige_sans_suppression BEFORE DELETE ON telepaiement_litige
BEGIN SELECT RAISE(ABORT, 'Un litige ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER litige_cheque_remis BEFORE INSERT ON telepaiement_litige
WHEN NEW.ligne_id IS NOT NULL
  AND EXISTS (SELECT 1 FROM telepaiement_encaissement WHERE id = NEW.encaissement_id AND mode = 'cheque')
  AND NOT EXISTS (SELECT 1 FROM telepaiement_chequeverse c
    JOIN telepaiement_versementregie v ON v.id = c.versement_id
    WHERE c.encaissement_id = NEW.encaissement_id AND v.etat = 'recu')
  AND NOT EXISTS (SELECT 1 FROM telepaiement_encaissementrapproche r
    WHERE r.encaissement_id = NEW.encaissement_id AND NOT EXISTS (
      SELECT 1 FROM telepaiement_annulationrapprochement a WHERE a.rapprochement_id = r.rapprochement_id))
BEGIN SELECT RAISE(ABORT, 'Ce chèque n’est pas remis à la banque : il ne peut pas en revenir impayé.'); END;;
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
CREATE TRIGGER lettre_imprimee_sans_modification BEFORE UPDATE ON telepaiement_lettreimprimee
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER lettre_imprimee_sans_suppression BEFORE DELETE ON telepaiement_lettreimprimee
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER lettre_du_litige BEFORE INSERT ON telepaiement_passagelitige
WHEN NEW.lettre_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM telepaiement_lettreimprimee
  WHERE id = NEW.lettre_id AND litige_id = NEW.litige_id)
BEGIN SELECT RAISE(ABORT, 'Une lettre postée concerne le paiement pour lequel elle fut imprimée.'); END;;
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


CREATE TRIGGER mouvement_fonds_sans_modification BEFORE UPDATE ON telepaiement_mouvementfonds
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER mouvement_fonds_sans_suppression BEFORE DELETE ON telepaiement_mouvementfonds
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER contresignature_caisse_sans_modification BEFORE UPDATE ON telepaiement_contresignaturecaisse
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER contresignature_caisse_sans_suppression BEFORE DELETE ON telepaiement_contresignaturecaisse
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER vente_sans_modification BEFORE UPDATE ON telepaiement_vente
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER vente_sans_suppression BEFORE DELETE ON telepaiement_vente
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER ligne_vente_sans_modification BEFORE UPDATE ON telepaiement_lignevente
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER ligne_vente_sans_suppression BEFORE DELETE ON telepaiement_lignevente
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER regularisation_sans_modification BEFORE UPDATE ON telepaiement_regularisation
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER regularisation_sans_suppression BEFORE DELETE ON telepaiement_regularisation
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER ligne_regularisee_sans_modification BEFORE UPDATE ON telepaiement_ligneregularisee
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER ligne_regularisee_sans_suppression BEFORE DELETE ON telepaiement_ligneregularisee
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER remise_service_sans_modification BEFORE UPDATE ON telepaiement_remiseservice
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER remise_service_sans_suppression BEFORE DELETE ON telepaiement_remiseservice
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER verification_regie_sans_modification BEFORE UPDATE ON telepaiement_verificationregie
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER verification_regie_sans_suppression BEFORE DELETE ON telepaiement_verificationregie
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER session_internet_sans_modification BEFORE UPDATE ON telepaiement_sessioninternet
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER session_internet_sans_suppression BEFORE DELETE ON telepaiement_sessioninternet
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER encaissement_clos_sans_modification BEFORE UPDATE ON telepaiement_encaissementclos
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER encaissement_clos_sans_suppression BEFORE DELETE ON telepaiement_encaissementclos
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER carnet_sans_modification BEFORE UPDATE ON telepaiement_carnet
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER carnet_sans_suppression BEFORE DELETE ON telepaiement_carnet
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_regie_sans_modification BEFORE UPDATE ON telepaiement_passageregie
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_regie_sans_suppression BEFORE DELETE ON telepaiement_passageregie
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_nomination_sans_modification BEFORE UPDATE ON telepaiement_passagenomination
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_nomination_sans_suppression BEFORE DELETE ON telepaiement_passagenomination
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_versement_regie_sans_modification BEFORE UPDATE ON telepaiement_passageversementregie
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_versement_regie_sans_suppression BEFORE DELETE ON telepaiement_passageversementregie
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_feuillet_sans_modification BEFORE UPDATE ON telepaiement_passagefeuillet
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_feuillet_sans_suppression BEFORE DELETE ON telepaiement_passagefeuillet
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER nomination_role BEFORE INSERT ON telepaiement_nomination
WHEN NOT EXISTS (SELECT 1 FROM acces_attributionrole
  WHERE utilisateur_id = NEW.personne_id AND role = 'regisseur')
BEGIN SELECT RAISE(ABORT, 'Cette personne n’a pas le rôle de régisseur : un administrateur le lui attribue d’abord.'); END;;
CREATE TRIGGER nomination_suppleance BEFORE INSERT ON telepaiement_nomination
WHEN NEW.qualite = 'suppleant' AND NEW.fin > date(NEW.debut, '+2 months')
BEGIN SELECT RAISE(ABORT, 'Une suppléance dure deux mois au plus (décret 2012-829, article 7).'); END;;
CREATE TRIGGER nomination_figee BEFORE UPDATE ON telepaiement_nomination
WHEN OLD.etat = 'terminee' OR OLD.regie_id <> NEW.regie_id OR OLD.personne_id <> NEW.personne_id
  OR OLD.qualite <> NEW.qualite OR OLD.debut <> NEW.debut OR OLD.arrete <> NEW.arrete
  OR OLD.date_arrete <> NEW.date_arrete OR OLD.date_avis_conforme <> NEW.date_avis_conforme
  OR NEW.fin > OLD.fin
BEGIN SELECT RAISE(ABORT, 'Une nomination ne se réécrit pas : mettez-y fin, puis nommez à nouveau.'); END;;
CREATE TRIGGER nomination_sans_suppression BEFORE DELETE ON telepaiement_nomination
BEGIN SELECT RAISE(ABORT, 'Une nomination ne se réécrit pas : mettez-y fin, puis nommez à nouveau.'); END;;
CREATE TRIGGER regisseur_jamais_ordonnateur BEFORE INSERT ON acces_attributionrole
WHEN NEW.role = 'ordonnateur' AND EXISTS (SELECT 1 FROM telepaiement_nomination
  WHERE personne_id = NEW.utilisateur_id AND etat = 'en_vigueur')
BEGIN SELECT RAISE(ABORT, 'Cette personne est nommée dans une régie : elle ne peut pas être ordonnateur.'); END;;
CREATE TRIGGER regisseur_jamais_ordonnateur_apres BEFORE UPDATE ON acces_attributionrole
WHEN NEW.role = 'ordonnateur' AND EXISTS (SELECT 1 FROM telepaiement_nomination
  WHERE personne_id = NEW.utilisateur_id AND etat = 'en_vigueur')
BEGIN SELECT RAISE(ABORT, 'Cette personne est nommée dans une régie : elle ne peut pas être ordonnateur.'); END;;
CREATE TRIGGER ligne_vente_produit_de_l_acte BEFORE INSERT ON telepaiement_lignevente
WHEN NOT EXISTS (SELECT 1 FROM telepaiement_regie_produits p
  JOIN telepaiement_vente v ON v.regie_id = p.regie_id
  WHERE v.id = NEW.vente_id AND p.produit_id = NEW.produit_id)
BEGIN SELECT RAISE(ABORT, 'L’acte de la régie ne permet pas de vendre ce produit (art. 8).'); END;;
CREATE TRIGGER feuillet_sans_suppression BEFORE DELETE ON telepaiement_feuillet
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER encaissement_sans_modification BEFORE UPDATE ON telepaiement_encaissement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER encaissement_sans_suppression BEFORE DELETE ON telepaiement_encaissement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER encaissement_caisse_ouverte BEFORE INSERT ON telepaiement_encaissement
WHEN NEW.session_id IS NOT NULL
  AND (SELECT etat FROM telepaiement_sessioncaisse WHERE id = NEW.session_id) <> 'ouverte'
BEGIN SELECT RAISE(ABORT, 'La caisse est clôturée : ouvrez-en une autre.'); END;;
CREATE TRIGGER session_caisse_close_modification BEFORE UPDATE ON telepaiement_sessioncaisse
WHEN OLD.etat = 'cloturee'
BEGIN SELECT RAISE(ABORT, 'Une caisse clôturée ne se modifie plus : corrigez dans la caisse du lendemain.'); END;;
CREATE TRIGGER session_caisse_close_suppression BEFORE DELETE ON telepaiement_sessioncaisse
WHEN OLD.etat = 'cloturee'
BEGIN SELECT RAISE(ABORT, 'Une caisse clôturée ne se modifie plus : corrigez dans la caisse du lendemain.'); END;;
CREATE TRIGGER remboursement_plafond BEFORE INSERT ON telepaiement_remboursement
WHEN NEW.origine = 'demande' AND NEW.montant
  + (SELECT coalesce(sum(montant), 0) FROM telepaiement_remboursement
     WHERE encaissement_id = NEW.encaissement_id AND etat NOT IN ('echoue', 'refuse'))
  > (SELECT montant FROM telepaiement_encaissement WHERE id = NEW.encaissement_id)
BEGIN SELECT RAISE(ABORT, 'Le remboursement dépasse ce qui reste du paiement.'); END;;

CREATE TRIGGER demande_figee BEFORE UPDATE ON telepaiement_demanderedevable
WHEN OLD.titre_id <> NEW.titre_id OR OLD.nature <> NEW.nature OR OLD.annee <> NEW.annee
  OR OLD.numero <> NEW.numero OR OLD.texte <> NEW.texte OR OLD.courriel <> NEW.courriel
  OR OLD.nombre_souhaite IS NOT NEW.nombre_souhaite
  OR OLD.demandeur_id IS NOT NEW.demandeur_id
  OR OLD.reponse <> '' AND OLD.reponse <> NEW.reponse
  OR OLD.decidee_par_id IS NOT NULL AND OLD.decidee_par_id IS NOT NEW.decidee_par_id
  OR OLD.etat IN ('refusee', 'retiree') AND OLD.etat <> NEW.etat
  OR OLD.etat = 'acceptee' AND NEW.etat <> 'acceptee'
     AND (NEW.etat <> 'retiree' OR OLD.nature <> 'rattachement')
BEGIN SELECT RAISE(ABORT, 'Ce qui fut demandé ou répondu ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER demande_sans_suppression BEFORE DELETE ON telepaiement_demanderedevable
BEGIN SELECT RAISE(ABORT, 'Ce qui fut demandé ou répondu ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER demande_avec_echeancier BEFORE UPDATE ON telepaiement_demanderedevable
WHEN NEW.nature = 'echeancier' AND NEW.etat = 'acceptee' AND OLD.etat <> 'acceptee'
  AND NOT EXISTS (SELECT 1 FROM telepaiement_echeancier
    WHERE demande_id = NEW.id AND titre_id = NEW.titre_id AND etat = 'en_cours')
BEGIN SELECT RAISE(ABORT, 'Une demande de paiement en plusieurs fois s’accepte avec son échéancier.'); END;;
CREATE TRIGGER echeancier_prepare BEFORE INSERT ON telepaiement_echeancier
WHEN NEW.etat <> 'prepare'
BEGIN SELECT RAISE(ABORT, 'Un échéancier se prépare, puis s’accorde entier ; il ne se réécrit pas.'); END;;
CREATE TRIGGER echeancier_fige BEFORE UPDATE ON telepaiement_echeancier
WHEN OLD.titre_id <> NEW.titre_id OR OLD.demande_id <> NEW.demande_id
  OR OLD.montant <> NEW.montant OR OLD.accorde_par_id <> NEW.accorde_par_id
  OR OLD.etat = 'rompu' AND NEW.etat <> 'rompu'
  OR OLD.etat <> 'prepare' AND NEW.etat = 'prepare'
BEGIN SELECT RAISE(ABORT, 'Un échéancier se prépare, puis s’accorde entier ; il ne se réécrit pas.'); END;;
CREATE TRIGGER echeancier_sans_suppression BEFORE DELETE ON telepaiement_echeancier
BEGIN SELECT RAISE(ABORT, 'Un échéancier se prépare, puis s’accorde entier ; il ne se réécrit pas.'); END;;
CREATE TRIGGER echeancier_exact BEFORE UPDATE ON telepaiement_echeancier
WHEN OLD.etat = 'prepare' AND NEW.etat <> 'prepare' AND (
  (SELECT count(*) < 2 OR max(rang) <> count(*) OR coalesce(sum(montant), 0) <> NEW.montant
   FROM telepaiement_echeance WHERE echeancier_id = NEW.id)
  OR EXISTS (SELECT 1 FROM telepaiement_echeance a
    JOIN telepaiement_echeance b ON b.echeancier_id = a.echeancier_id AND b.rang > a.rang
    WHERE a.echeancier_id = NEW.id AND b.le <= a.le))
BEGIN SELECT RAISE(ABORT, 'Les échéances se suivent, et leur somme est exactement ce qui est dû.'); END;;
CREATE TRIGGER echeance_preparee BEFORE INSERT ON telepaiement_echeance
WHEN (SELECT etat FROM telepaiement_echeancier WHERE id = NEW.echeancier_id) <> 'prepare'
BEGIN SELECT RAISE(ABORT, 'Un échéancier se prépare, puis s’accorde entier ; il ne se réécrit pas.'); END;;
CREATE TRIGGER echeance_sans_modification BEFORE UPDATE ON telepaiement_echeance
BEGIN SELECT RAISE(ABORT, 'Un échéancier se prépare, puis s’accorde entier ; il ne se réécrit pas.'); END;;
CREATE TRIGGER echeance_sans_suppression BEFORE DELETE ON telepaiement_echeance
BEGIN SELECT RAISE(ABORT, 'Un échéancier se prépare, puis s’accorde entier ; il ne se réécrit pas.'); END;;
CREATE TRIGGER relanceecheance_sans_modification BEFORE UPDATE ON telepaiement_relanceecheance
BEGIN SELECT RAISE(ABORT, 'Ce qui fut demandé ou répondu ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER relanceecheance_sans_suppression BEFORE DELETE ON telepaiement_relanceecheance
BEGIN SELECT RAISE(ABORT, 'Ce qui fut demandé ou répondu ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER passagedemanderedevable_sans_modification BEFORE UPDATE ON telepaiement_passagedemanderedevable
BEGIN SELECT RAISE(ABORT, 'Ce qui fut demandé ou répondu ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER passagedemanderedevable_sans_suppression BEFORE DELETE ON telepaiement_passagedemanderedevable
BEGIN SELECT RAISE(ABORT, 'Ce qui fut demandé ou répondu ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER passageecheancier_sans_modification BEFORE UPDATE ON telepaiement_passageecheancier
BEGIN SELECT RAISE(ABORT, 'Ce qui fut demandé ou répondu ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER passageecheancier_sans_suppression BEFORE DELETE ON telepaiement_passageecheancier
BEGIN SELECT RAISE(ABORT, 'Ce qui fut demandé ou répondu ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER lien_sans_suppression BEFORE DELETE ON telepaiement_lienpaiement
BEGIN SELECT RAISE(ABORT, 'Un lien de paiement se révoque, et ne se réécrit pas.'); END;;-- The same rule on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER tentative_vente_de_la_caisse BEFORE INSERT ON telepaiement_tentative
WHEN NEW.vente_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM telepaiement_vente v
  JOIN telepaiement_sessioncaisse s ON s.regie_id = v.regie_id
  WHERE v.id = NEW.vente_id AND s.id = NEW.session_id
    AND s.etat = 'ouverte' AND v.montant = NEW.montant)
BEGIN SELECT RAISE(ABORT, 'Une vente se paie entière, au lecteur d’une caisse ouverte de sa régie.'); END;;
CREATE TRIGGER versement_egal BEFORE UPDATE ON telepaiement_versement
WHEN OLD.etat = 'en_ecart' AND NEW.etat <> 'en_ecart' AND (
  EXISTS (SELECT 1 FROM telepaiement_ligneversement
          WHERE versement_id = NEW.id AND (anomalie <> '' OR nature = 'inconnue'))
  OR NEW.montant + NEW.ecart_change <> (SELECT coalesce(sum(montant - commission), 0)
                     FROM telepaiement_ligneversement WHERE versement_id = NEW.id)
  OR NEW.ecart_change <> 0 AND NEW.montant_devise IS NULL)
BEGIN SELECT RAISE(ABORT, 'Un versement ne se comptabilise qu’égal à ses lignes, toutes reconnues.'); END;;
CREATE TRIGGER versement_fige BEFORE UPDATE ON telepaiement_versement
WHEN OLD.etat <> 'en_ecart' AND (
  OLD.reference <> NEW.reference OR OLD.origine <> NEW.origine OR OLD.devise <> NEW.devise
  OR OLD.montant <> NEW.montant OR OLD.brut <> NEW.brut OR OLD.commission <> NEW.commission
  OR OLD.ecart_change <> NEW.ecart_change
  OR OLD.ecriture_id IS NOT NEW.ecriture_id OR NEW.etat = 'en_ecart'
  OR OLD.etat IN ('rejete', 'annule') AND NEW.etat <> OLD.etat)
BEGIN SELECT RAISE(ABORT, 'Un versement comptabilisé ne se modifie plus.'); END;;
CREATE TRIGGER ligne_versement_une_fois BEFORE INSERT ON telepaiement_ligneversement
WHEN EXISTS (SELECT 1 FROM telepaiement_ligneversement l
  JOIN telepaiement_versement v ON v.id = l.versement_id
  WHERE v.etat <> 'annule' AND (
    l."transaction" = NEW."transaction"
    OR NEW.nature = 'encaissement' AND l.nature = 'encaissement'
       AND l.encaissement_id = NEW.encaissement_id
    OR l.versement_rejete_id = NEW.versement_rejete_id))
BEGIN SELECT RAISE(ABORT, 'Cette somme est déjà dans un versement.'); END;;
CREATE TRIGGER ligne_bancaire_figee BEFORE UPDATE ON telepaiement_lignebancaire
WHEN OLD.releve_id <> NEW.releve_id OR OLD.identite <> NEW.identite OR OLD.jour <> NEW.jour
  OR OLD.montant <> NEW.montant OR OLD.libelle <> NEW.libelle
  OR OLD.commission IS NOT NEW.commission
  OR OLD.etat = 'rapprochee' AND NEW.etat <> 'rapprochee' AND (
    NEW.etat <> 'a_rapprocher' OR EXISTS (
      SELECT 1 FROM telepaiement_rapprochementbancaire r WHERE r.ligne_id = OLD.id
        AND NOT EXISTS (SELECT 1 FROM telepaiement_annulationrapprochement a
                        WHERE a.rapprochement_id = r.id)))
BEGIN SELECT RAISE(ABORT, 'Ce que la banque a écrit ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER encaissement_rapproche_une_fois BEFORE INSERT ON telepaiement_encaissementrapproche
WHEN EXISTS (SELECT 1 FROM telepaiement_encaissementrapproche e
  WHERE e.encaissement_id = NEW.encaissement_id
    AND NOT EXISTS (SELECT 1 FROM telepaiement_annulationrapprochement a
                    WHERE a.rapprochement_id = e.rapprochement_id))
BEGIN SELECT RAISE(ABORT, 'Cet encaissement est déjà rapproché.'); END;;
CREATE TRIGGER annulation_rapprochement_contrepasse BEFORE INSERT ON telepaiement_annulationrapprochement
WHEN EXISTS (SELECT 1 FROM telepaiement_rapprochementbancaire r
  LEFT JOIN grand_livre_ecriture e ON e.id = NEW.ecriture_id
  WHERE r.id = NEW.rapprochement_id AND e.contrepasse_id IS NOT r.ecriture_id)
BEGIN SELECT RAISE(ABORT, 'Un rapprochement s’annule par la contrepassation de son écriture.'); END;;
CREATE TRIGGER annulation_rapprochement_sans_modification BEFORE UPDATE ON telepaiement_annulationrapprochement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER annulation_rapprochement_sans_suppression BEFORE DELETE ON telepaiement_annulationrapprochement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER comblement_deficit_sans_modification BEFORE UPDATE ON telepaiement_comblementdeficit
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER comblement_deficit_sans_suppression BEFORE DELETE ON telepaiement_comblementdeficit
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;

CREATE TRIGGER encaissement_classement BEFORE INSERT ON telepaiement_encaissement
WHEN NEW.provenance_id IS NOT NULL AND (
  NOT EXISTS (SELECT 1 FROM telepaiement_encaissement
    WHERE id = NEW.provenance_id AND mention <> '' AND montant = NEW.montant
      AND regie_id = NEW.regie_id)
  OR EXISTS (SELECT 1 FROM telepaiement_annulationencaissement
             WHERE encaissement_id = NEW.provenance_id))
BEGIN SELECT RAISE(ABORT, 'Une recette à classer se classe entière, dans sa régie, tant qu’elle vaut.'); END;;

CREATE TRIGGER session_cloture_complete BEFORE UPDATE ON telepaiement_sessioncaisse
WHEN OLD.etat = 'ouverte' AND NEW.etat = 'cloturee' AND (
  NEW.cloturee_par_id IS NULL
  OR NEW.terminal_attendu IS NULL OR NEW.terminal_compte IS NULL
  OR NEW.tickets_attendus IS NULL OR NEW.tickets_comptes IS NULL
  OR NEW.cheques_attendus IS NULL OR NEW.cheques_comptes IS NULL)
BEGIN SELECT RAISE(ABORT, 'Une clôture compte le terminal et les chèques, et dit qui la fait.'); END;;
CREATE TRIGGER session_cloture_par_le_regisseur BEFORE UPDATE ON telepaiement_sessioncaisse
WHEN OLD.etat = 'ouverte' AND NEW.etat = 'cloturee' AND NEW.cloturee_par_id <> NEW.agent_id
  AND NOT EXISTS (SELECT 1 FROM telepaiement_nomination
    WHERE regie_id = NEW.regie_id AND personne_id = NEW.cloturee_par_id
      AND etat = 'en_vigueur' AND qualite IN ('regisseur', 'suppleant'))
BEGIN SELECT RAISE(ABORT, 'Seul le régisseur ou son suppléant clôture la caisse d’un autre.'); END;;
CREATE TRIGGER contresignature_par_un_autre BEFORE INSERT ON telepaiement_contresignaturecaisse
WHEN NOT EXISTS (SELECT 1 FROM telepaiement_sessioncaisse
  WHERE id = NEW.session_id AND etat = 'cloturee' AND agent_id <> NEW.par_id
    AND cloturee_par_id IS NOT NEW.par_id)
BEGIN SELECT RAISE(ABORT, 'Une clôture se contresigne une fois faite, et par une autre personne.'); END;;-- The same rule on SQLite. A double semicolon on its own ends a statement.
CREATE TRIGGER delivrance_sans_modification BEFORE UPDATE ON telepaiement_delivrancequittance
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER delivrance_sans_suppression BEFORE DELETE ON telepaiement_delivrancequittance
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;

CREATE TRIGGER suite_contestation_acceptee BEFORE INSERT ON telepaiement_suitecontestation
WHEN NOT EXISTS (SELECT 1 FROM telepaiement_demanderedevable
  WHERE id = NEW.demande_id AND nature = 'contestation' AND etat = 'acceptee')
BEGIN SELECT RAISE(ABORT, 'Seule une contestation acceptée a une suite.'); END;;
CREATE TRIGGER suite_contestation_sans_modification BEFORE UPDATE ON telepaiement_suitecontestation
BEGIN SELECT RAISE(ABORT, 'Ce qui fut demandé ou répondu ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER suite_contestation_sans_suppression BEFORE DELETE ON telepaiement_suitecontestation
BEGIN SELECT RAISE(ABORT, 'Ce qui fut demandé ou répondu ne se réécrit pas et ne s’efface pas.'); END;;-- The same rules on SQLite, whose tables were made again. A double semicolon ends a statement.
CREATE TRIGGER versement_regie_fige BEFORE UPDATE ON telepaiement_versementregie
WHEN OLD.etat <> 'etabli' OR OLD.regie_id <> NEW.regie_id OR OLD.numero <> NEW.numero
  OR OLD.especes <> NEW.especes OR OLD.coupures <> NEW.coupures
  OR OLD.montant_cheques <> NEW.montant_cheques OR OLD.nombre_cheques <> NEW.nombre_cheques
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER versement_regie_sans_suppression BEFORE DELETE ON telepaiement_versementregie
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER session_versee_close BEFORE INSERT ON telepaiement_sessionversee
WHEN NOT EXISTS (SELECT 1 FROM telepaiement_sessioncaisse
  WHERE id = NEW.session_id AND etat = 'cloturee')
BEGIN SELECT RAISE(ABORT, 'Une caisse se verse une fois clôturée.'); END;;
CREATE TRIGGER session_versee_une_fois BEFORE INSERT ON telepaiement_sessionversee
WHEN EXISTS (SELECT 1 FROM telepaiement_sessionversee l
  JOIN telepaiement_versementregie v ON v.id = l.versement_id
  WHERE l.session_id = NEW.session_id AND v.etat <> 'annule')
BEGIN SELECT RAISE(ABORT, 'Cette caisse est déjà sur un versement.'); END;;
CREATE TRIGGER session_versee_sans_modification BEFORE UPDATE ON telepaiement_sessionversee
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER session_versee_sans_suppression BEFORE DELETE ON telepaiement_sessionversee
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER cheque_verse_une_fois BEFORE INSERT ON telepaiement_chequeverse
WHEN EXISTS (SELECT 1 FROM telepaiement_chequeverse l
  JOIN telepaiement_versementregie v ON v.id = l.versement_id
  WHERE l.encaissement_id = NEW.encaissement_id AND v.etat <> 'annule')
BEGIN SELECT RAISE(ABORT, 'Ce chèque est déjà sur un versement.'); END;;
CREATE TRIGGER cheque_verse_sans_modification BEFORE UPDATE ON telepaiement_chequeverse
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER cheque_verse_sans_suppression BEFORE DELETE ON telepaiement_chequeverse
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER comblement_verse_une_fois BEFORE INSERT ON telepaiement_comblementverse
WHEN EXISTS (SELECT 1 FROM telepaiement_comblementverse l
  JOIN telepaiement_versementregie v ON v.id = l.versement_id
  WHERE l.comblement_id = NEW.comblement_id AND v.etat <> 'annule')
BEGIN SELECT RAISE(ABORT, 'Cette somme est déjà sur un versement.'); END;;
CREATE TRIGGER comblement_verse_sans_modification BEFORE UPDATE ON telepaiement_comblementverse
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER comblement_verse_sans_suppression BEFORE DELETE ON telepaiement_comblementverse
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER etat_mensuel_sans_modification BEFORE UPDATE ON telepaiement_etatmensuel
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER etat_mensuel_sans_suppression BEFORE DELETE ON telepaiement_etatmensuel
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER remboursement_carte BEFORE INSERT ON telepaiement_remboursement
WHEN NEW.origine = 'demande'
  AND ((SELECT charge FROM telepaiement_encaissement WHERE id = NEW.encaissement_id) = '')
      <> (NEW.virement_id IS NOT NULL)
  AND NOT (NEW.virement_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM telepaiement_remboursement
    WHERE encaissement_id = NEW.encaissement_id AND etat = 'echoue' AND virement_id IS NULL))
BEGIN SELECT RAISE(ABORT, 'Ce paiement se rend sur la carte qui a payé, ou par ordre de virement à un compte nommé.'); END;;
CREATE TRIGGER remboursement_annule BEFORE INSERT ON telepaiement_remboursement
WHEN NEW.origine = 'demande' AND EXISTS (SELECT 1 FROM telepaiement_annulationencaissement
  WHERE encaissement_id = NEW.encaissement_id)
BEGIN SELECT RAISE(ABORT, 'Ce paiement est annulé : rien n’en est à rendre.'); END;;
CREATE TRIGGER ordre_virement_sans_modification BEFORE UPDATE ON telepaiement_ordrevirement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER ordre_virement_sans_suppression BEFORE DELETE ON telepaiement_ordrevirement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER retour_vente_sans_modification BEFORE UPDATE ON telepaiement_retourvente
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER retour_vente_sans_suppression BEFORE DELETE ON telepaiement_retourvente
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER rapprochement_remboursement_nomme BEFORE INSERT ON telepaiement_rapprochementbancaire
WHEN (NEW.nature = 'remboursement') <> (NEW.remboursement_id IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'Un rapprochement de remboursement nomme le remboursement.'); END;;
CREATE TRIGGER rapprochement_une_fois BEFORE INSERT ON telepaiement_rapprochementbancaire
WHEN EXISTS (SELECT 1 FROM telepaiement_rapprochementbancaire r
  JOIN telepaiement_lignebancaire l ON l.id = r.ligne_id
  WHERE (r.ligne_id = NEW.ligne_id OR r.versement_id = NEW.versement_id
      OR r.remboursement_id = NEW.remboursement_id AND (l.montant < 0) = (
        (SELECT montant FROM telepaiement_lignebancaire WHERE id = NEW.ligne_id) < 0))
    AND NOT EXISTS (SELECT 1 FROM telepaiement_annulationrapprochement a
                    WHERE a.rapprochement_id = r.id))
BEGIN SELECT RAISE(ABORT, 'Ce mouvement, ce versement ou ce remboursement est déjà rapproché.'); END;;
CREATE TRIGGER encaissement_classement_une_fois BEFORE INSERT ON telepaiement_encaissement
WHEN NEW.provenance_id IS NOT NULL AND EXISTS (SELECT 1 FROM telepaiement_encaissement c
  WHERE c.provenance_id = NEW.provenance_id AND NOT EXISTS (SELECT 1 FROM telepaiement_annulationencaissement a WHERE a.encaissement_id = c.id))
BEGIN SELECT RAISE(ABORT, 'Cette recette est déjà classée.'); END;;
CREATE TRIGGER annulation_encaissement_classe BEFORE INSERT ON telepaiement_annulationencaissement
WHEN EXISTS (SELECT 1 FROM telepaiement_encaissement c
  WHERE c.provenance_id = NEW.encaissement_id AND NOT EXISTS (SELECT 1 FROM telepaiement_annulationencaissement a WHERE a.encaissement_id = c.id))
BEGIN SELECT RAISE(ABORT, 'Cette recette est déjà classée : elle ne s’annule plus.'); END;;
CREATE TRIGGER annulation_encaissement_rendu BEFORE INSERT ON telepaiement_annulationencaissement
WHEN EXISTS (SELECT 1 FROM telepaiement_remboursement
  WHERE encaissement_id = NEW.encaissement_id AND etat NOT IN ('echoue', 'refuse'))
BEGIN SELECT RAISE(ABORT, 'Une part de ce paiement est rendue, ou va l’être : il ne s’annule plus.'); END;;
CREATE TRIGGER annulation_encaissement_regularise BEFORE INSERT ON telepaiement_annulationencaissement
WHEN EXISTS (SELECT 1 FROM telepaiement_ligneregularisee r
  JOIN telepaiement_lignevente l ON l.id = r.ligne_id
  JOIN telepaiement_encaissement e ON e.vente_id = l.vente_id
  WHERE e.id = NEW.encaissement_id)
BEGIN SELECT RAISE(ABORT, 'Un titre régularise déjà cette vente : ce paiement ne s’annule plus.'); END;;

CREATE TRIGGER tarif_fige BEFORE UPDATE ON telepaiement_tarif
WHEN OLD.fin IS NOT NULL OR NEW.fin IS NULL OR NEW.fin < date(NEW.debut, '-1 day')
  OR OLD.produit_id <> NEW.produit_id OR OLD.montant <> NEW.montant OR OLD.debut <> NEW.debut
  OR OLD.deliberation <> NEW.deliberation OR OLD.par_id <> NEW.par_id OR OLD.le <> NEW.le
BEGIN SELECT RAISE(ABORT, 'Un tarif publié ne se modifie pas : publiez-en un autre.'); END;;
CREATE TRIGGER tarif_sans_suppression BEFORE DELETE ON telepaiement_tarif
BEGIN SELECT RAISE(ABORT, 'Un tarif publié ne se modifie pas : publiez-en un autre.'); END;;
CREATE TRIGGER tarif_sans_chevauchement BEFORE INSERT ON telepaiement_tarif
WHEN EXISTS (SELECT 1 FROM telepaiement_tarif t
  WHERE t.produit_id = NEW.produit_id AND (t.fin IS NULL OR t.fin >= t.debut)
    AND (t.fin IS NULL OR t.fin >= NEW.debut) AND (NEW.fin IS NULL OR t.debut <= NEW.fin))
BEGIN SELECT RAISE(ABORT, 'Un autre tarif de ce produit s’applique déjà à ces dates.'); END;;
CREATE TRIGGER remboursement_fige BEFORE UPDATE ON telepaiement_remboursement
WHEN OLD.encaissement_id <> NEW.encaissement_id OR OLD.montant <> NEW.montant
  OR OLD.origine <> NEW.origine OR OLD.jeton <> NEW.jeton OR OLD.motif <> NEW.motif
  OR OLD.demande_par_id <> NEW.demande_par_id
  OR OLD.virement_id IS NOT NEW.virement_id
  OR OLD.reference <> '' AND OLD.reference <> NEW.reference
  OR OLD.approuve_par_id IS NOT NULL AND OLD.approuve_par_id IS NOT NEW.approuve_par_id
  OR OLD.ecriture_id IS NOT NULL AND OLD.ecriture_id IS NOT NEW.ecriture_id
  OR OLD.etat IN ('echoue', 'refuse') AND OLD.etat <> NEW.etat AND NOT (
    OLD.etat = 'echoue' AND NEW.etat = 'transmis' AND OLD.reference = '' AND NEW.reference <> '')
BEGIN SELECT RAISE(ABORT, 'Un remboursement décidé ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER litige_fige BEFORE UPDATE ON telepaiement_litige
WHEN OLD.encaissement_id <> NEW.encaissement_id OR OLD.reference <> NEW.reference
  OR OLD.montant <> NEW.montant
  OR OLD.ligne_id IS NOT NEW.ligne_id
  OR OLD.ecriture_id IS NOT NULL AND OLD.ecriture_id IS NOT NEW.ecriture_id
  OR OLD.etat <> 'ouvert' AND OLD.etat <> NEW.etat
    AND NOT (OLD.etat = 'perdu' AND NEW.etat = 'annule' AND OLD.ligne_id IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'Un litige ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER remboursement_conteste BEFORE INSERT ON telepaiement_remboursement
WHEN NEW.origine = 'demande' AND EXISTS (SELECT 1 FROM telepaiement_litige
  WHERE encaissement_id = NEW.encaissement_id AND etat NOT IN ('gagne', 'annule'))
BEGIN SELECT RAISE(ABORT, 'Ce paiement est contesté par le payeur : il ne se rembourse pas.'); END;;

CREATE TRIGGER document_demande_deposee BEFORE INSERT ON telepaiement_documentdemande
WHEN NOT EXISTS (SELECT 1 FROM telepaiement_demanderedevable
  WHERE id = NEW.demande_id AND etat = 'deposee')
BEGIN SELECT RAISE(ABORT, 'Un document se joint à une demande que personne n’examine encore.'); END;;
CREATE TRIGGER document_demande_fige BEFORE UPDATE ON telepaiement_documentdemande
WHEN OLD.id <> NEW.id OR OLD.demande_id <> NEW.demande_id OR OLD.rang <> NEW.rang
  OR OLD.sha256 <> NEW.sha256 OR OLD.nom <> NEW.nom OR OLD.type_mime <> NEW.type_mime
  OR OLD.taille <> NEW.taille OR OLD.analyse <> 'non_analyse'
BEGIN SELECT RAISE(ABORT, 'Ce qui fut demandé ou répondu ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER document_demande_sans_suppression BEFORE DELETE ON telepaiement_documentdemande
BEGIN SELECT RAISE(ABORT, 'Ce qui fut demandé ou répondu ne se réécrit pas et ne s’efface pas.'); END;;

CREATE TRIGGER tentative_figee BEFORE UPDATE ON telepaiement_tentative
WHEN OLD.jeton <> NEW.jeton OR OLD.montant <> NEW.montant
  OR OLD.reste_constate <> NEW.reste_constate OR OLD.passerelle <> NEW.passerelle
  OR OLD.canal <> NEW.canal OR OLD.session_payeur <> NEW.session_payeur
  OR OLD.lecteur <> NEW.lecteur
  OR OLD.titre_id IS NOT NEW.titre_id
  OR OLD.vente_id IS NOT NEW.vente_id
  OR OLD.session_id IS NOT NEW.session_id
  OR OLD.etat IN ('reussie', 'annulee', 'echouee', 'expiree') AND OLD.reference <> NEW.reference
  OR OLD.etat = 'reussie' AND NEW.etat <> 'reussie'
  OR OLD.etat IN ('annulee', 'echouee', 'expiree')
    AND NEW.etat NOT IN (OLD.etat, 'reussie', 'annulee')
BEGIN SELECT RAISE(ABORT, 'Un paiement commencé ne se réécrit pas, et un paiement terminé ne se rouvre pas.'); END;;
CREATE TRIGGER tentative_sans_suppression BEFORE DELETE ON telepaiement_tentative
BEGIN SELECT RAISE(ABORT, 'Un paiement commencé ne se réécrit pas, et un paiement terminé ne se rouvre pas.'); END;;
CREATE TRIGGER encaissement_de_sa_tentative BEFORE INSERT ON telepaiement_encaissement
WHEN NEW.tentative_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM telepaiement_tentative
  WHERE id = NEW.tentative_id AND etat = 'reussie'
    AND titre_id IS NEW.titre_id AND vente_id IS NEW.vente_id)
BEGIN SELECT RAISE(ABORT, 'Un encaissement est celui d’un paiement réussi, pour la même somme due.'); END;;
CREATE TRIGGER lien_fige BEFORE UPDATE ON telepaiement_lienpaiement
WHEN OLD.titre_id <> NEW.titre_id OR OLD.identifiant <> NEW.identifiant
  OR OLD.expire_le <> NEW.expire_le OR OLD.cree_le <> NEW.cree_le
  OR OLD.par_id IS NOT NEW.par_id
  OR OLD.revoque_le IS NOT NULL AND OLD.revoque_le IS NOT NEW.revoque_le
BEGIN SELECT RAISE(ABORT, 'Un lien de paiement se révoque, et ne se réécrit pas.'); END;;
CREATE TRIGGER envoi_guichet_sans_modification BEFORE UPDATE ON telepaiement_envoiguichet
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER envoi_guichet_sans_suppression BEFORE DELETE ON telepaiement_envoiguichet
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;


CREATE TRIGGER evenement_brut_garde BEFORE UPDATE ON telepaiement_evenementrecu
WHEN OLD.faits <> NEW.faits OR OLD.empreinte <> NEW.empreinte OR OLD.identifiant <> NEW.identifiant
BEGIN SELECT RAISE(ABORT, 'Un message reçu ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER evenement_sans_suppression BEFORE DELETE ON telepaiement_evenementrecu
BEGIN SELECT RAISE(ABORT, 'Un message reçu ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER feuillet_fige BEFORE UPDATE ON telepaiement_feuillet
WHEN OLD.carnet_id <> NEW.carnet_id OR OLD.numero <> NEW.numero OR OLD.code <> NEW.code
  OR OLD.etat <> 'vierge' AND NOT (
    OLD.etat = 'saisi' AND NEW.etat = 'defait' AND NEW.encaissement_id = OLD.encaissement_id
    AND NEW.conflits = OLD.conflits)
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER quittance_remplace_annulee BEFORE INSERT ON telepaiement_quittance
WHEN NEW.remplace_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM telepaiement_quittance q
  JOIN telepaiement_annulationencaissement a ON a.encaissement_id = q.encaissement_id
  WHERE q.id = NEW.remplace_id AND q.code = NEW.code AND q.regie_id = NEW.regie_id)
BEGIN SELECT RAISE(ABORT, 'Une quittance n’en remplace qu’une annulée, du même feuillet.'); END;;

CREATE TRIGGER quitus_avise BEFORE INSERT ON telepaiement_quitus
WHEN NEW.etat <> 'avise' OR NOT EXISTS (
            SELECT 1 FROM telepaiement_nomination n
            WHERE n.id = NEW.nomination_id AND n.qualite = 'regisseur' AND n.etat = 'terminee'
              AND n.personne_id <> NEW.avis_par_id
              AND (NEW.decide_par_id IS NULL OR n.personne_id <> NEW.decide_par_id))
BEGIN SELECT RAISE(ABORT, 'Quitus : le régisseur a quitté ses fonctions et remis la régie, et n’y prend pas part.'); END;;
CREATE TRIGGER quitus_decide BEFORE UPDATE ON telepaiement_quitus
WHEN NOT EXISTS (
            SELECT 1 FROM telepaiement_nomination n
            WHERE n.id = NEW.nomination_id AND n.qualite = 'regisseur' AND n.etat = 'terminee'
              AND n.personne_id <> NEW.avis_par_id
              AND (NEW.decide_par_id IS NULL OR n.personne_id <> NEW.decide_par_id))
BEGIN SELECT RAISE(ABORT, 'Quitus : le régisseur a quitté ses fonctions et remis la régie, et n’y prend pas part.'); END;;
CREATE TRIGGER quitus_regle BEFORE UPDATE ON telepaiement_quitus
WHEN NEW.etat = 'accorde' AND (NOT EXISTS (SELECT 1 FROM telepaiement_remiseservice r
                              WHERE r.sortant_id = NEW.nomination_id)
        OR EXISTS (
            SELECT 1 FROM telepaiement_sessioncaisse s
            JOIN telepaiement_nomination n ON n.regie_id = s.regie_id
            WHERE n.id = NEW.nomination_id AND (
                SELECT r.entrant_id FROM telepaiement_remiseservice r
                WHERE r.regie_id = s.regie_id AND r.le <= s.ouverte_le
                ORDER BY r.id DESC LIMIT 1) = n.id
              AND (s.etat <> 'cloturee'
                OR s.especes_attendues - s.especes_comptees > COALESCE((
                    SELECT SUM(c.montant) FROM telepaiement_comblementdeficit c
                    WHERE c.session_id = s.id), 0)
                OR s.especes_comptees > s.fonds_caisse AND NOT EXISTS (
                    SELECT 1 FROM telepaiement_sessionversee sv
                    JOIN telepaiement_versementregie v ON v.id = sv.versement_id
                    WHERE sv.session_id = s.id AND v.etat = 'recu')))
        OR EXISTS (
            SELECT 1 FROM telepaiement_feuillet f
            JOIN telepaiement_carnet k ON k.id = f.carnet_id
            JOIN telepaiement_nomination n ON n.regie_id = k.regie_id AND n.personne_id = k.remis_a_id
            WHERE n.id = NEW.nomination_id AND f.etat = 'vierge'))
BEGIN SELECT RAISE(ABORT, 'Quitus : un déficit, des espèces à verser ou un feuillet vierge restent à régler.'); END;;
CREATE TRIGGER quitus_fige BEFORE UPDATE ON telepaiement_quitus
WHEN OLD.etat <> 'avise' OR NEW.etat = 'avise' OR OLD.nomination_id <> NEW.nomination_id
  OR OLD.est_favorable <> NEW.est_favorable OR OLD.avis <> NEW.avis
  OR OLD.avis_par_id <> NEW.avis_par_id OR OLD.avis_le <> NEW.avis_le
BEGIN SELECT RAISE(ABORT, 'Un avis ou une décision de quitus ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER quitus_sans_suppression BEFORE DELETE ON telepaiement_quitus
BEGIN SELECT RAISE(ABORT, 'Un avis ou une décision de quitus ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_quitus_sans_modification BEFORE UPDATE ON telepaiement_passagequitus
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_quitus_sans_suppression BEFORE DELETE ON telepaiement_passagequitus
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;

CREATE TRIGGER nomination_suppleance_unique BEFORE INSERT ON telepaiement_nomination
WHEN NEW.qualite = 'suppleant' AND EXISTS (
  SELECT 1 FROM telepaiement_nomination n
  WHERE n.regie_id = NEW.regie_id AND n.qualite = 'suppleant'
    AND COALESCE(n.remplace_id, 0) = COALESCE(NEW.remplace_id, 0)
    AND n.debut <= NEW.fin AND n.fin >= NEW.debut)
BEGIN SELECT RAISE(ABORT, 'Une autre suppléance de la même personne couvre déjà ces dates.'); END;;
CREATE TRIGGER nomination_suppleance_chaine BEFORE INSERT ON telepaiement_nomination
WHEN NEW.remplace_id IS NOT NULL AND (NEW.qualite <> 'suppleant' OR NOT EXISTS (
  SELECT 1 FROM telepaiement_nomination n
  WHERE n.id = NEW.remplace_id AND n.regie_id = NEW.regie_id AND n.qualite = 'suppleant'
    AND n.etat = 'en_vigueur' AND n.personne_id <> NEW.personne_id
    AND n.debut <= NEW.debut AND n.fin >= NEW.fin))
BEGIN SELECT RAISE(ABORT, 'Un suppléant remplace un autre suppléant de la même régie, en fonction pendant toute la période, et qui n’est pas lui-même.'); END;;
CREATE TRIGGER nomination_remplace_fige BEFORE UPDATE ON telepaiement_nomination
WHEN OLD.remplace_id IS NOT NEW.remplace_id
BEGIN SELECT RAISE(ABORT, 'Une nomination ne se réécrit pas : mettez-y fin, puis nommez à nouveau.'); END;;

CREATE TRIGGER rectification_versement_sans_modification BEFORE UPDATE ON telepaiement_rectificationversement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER rectification_versement_sans_suppression BEFORE DELETE ON telepaiement_rectificationversement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER rectification_versement_plafond BEFORE INSERT ON telepaiement_rectificationversement
WHEN NOT EXISTS (SELECT 1 FROM telepaiement_versementregie v
  WHERE v.id = NEW.versement_id AND v.etat = 'recu'
    AND (NEW.nature = 'excedent' OR NEW.montant <= v.especes + (
      SELECT coalesce(sum(CASE WHEN nature = 'excedent' THEN montant ELSE -montant END), 0)
      FROM telepaiement_rectificationversement WHERE versement_id = NEW.versement_id)))
BEGIN SELECT RAISE(ABORT, 'Un versement se rectifie une fois reçu, dans la limite de ses espèces.'); END;;
CREATE TRIGGER comblement_deficit_plafond BEFORE INSERT ON telepaiement_comblementdeficit
WHEN NEW.montant + (SELECT coalesce(sum(montant), 0) FROM telepaiement_comblementdeficit
    WHERE session_id = NEW.session_id OR rectification_id = NEW.rectification_id)
  > coalesce(
    (SELECT s.especes_attendues - s.especes_comptees FROM telepaiement_sessioncaisse s
     WHERE s.id = NEW.session_id AND s.etat = 'cloturee' AND s.regie_id = NEW.regie_id),
    (SELECT r.montant FROM telepaiement_rectificationversement r
     JOIN telepaiement_versementregie v ON v.id = r.versement_id
     WHERE r.id = NEW.rectification_id AND r.nature <> 'excedent' AND v.regie_id = NEW.regie_id),
    0)
BEGIN SELECT RAISE(ABORT, 'Ce déficit n’existe pas, ou il est moindre.'); END;;

CREATE TRIGGER imputation_figee BEFORE UPDATE ON telepaiement_imputationversement
WHEN OLD.etat <> 'demandee' OR OLD.versement_id <> NEW.versement_id OR OLD.motif <> NEW.motif
  OR OLD.demande_par_id <> NEW.demande_par_id OR OLD.demande_le <> NEW.demande_le
BEGIN SELECT RAISE(ABORT, 'Une imputation demandée ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER imputation_sans_suppression BEFORE DELETE ON telepaiement_imputationversement
BEGIN SELECT RAISE(ABORT, 'Une imputation demandée ne se réécrit pas et ne s’efface pas.'); END;;
CREATE TRIGGER passage_imputation_sans_modification BEFORE UPDATE ON telepaiement_passageimputation
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER passage_imputation_sans_suppression BEFORE DELETE ON telepaiement_passageimputation
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER mouvement_impute_sans_modification BEFORE UPDATE ON telepaiement_mouvementimpute
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER mouvement_impute_sans_suppression BEFORE DELETE ON telepaiement_mouvementimpute
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER compensation_imputation_sans_modification BEFORE UPDATE ON telepaiement_compensationimputation
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER compensation_imputation_sans_suppression BEFORE DELETE ON telepaiement_compensationimputation
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER imputation_demandee BEFORE INSERT ON telepaiement_imputationversement
WHEN NEW.etat <> 'demandee' OR NOT EXISTS (
  SELECT 1 FROM telepaiement_versement WHERE id = NEW.versement_id AND etat = 'en_ecart')
BEGIN SELECT RAISE(ABORT, 'Une imputation se demande pour un versement en écart.'); END;;
CREATE TRIGGER mouvement_impute_demande BEFORE INSERT ON telepaiement_mouvementimpute
WHEN NOT EXISTS (SELECT 1 FROM telepaiement_imputationversement
  WHERE id = NEW.imputation_id AND etat = 'demandee')
BEGIN SELECT RAISE(ABORT, 'Une imputation décidée ne reçoit plus de mouvement.'); END;;
CREATE TRIGGER ligne_versement_imputee_ajout BEFORE INSERT ON telepaiement_ligneversement
WHEN NEW.nature = 'imputee' AND NOT EXISTS (
  SELECT 1 FROM telepaiement_imputationversement i
  JOIN telepaiement_mouvementimpute m ON m.imputation_id = i.id
  WHERE i.id = NEW.imputation_id AND i.etat = 'approuvee' AND i.versement_id = NEW.versement_id
    AND m."transaction" = NEW."transaction" AND m.montant = NEW.montant
    AND m.commission = NEW.commission)
BEGIN SELECT RAISE(ABORT, 'Une ligne imputée l’est par une imputation approuvée, pour son montant.'); END;;
CREATE TRIGGER ligne_versement_imputee BEFORE UPDATE ON telepaiement_ligneversement
WHEN NEW.nature = 'imputee' AND NOT EXISTS (
  SELECT 1 FROM telepaiement_imputationversement i
  JOIN telepaiement_mouvementimpute m ON m.imputation_id = i.id
  WHERE i.id = NEW.imputation_id AND i.etat = 'approuvee' AND i.versement_id = NEW.versement_id
    AND m."transaction" = NEW."transaction" AND m.montant = NEW.montant
    AND m.commission = NEW.commission)
BEGIN SELECT RAISE(ABORT, 'Une ligne imputée l’est par une imputation approuvée, pour son montant.'); END;;
CREATE TRIGGER compensation_contraire BEFORE INSERT ON telepaiement_compensationimputation
WHEN NOT EXISTS (
  SELECT 1 FROM telepaiement_ligneversement d, telepaiement_ligneversement c
  WHERE d.id = NEW.debit_id AND c.id = NEW.credit_id AND d.nature = 'imputee'
    AND c.nature = 'imputee' AND d.montant < 0 AND d.montant + c.montant = 0)
BEGIN SELECT RAISE(ABORT, 'Ces deux mouvements ne se compensent pas.'); END;;

CREATE TRIGGER apurement_sans_modification BEFORE UPDATE ON telepaiement_apurement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER apurement_sans_suppression BEFORE DELETE ON telepaiement_apurement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER recu_apurement_sans_modification BEFORE UPDATE ON telepaiement_recuapurement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER recu_apurement_sans_suppression BEFORE DELETE ON telepaiement_recuapurement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER lettre_reglement_sans_modification BEFORE UPDATE ON telepaiement_actelettrereglement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER lettre_reglement_sans_suppression BEFORE DELETE ON telepaiement_actelettrereglement
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER apurement_annule_entier BEFORE INSERT ON telepaiement_apurement
WHEN NEW.annule_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM telepaiement_apurement a
  WHERE a.id = NEW.annule_id AND a.annule_id IS NULL AND a.montant = -NEW.montant
    AND a.titre_id = NEW.titre_id AND a.par_id <> NEW.par_id
    AND a.ligne_id IS NEW.ligne_id AND a.session_id IS NEW.session_id
    AND a.rectification_id IS NEW.rectification_id)
BEGIN SELECT RAISE(ABORT, 'Un apurement s’annule en entier, par une autre personne que qui l’a fait.'); END;;
CREATE TRIGGER apurement_dans_la_somme BEFORE INSERT ON telepaiement_apurement
WHEN NEW.montant + (
    SELECT coalesce(sum(montant), 0) FROM telepaiement_apurement
    WHERE ligne_id = NEW.ligne_id OR session_id = NEW.session_id
       OR rectification_id = NEW.rectification_id
  ) > coalesce(
    (SELECT montant FROM telepaiement_ligneversement
     WHERE id = NEW.ligne_id AND nature = 'imputee'
       AND NOT EXISTS (SELECT 1 FROM telepaiement_compensationimputation
                       WHERE debit_id = NEW.ligne_id OR credit_id = NEW.ligne_id)),
    (SELECT especes_comptees - especes_attendues FROM telepaiement_sessioncaisse
     WHERE id = NEW.session_id AND etat = 'cloturee'),
    (SELECT montant FROM telepaiement_rectificationversement
     WHERE id = NEW.rectification_id AND nature = 'excedent'),
    0)
BEGIN SELECT RAISE(ABORT, 'Cette somme en attente ne suffit plus, ou elle est déjà apurée.'); END;;
CREATE TRIGGER compensation_sans_apurement BEFORE INSERT ON telepaiement_compensationimputation
WHEN (SELECT coalesce(sum(montant), 0) FROM telepaiement_apurement
  WHERE ligne_id IN (NEW.debit_id, NEW.credit_id)) <> 0
BEGIN SELECT RAISE(ABORT, 'Ce mouvement est déjà apuré en partie : il ne se compense plus.'); END;;
