"""Splitting what is to be sent between flux that the treasury takes, and sending documents apart.

A bordereau is signed whole: it never splits. What its documents go beyond, they travel in flux of
their own, each naming its pièce; so does a document refused, or attached afterwards.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.utils import timezone

from exports_tps.constitution import (
    achever,
    constituer_flux,
    liens_en_route,
    ouvrir_flux,
    reserver_documents,
)
from exports_tps.limites import (
    BORDEREAUX,
    PIECES,
    TAILLE,
    document_maximal,
    documents_a_joindre,
    documents_jamais_envoyes,
    poids,
    refus_par_nom,
    taille_maximale,
    taille_rangee,
    tenir_dans,
)
from exports_tps.models import Flux, LigneFlux, ProfilExport
from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit
from facturier.commun.fichiers import taille_lisible
from facturier.grand_livre.models import (
    Bordereau,
    Budget,
    Parametre,
    PieceJustificative,
    RattachementPiece,
)

CITES = 5  # documents named when they are too heavy


def constituer(
    bordereaux: Sequence[Bordereau], *, par: Utilisateur, profil: str = ProfilExport.PES_V2
) -> list[Flux]:
    """Make as many flux as the signed bordereaux of one budget and exercice need.

    The documents that do not fit beside their bordereau follow in flux of their own.

    Raises:
        As `constitution.constituer_flux`; what was made before stays.
    """
    moment = timezone.now()
    bordereaux = sorted(bordereaux, key=lambda bordereau: (bordereau.sens, bordereau.numero))
    faits = [
        constituer_flux(groupe, par=par, profil=profil, constitue_le=moment)
        for groupe in repartir(bordereaux, moment)
    ]
    pieces = RattachementPiece.objects.filter(piece__bordereau__in=[b.pk for b in bordereaux])
    restants = documents_a_reunir().filter(pk__in=pieces.values("justificatif"))
    return faits + constituer_choisis(restants, par=par, moment=moment)


def repartir(bordereaux: Sequence[Bordereau], moment: datetime) -> Iterator[list[Bordereau]]:
    """Yield groups of bordereaux, in their order, each within the limits in force at `moment`.

    One that goes beyond them by itself makes a group alone.
    """
    lire = Parametre.objects.lecteur(BORDEREAUX, PIECES)
    jour, octets = timezone.localdate(moment), taille_maximale(moment)
    maxima = (int(lire(BORDEREAUX, jour)), int(lire(PIECES, jour)), octets)
    groupe: list[Bordereau] = []
    cumul = (0, 0, 0)
    for bordereau, mesure in _mesurer(bordereaux):
        somme = tuple(a + b for a, b in zip(cumul, mesure, strict=True))
        if groupe and any(a > b for a, b in zip(somme, maxima, strict=True)):
            yield groupe
            groupe, somme = [], mesure
        groupe.append(bordereau)
        cumul = somme  # type: ignore[assignment]
    if groupe:
        yield groupe


def documents_a_envoyer() -> QuerySet[PieceJustificative]:
    """Return the documents that no live flux carries, of pièces that one does."""
    liens = liens_en_route().filter(justificatif=OuterRef("pk"))
    return documents_jamais_envoyes().filter(Exists(liens))


def documents_refuses() -> QuerySet[PieceJustificative]:
    """Return the documents to send that the treasury refused by name: somebody decides of each."""
    return documents_a_envoyer().filter(Exists(refus_par_nom()))


def documents_a_reunir() -> QuerySet[PieceJustificative]:
    """Return the documents to send that were never refused by name: nothing is to be decided."""
    return documents_a_envoyer().exclude(Exists(refus_par_nom()))


def constituer_documents(*, par: Utilisateur) -> list[Flux]:
    """Make the flux of the documents that remain to be sent, refused ones left out; maybe none.

    Raises:
        ActeInterdit: `par` is not finance staff.
        FluxRefuse, ValidationError: see `constituer_choisis`.
    """
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent des finances constitue un flux.")
    return constituer_choisis(documents_a_reunir(), par=par, moment=timezone.now())


def _mesurer(bordereaux: Sequence[Bordereau]) -> Iterator[tuple[Bordereau, tuple[int, int, int]]]:
    """Yield each bordereau with what it takes: itself, its pièces, bytes; two queries in all."""
    cles = [bordereau.pk for bordereau in bordereaux]
    pieces = dict(
        Bordereau.objects.filter(pk__in=cles).values_list("pk").annotate(Count("pieces")).order_by()
    )
    documents = {
        cle: taille
        for cle, taille in documents_a_joindre()
        .filter(rattachements__piece__bordereau__in=cles)
        .values_list("rattachements__piece__bordereau")
        .annotate(Sum("taille"))
        .order_by()
    }
    for bordereau in bordereaux:
        octets = taille_rangee(bordereau.empreinte_signee) + poids(documents.get(bordereau.pk, 0))
        yield bordereau, (1, pieces.get(bordereau.pk, 0), octets)


def constituer_choisis(
    documents: QuerySet[PieceJustificative], *, par: Utilisateur, moment: datetime
) -> list[Flux]:
    """Reserve documents to send, by budget, exercice and profile, then write their flux.

    What cannot be sent any more is left. A document goes by the profile of the flux that its pièce
    left in.

    Raises:
        FluxRefuse: see `constitution.achever`.
        ValidationError: a document is larger than a flux; the others have left in theirs.
    """
    faits = []
    maximum = document_maximal(moment)
    trop_lourds = [str(document) for document in documents.filter(taille__gt=maximum)[:CITES]]
    documents = documents.filter(taille__lte=maximum)
    origines = LigneFlux.objects.filter(
        bordereau__pieces__rattachements__justificatif__in=documents.order_by().values("pk"),
        liberee_le=None,
    )
    groupes = origines.values_list("flux__budget", "flux__exercice", "flux__profil")
    for budget, exercice, profil in list(
        groupes.order_by("flux__budget", "flux__exercice", "flux__profil").distinct()
    ):
        parties = origines.filter(
            flux__budget=budget,
            flux__exercice=exercice,
            flux__profil=profil,
            bordereau__pieces__rattachements__justificatif=OuterRef("pk"),
        )
        concernes = documents.filter(Exists(parties))
        while flux := _reserver_documents(
            concernes, Budget.objects.get(pk=budget), exercice, par, profil, moment
        ):
            faits.append(achever(flux, par=par))
    if trop_lourds:
        raise ValidationError(
            f"Trop lourds pour un flux, qui porte un document de {taille_lisible(maximum)} au plus "
            f"(paramètre {TAILLE}) : {', '.join(trop_lourds)}. Allégez-les ou scindez-les, et "
            "joignez-les de nouveau."
        )
    return faits


@transaction.atomic
def _reserver_documents(
    documents: QuerySet[PieceJustificative],
    budget: Budget,
    exercice: int,
    par: Utilisateur,
    profil: str,
    moment: datetime,
) -> Flux | None:
    cles = documents.order_by().values("pk")
    verrou = PieceJustificative.objects.select_for_update(of=("self",)).filter(pk__in=cles)
    list(verrou.order_by("pk").values_list("pk"))
    if not documents.exists():  # read once they are locked: one may have been replaced meanwhile
        return None
    flux = ouvrir_flux(budget, exercice, par, profil, moment)
    reserver_documents(flux, tenir_dans(documents, taille_maximale(moment), au_moins=1))
    return flux
