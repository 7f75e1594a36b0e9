"""Charges à payer: what the year consumed and did not mandate, on 408, reversed at the reopening.

Two kinds: invoices whose service fait is of the year and that no mandat of the year pays, and what
orders had delivered without an invoice. Only operating accounts (class 6): what is delivered of
fixed assets waits as « restes à réaliser ».
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import BigIntegerField, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit
from facturier.grand_livre.evenements import Charge, rattacher
from facturier.grand_livre.models import Exercice
from facturier.grand_livre.passation import EcritureRefusee
from facturier.suivi.models import BonCommande, Facture

CHARGES = "6"


@dataclass(frozen=True, slots=True)
class Rattachement:
    """The charges of a year, and how many entries were passed for those not posted before."""

    charges: list[Charge]
    nouvelles: int = 0

    @property
    def total(self) -> int:
        """Whole francs of all the charges, those posted before included."""
        return sum(charge.montant for charge in self.charges)


def charges_a_payer(annee: int) -> list[Charge]:
    """Return what the year `annee` owes without having mandated it, invoices first."""
    fin = date(annee, 12, 31)
    return [*_des_factures(annee, fin), *_des_receptions(fin)]


@transaction.atomic
def rattacher_charges(annee: int, *, par: Utilisateur) -> Rattachement:
    """Post the charges à payer of `annee` (D 6xx, C 408) and their reversal on 1 January.

    Posting again adds only what was not there: each charge is posted once.

    Raises:
        ActeInterdit: `par` is not finance staff.
        ValidationError: the year is not over, or an exercice is closed or unknown.
    """
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent des finances rattache les charges d’un exercice.")
    if timezone.localdate() <= date(annee, 12, 31):
        raise ValidationError(f"L’année {annee} n’est pas finie : rattachez ses charges ensuite.")
    ouverts = set(
        Exercice.objects.filter(annee__in=(annee, annee + 1), clos_le__isnull=True).values_list(
            "annee", flat=True
        )
    )
    if manquants := sorted({annee, annee + 1} - ouverts):
        raise ValidationError(f"L’exercice {manquants[0]} est clos ou n’est pas ouvert.")
    charges = charges_a_payer(annee)
    try:
        nouvelles = rattacher(charges, annee=annee, par=par)
    except EcritureRefusee as refus:
        raise ValidationError(str(refus)) from refus
    return Rattachement(charges, nouvelles)


def _des_factures(annee: int, fin: date) -> Iterator[Charge]:
    """Yield the invoices delivered in the year that no mandat of the year pays."""
    factures = (
        Facture.objects.vivantes()
        .filter(
            Q(mandat__isnull=True) | Q(mandat__exercice__gt=annee),
            nature=Facture.Nature.FACTURE,
            service_fait__date_service_fait__lte=fin,
        )
        .select_related("bon_commande", "etablissement__fournisseur")
        .order_by("pk")
    )
    for facture in factures:
        commande = facture.bon_commande
        compte = facture.compte or (commande.compte if commande else "")
        if compte.startswith(CHARGES):
            yield Charge(
                identite=f"facture-{facture.pk}",
                libelle=f"Charge à payer, facture {facture.numero}",
                compte=compte,
                montant=facture.montant_ttc,
                tiers_id=facture.etablissement.fournisseur.tiers_id,
            )


def _des_receptions(fin: date) -> Iterator[Charge]:
    """Yield what orders had delivered by the end of the year, no certified invoice billing it."""
    certifiees = (
        Facture.objects.vivantes()
        .filter(
            bon_commande=OuterRef("pk"),
            nature=Facture.Nature.FACTURE,
            service_fait__date_service_fait__lte=fin,
        )
        .order_by()
        .values("bon_commande")
        .annotate(total=Sum("montant_ttc"))
        .values("total")
    )
    commandes: Any = (
        BonCommande.objects.filter(compte__startswith=CHARGES)
        .annotate(
            recu=Sum("receptions__montant", filter=Q(receptions__date_reception__lte=fin)),
            certifie=Coalesce(Subquery(certifiees), 0, output_field=BigIntegerField()),
        )
        .filter(recu__gt=F("certifie"))
        .select_related("fournisseur")
        .order_by("pk")
    )
    for commande in commandes:
        yield Charge(
            identite=f"commande-{commande.pk}",
            libelle=f"Facture non parvenue, commande {commande.numero}",
            compte=commande.compte,
            montant=commande.recu - commande.certifie,
            tiers_id=commande.fournisseur.tiers_id,
        )
