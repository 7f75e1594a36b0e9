"""Tariffs of the products sold at the counters: published, closed, read on a day (domaine, A7)."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from facturier.acces.models import Utilisateur
from telepaiement.models import Produit, Tarif
from telepaiement.nominations import exiger_agent


def tarifs_du(jour: date) -> QuerySet[Tarif]:
    """Return the tariffs that apply on `jour`."""
    return Tarif.objects.filter(Q(fin__isnull=True) | Q(fin__gte=jour), debut__lte=jour)


def avec_tarif(produits: QuerySet[Produit], jour: date) -> QuerySet[Any]:
    """Return products with `tarif`, their price on `jour` in whole francs, or None."""
    prix = tarifs_du(jour).filter(produit=OuterRef("pk")).values("montant")
    return produits.annotate(tarif=Subquery(prix))


def vendus_au_guichet() -> QuerySet[Produit]:
    """Return the products that the acte of a régie with a counter admits (art. 8), by code."""
    return Produit.objects.filter(regies__guichets__isnull=False).distinct().order_by("code")


def en_vigueur(jour: date) -> QuerySet[Tarif]:
    """Return the tariffs that apply on `jour` to what a counter may sell: those to make public."""
    return tarifs_du(jour).filter(produit__in=vendus_au_guichet().order_by().values("pk"))


@transaction.atomic
def publier(
    *, produit: Produit, montant: int, debut: date, deliberation: str, par: Utilisateur
) -> Tarif:
    """Publish a price from `debut`; the one in force ends the day before.

    Args:
        montant: whole francs.
        deliberation: reference of the act of the assembly that founds it.

    Raises:
        ActeInterdit: `par` is not finance staff.
        ValidationError: no délibération, a day in the past, a product that no counter may sell, or
            a tariff already published from a later day.
    """
    exiger_agent(par)
    if not vendus_au_guichet().filter(pk=produit.pk).exists():
        raise ValidationError(
            "L’acte d’aucune régie à guichet ne permet de vendre ce produit (art. 8)."
        )
    if not deliberation.strip():
        raise ValidationError({"deliberation": "Indiquez la délibération qui fonde ce tarif."})
    if debut < timezone.localdate():
        raise ValidationError(
            {"debut": "Un tarif s’applique au plus tôt aujourd’hui : ce qui est vendu l’est déjà."}
        )
    Produit.objects.select_for_update().get(pk=produit.pk)
    suivant = produit.tarifs.filter(Q(fin__isnull=True) | Q(fin__gte=debut), debut__gte=debut)
    if (autre := suivant.order_by("debut").first()) is not None:
        raise ValidationError(
            {
                "debut": "Un tarif de ce produit est déjà publié à partir du "
                f"{autre.debut:%d/%m/%Y} : retirez-le d’abord, ou choisissez un jour qui le suit."
            }
        )
    for precedent in produit.tarifs.filter(fin__isnull=True):
        _fermer(precedent, debut - timedelta(days=1), deliberation, par)
    return _poser(
        Tarif(
            produit=produit,
            montant=montant,
            debut=debut,
            deliberation=deliberation.strip(),
            par=par,
        )
    )


def _poser(tarif: Tarif) -> Tarif:
    tarif.full_clean()
    try:
        with transaction.atomic():
            tarif.save(force_insert=True)
    except IntegrityError as erreur:
        raise ValidationError(
            {"debut": "Un autre tarif de ce produit s’applique déjà à ces dates."}
        ) from erreur
    return tarif


@transaction.atomic
def clore(*, tarif_id: int, fin: date, deliberation: str, par: Utilisateur) -> Tarif:
    """End a tariff on `fin`, its last day; one that has not begun is withdrawn the day before it.

    Raises:
        ActeInterdit: `par` is not finance staff.
        ValidationError: no délibération, closed already, or a day before yesterday or the one that
            precedes its beginning.
    """
    exiger_agent(par)
    if not deliberation.strip():
        raise ValidationError({"deliberation": "Indiquez la délibération qui met fin à ce tarif."})
    tarif = Tarif.objects.select_for_update(of=("self",)).get(pk=tarif_id)
    if tarif.fin is not None:
        raise ValidationError(f"Ce tarif a déjà une fin, le {tarif.fin:%d/%m/%Y}.")
    au_plus_tot = max(tarif.debut, timezone.localdate()) - timedelta(days=1)
    if fin < au_plus_tot:
        raise ValidationError(
            {"fin": f"La fin est au plus tôt le {au_plus_tot:%d/%m/%Y} : rien n’est vendu après."}
        )
    _fermer(tarif, fin, deliberation, par)
    return tarif


def _fermer(tarif: Tarif, fin: date, deliberation: str, par: Utilisateur) -> None:
    tarif.fin, tarif.deliberation_fin = fin, deliberation.strip()[:100]
    tarif.clos_par, tarif.clos_le = par, timezone.now()
    tarif.save(update_fields=["fin", "deliberation_fin", "clos_par", "clos_le"])
