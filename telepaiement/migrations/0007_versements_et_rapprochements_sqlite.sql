-- The same rules on SQLite. A double semicolon on its own ends a statement.
DROP TRIGGER versement_egal;;
CREATE TRIGGER versement_egal BEFORE UPDATE ON telepaiement_versement
WHEN OLD.etat = 'en_ecart' AND NEW.etat <> 'en_ecart' AND (
  EXISTS (SELECT 1 FROM telepaiement_ligneversement
          WHERE versement_id = NEW.id AND (anomalie <> '' OR nature = 'inconnue'))
  OR NEW.montant + NEW.ecart_change <> (SELECT coalesce(sum(montant - commission), 0)
                     FROM telepaiement_ligneversement WHERE versement_id = NEW.id)
  OR NEW.ecart_change <> 0 AND NEW.montant_devise IS NULL)
BEGIN SELECT RAISE(ABORT, 'Un versement ne se comptabilise qu’égal à ses lignes, toutes reconnues.'); END;;
DROP TRIGGER versement_fige;;
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
DROP TRIGGER ligne_bancaire_figee;;
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
CREATE TRIGGER rapprochement_une_fois BEFORE INSERT ON telepaiement_rapprochementbancaire
WHEN EXISTS (SELECT 1 FROM telepaiement_rapprochementbancaire r
  WHERE (r.ligne_id = NEW.ligne_id OR r.versement_id = NEW.versement_id)
    AND NOT EXISTS (SELECT 1 FROM telepaiement_annulationrapprochement a
                    WHERE a.rapprochement_id = r.id))
BEGIN SELECT RAISE(ABORT, 'Ce mouvement ou ce versement est déjà rapproché.'); END;;
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
