-- An attestation, once given, stays.

CREATE TRIGGER attestation_figee_update BEFORE UPDATE ON facturier_attestation
BEGIN SELECT RAISE(ABORT, 'Une attestation ne se modifie pas.'); END;;

CREATE TRIGGER attestation_figee_delete BEFORE DELETE ON facturier_attestation
BEGIN SELECT RAISE(ABORT, 'Une attestation ne s’efface pas.'); END;;
