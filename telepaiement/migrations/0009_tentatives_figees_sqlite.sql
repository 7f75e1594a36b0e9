-- The same rules on SQLite. A double semicolon on its own ends a statement.
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
