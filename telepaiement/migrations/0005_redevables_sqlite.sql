-- The same rules on SQLite. A double semicolon on its own ends a statement.
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
CREATE TRIGGER lien_fige BEFORE UPDATE ON telepaiement_lienpaiement
WHEN OLD.titre_id <> NEW.titre_id OR OLD.identifiant <> NEW.identifiant
  OR OLD.expire_le <> NEW.expire_le OR OLD.cree_le <> NEW.cree_le
  OR OLD.revoque_le IS NOT NULL AND OLD.revoque_le IS NOT NEW.revoque_le
BEGIN SELECT RAISE(ABORT, 'Un lien de paiement se révoque, et ne se réécrit pas.'); END;;
CREATE TRIGGER lien_sans_suppression BEFORE DELETE ON telepaiement_lienpaiement
BEGIN SELECT RAISE(ABORT, 'Un lien de paiement se révoque, et ne se réécrit pas.'); END;;
