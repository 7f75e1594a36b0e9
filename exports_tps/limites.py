"""How much one flux may hold, by dated parameters: bytes, bordereaux, pièces.

A document weighs what its base64 does: compression is not counted on.
"""

from datetime import datetime

from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet, Sum, Window
from django.utils import timezone

from exports_tps.models import LigneFlux, RemplacementDocument, Verdict
from facturier.commun import fichiers
from facturier.grand_livre.models import Parametre, PieceJustificative, RattachementPiece

TAILLE, BORDEREAUX, PIECES = (
    "flux_taille_maximale_mo",
    "flux_bordereaux_maximum",
    "flux_pieces_maximum",
)
FICHE = 1_000  # bytes of markup around a document


def taille_maximale(au: datetime) -> int:
    """Return the size that a flux may reach, in bytes."""
    return Parametre.objects.entier(TAILLE, timezone.localdate(au)) * fichiers.MEGA_OCTET


def poids(taille: int) -> int:
    """Return what a document of `taille` bytes takes in a flux."""
    return taille * 4 // 3 + FICHE


def document_maximal(au: datetime) -> int:
    """Return the size in bytes of the largest document that a flux can carry, alone in it."""
    return max(0, (taille_maximale(au) - FICHE) * 3 // 4)


def dire_trop_lourd(taille: int, maximum: int) -> str:
    """Say that a document, or a file, is larger than what may be sent, and what to do."""
    return (
        f"{fichiers.taille_lisible(taille)}, plus que les {fichiers.taille_lisible(maximum)} qu’un "
        f"flux peut porter (paramètre {TAILLE})"
    )


def taille_rangee(sha256: str) -> int:
    """Return the size in bytes of a file of the store; 0 when it is lost: writing will tell."""
    try:
        return fichiers.taille(sha256, settings.DOCUMENTS_RACINE)
    except fichiers.FichierIntrouvable:
        return 0


def documents_jamais_envoyes() -> QuerySet[PieceJustificative]:
    """Return the documents that no live flux carries: the others are only referenced.

    One that was refused and replaced is sent no more.
    """
    envoyes = LigneFlux.objects.filter(justificatif=OuterRef("pk"), liberee_le=None)
    remplaces = RemplacementDocument.objects.filter(ancien=OuterRef("pk"))
    return PieceJustificative.objects.filter(~Exists(envoyes), ~Exists(remplaces))


def rattachements_cites() -> QuerySet[RattachementPiece]:
    """Return what founds pièces for the treasury: what another document replaces is left out."""
    remplaces = RemplacementDocument.objects.filter(ancien=OuterRef("justificatif"))
    liens: QuerySet[RattachementPiece] = RattachementPiece.objects.filter(~Exists(remplaces))
    return liens


def documents_a_joindre() -> QuerySet[PieceJustificative]:
    """Return those of `documents_jamais_envoyes` that leave by themselves: none refused by name.

    What the treasury refused waits for a decision, even when its bordereau is issued again.
    """
    return documents_jamais_envoyes().exclude(Exists(refus_par_nom()))


def refus_par_nom() -> QuerySet[Verdict]:
    """Return, for a subquery on documents, the verdicts that refuse one by its name."""
    return Verdict.objects.filter(
        justificatif=OuterRef("pk"),
        justificatif__isnull=False,
        decision=Verdict.Decision.REFUSE,
    )


def tenir_dans(
    documents: QuerySet[PieceJustificative], libre: int, *, au_moins: int = 0
) -> QuerySet[PieceJustificative]:
    """Keep the first documents, by key, that fit in `libre` bytes; never fewer than `au_moins`."""
    choisis = PieceJustificative.objects.filter(pk__in=documents.order_by().values("pk"))
    if poids(choisis.aggregate(total=Sum("taille", default=0))["total"]) <= libre // 2:
        return documents  # usual, and cheaper: nothing has to be counted one by one
    cumules = choisis.annotate(
        cumul=Window(Sum(F("taille") * 4 / 3 + FICHE), order_by=F("pk").asc())
    ).values_list("pk", "cumul")
    pris: list[int] = []
    for cle, cumul in cumules.order_by("pk").iterator(chunk_size=2000):
        if cumul > libre and len(pris) >= au_moins:
            break
        pris.append(cle)
    return choisis.filter(pk__in=pris).order_by("pk")
