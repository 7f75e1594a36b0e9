-- A rejection brought back to a desk is part of the story.

CREATE TRIGGER reprise_sans_modification BEFORE UPDATE ON facturier_repriserejet
BEGIN SELECT RAISE(ABORT, 'Une reprise ne se modifie pas et ne s’efface pas.'); END;;

CREATE TRIGGER reprise_sans_suppression BEFORE DELETE ON facturier_repriserejet
BEGIN SELECT RAISE(ABORT, 'Une reprise ne se modifie pas et ne s’efface pas.'); END;;

