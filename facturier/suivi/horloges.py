"""The two clocks of an invoice, read from its passages: nothing is stored beside them.

Clock 1, délai de mandatement, runs from the deposit to the signature of the bordereau and waits
while the supplier owes an answer. Clock 2, délai of the treasury, runs from the transmission to
the payment. Durations and what a treasury suspension or rejection does are dated parameters.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.utils import timezone

from facturier.grand_livre.emission import Delai
from facturier.grand_livre.models import Parametre
from facturier.suivi.etats import ATTENDENT_FOURNISSEUR, EtatFacture
from facturier.suivi.models import Facture, PassageFacture

_E = EtatFacture
COURT_MANDATEMENT = frozenset(
    {_E.DEPOSEE, _E.RECUE, _E.EN_CERTIFICATION, _E.COMPLETEE, _E.SERVICE_FAIT, _E.LIQUIDEE}
    | {_E.REJETEE_TPS}
)
COURT_TPS = frozenset({_E.TRANSMISE_TPS, _E.PRISE_EN_CHARGE, _E.PARTIELLEMENT_PAYEE})
RAISONS_PAUSE = {
    _E.SUSPENDUE: "pièce ou précision demandée au fournisseur",
    _E.A_REORIENTER: "destinataire ou bon de commande à corriger",
    _E.SUSPENDUE_TPS: "paiement suspendu par la Trésorerie",
}
PARAMETRES = (
    "delai_mandatement_jours",
    "rejet_tps_horloge",
    "delai_tps_jours",
    "suspension_tps_arrete_horloge",
)
JOUR = timedelta(days=1)
Lecteur = Callable[[str, date], str]


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch during which a clock waits; `fin` is None while it lasts."""

    debut: datetime
    fin: datetime | None
    raison: str
    duree: timedelta

    @property
    def jours(self) -> int:
        """Whole days it lasted, or has lasted so far."""
        return self.duree // JOUR


@dataclass(frozen=True, slots=True)
class Horloge:
    """One clock: whole days run, days allowed, last day, and the pauses that moved it."""

    nom: str
    debut: datetime
    duree_limite: int
    jours_ecoules: int
    echeance: date
    est_arretee: bool
    pauses: tuple[Pause, ...] = ()

    @property
    def est_en_pause(self) -> bool:
        """Whether the clock waits now."""
        return bool(self.pauses) and self.pauses[-1].fin is None and not self.est_arretee

    @property
    def jours_de_pause(self) -> int:
        """Whole days that do not count."""
        return sum((pause.duree for pause in self.pauses), timedelta()) // JOUR

    @property
    def est_depassee(self) -> bool:
        """Whether more days have run than allowed."""
        return self.jours_ecoules > self.duree_limite

    @property
    def jours_restants(self) -> int:
        """Days left; negative once late."""
        return self.duree_limite - self.jours_ecoules


@dataclass(frozen=True, slots=True)
class Durees:
    """Time a finished invoice spent waiting for its supplier and in the délai de mandatement, and
    when its bordereau was signed (None: never).
    """

    fournisseur: timedelta
    mandatement: timedelta
    signature: datetime | None


@dataclass(frozen=True, slots=True)
class _Etape:
    """A state, from its passage to the next."""

    etat: str
    debut: datetime
    fin: datetime | None
    motif: str = ""


def horloges(facture: Facture, *, au: datetime | None = None) -> list[Horloge]:
    """Return the clocks that have started, délai de mandatement first; an avoir has none."""
    if facture.est_avoir:
        return []
    passages = facture.passages.order_by("pk")
    return horloges_des_passages(passages, au=au or timezone.now())


def horloges_de(factures: Collection[int], *, au: datetime) -> dict[int, list[Horloge]]:
    """Return the clocks of many invoices by key, in two statements whatever their number."""
    passages = PassageFacture.objects.filter(
        facture__in=factures, facture__nature=Facture.Nature.FACTURE
    ).order_by("facture", "pk")
    lire = Parametre.objects.lecteur(*PARAMETRES)
    return {
        facture: horloges_des_passages(siens, au=au, lire=lire)
        for facture, siens in groupby(passages, lambda passage: passage.facture_id)
    }


def horloges_des_passages(
    passages: Iterable[PassageFacture], *, au: datetime, lire: Lecteur | None = None
) -> list[Horloge]:
    """Compute the clocks from passages in their order, up to the moment `au`.

    Args:
        lire: reads the parameters, when the caller holds them already.
    """
    lire = lire or Parametre.objects.valeur
    etapes = _etapes(
        [
            (p.arrivee, p.le, p.motif if p.arrivee in ATTENDENT_FOURNISSEUR else "")
            for p in passages
            if p.depart != p.arrivee
        ]
    )
    trouvees = [_mandatement(etapes, au, lire), _tresorerie(etapes, au, lire)]
    return [horloge for horloge in trouvees if horloge is not None]


