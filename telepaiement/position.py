"""What a régie holds at any time, and what it is told of (décret 2012-829, 4, 10, 12, 18)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, Min, OuterRef, QuerySet, Sum, When
from django.utils import timezone

from facturier.commun.calendrier import plus_mois
from facturier.commun.montants import afficher
from facturier.grand_livre.models import Parametre
from telepaiement.continuite import manquants
from telepaiement.deficits import rectifications_a_combler, sessions_a_combler
from telepaiement.etats_mensuels import de_mois, mois_a_justifier
from telepaiement.models import (
    ChequeVerse,
    ComblementDeficit,
    ComblementVerse,
    Encaissement,
    EtatSession,
    EtatVersementRegie,
    Mode,
    MouvementFonds,
    Nomination,
    Regie,
    SessionCaisse,
    SessionVersee,
    VersementRegie,
)
from telepaiement.nominations import designe, en_fonction, quitus_attendus, responsable

MANQUANTS_CITES = 5
RECUES = SessionVersee.objects.filter(versement__etat=EtatVersementRegie.RECU)
CHEQUES_RECUS = ChequeVerse.objects.filter(versement__etat=EtatVersementRegie.RECU)
RENDUS = ComblementVerse.objects.filter(versement__etat=EtatVersementRegie.RECU)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The cash of a régie, in whole francs, and what else waits in it.

    `coffre` is what closed tills hold and what made up for their déficits, not paid over yet;
    `a_combler` is what they lacked, or what they paid over, and nobody has paid back.
    """

    fonds: int
    caisses: int
    coffre: int
    a_combler: int
    nombre_cheques: int
    montant_cheques: int
    plafond: int

    @property
    def encaisse(self) -> int:
        """All the cash: fonds de caisse, open tills, closed tills that were not paid over."""
        return self.fonds + self.caisses + self.coffre

    @property
    def disponible(self) -> int:
        """What may still be received in cash before the maximum of the acte."""
        return max(self.plafond - self.encaisse, 0)


@dataclass(frozen=True, slots=True)
class Alerte:
    """Something that the décret asks for and is not done, or soon will not be."""

    texte: str
    est_grave: bool = False


def fonds_remis(regie: Regie) -> int:
    """Return the fonds de caisse that the treasury entrusted, in whole francs."""
    return position(regie).fonds


def fonds_en_caisse(regie: Regie) -> int:
    """Return the part of the fonds de caisse that is in open tills, in whole francs."""
    ouvertes = SessionCaisse.objects.filter(regie=regie, etat=EtatSession.OUVERTE)
    return int(ouvertes.aggregate(total=Sum("fonds_caisse", default=0))["total"])


def position(regie: Regie) -> Position:
    """Return what the accounts say the régie holds now."""
    return positions([regie])[regie.pk]


def positions(regies: Sequence[Regie]) -> dict[int, Position]:
    """Return what several régies hold now, in a constant number of queries."""
    cles = [regie.pk for regie in regies]
    signe = Case(
        When(nature=MouvementFonds.Nature.REMISE, then=F("montant")), default=-F("montant")
    )
    fonds = _par_regie(MouvementFonds.objects.filter(regie__in=cles), signe)
    recues = Encaissement.objects.valides().filter(
        session__regie__in=cles, session__etat=EtatSession.OUVERTE, mode=Mode.ESPECES
    )
    caisses = _par_regie(recues, F("montant"))
    closes = SessionCaisse.objects.filter(
        ~Exists(RECUES.filter(session=OuterRef("pk"))),
        regie__in=cles,
        etat=EtatSession.CLOTUREE,
    )
    coffres = _par_regie(closes, F("especes_comptees") - F("fonds_caisse"))
    rendues = ComblementDeficit.objects.filter(
        ~Exists(RENDUS.filter(comblement=OuterRef("pk"))),
        regie__in=cles,
        moyen=ComblementDeficit.Moyen.ESPECES,
    )
    combles = _par_regie(rendues, F("montant"))
    manques: Counter[int] = Counter()
    for session in sessions_a_combler(regies):
        manques[session.regie_id] += session.a_combler
    for rectification in rectifications_a_combler(regies):
        manques[rectification.versement.regie_id] += rectification.a_combler
    cheques = {
        cle: (nombre, int(montant))
        for cle, nombre, montant in cheques_en_main(regies)
        .order_by()
        .values_list("regie")
        .annotate(nombre=Count("pk"), total=Sum("montant"))
    }
    return {
        regie.pk: Position(
            fonds=fonds.get(regie.pk, 0),
            caisses=caisses.get(regie.pk, 0),
            coffre=coffres.get(regie.pk, 0) + combles.get(regie.pk, 0),
            a_combler=manques[regie.pk],
            nombre_cheques=cheques.get(regie.pk, (0, 0))[0],
            montant_cheques=cheques.get(regie.pk, (0, 0))[1],
            plafond=regie.plafond_encaisse,
        )
        for regie in regies
    }


