"""The dashboard of the exchanges: flux by state, delays, refusals, what waits and for how long.

Delays are read from the passages of the pièces: from the constitution of the flux to each step.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, OuterRef, Q, Subquery
from django.utils import timezone

from exports_tps.models import EtatFlux, Flux, LigneFlux, Presentation
from facturier.commun.exports import Colonne
from facturier.grand_livre.models import (
    Bordereau,
    EtatBordereau,
    EtatPiece,
    PassageBordereau,
    PassagePiece,
    Piece,
)
from facturier.grand_livre.presentations import pieces_des
from facturier.suivi.prevision import quantile
from facturier.suivi.rapports import Barre, Volet, durees

MOIS = 12
TRANCHES = ((0, 1), (2, 3), (4, 7), (8, 15), (16, 30), (31, None))
ETAPES = (
    ("Transmission", "transmettre"),
    ("Prise en charge", "prendre_en_charge"),
    ("Paiement complet", "payer"),
)
ATTENTES = (
    ("Pièces sans bordereau", EtatPiece.EMISE),
    ("Pièces signées, pas transmises", EtatPiece.SIGNEE),
    ("Pièces transmises, pas prises en charge", EtatPiece.TRANSMISE),
    ("Pièces suspendues", EtatPiece.SUSPENDUE),
    ("Pièces prises en charge, pas payées", EtatPiece.PRISE_EN_CHARGE),
)
NOMBRE = Colonne("Nombre", 1, est_nombre=True)
LEGENDE = "Barre : la moitié des pièces y arrivent avant. Trait : neuf sur dix y arrivent."
REFUS = ("rejeter", "suspendre", "remettre")  # of the comptable, or what he refused and is kept


def volets(debut: date) -> list[Volet]:
    """Return the parts of the dashboard, for what was constituted since `debut`."""
    return [
        _flux(debut),
        _delais(debut),
        _refus_par_motif(debut),
        _refus_par_direction(debut),
        _attentes(),
        _ages(),
    ]


def depuis(mois: int) -> date:
    """Return the first day of the last `mois` months, this one included."""
    rang = timezone.localdate().year * 12 + timezone.localdate().month - mois
    return date(rang // 12, rang % 12 + 1, 1)


# --- Flux -------------------------------------------------------------------------------------
def _flux(debut: date) -> Volet:
    nombres = dict(
        Flux.objects.filter(constitue_le__date__gte=debut)
        .order_by()
        .values_list("etat")
        .annotate(Count("pk"))
    )
    lignes = [
        (str(libelle), nombres[code]) for code, libelle in EtatFlux.choices if code in nombres
    ]
    return Volet(
        "Flux par état",
        (Colonne("État", 3), NOMBRE),
        lignes,
        "Nombre de flux.",
        [Barre(nom, nombre, str(nombre)) for nom, nombre in lignes],
    )


# --- Delays -----------------------------------------------------------------------------------
def _delais(debut: date) -> Volet:
    """From the constitution of its flux, how many days until each pièce reaches each step."""
    lignes = [
        (nom, len(jours), quantile(_comptes(jours), 50), quantile(_comptes(jours), 90))
        for nom, jours in _durees(debut)
        if jours
    ]
    return Volet(
        "Délais depuis la constitution",
        (
            Colonne("Jusqu’à", 3),
            NOMBRE,
            Colonne("Médiane (jours)", 1.2, est_nombre=True),
            Colonne("P90 (jours)", 1.2, est_nombre=True),
        ),
        lignes,
        LEGENDE,
        [Barre(nom, mediane, durees(mediane, p90), p90) for nom, _, mediane, p90 in lignes],
    )


def _durees(debut: date) -> Iterator[tuple[str, list[int]]]:
    """Yield each step with the days that it took: one query a step, whatever the pièces."""
    constitution = (
        LigneFlux.objects.filter(bordereau=OuterRef("piece__bordereau"), liberee_le=None)
        .order_by("pk")
        .values("flux__constitue_le")[:1]
    )
    for rang, (nom, acte) in enumerate(ETAPES):
        passages = (
            PassagePiece.objects.filter(acte=acte, le__date__gte=debut)
            .annotate(constitue_le=Subquery(constitution))
            .filter(constitue_le__date__gte=debut, le__gte=F("constitue_le"))
            .values_list("constitue_le", "le")
        )
        yield nom, [_jours(avant, apres) for avant, apres in passages]
        if rang == 0:
            yield "Acquittement", list(_acquittements(debut))


def _acquittements(debut: date) -> Iterator[int]:
    """Yield the days from the constitution of each flux to its first acknowledgement."""
    acquits = (
        Flux.objects.filter(constitue_le__date__gte=debut, messages__genre="acquit")
        .annotate(acquitte_le=Min("messages__recu_le"))
        .values_list("constitue_le", "acquitte_le")
    )
    for constitue_le, acquitte_le in acquits:
        yield _jours(constitue_le, acquitte_le)


def _jours(avant: datetime, apres: datetime) -> int:
    return max(0, (apres - avant) // timedelta(days=1))


def _comptes(jours: Iterable[int]) -> list[tuple[int, int]]:
    """Return how many times each duration was met, the shortest first."""
    return sorted(Counter(jours).items())


# --- Refusals ---------------------------------------------------------------------------------
def _refus_par_motif(debut: date) -> Volet:
    """How many pièces were rejected or suspended, for each reason, told by a file or on a page."""
    refus = (
        PassagePiece.objects.filter(acte__in=REFUS, le__date__gte=debut)
        .order_by()
        .values_list("motif")
        .annotate(nombre=Count("piece", distinct=True))
    )
    par_motif: Counter[str] = Counter()
    for motif, nombre in refus:
        par_motif[(motif.partition(".")[0] or "Sans motif")[:100]] += nombre
    envoyees = _pieces_envoyees(debut).count()
    lignes = [(nom, nombre, _part(nombre, envoyees)) for nom, nombre in par_motif.most_common()]
    return Volet(
        "Refus par motif",
        (Colonne("Motif", 4), NOMBRE, Colonne("Part des pièces envoyées (%)", 1.2, True)),
        lignes,
        "Nombre de pièces rejetées ou suspendues.",
        [Barre(nom, nombre, f"{nombre} ({part} %)") for nom, nombre, part in lignes],
    )


def _refus_par_direction(debut: date) -> Volet:
    envoyees = _par_direction(_pieces_envoyees(debut))
    refusees = _par_direction(_pieces_envoyees(debut).filter(passages__acte__in=REFUS))
    lignes = [
        (direction, nombre, refusees.get(direction, 0), _part(refusees.get(direction, 0), nombre))
        for direction, nombre in sorted(envoyees.items())
    ]
    return Volet(
        "Refus par direction",
        (
            Colonne("Direction", 4),
            Colonne("Pièces envoyées", 1, est_nombre=True),
            Colonne("Refusées ou suspendues", 1, est_nombre=True),
            Colonne("Taux (%)", 1, est_nombre=True),
        ),
        lignes,
        "Taux de refus, en pour cent.",
        [Barre(nom, taux, f"{taux} % ({refus} sur {total})") for nom, total, refus, taux in lignes],
    )


def _pieces_envoyees(debut: date) -> Any:
    """Return the pièces that a flux sent since `debut` holds."""
    envois = LigneFlux.objects.filter(
        bordereau__isnull=False,
        flux__transmis_le__isnull=False,
        flux__constitue_le__date__gte=debut,
    )
    return pieces_des(Bordereau.objects.filter(pk__in=envois.values("bordereau")))


def _par_direction(pieces: Any) -> dict[str, int]:
    nombres = pieces.order_by().values_list("service__direction")
    return dict(nombres.annotate(Count("pk", distinct=True)))


def _part(nombre: int, total: int) -> int:
    return 100 * nombre // total if total else 0


# --- What waits -------------------------------------------------------------------------------
def _attentes() -> Volet:
    """What waits now at each step, and since when for the oldest."""
    maintenant = timezone.now()
    lignes = [
        (nom, len(ages), quantile(_comptes(ages), 50), max(ages))
        for nom, ages in _ages_par_etape(maintenant)
        if ages
    ]
    return Volet(
        "Ce qui attend",
        (
            Colonne("Où", 4),
            NOMBRE,
            Colonne("Âge médian (jours)", 1.2, est_nombre=True),
            Colonne("Le plus ancien (jours)", 1.2, est_nombre=True),
        ),
        lignes,
        "Nombre d’objets en attente.",
        [Barre(nom, nombre, str(nombre)) for nom, nombre, *_ in lignes],
    )


def _ages() -> Volet:
    """All that waits, by age."""
    tous = [age for _, ages in _ages_par_etape(timezone.now()) for age in ages]
    lignes = [
        (
            f"{debut} à {fin} jours" if fin is not None else f"plus de {debut - 1} jours",
            sum(debut <= age and (fin is None or age <= fin) for age in tous),
        )
        for debut, fin in TRANCHES
    ]
    return Volet(
        "Âge de ce qui attend",
        (Colonne("Âge", 3), NOMBRE),
        lignes if tous else [],
        "Nombre d’objets en attente.",
        [Barre(nom, nombre, str(nombre)) for nom, nombre in lignes] if tous else [],
    )


def _ages_par_etape(maintenant: datetime) -> Iterator[tuple[str, list[int]]]:
    """Yield each step with the age, in days, of what waits there: one query a step."""
    ouverts = PassageBordereau.objects.filter(
        bordereau__etat=EtatBordereau.OUVERT, acte="creer"
    ).values_list("le", flat=True)
    yield "Bordereaux en préparation", _depuis(ouverts, maintenant)
    presentes = Presentation.objects.filter(
        Q(bordereau__etat=EtatBordereau.PRESENTE) | Q(depot__flux__etat=EtatFlux.AU_PARAPHEUR)
    )
    dernieres = presentes.order_by().values("bordereau", "depot").annotate(le=Max("presentee_le"))
    yield (
        "Bordereaux et fichiers au parapheur",
        _depuis(dernieres.values_list("le", flat=True), maintenant),
    )
    signes = Bordereau.objects.filter(etat=EtatBordereau.SIGNE)
    yield (
        "Bordereaux signés, pas transmis",
        _depuis(signes.values_list("signe_le", flat=True), maintenant),
    )
    for nom, etat in ATTENTES:
        pieces = Piece.objects.filter(etat=etat)
        if etat == EtatPiece.EMISE:
            pieces = pieces.filter(bordereau=None)
        dernier = PassagePiece.objects.filter(piece=OuterRef("pk")).order_by("-pk").values("le")
        yield (
            nom,
            _depuis(
                pieces.annotate(le=Subquery(dernier[:1])).values_list("le", flat=True), maintenant
            ),
        )


def _depuis(moments: Iterable[datetime | None], maintenant: datetime) -> list[int]:
    return [_jours(moment, maintenant) for moment in moments if moment is not None]