def delai_de_mandatement(facture: Facture, *, au: date) -> Delai:
    """Return the délai as a mandat carries it: first day, last day with its pauses, days."""
    horloge = horloges(facture)[0]
    return Delai(
        debut=timezone.localdate(horloge.debut),
        fin=horloge.echeance,
        duree=Parametre.objects.entier("delai_mandatement_jours", au),
    )


def durees_des_passages(passages: Sequence[tuple[str, datetime]]) -> Durees:
    """Measure a finished invoice from the states it reached, with their moment, oldest first."""
    etapes = _etapes([(etat, le, "") for etat, le in passages])
    signatures = [etape.debut for etape in etapes if etape.etat == _E.MANDATEE]
    return Durees(
        fournisseur=_passe(etapes, ATTENDENT_FOURNISSEUR),
        mandatement=_passe(etapes, COURT_MANDATEMENT),
        signature=signatures[-1] if signatures else None,
    )


def _passe(etapes: list[_Etape], etats: frozenset[EtatFacture]) -> timedelta:
    finies = (e.fin - e.debut for e in etapes if e.fin is not None and e.etat in etats)
    return sum(finies, timedelta())


def _etapes(passages: Sequence[tuple[str, datetime, str]]) -> list[_Etape]:
    fins = [*(debut for _, debut, _ in passages[1:]), None]
    return [
        _Etape(etat, debut, fin, motif)
        for (etat, debut, motif), fin in zip(passages, fins, strict=False)
    ]


def _mandatement(etapes: list[_Etape], au: datetime, lire: Lecteur) -> Horloge | None:
    debut = next((e.debut for e in etapes if e.etat == _E.DEPOSEE), None)
    if debut is None:
        return None
    rejet = next((i for i, e in enumerate(etapes) if e.etat == _E.REJETEE_TPS), None)
    if rejet is not None and lire("rejet_tps_horloge", timezone.localdate(debut)) == "recommence":
        etapes = etapes[rejet:]
        debut = etapes[0].debut
    return _horloge(
        "Délai de mandatement",
        etapes,
        debut=debut,
        limite=int(lire("delai_mandatement_jours", timezone.localdate(debut))),
        court=COURT_MANDATEMENT,
        pause=ATTENDENT_FOURNISSEUR,
        au=au,
    )


def _tresorerie(etapes: list[_Etape], au: datetime, lire: Lecteur) -> Horloge | None:
    debut = next((e.debut for e in etapes if e.etat == _E.TRANSMISE_TPS), None)
    if debut is None:
        return None
    jour = timezone.localdate(debut)
    en_pause = lire("suspension_tps_arrete_horloge", jour) == "1"
    suspension = frozenset({_E.SUSPENDUE_TPS})
    return _horloge(
        "Délai de la Trésorerie",
        etapes,
        debut=debut,
        limite=int(lire("delai_tps_jours", jour)),
        court=COURT_TPS if en_pause else COURT_TPS | suspension,
        pause=suspension if en_pause else frozenset(),
        au=au,
    )


def _horloge(
    nom: str,
    etapes: list[_Etape],
    *,
    debut: datetime,
    limite: int,
    court: frozenset[EtatFacture],
    pause: frozenset[EtatFacture],
    au: datetime,
) -> Horloge:
    utiles = [e for e in etapes if e.debut >= debut]
    ecoule = sum((_duree(e, au) for e in utiles if e.etat in court), timedelta())
    arretees = [e for e in utiles if e.etat in pause]
    attendu = sum((_duree(e, au) for e in arretees), timedelta())
    dernier_etat = utiles[-1].etat
    return Horloge(
        nom=nom,
        debut=debut,
        duree_limite=limite,
        jours_ecoules=ecoule // JOUR,
        echeance=timezone.localdate(debut + attendu) + limite * JOUR,
        est_arretee=dernier_etat not in court | pause,
        pauses=tuple(_pause(e, au) for e in arretees),
    )


def _pause(etape: _Etape, au: datetime) -> Pause:
    raison = RAISONS_PAUSE[_E(etape.etat)]
    if etape.motif:
        raison = f"{raison} ({etape.motif})"
    return Pause(etape.debut, etape.fin, raison, _duree(etape, au))


def _duree(etape: _Etape, au: datetime) -> timedelta:
    fin = etape.fin or au
    return max(fin - etape.debut, timedelta())
