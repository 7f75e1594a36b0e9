"""Instalments agreed on a titre: laid, followed, closed (domaine.md, G1).

What an instalment still owes is read from the ledger: all that was received since the agreement
settles the instalments in the order of their days, whatever the means and the counter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Greatest
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.calendrier import plus_mois
from facturier.commun.causes import phrase_de_la_base
from facturier.commun.champs import MontantField
from facturier.commun.etats import franchir
from facturier.commun.montants import afficher
from facturier.grand_livre.models import SensPiece, Titre
from facturier.grand_livre.soldes import reste_correle, reste_du, reste_du_par_piece
from telepaiement import courriels, creances
from telepaiement.models import (
    ECHEANCES_MAXIMUM,
    ECHEANCES_MINIMUM,
    DemandeRedevable,
    Echeance,
    Echeancier,
    EtatEcheancier,
    RelanceEcheance,
)

PAIEMENT_EN_COURS = "Un paiement par carte est en cours sur ce titre : attendez son issue."


@dataclass(frozen=True, slots=True)
class EcheanceSuivie:
    """An instalment as it stands today; amounts in whole francs."""

    rang: int
    le: date
    montant: int
    reste: int
    pk: int
    est_exigible: bool  # its titre may be paid now, neither suspended nor given back

    @property
    def est_payee(self) -> bool:
        """Whether nothing of it is owed any more."""
        return self.reste == 0

    @property
    def est_en_retard(self) -> bool:
        """Whether its day is over and it is not wholly paid, though it may be."""
        return self.est_exigible and self.reste > 0 and self.le < timezone.localdate()


def proposer(reste: int, nombre: int, premiere: date) -> list[tuple[date, int]]:
    """Split `reste` francs into `nombre` monthly instalments; the first takes what is left over."""
    part, surplus = divmod(reste, nombre)
    return [
        (plus_mois(premiere, rang), part + (surplus if rang == 0 else 0)) for rang in range(nombre)
    ]


def en_cours(titre: Titre) -> Echeancier | None:
    """Return the échéancier that rules the payment of `titre` now, if there is one."""
    echeancier: Echeancier | None = (
        titre.echeanciers.filter(etat=EtatEcheancier.EN_COURS).prefetch_related("echeances").first()
    )
    return echeancier


def suivies(echeancier: Echeancier, reste: int) -> list[EcheanceSuivie]:
    """Return its instalments, with what each owes when `reste` francs of the titre are owed."""
    paye = max(echeancier.montant - max(reste, 0), 0)
    est_exigible = echeancier.titre.etat in creances.ETATS_PAYABLES
    resultat = []
    for echeance in echeancier.echeances.all():
        part = min(paye, echeance.montant)
        paye -= part
        resultat.append(
            EcheanceSuivie(
                rang=echeance.rang,
                le=echeance.le,
                montant=echeance.montant,
                reste=echeance.montant - part,
                pk=echeance.pk,
                est_exigible=est_exigible,
            )
        )
    return resultat


def choix(titre: Titre, reste: int) -> list[tuple[int, int]]:
    """Return what may be paid in one go: a number of instalments and the sum of their rests.

    Empty without an échéancier: only the whole is then paid. The last choice is the whole.
    """
    echeancier = en_cours(titre)
    if echeancier is None:
        return []
    dues = [echeance.reste for echeance in suivies(echeancier, reste) if echeance.reste]
    return [
        (nombre, reste if nombre == len(dues) else sum(dues[:nombre]))
        for nombre in range(1, len(dues) + 1)
    ]


def montant_choisi(titre: Titre, reste: int, nombre: int | None) -> int:
    """Return the francs of `nombre` instalments of `titre`, or of the whole when None.

    Raises:
        ValidationError: there is no such choice (any more).
    """
    if nombre is None:
        return reste
    montant = dict(choix(titre, reste)).get(nombre)
    if montant is None:
        raise ValidationError(
            "Ce choix d’échéances n’existe plus : la somme due a changé. Choisissez de nouveau."
        )
    return montant


@transaction.atomic
def accorder(
    demande: DemandeRedevable,
    *,
    echeances: Sequence[tuple[date, int]],
    par: Utilisateur,
) -> Echeancier:
    """Lay the échéancier that answers `demande`, under the lock of its titre.

    Args:
        echeances: day and francs of each, in order.

    Raises:
        ValidationError: nothing payable, days or amounts that do not fit, a card being charged.
    """
    titre = Titre.objects.select_for_update(of=("self",)).get(pk=demande.titre_id)
    reste = reste_du(titre)
    if motif := creances.motif_impayable(titre, reste):
        raise ValidationError(motif)
    if titre.tentatives.engagees().exists():
        raise ValidationError(PAIEMENT_EN_COURS)
    controler(echeances, reste)
    try:
        with transaction.atomic():
            echeancier = Echeancier.objects.create(
                titre=titre, demande=demande, montant=reste, accorde_par=par
            )
            echeancier.passages.create(acte="preparer", depart="", arrivee=echeancier.etat, par=par)
            Echeance.objects.bulk_create(
                Echeance(echeancier=echeancier, rang=rang, le=le, montant=montant)
                for rang, (le, montant) in enumerate(echeances, start=1)
            )
            franchir(echeancier, "accorder", par=par)
    except IntegrityError as erreur:
        raise ValidationError(phrase_de_la_base(erreur)) from erreur
    return echeancier


def controler(echeances: Sequence[tuple[date, int]], reste: int) -> None:
    """Check days and amounts of instalments against the `reste` francs owed.

    Raises:
        ValidationError: in French, what is wrong and by how much.
    """
    if not ECHEANCES_MINIMUM <= len(echeances) <= ECHEANCES_MAXIMUM:
        raise ValidationError(
            f"Un échéancier a de {ECHEANCES_MINIMUM} à {ECHEANCES_MAXIMUM} échéances."
        )
    jours = [le for le, _ in echeances]
    if jours[0] < timezone.localdate():
        raise ValidationError("La première échéance ne peut pas être passée.")
    if any(apres <= avant for avant, apres in pairwise(jours)):
        raise ValidationError("Chaque échéance vient après la précédente : corrigez les dates.")
    total = sum(montant for _, montant in echeances)
    if total != reste:
        raise ValidationError(
            f"Les échéances font {afficher(total)} ; il est dû {afficher(reste)} : corrigez les "
            "montants."
        )


def suivre(titre: Titre) -> None:
    """Close the échéancier of `titre` when nothing is owed any more; open it again otherwise.

    Called under the lock of the titre, after each movement of money, and every night.
    """
    reste = reste_du(titre)
    systeme = Utilisateur.objects.systeme()
    actuel = en_cours(titre)
    if actuel is not None and reste <= 0:
        franchir(actuel, "solder", par=systeme, motif="plus rien n’est dû")
    if actuel is None and reste > 0:
        dernier = titre.echeanciers.filter(etat=EtatEcheancier.SOLDE).order_by("-pk").first()
        if dernier is not None:
            franchir(dernier, "rouvrir", par=systeme, motif=f"{reste} F sont dus de nouveau")


@transaction.atomic
def rompre(echeancier_id: int, *, motif: str, par: Utilisateur) -> Echeancier:
    """End an échéancier that is not kept: the whole is due at once.

    Raises:
        ValidationError: no reason given.
        facturier.commun.etats.TransitionInterdite: it is not under way.
    """
    echeancier: Echeancier = Echeancier.objects.select_related("titre", "demande").get(
        pk=echeancier_id
    )
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi cet échéancier est rompu."})
    Titre.objects.select_for_update(of=("self",)).get(pk=echeancier.titre_id)
    franchir(echeancier, "rompre", par=par, motif=motif.strip())
    transaction.on_commit(
        partial(courriels.envoyer_rupture, echeancier.pk, motif.strip()), robust=True
    )
    return echeancier


def tous_en_retard() -> QuerySet[Echeancier]:
    """Return the échéanciers under way of which an instalment is late, oldest first.

    Of a titre that may not be paid now, suspended or given back, nothing is late.
    """
    echues = Sum("echeances__montant", filter=Q(echeances__le__lt=timezone.localdate()))
    du = Greatest(0, reste_correle("titre", sens=SensPiece.RECETTE), output_field=MontantField())
    en_cours: QuerySet[Any] = Echeancier.objects.filter(
        etat=EtatEcheancier.EN_COURS, titre__etat__in=creances.ETATS_PAYABLES
    )
    retards: QuerySet[Echeancier] = en_cours.annotate(echu=echues, du=du).filter(
        echu__gt=F("montant") - F("du")
    )
    return retards.order_by("pk")


def en_retard(limite: int | None = None) -> Iterator[tuple[Echeancier, EcheanceSuivie]]:
    """Yield each échéancier that is late, with its oldest late instalment; 3 queries.

    Args:
        limite: how many at most; all by default.
    """
    lot = list(
        tous_en_retard()
        .select_related("titre__tiers", "demande")
        .prefetch_related("echeances")[:limite]
    )
    restes = reste_du_par_piece([un.titre_id for un in lot], sens=SensPiece.RECETTE)
    for echeancier in lot:
        suite = suivies(echeancier, restes.get(echeancier.titre_id, 0))
        if retards := [echeance for echeance in suite if echeance.est_en_retard]:
            yield echeancier, retards[0]


def relancer() -> dict[str, int]:
    """Close what other roads settled, then remind each late debtor who left an address, once.

    Returns:
        Numbers: `suivis` échéanciers under way, `relances` mails sent.
    """
    resultat = {"suivis": 0, "relances": 0}
    titres = Titre.objects.filter(
        echeanciers__etat__in=[EtatEcheancier.EN_COURS, EtatEcheancier.SOLDE]
    ).distinct()
    for pk in list(titres.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            suivre(Titre.objects.select_for_update(of=("self",)).get(pk=pk))
        resultat["suivis"] += 1
    for echeancier, echeance in en_retard():
        adresse = echeancier.demande.courriel
        if adresse and _relancer(echeance, adresse):
            resultat["relances"] += 1
    return resultat


@transaction.atomic
def _relancer(echeance: EcheanceSuivie, adresse: str) -> bool:
    _, est_neuve = RelanceEcheance.objects.get_or_create(
        echeance_id=echeance.pk, defaults={"courriel": adresse}
    )
    if est_neuve:
        transaction.on_commit(
            partial(courriels.envoyer_relance, echeance.pk, echeance.reste), robust=True
        )
    return est_neuve
