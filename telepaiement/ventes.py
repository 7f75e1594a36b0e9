"""Selling a published tariff at the counter, and the titre that regularises it (domaine, A7)."""

from collections.abc import Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.montants import afficher
from facturier.grand_livre.regies import MODES_COMPTANT, vendre_au_comptant
from telepaiement import caisse, quittances
from telepaiement.models import Encaissement, LigneVente, Produit, Regie, SessionCaisse, Vente

QUANTITE_MAXIMALE = 10_000


def produits_vendus(regie: Regie) -> QuerySet[Produit]:
    """Return the products of the acte that have a published tariff."""
    return regie.produits.filter(tarif__isnull=False).order_by("code")


def modes_vente(regie: Regie) -> list[str]:
    """Return the ways in which a sale may be paid at the counters of `regie`."""
    return [mode for mode in caisse.modes_admis(regie) if mode in MODES_COMPTANT]


def chiffrer(regie: Regie, quantites: Mapping[int, int]) -> list[tuple[Produit, int, int]]:
    """Return (product, quantity, whole francs) of what is bought, at the tariffs of today.

    Args:
        quantites: how many of each product, by its key; those at 0 are left out.

    Raises:
        ValidationError: nothing bought, or a product that the régie may not sell (art. 8).
    """
    vendus = {produit.pk: produit for produit in produits_vendus(regie)}
    voulus = {pk: quantite for pk, quantite in quantites.items() if quantite}
    if not voulus:
        raise ValidationError("Indiquez au moins une quantité.")
    if not voulus.keys() <= vendus.keys():
        raise ValidationError("L’acte de la régie ne permet pas de vendre ce produit (art. 8).")
    if any(not 0 < quantite <= QUANTITE_MAXIMALE for quantite in voulus.values()):
        raise ValidationError(f"Une quantité va de 1 à {QUANTITE_MAXIMALE}.")
    return [
        (vendus[pk], quantite, quantite * (vendus[pk].tarif or 0))
        for pk, quantite in voulus.items()
    ]


def controler_vente(
    *, session: SessionCaisse, quantites: Mapping[int, int], saisie: caisse.Saisie
) -> None:
    """Check a sale before it is confirmed.

    Raises:
        ValidationError: by field where there is one, in French.
    """
    total = sum(somme for _, _, somme in chiffrer(session.regie, quantites))
    if saisie.montant != total:
        raise ValidationError(
            f"Le tarif a changé : la vente vaut maintenant {afficher(total)}. Recommencez."
        )
    if saisie.mode not in MODES_COMPTANT:
        raise ValidationError({"mode": "Une vente ne se paie pas de cette façon."})
    caisse.controler_moyen(session, saisie)


def vendre(
    *,
    session: SessionCaisse,
    quantites: Mapping[int, int],
    payeur: str,
    saisie: caisse.Saisie,
    par: Utilisateur,
) -> Encaissement:
    """Record a sale and its money, issue its quittance; the same entry confirmed twice, once.

    Args:
        quantites: how many of each product, by its key.
        saisie: `montant` is the total in whole francs that was shown.

    Raises:
        ValidationError: as `controler_vente`; someone else's till, or a ticket already typed.
    """
    deja = Encaissement.objects.filter(saisie=saisie.identifiant).first()
    if deja is not None:
        return deja
    if session.agent_id != par.pk:
        raise ValidationError("Cette caisse est celle d’un autre agent.")
    try:
        return _vendre(session, quantites, payeur, saisie, par)
    except IntegrityError as erreur:
        raise ValidationError(caisse.expliquer(erreur)) from erreur


@transaction.atomic
def _vendre(
    session: SessionCaisse,
    quantites: Mapping[int, int],
    payeur: str,
    saisie: caisse.Saisie,
    par: Utilisateur,
) -> Encaissement:
    regie = Regie.objects.select_for_update(of=("self",)).get(pk=session.regie_id)
    controler_vente(session=session, quantites=quantites, saisie=saisie)
    vente = Vente.objects.create(
        regie=regie, jour=session.jour, payeur=payeur.strip()[:100], montant=saisie.montant
    )
    LigneVente.objects.bulk_create(
        LigneVente(
            vente=vente, produit=produit, quantite=quantite, tarif=produit.tarif, montant=somme
        )
        for produit, quantite, somme in chiffrer(regie, quantites)
    )
    ecriture = vendre_au_comptant(
        mode=saisie.mode,
        montant=saisie.montant,
        date_comptable=session.jour,
        reference=f"guichet-{saisie.identifiant}",
        par=par,
    )
    encaissement = Encaissement.objects.create(
        vente=vente,
        regie=regie,
        mode=saisie.mode,
        montant=saisie.montant,
        encaisse_le=timezone.now(),
        jour=session.jour,
        par=par,
        ecriture=ecriture,
        **caisse.champs_saisis(session, saisie),
    )
    quittances.emettre(encaissement)
    return encaissement


def a_regulariser(regie: Regie, produit: Produit, jusqu_au: date) -> QuerySet[LigneVente]:
    """Return the lines of valid sales of closed tills that no titre regularises yet."""
    return LigneVente.objects.filter(
        produit=produit,
        vente__regie=regie,
        vente__jour__lte=jusqu_au,
        vente__encaissement__annulation__isnull=True,
        vente__encaissement__session__etat="cloturee",
        regularisee__isnull=True,
    )


def total(lignes: QuerySet[LigneVente]) -> int:
    """Return the sum of lines, in whole francs."""
    return int(lignes.aggregate(total=Sum("montant", default=0))["total"])
