"""A whole export in a process of its own: what P8 and P9 take the peak memory of.

The arguments are a number of mandats, the bytes of one document, and the folder of the official
schemas or nothing; the peak is printed in kilobytes.
"""

import io
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from exports_tps.pes.autorite import creer_autorite, delivrer_certificat
from exports_tps.pes.bordereau import signer_bordereau
from exports_tps.pes.controle import controler
from exports_tps.pes.flux import Section, ecrire_flux
from exports_tps.pes.signataire import SignataireLogiciel
from exports_tps.pes.signature import Signature
from tests.exports_tps.pes import exemples
from tests.mesures.pic import pic

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

DEBUT = datetime(2026, 1, 1, tzinfo=UTC)


class Hasard(io.RawIOBase):
    """A document that does not compress, of which nothing is kept."""

    def __init__(self, taille: int) -> None:
        super().__init__()
        self._reste = taille

    def readable(self) -> bool:
        """Say that it reads."""
        return True

    def readinto(self, tampon: "WriteableBuffer") -> int:
        """Fill `tampon`, or what is left of the document."""
        vue = memoryview(tampon)
        lu = min(len(vue), self._reste)
        self._reste -= lu
        vue[:lu] = os.urandom(lu)
        return lu


def exporter(mandats: int, octets: int, schemas: Path | None, dossier: Path) -> list[str]:
    """Sign, write and check a flux; return its anomalies."""
    autorite = creer_autorite(nom="Autorite de mesure", organisation="Mesures", valable_du=DEBUT)
    identite = delivrer_certificat(
        autorite, nom="Ordonnateur de mesure", organisation="Mesures", valable_du=DEBUT
    )
    fragment, fichier = dossier / "bordereau", dossier / "flux.xml"
    with fragment.open("wb") as sortie:
        signer_bordereau(
            sortie=sortie,
            bordereau=exemples.bordereau_depense(mandats),
            pieces=exemples.mandats(mandats),
            signature=Signature(
                signataire=SignataireLogiciel(identite.certificat, identite.cle),
                signee_le=exemples.MOMENT,
            ),
        )
    with fichier.open("wb") as sortie:
        ecrire_flux(
            sortie=sortie,
            enveloppe=exemples.ENVELOPPE,
            entete=exemples.ENTETE,
            depense=Section(fragments=[lambda: fragment.open("rb")]),
            pieces_jointes=[
                exemples.PieceJointe(
                    fiche=exemples.PJ_ISOLEE.fiche,
                    ouvrir=lambda: io.BufferedReader(Hasard(octets)),
                )
            ],
        )
    anomalies = controler(fichier, schemas=schemas, autorites=[autorite.certificat])
    return [str(anomalie) for anomalie in anomalies if anomalie.est_bloquante]


def main() -> None:
    """Export, and print the peak; stop at an anomaly."""
    mandats, octets, schemas = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="facturier-mesures-") as dossier:
        officiels = Path(schemas) if schemas else None
        if anomalies := exporter(int(mandats), int(octets), officiels, Path(dossier)):
            sys.exit("\n".join(anomalies))
    print(pic())


if __name__ == "__main__":
    main()
