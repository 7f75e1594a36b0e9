-- The same rules on SQLite. A double semicolon on its own ends a statement.
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
