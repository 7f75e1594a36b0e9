"""What an invoice is owed for: gross, avoirs, deductions and net, in whole francs that add up.

Avoirs that the service has agreed to reduce what is mandated, rate by rate. The guarantee, the
advance recovered and the penalties are withheld from what the mandat pays, each on its own account
(domaine, A5: 40171 and 40471, 4091, 40173 and 40473).
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, OuterRef, QuerySet, Subquery, Sum
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import franchir
from facturier.commun.montants import afficher, appliquer_taux
from facturier.grand_livre.models import (
    PIECES_SANS_EFFET,
    Deduction,
    EtatPiece,
    Parametre,
    SchemaComptable,
)
from facturier.grand_livre.ventilation import section
from facturier.suivi.etats import ACCEPTES, SANS_EFFET, EtatFacture
from facturier.suivi.models import (
    Avance,
    BonCommande,
    Facture,
    LigneLiquidation,
    Liquidation,
    RepartitionTaxe,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deductions:
    """What a liquidation withholds: rate of the guarantee, francs of advance and penalties."""

    taux_garantie: Decimal = Decimal(0)
    avance: int = 0
    penalites: int = 0
    motif_penalites: str = ""


def proposer(facture: Facture) -> Deductions:
    """Propose the guarantee of the last invoice of the order, and to recover its advance."""
    commande = facture.bon_commande
    if commande is None:
        return Deductions()
    precedente = (
        dernieres_de(commande).exclude(facture=facture).order_by("-etablie_le", "-pk").first()
    )
    taux = precedente.taux_garantie if precedente else Decimal(0)
    du = (facture.montant_ttc or 0) - _total(avoirs_acceptes(facture))
    libre = max(du - appliquer_taux(du, taux) - 1, 0)
    return Deductions(
        taux_garantie=taux, avance=min(avance_a_recuperer(commande, sauf=facture), libre)
    )


def a_mandater(facture: Facture) -> int:
    """Return the francs with tax that a mandat would charge: what is due, less the avoirs."""
    prevalente = derniere(facture)
    if prevalente is not None:
        return prevalente.mandate
    return (facture.montant_ttc or 0) - _total(avoirs_acceptes(facture))


def derniere(facture: Facture) -> Liquidation | None:
    """Return the liquidation that prevails, if any."""
    prevalente: Liquidation | None = facture.liquidations.order_by("rang").last()
    return prevalente


def dernieres(factures: Collection[int]) -> dict[int, Liquidation]:
    """Return the liquidation that prevails of each invoice, by its key; one query."""
    lues = Liquidation.objects.filter(facture__in=factures).order_by("facture", "rang")
    return {liquidation.facture_id: liquidation for liquidation in lues}


def dernieres_de(commande: BonCommande) -> QuerySet[Liquidation]:
    """Return the liquidations that prevail of the living invoices of an order."""
    vivantes = Facture.objects.filter(bon_commande=commande).exclude(etat__in=SANS_EFFET)
    rangs = Liquidation.objects.filter(facture=OuterRef("facture")).order_by("-rang")
    return Liquidation.objects.filter(facture__in=vivantes, rang=Subquery(rangs.values("rang")[:1]))


def avoirs_acceptes(facture: Facture) -> list[Facture]:
    """Return the avoirs to deduct: agreed by the service, or deducted by an older liquidation."""
    return list(facture.avoirs.filter(etat__in=ACCEPTES).order_by("pk"))


def avance_a_recuperer(commande: BonCommande, *, sauf: Facture | None = None) -> int:
    """Return the francs of advance that no liquidation recovers yet, that of `sauf` left out."""
    avances = Avance.objects.filter(commande=commande).exclude(mandat__etat__in=PIECES_SANS_EFFET)
    versee: int = avances.aggregate(total=Sum("montant", default=0))["total"]
    liquidations = dernieres_de(commande)
    if sauf is not None:
        liquidations = liquidations.exclude(facture=sauf)
    recuperee: int = liquidations.aggregate(total=Sum("avance", default=0))["total"]
    return versee - recuperee


@transaction.atomic
def etablir(
    facture: Facture, *, par: Utilisateur, deductions: Deductions | None = None
) -> Liquidation:
    """Compute and keep the amounts of an invoice, whose avoirs are then deducted for good.

    Called by the acts that liquidate, in their transaction.

    Args:
        deductions: what to withhold; None follows the proposal.

    Raises:
        ValidationError: a rate or an amount does not fit; the message says which.
    """
    if facture.bon_commande_id:
        BonCommande.objects.select_for_update().get(pk=facture.bon_commande_id)
    avoirs = avoirs_acceptes(facture)
    liquidation = _calculer(facture, avoirs, deductions or proposer(facture), par)
    _exiger(liquidation)
    _garder(liquidation, avoirs, par)
    return liquidation


@transaction.atomic
def constater_rendue(facture: Facture, *, par: Utilisateur) -> Liquidation:
    """Keep the liquidation of an invoice that its avoirs give back in whole: nothing is owed.

    Called by the act that settles it, in its transaction.

    Raises:
        ValidationError: the avoirs agreed do not give it back in whole.
    """
    avoirs = avoirs_acceptes(facture)
    liquidation = _calculer(facture, avoirs, Deductions(), par)
    if (liquidation.mandate_ht, liquidation.mandate_tgc) != (0, 0):
        raise ValidationError(
            f"Les avoirs acceptés rendent {afficher(liquidation.avoirs)} des "
            f"{afficher(liquidation.brut)} facturés : liquidez la facture, ils en seront déduits."
        )
    _garder(liquidation, avoirs, par)
    return liquidation


def est_rendue_en_entier(facture: Facture) -> bool:
    """Tell whether the avoirs that the service agreed to leave nothing to pay of an invoice."""
    return not facture.est_avoir and _total(avoirs_acceptes(facture)) == facture.montant_ttc


def _calculer(
    facture: Facture, avoirs: Sequence[Facture], voulues: Deductions, par: Utilisateur
) -> Liquidation:
    """Return the amounts, not saved yet."""
    liquidation = Liquidation(
        facture=facture,
        rang=(facture.liquidations.aggregate(rang=Max("rang"))["rang"] or 0) + 1,
        brut_ht=facture.montant_ht,
        brut_tgc=facture.montant_tgc,
        avoirs_ht=sum(avoir.montant_ht for avoir in avoirs),
        avoirs_tgc=sum(avoir.montant_tgc for avoir in avoirs),
        taux_garantie=voulues.taux_garantie,
        avance=voulues.avance,
        penalites=voulues.penalites,
        motif_penalites=voulues.motif_penalites.strip(),
        etablie_par=par,
    )
    liquidation.garantie = appliquer_taux(liquidation.mandate, voulues.taux_garantie)
    retenu = liquidation.garantie + liquidation.avance + liquidation.penalites
    liquidation.net = liquidation.mandate - retenu
    return liquidation


def _garder(liquidation: Liquidation, avoirs: Sequence[Facture], par: Utilisateur) -> None:
    """Save a liquidation with its lines, and deduct its avoirs for good."""
    lignes = _par_taux(liquidation.facture, avoirs)
    liquidation.save()
    for ligne in lignes:
        ligne.liquidation = liquidation
    LigneLiquidation.objects.bulk_create(lignes)
    for avoir in avoirs:
        if avoir.etat == EtatFacture.SERVICE_FAIT:
            franchir(
                avoir,
                "compenser_avoir",
                par=par,
                motif=f"Déduit de la facture {liquidation.facture.numero}",
            )


def vue_de_liquidation(facture: Facture, lecteur: Utilisateur) -> dict[str, Any]:
    """Return what the pages of an invoice show of its liquidation; empty before it."""
    prevalente = derniere(facture)
    if prevalente is None:
        return {}
    liberations = list(prevalente.liberations.select_related("mandat"))
    est_payee = facture.mandat is not None and facture.mandat.etat == EtatPiece.PAYEE
    vivantes = [lib for lib in liberations if lib.mandat.etat not in PIECES_SANS_EFFET]
    return {
        "liquidation": prevalente,
        "liquidation_lignes": list(prevalente.lignes.all()),
        "liberations": liberations,
        "comptes": _comptes_de(facture),
        "est_liberable": est_payee
        and prevalente.garantie > 0
        and not vivantes
        and lecteur.a_role(Role.AGENT),
    }


def _comptes_de(facture: Facture) -> dict[str, str]:
    """Return the accounts of an invoice; none where nothing is left to charge."""
    if facture.est_rendue:
        return {}
    return comptes(
        facture.compte, facture.mandat.date_emission if facture.mandat else timezone.localdate()
    )


def comptes(imputation: str, au: date) -> dict[str, str]:
    """Return the account of the net and of each deduction of a mandat issued on day `au`.

    They are those of the scheme in force, for the section of the account that it charges.
    """
    nom = section(imputation)
    schema = SchemaComptable.objects.en_vigueur("mandatement", au)
    connus = {regle.part: regle.compte for regle in schema}
    parts = {nature: f"{nature}_{nom}" for nature in Deduction.Nature.values} | {"net": nom}
    return {poste: connus[part] for poste, part in parts.items()}


def _exiger(liquidation: Liquidation) -> None:
    """Refuse what the constraints of the table would, in words that say what to do."""
    plafond = Parametre.objects.valeur("taux_retenue_garantie_maximum", timezone.localdate())
    if not 0 <= liquidation.taux_garantie <= Decimal(plafond):
        raise ValidationError(
            f"La retenue de garantie est de {plafond} % au plus : corrigez son taux."
        )
    if liquidation.avance < 0 or liquidation.penalites < 0:
        raise ValidationError("Une avance récupérée et des pénalités sont positives.")
    commande = liquidation.facture.bon_commande
    reste = avance_a_recuperer(commande, sauf=liquidation.facture) if commande else 0
    if liquidation.avance > reste:
        raise ValidationError(
            f"Il reste {afficher(reste)} d’avance à récupérer sur cette commande, et non "
            f"{afficher(liquidation.avance)}."
        )
    if liquidation.penalites and not liquidation.motif_penalites:
        raise ValidationError("Dites pourquoi ces pénalités : le fournisseur le lira.")
    if liquidation.mandate_ht <= 0 or liquidation.net <= 0:
        raise ValidationError(
            "Les avoirs et les déductions ne laissent rien à payer des "
            f"{afficher(liquidation.brut)} facturés : réduisez les déductions, ou soldez la "
            "facture par l’avoir s’il la rend en entier."
        )


def _par_taux(facture: Facture, avoirs: Sequence[Facture]) -> list[LigneLiquidation]:
    """Return base and tax of each rate, those of the avoirs beside; they make the totals exactly.

    Raises:
        ValidationError: an avoir gives back more, at one rate, than what was invoiced.
    """
    factures, rendus = _repartir([facture]), _repartir(avoirs)
    lignes = []
    for taux in sorted(factures.keys() | rendus.keys()):
        base, taxe = factures.get(taux, (0, 0))
        avoir_base, avoir_taxe = rendus.get(taux, (0, 0))
        if avoir_base > base or avoir_taxe > taxe:
            raise ValidationError(
                f"À {taux.normalize():f} % de TGC, les avoirs rendent "
                f"{afficher(avoir_base + avoir_taxe)} pour {afficher(base + taxe)} facturés : "
                "rejetez l’avoir, le fournisseur le refera au bon taux."
            )
        lignes.append(
            LigneLiquidation(
                taux=taux, base=base, taxe=taxe, avoir_base=avoir_base, avoir_taxe=avoir_taxe
            )
        )
    return lignes


def _repartir(factures: Sequence[Facture]) -> dict[Decimal, tuple[int, int]]:
    """Return base and tax by rate; francs of rounding go to the rate with the largest base."""
    par_taux: dict[Decimal, list[int]] = defaultdict(lambda: [0, 0])
    parts = RepartitionTaxe.objects.filter(facture__in=factures).order_by("-base")
    for facture in factures:
        siennes = [part for part in parts if part.facture_id == facture.pk]
        ecart_ht = (facture.montant_ht or 0) - sum(part.base for part in siennes)
        ecart_tgc = (facture.montant_tgc or 0) - sum(part.taxe for part in siennes)
        for part in siennes:
            par_taux[part.taux][0] += part.base
            par_taux[part.taux][1] += part.taxe
        principal = siennes[0].taux if siennes else Decimal(0)
        par_taux[principal][0] += ecart_ht
        par_taux[principal][1] += ecart_tgc
    return {taux: (base, taxe) for taux, (base, taxe) in par_taux.items()}


def _total(factures: Sequence[Facture]) -> int:
    return sum(facture.montant_ttc or 0 for facture in factures)
