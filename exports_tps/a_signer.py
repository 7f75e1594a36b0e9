"""What an ordonnateur is about to sign: its digest, the checklist, and its very bytes."""

from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings

from exports_tps.enregistrements import pieces_pes, tete_pes
from exports_tps.models import DepotExterne, Presentable
from exports_tps.pes.bordereau import Bordereau as TetePES
from exports_tps.pes.bordereau import ecrire_bordereau
from exports_tps.pes.messages import ErreurPES
from exports_tps.prealable import Controle, Examen, examiner
from facturier.commun import fichiers
from facturier.grand_livre.models import Bordereau


@dataclass(frozen=True, slots=True)
class ASigner:
    """One reading of a bordereau: `empreinte` (SHA-256) is what a signature will hold.

    It is empty when the format refuses a pièce; `refus` then says which value.
    """

    empreinte: str
    identifiant: str
    taille: int
    controles: list[Controle]
    anomalies: list[str]
    tete: TetePES | None = None

    @property
    def est_pret(self) -> bool:
        """Whether nothing keeps it from being signed."""
        return not self.anomalies


class _Puits:
    """Takes bytes and keeps none."""

    def write(self, octets: bytes) -> int:
        return len(octets)


def lire_a_signer(objet: Presentable, sortie: BinaryIO | None = None) -> ASigner:
    """Read a bordereau once, for its checklist and for the digest of what would be signed.

    A file of other software was checked when it was dropped: what is signed is that very file.

    Args:
        sortie: receives the fragment of a bordereau without its signature.
    """
    if not isinstance(objet, Bordereau):
        return ASigner(objet.sha256, "", _taille(objet), [], [])
    bordereau = objet
    examen = Examen(bordereau)
    cible: Any = sortie or _Puits()
    tete = tete_pes(bordereau)
    controle = examen.controler_format(tete)
    try:
        fragment = ecrire_bordereau(
            sortie=cible,
            bordereau=tete,
            pieces=controle.suivre(pieces_pes(bordereau, montrer=examen.examiner)),
            signature=None,
        )
    except ErreurPES as erreur:
        entier = examiner(bordereau)
        return ASigner("", "", 0, entier.controles, [*entier.anomalies(), str(erreur)], tete)
    return ASigner(
        fragment.empreinte,
        fragment.identifiant,
        fragment.taille,
        examen.controles,
        list(examen.anomalies()),
        tete,
    )


def _taille(depot: DepotExterne) -> int:
    return fichiers.taille(depot.sha256, settings.DOCUMENTS_RACINE)
