-- The same rules on SQLite. A double semicolon on its own ends a statement.

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
CREATE TRIGGER session_versee_sans_modification BEFORE UPDATE ON telepaiement_sessionversee
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER session_versee_sans_suppression BEFORE DELETE ON telepaiement_sessionversee
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER cheque_verse_sans_modification BEFORE UPDATE ON telepaiement_chequeverse
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER cheque_verse_sans_suppression BEFORE DELETE ON telepaiement_chequeverse
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
CREATE TRIGGER contresignature_par_un_autre BEFORE INSERT ON telepaiement_contresignaturecaisse
WHEN NOT EXISTS (SELECT 1 FROM telepaiement_sessioncaisse
  WHERE id = NEW.session_id AND etat = 'cloturee' AND agent_id <> NEW.par_id)
BEGIN SELECT RAISE(ABORT, 'Une clôture se contresigne une fois faite, et par une autre personne.'); END;;
CREATE TRIGGER session_versee_close BEFORE INSERT ON telepaiement_sessionversee
WHEN NOT EXISTS (SELECT 1 FROM telepaiement_sessioncaisse
  WHERE id = NEW.session_id AND etat = 'cloturee')
BEGIN SELECT RAISE(ABORT, 'Une caisse se verse une fois clôturée.'); END;;
CREATE TRIGGER ligne_vente_produit_de_l_acte BEFORE INSERT ON telepaiement_lignevente
WHEN NOT EXISTS (SELECT 1 FROM telepaiement_regie_produits p
  JOIN telepaiement_vente v ON v.regie_id = p.regie_id
  WHERE v.id = NEW.vente_id AND p.produit_id = NEW.produit_id)
BEGIN SELECT RAISE(ABORT, 'L’acte de la régie ne permet pas de vendre ce produit (art. 8).'); END;;
CREATE TRIGGER versement_regie_fige BEFORE UPDATE ON telepaiement_versementregie
WHEN OLD.etat = 'recu' OR OLD.regie_id <> NEW.regie_id OR OLD.numero <> NEW.numero
  OR OLD.especes <> NEW.especes OR OLD.montant_cheques <> NEW.montant_cheques
  OR OLD.nombre_cheques <> NEW.nombre_cheques
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER versement_regie_sans_suppression BEFORE DELETE ON telepaiement_versementregie
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER feuillet_fige BEFORE UPDATE ON telepaiement_feuillet
WHEN OLD.etat <> 'vierge' OR OLD.carnet_id <> NEW.carnet_id OR OLD.numero <> NEW.numero
  OR OLD.code <> NEW.code
BEGIN SELECT RAISE(ABORT, 'Ce qui touche à l’argent reçu ne se modifie pas et ne s’efface pas : annulez par contrepassation.'); END;;
CREATE TRIGGER feuillet_sans_suppression BEFORE DELETE ON telepaiement_feuillet
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
CREATE TRIGGER session_caisse_close_modification BEFORE UPDATE ON telepaiement_sessioncaisse
WHEN OLD.etat = 'cloturee'
BEGIN SELECT RAISE(ABORT, 'Une caisse clôturée ne se modifie plus : corrigez dans la caisse du lendemain.'); END;;
CREATE TRIGGER session_caisse_close_suppression BEFORE DELETE ON telepaiement_sessioncaisse
WHEN OLD.etat = 'cloturee'
BEGIN SELECT RAISE(ABORT, 'Une caisse clôturée ne se modifie plus : corrigez dans la caisse du lendemain.'); END;;
CREATE TRIGGER remboursement_carte BEFORE INSERT ON telepaiement_remboursement
WHEN NEW.origine = 'demande'
  AND (SELECT charge FROM telepaiement_encaissement WHERE id = NEW.encaissement_id) = ''
BEGIN SELECT RAISE(ABORT, 'Seul un paiement par carte se rembourse ici : les autres se rendent par ordre de virement.'); END;;
CREATE TRIGGER remboursement_plafond BEFORE INSERT ON telepaiement_remboursement
WHEN NEW.origine = 'demande' AND NEW.montant
  + (SELECT coalesce(sum(montant), 0) FROM telepaiement_remboursement
     WHERE encaissement_id = NEW.encaissement_id AND etat NOT IN ('echoue', 'refuse'))
  > (SELECT montant FROM telepaiement_encaissement WHERE id = NEW.encaissement_id)
BEGIN SELECT RAISE(ABORT, 'Le remboursement dépasse ce qui reste du paiement.'); END;;
