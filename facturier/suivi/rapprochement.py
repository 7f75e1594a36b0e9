"""Order, deliveries and invoices side by side: what was ordered, received, invoiced, and is left.

An invoice is paid for what was ordered and received (décret 2012-1246, art. 20 and 31). What is
received stays within the order, what is invoiced too: triggers refuse the rest on both engines.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.commun.montants import afficher, arrondir
from facturier.suivi.etats import SANS_EFFET
from facturier.suivi.models import (
    BonCommande,
    Facture,
    LigneCommande,
    LigneReception,
    Reception,
    ServiceFait,
)


@dataclass(frozen=True, slots=True)
class Rapprochement:
    """Whole francs with tax: ordered, received, invoiced."""

    engage: int
    recu: int
    facture: int

    @property
    def reste_a_facturer(self) -> int:
        """What may still be invoiced on the order."""
        return self.engage - self.facture

    @property
    def reste_a_recevoir(self) -> int:
        """What the supplier has still to deliver."""
        return self.engage - self.recu

    @property
    def facture_non_recu(self) -> int:
        """What is invoiced and no delivery justifies yet."""
        return max(self.facture - self.recu, 0)


@dataclass(frozen=True, slots=True)
class LigneRapprochee:
    """A line of the order with the quantities received and left."""

    ligne: LigneCommande
    recue: Decimal

    @property
    def reste(self) -> Decimal:
        """Quantity that was not delivered yet."""
        return self.ligne.quantite - self.recue


def rapprocher(commande: BonCommande) -> Rapprochement:
    """Return what `commande` has had delivered and invoiced, in one query."""
    return rapprocher_toutes([commande])[commande]


def rapprocher_toutes(commandes: Iterable[BonCommande]) -> dict[BonCommande, Rapprochement]:
    """Return what each order has had delivered and invoiced, in their order, in one query."""
    lues: Any = (
        BonCommande.objects.avec_reste().avec_recu().filter(pk__in=[c.pk for c in commandes])
    )
    return {
        lue: Rapprochement(lue.montant_engage, lue.montant_recu, lue.montant_facture)
        for lue in lues.order_by("numero")
    }


def rapprocher_lignes(commande: BonCommande) -> list[LigneRapprochee]:
    """Return the lines of `commande` with what was received of each, in one query."""
    lignes = commande.lignes.annotate(recue=Sum("receptions__quantite", default=Decimal(0)))
    return [LigneRapprochee(ligne, ligne.recue) for ligne in lignes.order_by("rang")]


def depassement(commande: BonCommande, montant: int) -> str:
    """Say why `montant` (francs with tax) does not fit in what is left; empty when it does."""
    reste = max(commande.reste(), 0)
    if montant <= reste:
        return ""
    return (
        f"Il reste {afficher(reste)} à facturer sur le bon de commande {commande.numero}, et cette "
        f"facture en demande {afficher(montant)}. Facturez au plus ce qui reste, choisissez un "
        f"autre bon de commande, ou demandez au service {commande.service.libelle} d’augmenter "
        "celui-ci avant de déposer."
    )


def exiger_place(commande: BonCommande, montant: int) -> None:
    """Lock `commande`, to which an invoice of `montant` is about to be added.

    Raises:
        ValidationError: less than that is left to invoice; the message says how much.
    """
    if refus := depassement(verrouiller(commande), montant):
        raise ValidationError(refus)


@transaction.atomic
def constater_reception(
    commande: BonCommande,
    *,
    date_reception: date,
    description: str,
    par: Utilisateur,
    montant: int | None = None,
    quantites: Mapping[int, Decimal] | None = None,
    bon_livraison: str = "",
) -> Reception:
    """Record what was delivered of an order, in francs or by line.

    Args:
        montant: francs with tax; without it, worked out from `quantites`.
        quantites: what was received of each line, by its key.

    Raises:
        ActeInterdit: `par` is not of the service of the order.
        ValidationError: nothing received, in the future, or more than what was ordered.
    """
    _exiger_service(commande, par)
    if date_reception > timezone.localdate():
        raise ValidationError("La date de réception est dans l’avenir : indiquez le jour réel.")
    verrouillee = verrouiller(commande)
    recues = _quantites(verrouillee, quantites or {})
    if montant is None:
        montant = _valoriser(verrouillee, recues)
    if montant <= 0:
        raise ValidationError("Indiquez le montant reçu, ou la quantité reçue d’une ligne.")
    reste = verrouillee.montant_engage - _recu(verrouillee)
    if montant > reste:
        raise ValidationError(
            f"Il ne reste que {afficher(reste)} à recevoir sur le bon de commande "
            f"{verrouillee.numero} : vérifiez la quantité, ou faites augmenter la commande."
        )
    reception = Reception.objects.create(
        commande=verrouillee,
        date_reception=date_reception,
        description=description.strip(),
        bon_livraison=bon_livraison.strip(),
        montant=montant,
        constatee_par=par,
    )
    LigneReception.objects.bulk_create(
        LigneReception(reception=reception, ligne=ligne, quantite=quantite)
        for ligne, quantite in recues.items()
    )
    return reception


@transaction.atomic
def annuler_reception(reception: Reception, *, motif: str, par: Utilisateur) -> Reception:
    """Cancel a delivery recorded by mistake, by a row of the opposite amount.

    Raises:
        ActeInterdit: `par` is not of the service of the order.
        TransitionInterdite: cancelled already, is itself a cancellation, or certified invoices
            rest on it.
        ValidationError: no reason given.
    """
    commande = verrouiller(reception.commande)
    _exiger_service(commande, par)
    if not motif.strip():
        raise ValidationError("Donnez le motif de l’annulation.")
    if reception.annule_id or Reception.objects.filter(annule=reception).exists():
        raise TransitionInterdite("Cette réception est déjà annulée.")
    certifie = _certifie(commande)
    if _recu(commande) - reception.montant < certifie:
        raise TransitionInterdite(
            f"Des factures certifiées pour {afficher(certifie)} reposent sur cette réception : "
            "elle ne s’annule plus. Demandez un avoir au fournisseur."
        )
    annulation = Reception.objects.create(
        commande=commande,
        date_reception=timezone.localdate(),
        description=f"Annulation : {motif.strip()}"[:300],
        montant=-reception.montant,
        annule=reception,
        constatee_par=par,
    )
    LigneReception.objects.bulk_create(
        LigneReception(reception=annulation, ligne_id=recue.ligne_id, quantite=-recue.quantite)
        for recue in reception.lignes.all()
    )
    return annulation


def recevoir_le_facture(service_fait: ServiceFait) -> Reception | None:
    """Record as received what a certified invoice bills and no delivery covers yet.

    Called by the certification, in its transaction; an invoice without an order receives nothing.
    """
    facture: Facture = service_fait.facture
    if facture.bon_commande is None or facture.est_avoir:
        return None
    commande = verrouiller(facture.bon_commande)
    recu = _recu(commande)
    manque = min(_certifie(commande), commande.montant_engage) - recu
    if manque <= 0:
        return None
    return Reception.objects.create(
        commande=commande,
        date_reception=service_fait.date_service_fait,
        description=f"Service fait de la facture {facture.numero}",
        montant=manque,
        service_fait=service_fait,
        constatee_par=service_fait.certifie_par,
    )


def _exiger_service(commande: BonCommande, par: Utilisateur) -> None:
    if par.est_systeme:
        return
    if not par.a_role(Role.SERVICE) or par.service_id != commande.service_id:
        raise ActeInterdit(f"Seul le service {commande.service.libelle} constate ce qu’il a reçu.")


def verrouiller(commande: BonCommande) -> BonCommande:
    """Lock an order, in a transaction, and return it as it stands."""
    verrouillee: BonCommande = (
        BonCommande.objects.select_for_update(of=("self",))
        .select_related("service")
        .get(pk=commande.pk)
    )
    return verrouillee


def _recu(commande: BonCommande) -> int:
    total: int = commande.receptions.aggregate(total=Sum("montant", default=0))["total"]
    return total


def _certifie(commande: BonCommande) -> int:
    """Return the francs of the living invoices of the order whose service fait is certified."""
    certifiees = Facture.objects.filter(
        bon_commande=commande, nature=Facture.Nature.FACTURE, service_fait__isnull=False
    )
    vivantes = certifiees.exclude(etat__in=SANS_EFFET)
    total: int = vivantes.aggregate(total=Sum("montant_ttc", default=0))["total"]
    return total


def _quantites(
    commande: BonCommande, quantites: Mapping[int, Decimal]
) -> dict[LigneCommande, Decimal]:
    """Check the quantities received against what is left of each line."""
    rapprochees = {r.ligne.pk: r for r in rapprocher_lignes(commande)}
    if not quantites.keys() <= rapprochees.keys():
        raise ValidationError("Une des lignes n’est pas de ce bon de commande : rechargez la page.")
    recues = {}
    for cle, quantite in quantites.items():
        rapprochee = rapprochees[cle]
        if quantite < 0:
            raise ValidationError("Une quantité reçue est positive.")
        if quantite > rapprochee.reste:
            raise ValidationError(
                f"Ligne « {rapprochee.ligne.libelle} » : il reste "
                f"{rapprochee.reste.normalize():f} à recevoir, et non {quantite.normalize():f}."
            )
        if quantite:
            recues[rapprochee.ligne] = quantite
    return recues


def _valoriser(commande: BonCommande, recues: Mapping[LigneCommande, Decimal]) -> int:
    """Return the francs of quantities: running shares, so that the last delivery makes the line."""
    total = 0
    deja = {r.ligne.pk: r.recue for r in rapprocher_lignes(commande)}
    for ligne, quantite in recues.items():
        avant = _part(ligne, deja[ligne.pk])
        total += _part(ligne, deja[ligne.pk] + quantite) - avant
    return total


def _part(ligne: LigneCommande, quantite: Decimal) -> int:
    return arrondir(ligne.montant_ttc * Fraction(quantite) / Fraction(ligne.quantite))
