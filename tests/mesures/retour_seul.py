"""A PES_Retour read in a process of its own: what P19 takes the peak memory of.

The argument is a size in bytes; the peak is printed in kilobytes. Mandats are paid, or rejected one
time in fifty, each with its tiers, as the treasury tells them.
"""

import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import BinaryIO

from exports_tps.pes.ecriture import ecrire
from exports_tps.pes.lecture import PieceLue, lire_retour
from exports_tps.pes.modeles import ESPACE_RETOUR
from exports_tps.pes.retour import (
    CompteRetour,
    LigneDepenseRetour,
    Paiement,
    PieceDepenseRetour,
    TiersDepenseRetour,
)
from tests.mesures.pic import pic

JOUR = date(2026, 11, 24)
PAR_BORDEREAU = 500
UN_REJET_SUR = 50
TETE = f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<n:PES_Retour xmlns:n="{ESPACE_RETOUR}"><Enveloppe><Parametres><Version V="2"/>
<TypFic V="PES2R_DEP"/><NomFic V="PES2R_DEP_P_250_01_988001"/></Parametres></Enveloppe>
<EnTetePES><DteStr V="2026-11-25"/><IdPost V="988001"/><IdColl V="98300040001000"/>
<CodColl V="250"/><CodBud V="01"/></EnTetePES><PES_DepenseRetour>
<EnTeteDepense><TypRestit V="02"/><IdVer V="2"/><NatInf V="2"/></EnTeteDepense>
"""
PIED = "</PES_DepenseRetour></n:PES_Retour>\n"


def _piece(numero: int) -> PieceDepenseRetour:
    est_rejetee = numero % UN_REJET_SUR == 0
    tiers = TiersDepenseRetour(
        categorie="02",
        nature_juridique="03",
        nom=f"SARL Exemple {numero % 3000}",
        compte=CompteRetour(iban="FR1420041010050500013M02606", titulaire="SARL Exemple"),
    )
    paiement = Paiement(origine="01", date_reglement=JOUR, montant=100_000 + numero)
    ligne = LigneDepenseRetour(
        numero="1",
        etat="02" if est_rejetee else "01",
        montant_ht=100_000 + numero,
        tiers=tiers,
        reglements=() if est_rejetee else (paiement,),
    )
    return PieceDepenseRetour(
        numero=str(numero),
        type="01",
        nature="01",
        objet=f"Location d'engins, chantier {numero % 700}",
        etat="04" if est_rejetee else "05",
        motifs="05-16" if est_rejetee else None,
        date_prise_en_charge=None if est_rejetee else JOUR,
        date_rejet=JOUR if est_rejetee else None,
        lignes=(ligne,),
    )


def _bordereaux(octets: int) -> Iterator[str]:
    """Yield bordereaux until there are `octets` of them."""
    numero = taille = 0
    while taille < octets:
        rang = numero // PAR_BORDEREAU + 1
        pieces = "".join(
            f"{ecrire('Piece', _piece(numero + place))}\n" for place in range(1, PAR_BORDEREAU + 1)
        )
        numero += PAR_BORDEREAU
        texte = (
            f'<Bordereau><BlocBordereau><Exer V="2026"/><IdBord V="{rang}"/><TypBord V="01"/>'
            f"</BlocBordereau>{pieces}</Bordereau>\n"
        )
        taille += len(texte)
        yield texte


def ecrire_retour(sortie: BinaryIO, octets: int) -> None:
    """Write a Retour of about `octets`, in flat memory."""
    sortie.write(TETE.encode("iso-8859-1"))
    for texte in _bordereaux(octets):
        sortie.write(texte.encode("iso-8859-1"))
    sortie.write(PIED.encode("iso-8859-1"))


def main() -> None:
    """Write a Retour, read it, and print the peak; stop when a pièce is missing."""
    octets = int(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="facturier-mesures-") as dossier:
        fichier = Path(dossier) / "retour.xml"
        with fichier.open("wb") as sortie:
            ecrire_retour(sortie, octets)
        with fichier.open("rb") as flux:
            tete, pieces = lire_retour(flux)
            nombre = sum(isinstance(lue, PieceLue) for lue in pieces)
        if tete.anomalies or nombre % PAR_BORDEREAU or not nombre:
            sys.exit(f"{nombre} pièces lues, {len(tete.anomalies)} anomalies.")
    print(pic())


if __name__ == "__main__":
    main()
