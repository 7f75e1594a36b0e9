"""Déposer une facture, la suivre, dire ce qui est attendu."""

import json
import os
import uuid

import requests

RACINE, CLE = os.environ["RACINE"], os.environ["CLE"]
session = requests.Session()
session.headers["Authorization"] = f"Bearer {CLE}"

with open("facture.pdf", "rb") as fichier:
    reponse = session.post(
        f"{RACINE}/factures",
        headers={"Idempotency-Key": str(uuid.uuid4())},  # le même si vous renvoyez la requête
        files={"pieceJointePrincipale": ("facture.pdf", fichier, "application/pdf")},
        data={
            "metadonnees": json.dumps(
                {
                    "numeroFacture": "FA-2026-0043",
                    "dateFacture": "2026-11-02",
                    "montantHt": 100_000,
                    "montantTgc": 11_000,
                    "montantTtc": 111_000,
                    "taxes": [{"taux": 11, "base": 100_000, "montant": 11_000}],
                    "codeService": "DSIN",
                }
            )
        },
        timeout=30,
    )
if not reponse.ok:
    raise SystemExit(reponse.json()["detail"])

facture = reponse.json()
print(facture["numeroFacture"], facture["dateDepot"], facture["codeVerification"])

curseur = None
while True:
    page = session.get(f"{RACINE}/factures", params={"curseur": curseur}, timeout=30).json()
    for ligne in page["resultats"]:
        print(ligne["numeroFacture"], ligne["libelleEtat"])
    curseur = page["curseurSuivant"]
    if curseur is None:
        break
