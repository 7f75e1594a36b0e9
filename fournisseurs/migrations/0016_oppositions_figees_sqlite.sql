-- The same on SQLite. A double semicolon on its own ends a statement.

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
