"""What the parapheur expects of whom: the very rules of `etapes`, asked of many at once."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from exports_tps.models import (
    Delegation,
    DepotExterne,
    EtapeCircuit,
    EtatFlux,
    PieceExterne,
    Presentation,
    VisaParapheur,
)
from exports_tps.pouvoirs import (
    est_delegataire,
    pouvoirs_de_chacun,
    pouvoirs_de_signer,
    supplees_par,
)
from facturier.acces.models import Role, ServiceGestionnaire, Utilisateur
from facturier.grand_livre.models import Bordereau, EtatBordereau, Piece
from facturier.suivi.models import PassageFacture

VISES = VisaParapheur.objects.filter(decision=VisaParapheur.Decision.VISE)
RIEN = Q(pk__in=[])
LOT = 200  # people asked for in one query: each is a column of it


def presentations_en_cours() -> QuerySet[Any]:
    """Return what is in the parapheur, with the rank, role and person of the step expected.

    Annotations: `rang`, `etape` (key), `etape_libelle`, `etape_role`, `etape_titulaire`.
    """
    dernieres = Presentation.objects.order_by("-pk").values("pk")
    du_bordereau = dernieres.filter(bordereau=OuterRef("bordereau"))[:1]
    du_depot = dernieres.filter(depot=OuterRef("depot"))[:1]
    visas = (
        VISES.filter(presentation=OuterRef("pk"))
        .order_by()
        .values("presentation")
        .annotate(nombre=Count("pk"))
        .values("nombre")
    )
    etape = EtapeCircuit.objects.filter(circuit=OuterRef("circuit"), rang=OuterRef("rang"))
    return (
        Presentation.objects.filter(
            Q(bordereau__etat=EtatBordereau.PRESENTE, pk=Subquery(du_bordereau))
            | Q(depot__flux__etat=EtatFlux.AU_PARAPHEUR, pk=Subquery(du_depot))
        )
        .annotate(rang=Coalesce(Subquery(visas), 0) + Value(1))
        .annotate(
            etape=Subquery(etape.values("pk")[:1]),
            etape_libelle=Subquery(etape.values("libelle")[:1]),
            etape_role=Subquery(etape.values("role")[:1]),
            etape_titulaire=Subquery(etape.values("titulaire")[:1]),
        )
    )


def attendus_de(par: Utilisateur, jour: date) -> QuerySet[Any]:
    """Return what waits in the parapheur for a visa or the signature of `par`, who may give it."""
    sous_pouvoir = RIEN
    if par.a_role(Role.ORDONNATEUR):
        sous_pouvoir = _sous_son_pouvoir(par, jour, circuit="circuit")
    return _chiffrees().filter(_attendues_de(par, supplees_par(par, jour), sous_pouvoir))


def attendus_de_chacun(
    personnes: Sequence[Utilisateur], jour: date, *, parmi: Collection[int]
) -> dict[int, set[int]]:
    """Return, by person, the keys of what waits for each as `attendus_de` has it, `parmi` those.

    A query for `LOT` people, and three for what all may do.
    """
    pouvoirs = pouvoirs_de_chacun(personnes, jour)
    attendus: dict[int, set[int]] = {personne.pk: set() for personne in personnes}
    for debut in range(0, len(personnes), LOT):
        filtres = {}
        for personne in personnes[debut : debut + LOT]:
            siens, sous_pouvoir = pouvoirs[personne.pk], RIEN
            if personne.a_role(Role.ORDONNATEUR):
                sous_pouvoir = _portee(
                    personne, siens.signatures, est_borne=siens.est_delegataire, circuit="circuit"
                )
            filtres[f"attend_{personne.pk}"] = Case(
                When(
                    _attendues_de(personne, siens.suppleances, sous_pouvoir),
                    then=Value(personne.pk),
                ),
                output_field=BigIntegerField(),
            )
        lues = _chiffrees().filter(pk__in=parmi).annotate(**filtres).values_list("pk", *filtres)
        for cle, *attendent in lues:
            for personne in filter(None, attendent):
                attendus[personne].add(cle)
    return attendus


def _chiffrees() -> QuerySet[Any]:
    """Return what is in the parapheur, with its `montant`."""
    chiffrees: QuerySet[Any] = presentations_en_cours().alias(
        montant=_montant("bordereau", "depot")
    )
    return chiffrees


def _attendues_de(par: Utilisateur, suppleances: Iterable[Delegation], sous_pouvoir: Q) -> Any:
    """Tell what waits for `par`, by what he stands in for and what he may sign."""
    a_supplee = _vises_par(par, pour__isnull=False)
    filtre: Any = _de_droit(par) & ~Exists(a_supplee)
    for suppleance in suppleances:
        filtre |= _en_suppleance(par, suppleance)
    if sous_pouvoir is not RIEN:
        filtre |= (
            Q(etape=None) & sous_pouvoir & ~Exists(a_supplee) & ~Exists(_liquides(par, "bordereau"))
        )
    return filtre


def attendus_pour(par: Utilisateur, suppleance: Delegation) -> QuerySet[Any]:
    """Return what waits for a visa that `par` gives for the absent person of `suppleance`."""
    return presentations_en_cours().filter(_en_suppleance(par, suppleance))


def a_signer_sans_circuit(par: Utilisateur, jour: date) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """Return the keys of bordereaux, then of files, whose amount is within the power of `par`."""
    pouvoir = _sous_son_pouvoir(par, jour)
    bordereaux = (
        Bordereau.objects.alias(montant=_montant("pk", ""))
        .filter(pouvoir)
        .exclude(Exists(_liquides(par, "pk")))
    )
    depots = DepotExterne.objects.alias(montant=_montant("", "pk")).filter(pouvoir)
    return bordereaux.values("pk"), depots.values("pk")


# --- A visa -----------------------------------------------------------------------------------
def _de_droit(personne: Utilisateur) -> Q:
    """What waits for a visa of `personne` himself: named, of his role, of his direction."""
    direction = personne.direction
    codes = ServiceGestionnaire.objects.filter(direction=direction).values("code")
    de_sa_direction = Exists(
        Piece.objects.filter(bordereau=OuterRef("bordereau"), service__direction=direction)
    ) | Exists(PieceExterne.objects.filter(flux=OuterRef("depot"), code_service__in=codes))
    filtre = Q(etape_titulaire=personne.pk)
    filtre |= Q(
        etape__isnull=False, etape_titulaire=None, etape_role__in=personne.roles - {Role.SERVICE}
    )
    if direction and personne.a_role(Role.SERVICE):
        filtre |= Q(de_sa_direction, etape_titulaire=None, etape_role=Role.SERVICE)
    return filtre


def _en_suppleance(par: Utilisateur, suppleance: Delegation) -> Q:
    """What waits for a visa that `par` gives for somebody absent: he did nothing else of it."""
    return (
        _de_droit(suppleance.delegant)
        & ~Exists(_vises_par(par))
        & ~Exists(_liquides(par, "bordereau"))
    )


def _vises_par(par: Utilisateur, **criteres: Any) -> QuerySet[VisaParapheur]:
    return VISES.filter(presentation=OuterRef("pk"), par=par.pk, **criteres)


# --- The signature ----------------------------------------------------------------------------
def _liquides(par: Utilisateur, bordereau: str) -> QuerySet[PassageFacture]:
    """The liquidations by `par` of what a bordereau pays: who liquidates does not sign."""
    return PassageFacture.objects.filter(
        acte="liquider", par=par.pk, facture__mandat__bordereau=OuterRef(bordereau)
    )


def _sous_son_pouvoir(par: Utilisateur, jour: date, *, circuit: str = "") -> Q:
    """What `par` has the power to sign on `jour`, by its `montant` and who its circuit names.

    Args:
        circuit: path to the circuit; empty where there is none, so that nobody is named.
    """
    recus = pouvoirs_de_signer(par, jour)
    return _portee(par, recus, est_borne=est_delegataire(par), circuit=circuit)


def _portee(par: Utilisateur, recus: Iterable[Delegation], *, est_borne: bool, circuit: str) -> Q:
    """What `par` may sign by the powers received, and in his own name unless `est_borne`."""
    libre, sienne = ~RIEN, RIEN
    if circuit:
        libre = Q(**{circuit: None}) | Q(**{f"{circuit}__signataire": None})
        sienne = Q(**{f"{circuit}__signataire": par.pk})
    filtre = RIEN if est_borne else libre | sienne
    for pouvoir in recus:
        le_sien = Q(**{f"{circuit}__signataire": pouvoir.delegant_id}) if circuit else RIEN
        portee = le_sien | libre if est_borne else le_sien
        if pouvoir.plafond is not None:
            portee &= Q(montant__lte=pouvoir.plafond)
        filtre |= portee
    return filtre


def _montant(bordereau: str, depot: str) -> Any:
    """Whole francs TTC of a bordereau, or of the largest one of a file: what a ceiling bounds."""
    sommes: Sequence[Any] = [
        Subquery(requete.values("somme")[:1])
        for chemin, requete in (
            (
                bordereau,
                Piece.objects.filter(bordereau=OuterRef(bordereau))
                .order_by()
                .values("bordereau")
                .annotate(somme=Sum(F("montant_ht") + F("montant_tgc"))),
            ),
            (
                depot,
                PieceExterne.objects.filter(flux=OuterRef(depot))
                .order_by()
                .values("sens", "exercice", "bordereau")
                .annotate(somme=Sum("montant_ttc"))
                .order_by("-somme"),
            ),
        )
        if chemin
    ]
    return Coalesce(*sommes, Value(0), output_field=BigIntegerField())