def _par_regie(lot: QuerySet[Any], somme: Any) -> dict[int, int]:
    sommes = lot.order_by().values_list("regie").annotate(total=Sum(somme))
    return {cle: int(total) for cle, total in sommes}


def cheques_en_main(regies: Sequence[Regie]) -> QuerySet[Encaissement]:
    """Return the cheques received that the treasury has not."""
    return Encaissement.objects.valides().filter(
        ~Exists(CHEQUES_RECUS.filter(encaissement=OuterRef("pk"))),
        session__regie__in=[regie.pk for regie in regies],
        mode=Mode.CHEQUE,
    )


def a_recevoir() -> QuerySet[VersementRegie]:
    """Return the versements established whose récépissé of the treasury is not recorded."""
    return VersementRegie.objects.filter(etat=EtatVersementRegie.ETABLI)


def prochain_versement(regie: Regie) -> date | None:
    """Return the last day to pay over what waits (art. 10), or None when nothing does."""
    plus_ancienne = Encaissement.objects.valides().filter(
        ~Exists(RECUES.filter(session=OuterRef("session"))),
        session__regie=regie,
        mode__in=[Mode.ESPECES, Mode.CHEQUE],
    )
    premier = plus_ancienne.aggregate(jour=Min("jour"))["jour"]
    return premier + timedelta(days=regie.versement_jours) if premier else None


def moyenne_mensuelle(regie: Regie, jour: date) -> int:
    """Return the average of the monthly receipts before `jour`, in whole francs (art. 4)."""
    mois = Parametre.objects.entier("cautionnement_periode_mois", jour)
    debut = jour - timedelta(days=round(mois * 365.25 / 12))
    recues = (
        Encaissement.objects.valides()
        .filter(regie=regie, jour__gt=debut, jour__lte=jour)
        .exclude(mode=Mode.CLASSEMENT)
    )
    return int(recues.aggregate(total=Sum("montant", default=0))["total"]) // mois


