"""A document that the treasury refused: sent again as it is, or replaced by another one.

The pièces that it founds stay as they were issued. What replaces it has an identifier of its own
and names the same pièces (RefCompta, pes_v2 §5); the refused one is kept, and is sent no more.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, Prefetch, QuerySet, Subquery
from django.utils import timezone

from exports_tps.constitution import liens_en_route
from exports_tps.limites import documents_jamais_envoyes, refus_par_nom
from exports_tps.models import Flux, RemplacementDocument
from exports_tps.repartition import constituer_choisis, documents_refuses
from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.commun.fichiers import FichierRefuse
from facturier.grand_livre.documents import ranger_justificatif
from facturier.grand_livre.models import PieceJustificative, RattachementPiece
from facturier.suivi.brouillon import TYPES_JOINTS

PLUS_REFUSE = "Ce document n’attend plus : il est reparti, ou il est remplacé."


def avec_leur_refus() -> QuerySet[PieceJustificative]:
    """Return the refused documents, each with the last `refus` told, its `code`, its pièces."""
    refus = refus_par_nom().order_by("-pk")
    return (
        documents_refuses()
        .annotate(
            refus=Subquery(refus.values("libelle")[:1]), code=Subquery(refus.values("code")[:1])
        )
        .prefetch_related(
            Prefetch("rattachements", liens_en_route().select_related("piece").order_by("piece"))
        )
    )


def a_decider(documents: Collection[int] | QuerySet[Any, Any], par: Utilisateur) -> set[int]:
    """Return the keys of those of `documents` that wait for what `par` may decide; one query."""
    if not par.a_role(Role.AGENT):
        return set()
    return set(documents_refuses().filter(pk__in=documents).values_list("pk", flat=True))


def en_suspens(pieces: Collection[int]) -> dict[int, list[PieceJustificative]]:
    """Return, by key of pièce, its refused documents that nobody decided on; one query.

    They do not leave with the pièce: once a flux carries it, they are to be decided on.
    """
    liens = RattachementPiece.objects.filter(
        piece__in=list(pieces),
        justificatif__in=documents_jamais_envoyes().filter(Exists(refus_par_nom())),
    ).select_related("justificatif")
    suspendus = defaultdict(list)
    for lien in liens.order_by("rang", "pk"):
        suspendus[lien.piece_id].append(lien.justificatif)
    return dict(suspendus)


def renvoyer(document: PieceJustificative, *, par: Utilisateur) -> list[Flux]:
    """Put a refused document, as it is, in a flux of its own that names its pièces.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: it does not wait, or somebody else decided on it meanwhile.
        FluxRefuse, ValidationError: see `repartition.constituer_choisis`.
    """
    _exiger_refuse(document, par)
    choisi = documents_refuses().filter(pk=document.pk)
    faits = constituer_choisis(choisi, par=par, moment=timezone.now())
    if not faits:
        raise TransitionInterdite(PLUS_REFUSE)
    return faits


@transaction.atomic
def remplacer(
    document: PieceJustificative, fichier: BinaryIO, *, nom: str, par: Utilisateur
) -> PieceJustificative:
    """Keep `fichier` in the place of a refused document, for the same pièces.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: the document does not wait.
        ValidationError: it is the very file that was refused, or a file that is not taken.
    """
    PieceJustificative.objects.select_for_update(of=("self",)).get(pk=document.pk)
    _exiger_refuse(document, par)
    try:
        nouveau = ranger_justificatif(
            fichier, nom=nom, genre=document.genre, types_acceptes=TYPES_JOINTS
        )
    except FichierRefuse as refus:
        raise ValidationError(str(refus)) from refus
    if (nouveau.sha256, nouveau.nom) == (document.sha256, document.nom):
        raise ValidationError(
            "C’est le fichier que la Trésorerie a refusé, sous le même nom. Choisissez le document "
            "corrigé, ou envoyez celui-ci de nouveau."
        )
    liens = liens_en_route().filter(justificatif=document).select_related("piece")
    RattachementPiece.objects.bulk_create(
        RattachementPiece(piece=lien.piece, justificatif=nouveau, rang=lien.rang) for lien in liens
    )
    RemplacementDocument.objects.create(ancien=document, nouveau=nouveau, par=par)
    return nouveau


def _exiger_refuse(document: PieceJustificative, par: Utilisateur) -> None:
    """Raise ActeInterdit or TransitionInterdite unless `par` may act on a document that waits."""
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent des finances s’occupe d’un document refusé.")
    if not documents_refuses().filter(pk=document.pk).exists():
        raise TransitionInterdite(PLUS_REFUSE)
