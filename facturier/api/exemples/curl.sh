# Déposer une facture, puis lire son état.
curl --fail-with-body --silent --show-error "$RACINE/factures" \
  --header "Authorization: Bearer $CLE" \
  --header "Idempotency-Key: facture-FA-2026-0042" \
  --form "pieceJointePrincipale=@facture.pdf" \
  --form 'metadonnees={"numeroFacture": "FA-2026-0042", "dateFacture": "2026-11-02",
    "montantHt": 100000, "montantTgc": 11000, "montantTtc": 111000,
    "taxes": [{"taux": 11, "base": 100000, "montant": 11000}],
    "codeService": "DSIN"};type=application/json'

curl --fail-with-body --silent --show-error --get "$RACINE/factures" \
  --header "Authorization: Bearer $CLE" \
  --data-urlencode "numeroFacture=FA-2026-0042"