def alertes(
    regie: Regie, jour: date | None = None, *, a_justifier: Sequence[date] | None = None
) -> Iterator[Alerte]:
    """Yield what the régie should be told of on `jour` (today by default).

    Args:
        a_justifier: its months without state, when they are known already.
    """
    le = jour or timezone.localdate()
    yield from _alertes_nominations(regie, le)
    yield from _alertes_encaisse(regie, le)
    echeance = prochain_versement(regie)
    if echeance and echeance < le:
        yield Alerte(
            f"Le versement à la Trésorerie devait se faire le {echeance:%d/%m/%Y} (article 10).",
            est_grave=True,
        )
    for mois in mois_a_justifier(regie, le) if a_justifier is None else a_justifier:
        yield Alerte(f"L’état {de_mois(mois)} n’est pas établi (article 10).")
    anciennes = SessionCaisse.objects.filter(regie=regie, etat=EtatSession.OUVERTE, jour__lt=le)
    for session in anciennes.select_related("guichet", "agent"):
        yield Alerte(f"{session} n’est pas clôturée ({session.agent.nom_complet}).", True)
    if nombre := SessionCaisse.objects.filter(
        regie=regie, etat=EtatSession.CLOTUREE, contresignature__isnull=True
    ).count():
        yield Alerte(f"Clôtures de caisse à contresigner : {nombre}.")
    if nombre := a_recevoir().filter(regie=regie).count():
        yield Alerte(f"Versements établis sans récépissé de la Trésorerie : {nombre}.")
    if absents := [feuillet.reference for feuillet in manquants(regie.pk)[: MANQUANTS_CITES + 1]]:
        suite = ", …" if len(absents) > MANQUANTS_CITES else ""
        yield Alerte(
            f"Feuillets de carnet manquants : {', '.join(absents[:MANQUANTS_CITES])}{suite}. "
            "Saisissez-les, ou annulez-les s’ils sont gâchés."
        )


def _alertes_nominations(regie: Regie, jour: date) -> Iterator[Alerte]:
    nommes = en_fonction(regie, jour)
    en_charge = responsable(regie, jour)
    if not any(n.qualite == Nomination.Qualite.REGISSEUR for n in nommes):
        yield Alerte("Aucun régisseur n’est en fonction.", est_grave=True)
    appele = designe(regie, jour)
    if en_charge is None:
        yield Alerte("Une remise de service est à faire (article 7).", est_grave=True)
    elif appele is not None and appele != en_charge:
        yield Alerte(
            f"{appele.personne.nom_complet} doit tenir la régie : remettez-lui le service "
            "(article 7).",
            est_grave=True,
        )
    delai = timedelta(days=Parametre.objects.entier("alerte_nomination_jours", jour))
    for nomination in nommes:
        if nomination.fin and nomination.fin - jour <= delai:
            yield Alerte(f"{nomination} : fin de fonctions le {nomination.fin:%d/%m/%Y}.")
    yield from _alertes_quitus(regie, jour)
    seuil = Parametre.objects.entier("seuil_cautionnement_recettes", jour)
    moyenne = moyenne_mensuelle(regie, jour)
    sans_caution = [
        n for n in nommes if n.qualite == Nomination.Qualite.REGISSEUR and n.cautionnement is None
    ]
    if moyenne > seuil and sans_caution:
        yield Alerte(
            f"Recettes mensuelles moyennes de {afficher(moyenne)}, au-delà de {afficher(seuil)} : "
            "le régisseur doit un cautionnement (article 4).",
            est_grave=True,
        )


def _alertes_quitus(regie: Regie, jour: date) -> Iterator[Alerte]:
    mois = Parametre.objects.entier("quitus_delai_mois", jour)
    for nomination in quitus_attendus(regie):
        limite = plus_mois(nomination.fin or jour, mois)
        attente = f"Le quitus de {nomination.personne.nom_complet} reste à donner"
        if jour > limite:
            yield Alerte(f"{attente} depuis le {limite:%d/%m/%Y}, fin du délai (article 5).", True)
        else:
            yield Alerte(f"{attente} avant le {limite:%d/%m/%Y} (article 5).")


def _alertes_encaisse(regie: Regie, jour: date) -> Iterator[Alerte]:
    etat = position(regie)
    if etat.a_combler:
        yield Alerte(
            f"Déficit à combler par le régisseur : {afficher(etat.a_combler)} (article 4).",
            est_grave=True,
        )
    seuil = Parametre.objects.entier("alerte_encaisse_pour_cent", jour)
    if etat.encaisse > etat.plafond:
        yield Alerte(
            f"L’encaisse maximale de {afficher(etat.plafond)} est dépassée (article 12).", True
        )
    elif etat.encaisse * 100 >= etat.plafond * seuil:
        yield Alerte(
            f"L’encaisse atteint {etat.encaisse * 100 // etat.plafond} % du maximum : versez."
        )
