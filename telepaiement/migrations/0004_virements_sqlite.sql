-- The same rules on SQLite. A double semicolon on its own ends a statement.
DROP TRIGGER remboursement_carte;;
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
DROP TRIGGER remboursement_fige;;
CREATE TRIGGER remboursement_fige BEFORE UPDATE ON telepaiement_remboursement
WHEN OLD.encaissement_id <> NEW.encaissement_id OR OLD.montant <> NEW.montant
  OR OLD.origine <> NEW.origine OR OLD.jeton <> NEW.jeton OR OLD.motif <> NEW.motif
  OR OLD.demande_par_id <> NEW.demande_par_id
  OR OLD.virement_id IS NOT NEW.virement_id
  OR OLD.reference <> '' AND OLD.reference <> NEW.reference
  OR OLD.approuve_par_id IS NOT NULL AND OLD.approuve_par_id IS NOT NEW.approuve_par_id
  OR OLD.ecriture_id IS NOT NULL AND OLD.ecriture_id IS NOT NEW.ecriture_id
  OR OLD.etat IN ('echoue', 'refuse') AND OLD.etat <> NEW.etat
BEGIN SELECT RAISE(ABORT, 'Un remboursement décidé ne se réécrit pas et ne s’efface pas.'); END;;
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
DROP TRIGGER rapprochement_une_fois;;
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
DROP TRIGGER annulation_encaissement_classe;;
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
