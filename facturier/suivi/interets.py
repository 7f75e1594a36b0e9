"""Intérêts moratoires and indemnité forfaitaire, computed from dated parameters.

They run from the day after the last day allowed, the délai de mandatement and that of the treasury
added up (parameters in force at the deposit), moved by the days during which the supplier was
waited for: a suspension by the treasury is not the supplier's doing and moves nothing. The rate is
that of the first day of lateness, for the whole time; the year has 365 days. One rounding, last.
The supplier never asks: the product says what it has computed, and proposes it to the agents, who
may set it aside with a reason that he reads.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit
from facturier.commun.exports import Colonne, Tableau
from facturier.commun.montants import afficher, arrondir
from facturier.commun.pdf import Document
from facturier.grand_livre.models import Parametre
from facturier.grand_livre.models.comptes import ParametreAbsent
from facturier.suivi.etats import SANS_EFFET, EtatFacture
from facturier.suivi.horloges import JOUR, horloges
from facturier.suivi.models import DecisionInterets, DelaiConstate, Facture, TypeAvis
from facturier.suivi.notifications import prevenir

JOURS_PAR_AN = 365
LOT = 1_000
DUREES = ("delai_mandatement_jours", "delai_tps_jours")
TAUX, INDEMNITE = "taux_interets_moratoires", "indemnite_forfaitaire_francs"


@dataclass(frozen=True, slots=True)
class Decompte:
    """What lateness costs: francs, days, rate in percent a year; final once the invoice is paid."""

    facture: Facture
    echeance: date
    jusqu_au: date
    base: int
    taux: Decimal
    indemnite: int
    est_definitif: bool

    @property
    def jours(self) -> int:
        """Days of lateness."""
        return (self.jusqu_au - self.echeance).days

    @property
    def interets(self) -> int:
        """Interest on the amount with tax, rounded once."""
        return arrondir(
            Fraction(self.base) * Fraction(self.taux) * self.jours / (100 * JOURS_PAR_AN)
        )

    @property
    def total(self) -> int:
        """Interest and flat indemnity."""
        return self.interets + self.indemnite


class Baremes:
    """The four parameters at any day, read in one query."""

    def __init__(self) -> None:
        lues = Parametre.objects.filter(cle__in=[*DUREES, TAUX, INDEMNITE]).order_by("-debut")
        self.valeurs = list(lues.values_list("cle", "debut", "valeur"))

    def valeur(self, cle: str, au: date) -> str:
        """Return the value of `cle` on day `au`; raise `ParametreAbsent` when it has none."""
        for nom, debut, valeur in self.valeurs:
            if nom == cle and debut <= au:
                return valeur
        raise ParametreAbsent(f"Aucune valeur de « {cle} » n’est en vigueur le {au:%d/%m/%Y}.")

    def duree(self, au: date) -> int:
        """Return the days allowed from the deposit to the payment, for a deposit on day `au`."""
        return sum(int(self.valeur(cle, au)) for cle in DUREES)

    def duree_minimale(self) -> int:
        """Return the shortest that was ever allowed: nothing paid within it is late."""
        return sum(min(int(v) for nom, _, v in self.valeurs if nom == cle) for cle in DUREES)


def decompte(facture: Facture, *, au: date | None = None) -> Decompte | None:
    """Return what lateness costs so far (or cost, once paid); None when nothing is late."""
    if facture.etat in SANS_EFFET or facture.deposee_le is None:
        return None
    if facture.est_avoir or facture.etat == EtatFacture.AVOIR:
        return None
    mandatement = horloges(facture)[0]
    return _compter(
        facture,
        Baremes(),
        attente=mandatement.jours_de_pause,
        jusqu_au=facture.payee_le or au or timezone.localdate(),
    )


def en_retard(utilisateur: Utilisateur) -> QuerySet[DelaiConstate]:
    """Return the paid invoices that may be late, among those `utilisateur` sees, latest first.

    The exact limit, dated, is checked by `decomptes`; the shortest one ever leaves little aside.
    """
    visibles = Facture.objects.visibles_par(utilisateur).deposees()
    return (
        DelaiConstate.objects.filter(
            facture__in=visibles, jours_nets__gt=Baremes().duree_minimale()
        )
        .select_related("facture__etablissement", "facture__service", "facture__mandat")
        .order_by("-pk")
    )


def decomptes(delais: Iterable[DelaiConstate]) -> Iterator[Decompte]:
    """Yield what lateness cost, for each paid invoice that was late."""
    baremes = Baremes()
    for delai in delais:
        trouve = _compter(
            delai.facture, baremes, attente=delai.jours_fournisseur, jusqu_au=delai.payee_le
        )
        if trouve is not None:
            yield trouve


@transaction.atomic
def decider(
    facture: Facture, *, est_ecartee: bool, motif: str, par: Utilisateur
) -> DecisionInterets:
    """Set the interest of a paid invoice aside, or propose it again; the supplier is told why.

    Raises:
        ActeInterdit: `par` is neither finance staff nor ordonnateur.
        ValidationError: no reason, nothing is due, or it is so already.
    """
    if not par.a_role(Role.AGENT, Role.ORDONNATEUR):
        raise ActeInterdit("Seuls les finances et l’ordonnateur décident des intérêts moratoires.")
    verrouillee = Facture.objects.select_for_update(of=("self",)).get(pk=facture.pk)
    fait = decompte(verrouillee)
    if fait is None or not fait.est_definitif:
        raise ValidationError("Aucun intérêt n’est dû, ou la facture n’est pas encore payée.")
    if not motif.strip():
        raise ValidationError("Donnez le motif : le fournisseur le lira.")
    derniere = DecisionInterets.objects.filter(facture=verrouillee).first()
    if (derniere is not None and derniere.est_ecartee) == est_ecartee:
        raise ValidationError(
            "Cette proposition est déjà écartée." if est_ecartee else "Elle est déjà proposée."
        )
    decision = DecisionInterets.objects.create(
        facture=verrouillee,
        est_ecartee=est_ecartee,
        montant=fait.total,
        motif=motif.strip(),
        prise_par=par,
    )
    prevenir(verrouillee, TypeAvis.INTERETS)
    return decision


def dernieres_decisions(factures: Iterable[int]) -> dict[int, DecisionInterets]:
    """Return the decision that prevails on the interest of each invoice, by key."""
    prises = DecisionInterets.objects.filter(facture__in=list(factures)).select_related("prise_par")
    return {prise.facture_id: prise for prise in prises.order_by("pk")}


def tableau(utilisateur: Utilisateur) -> Tableau:
    """Return every proposal that `utilisateur` sees, ready to export."""
    trouves = decomptes(en_retard(utilisateur).iterator(chunk_size=2000))
    return Tableau(
        nom=f"interets-moratoires-{timezone.localdate():%Y-%m-%d}",
        titre="Intérêts moratoires à proposer",
        description="Factures payées après le délai, de la plus récente à la plus ancienne",
        colonnes=(
            Colonne("Facture", 2),
            Colonne("Fournisseur", 2.6),
            Colonne("RIDET"),
            Colonne("Direction"),
            Colonne("Mandat"),
            Colonne("Échéance", 1.5),
            Colonne("Payée le", 1.5),
            Colonne("Jours de retard", 1, est_nombre=True),
            Colonne("Base", est_montant=True),
            Colonne("Taux", est_nombre=True),
            Colonne("Intérêts", 1.8, est_montant=True),
            Colonne("Indemnité", 1.8, est_montant=True),
            Colonne("Total", 1.8, est_montant=True),
            Colonne("Décision"),
        ),
        lignes=_lignes(trouves),
    )


def dessiner(decompte_fait: Decompte) -> io.BytesIO:
    """Return the PDF sheet of a computation, with every figure it rests on."""
    sortie, facture = io.BytesIO(), decompte_fait.facture
    etabli_le = timezone.make_aware(datetime.combine(decompte_fait.jusqu_au, time(12)))
    with Document(
        sortie,
        titre=f"Décompte d’intérêts moratoires, facture {facture.numero}",
        etabli_le=etabli_le,
    ) as pdf:
        pdf.titre("Décompte d’intérêts moratoires", f"Facture {facture.numero}")
        pdf.encadre(
            "Proposition",
            afficher(decompte_fait.total),
            "Calculée par le produit ; l’ordonnateur la mandate au compte 6711.",
        )
        pdf.resume(
            [
                ("Fournisseur", facture.etablissement.denomination),
                ("RIDET", facture.etablissement.ridet_affiche),
                ("Déposée le", f"{timezone.localdate(facture.deposee_le):%d/%m/%Y}"),
                ("Dernier jour du délai", f"{decompte_fait.echeance:%d/%m/%Y}"),
                ("Payée le", f"{decompte_fait.jusqu_au:%d/%m/%Y}"),
                ("Retard", f"{decompte_fait.jours} jours"),
                ("Somme payée en retard, TTC", afficher(decompte_fait.base)),
                ("Taux annuel", f"{decompte_fait.taux.normalize():f} %".replace(".", ",")),
                ("Intérêts", afficher(decompte_fait.interets)),
                ("Indemnité forfaitaire", afficher(decompte_fait.indemnite)),
            ]
        )
        pdf.paragraphe(
            f"Les intérêts sont la somme payée en retard, multipliée par le taux et par "
            f"{decompte_fait.jours} jours sur {JOURS_PAR_AN}, arrondie au franc. Les jours pendant "
            "lesquels une réponse du fournisseur était attendue repoussent le dernier jour du "
            "délai."
        )
    sortie.seek(0)
    return sortie


def _compter(
    facture: Facture, baremes: Baremes, *, attente: int, jusqu_au: date
) -> Decompte | None:
    """Compute, or return None when the invoice is not late on day `jusqu_au`."""
    depot = timezone.localdate(facture.deposee_le)
    echeance = depot + (baremes.duree(depot) + attente) * JOUR
    if jusqu_au <= echeance:
        return None
    debut = echeance + JOUR
    return Decompte(
        facture=facture,
        echeance=echeance,
        jusqu_au=jusqu_au,
        base=facture.montant_liquide or facture.montant_ttc or 0,
        taux=Decimal(baremes.valeur(TAUX, debut)),
        indemnite=int(baremes.valeur(INDEMNITE, debut)),
        est_definitif=facture.payee_le is not None,
    )


def _lignes(decomptes_faits: Iterable[Decompte]) -> Iterator[tuple[object, ...]]:
    """Make the lines by lots, each with the decisions of its invoices."""
    faits = iter(decomptes_faits)
    while lot := list(islice(faits, LOT)):
        decisions = dernieres_decisions(un.facture.pk for un in lot)
        for un in lot:
            yield _ligne(un, decisions.get(un.facture.pk))


def _ligne(un: Decompte, decision: DecisionInterets | None) -> tuple[object, ...]:
    facture = un.facture
    return (
        facture.numero,
        facture.etablissement.denomination,
        facture.etablissement.ridet,
        facture.service.direction if facture.service else "",
        facture.mandat.reference if facture.mandat else "",
        un.echeance,
        un.jusqu_au,
        un.jours,
        un.base,
        un.taux,
        un.interets,
        un.indemnite,
        un.total,
        f"{decision} : {decision.motif}" if decision else "",
    )
