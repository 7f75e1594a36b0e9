"""What an ordonnateur is about to sign: its digest, the checklist, and its very bytes."""

from dataclasses import dataclass
from typing import Any, BinaryIO

from exports_tps.enregistrements import pieces_pes, tete_pes
from exports_tps.pes.bordereau import ecrire_bordereau
from exports_tps.pes.messages import ErreurPES
from exports_tps.prealable import Controle, Examen, examiner
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

    @property
    def est_pret(self) -> bool:
        """Whether nothing keeps it from being signed."""
        return not self.anomalies


class _Puits:
    """Takes bytes and keeps none."""

    def write(self, octets: bytes) -> int:
        return len(octets)


def lire_a_signer(bordereau: Bordereau, sortie: BinaryIO | None = None) -> ASigner:
    """Read `bordereau` once, for its checklist and for the digest of what would be signed.

    Args:
        sortie: receives the fragment without its signature.
    """
    examen = Examen(bordereau)
    cible: Any = sortie or _Puits()
    try:
        fragment = ecrire_bordereau(
            sortie=cible,
            bordereau=tete_pes(bordereau),
            pieces=pieces_pes(bordereau, montrer=examen.examiner),
            signature=None,
        )
    except ErreurPES as erreur:
        entier = examiner(bordereau)
        return ASigner("", "", 0, entier.controles, [*entier.anomalies(), str(erreur)])
    return ASigner(
        fragment.empreinte,
        fragment.identifiant,
        fragment.taille,
        examen.controles,
        list(examen.anomalies()),
    )
