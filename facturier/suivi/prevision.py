"""When an invoice will be paid: a range drawn from what was paid lately, kept, then judged.

The days of the last payments (parameter `prevision_fenetre_jours`) of the same direction and kind
of expense give the range: nine payments in ten took at least as long as its beginning, nine in ten
at most as long as its end. With fewer than `prevision_effectif_minimal` of them, those of the
direction serve, then those of all; with fewer still, nothing is foretold.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count
from django.utils import timezone

from facturier.commun.insertion import inserer_sauf_connus
from facturier.grand_livre.models import Parametre
from facturier.suivi.horloges import JOUR, Horloge
from facturier.suivi.models import DelaiConstate, Facture, PrevisionPaiement

DUREES = {
    PrevisionPaiement.Jalon.DEPOT: "jours_nets",
    PrevisionPaiement.Jalon.MANDAT: "jours_paiement",
}
TOT, MILIEU, TARD = 10, 50, 90  # percentiles of the range
Histogramme = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Bareme:
    """Days of past payments: early, usual, late; from how many, and which."""

    tot: int
    milieu: int
    tard: int
    base: PrevisionPaiement.Base
    effectif: int


@dataclass(frozen=True, slots=True)
class Fiabilite:
    """How past predictions turned out: median error in days, share kept in percent, how many."""

    erreur_mediane: int
    part_tenue: int
    effectif: int


@dataclass(frozen=True, slots=True)
class Annonce:
    """What the page of an invoice says of its payment; `prevision` is None when nothing can be."""

    prevision: PrevisionPaiement | None
    decalage: int
    fiabilite: Fiabilite | None
    effectif_minimal: int
    fenetre_jours: int

    @property
    def au_plus_tot(self) -> date | None:
        """First day of the range, moved by the days the supplier was waited for."""
        return self._decaler("au_plus_tot")

    @property
    def probable(self) -> date | None:
        """Most likely day, moved alike."""
        return self._decaler("probable")

    @property
    def au_plus_tard(self) -> date | None:
        """Last day of the range, moved alike."""
        return self._decaler("au_plus_tard")

    @property
    def est_depassee(self) -> bool:
        """Whether the range is over and nothing is paid."""
        fin = self.au_plus_tard
        return fin is not None and fin < timezone.localdate()

    def _decaler(self, champ: str) -> date | None:
        if self.prevision is None:
            return None
        jour: date = getattr(self.prevision, champ) + self.decalage * JOUR
        return jour


@dataclass(slots=True)
class Baremes:
    """The scales in force today for one milestone; each is read once, when first asked for."""

    jalon: PrevisionPaiement.Jalon
    aujourd_hui: date = field(default_factory=timezone.localdate)
    minimum: int = field(init=False)
    debut: date = field(init=False)
    lus: dict[tuple[PrevisionPaiement.Base, str, str], Histogramme] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.minimum = effectif_minimal(self.aujourd_hui)
        self.debut = debut_de_la_fenetre(self.aujourd_hui)

    def de(self, direction: str, type_depense: str) -> Bareme | None:
        """Return the narrowest scale that rests on enough payments; None when there is none."""
        essais = (
            (PrevisionPaiement.Base.DIRECTION_ET_TYPE, direction, type_depense),
            (PrevisionPaiement.Base.DIRECTION, direction, ""),
            (PrevisionPaiement.Base.ENSEMBLE, "", ""),
        )
        for essai in essais:
            histogramme = self._lire(*essai)
            effectif = sum(nombre for _, nombre in histogramme)
            if effectif >= self.minimum:
                tot, milieu, tard = (quantile(histogramme, part) for part in (TOT, MILIEU, TARD))
                return Bareme(tot, milieu, tard, essai[0], effectif)
        return None

    def _lire(self, base: PrevisionPaiement.Base, direction: str, type_depense: str) -> Histogramme:
        cle = (base, direction, type_depense)
        if cle not in self.lus:
            filtres = {"direction": direction, "type_depense": type_depense}
            choix = {nom: valeur for nom, valeur in filtres.items() if valeur}
            duree = DUREES[self.jalon]
            delais = DelaiConstate.objects.filter(
                payee_le__range=(self.debut, self.aujourd_hui), **choix
            )
            self.lus[cle] = list(delais.values_list(duree).annotate(n=Count("pk")).order_by(duree))
        return self.lus[cle]


def quantile(histogramme: Histogramme, part: int) -> int:
    """Return the smallest value that `part` percent of the items do not exceed.

    `histogramme` gives (value, number of items) in the order of values, and is not empty.
    """
    rang = -(-part * sum(nombre for _, nombre in histogramme) // 100)
    for valeur, nombre in histogramme:
        rang -= nombre
        if rang <= 0:
            return valeur
    raise ValueError("un histogramme vide n’a pas de quantile")


def effectif_minimal(au: date) -> int:
    """Return how many payments a prediction must rest on, on day `au`."""
    return Parametre.objects.entier("prevision_effectif_minimal", au)


def debut_de_la_fenetre(au: date) -> date:
    """Return the first day whose payments count in a prediction made on day `au`."""
    return au - timedelta(days=Parametre.objects.entier("prevision_fenetre_jours", au))


def prevoir(factures: Collection[int], jalon: PrevisionPaiement.Jalon) -> int:
    """Foretell the payment of invoices that reach `jalon` today; return how many are foretold.

    One that was foretold at the same milestone (its mandat was rejected, and issued again) keeps
    what was said first.
    """
    baremes = Baremes(jalon)
    lues = Facture.objects.filter(pk__in=factures, nature=Facture.Nature.FACTURE).values_list(
        "pk", "service__direction", "type_depense"
    )
    trouves = [(pk, baremes.de(direction, genre)) for pk, direction, genre in lues]
    previsions = [
        PrevisionPaiement(
            facture_id=pk,
            jalon=jalon,
            au_plus_tot=baremes.aujourd_hui + bareme.tot * JOUR,
            probable=baremes.aujourd_hui + bareme.milieu * JOUR,
            au_plus_tard=baremes.aujourd_hui + bareme.tard * JOUR,
            base=bareme.base,
            effectif=bareme.effectif,
        )
        for pk, bareme in trouves
        if bareme is not None
    ]
    inserer_sauf_connus(previsions, unique="prevision_une_par_jalon")
    return len(previsions)


def annonce(facture: Facture, horloges: Iterable[Horloge]) -> Annonce | None:
    """Return what to say of the payment of `facture`; None when no payment is to come."""
    if facture.est_terminee or facture.est_brouillon or facture.est_avoir:
        return None
    aujourd_hui = timezone.localdate()
    par_jalon = {p.jalon: p for p in PrevisionPaiement.objects.filter(facture=facture)}
    prevision = par_jalon.get(PrevisionPaiement.Jalon.MANDAT) if facture.mandat_id else None
    prevision = prevision or par_jalon.get(PrevisionPaiement.Jalon.DEPOT)
    premiere = next(iter(horloges), None)
    est_au_depot = prevision is not None and prevision.jalon == PrevisionPaiement.Jalon.DEPOT
    return Annonce(
        prevision,
        premiere.jours_de_pause if premiere and est_au_depot else 0,
        fiabilite(facture, PrevisionPaiement.Jalon(prevision.jalon), aujourd_hui)
        if prevision
        else None,
        effectif_minimal(aujourd_hui),
        (aujourd_hui - debut_de_la_fenetre(aujourd_hui)).days,
    )


def fiabilite(facture: Facture, jalon: PrevisionPaiement.Jalon, au: date) -> Fiabilite | None:
    """Return how the predictions made at `jalon` of invoices paid lately turned out.

    Those of the direction of `facture`, when enough of them were judged, else all; None when too
    few were.
    """
    minimum, debut = effectif_minimal(au), debut_de_la_fenetre(au)
    recentes = PrevisionPaiement.objects.filter(
        jalon=jalon,
        ecart_jours__isnull=False,
        facture__delai_constate__payee_le__range=(debut, au),
    )
    direction = facture.service.direction if facture.service else ""
    de_la_direction = recentes.filter(facture__delai_constate__direction=direction)
    for choisies in (de_la_direction, recentes):
        lignes = choisies.values_list("ecart_jours", "est_tenue").annotate(n=Count("pk")).order_by()
        effectif = sum(nombre for *_, nombre in lignes)
        if effectif >= minimum:
            erreurs: dict[int, int] = {}
            for ecart, _, nombre in lignes:
                erreurs[abs(ecart)] = erreurs.get(abs(ecart), 0) + nombre
            tenues = sum(nombre for _, est_tenue, nombre in lignes if est_tenue)
            mediane = quantile(sorted(erreurs.items()), MILIEU)
            return Fiabilite(mediane, 100 * tenues // effectif, effectif)
    return None
