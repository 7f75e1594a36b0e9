"""Cash at the counter: the ceiling of a payment, and the change that coins can make (D3).

Cash is never rounded: no text found founds it in New Caledonia. What coins cannot give is told.
"""

from datetime import date

from django.core.exceptions import ValidationError

from facturier.commun.montants import afficher
from facturier.grand_livre.models import Parametre


def controler_plafond(montant: int, jour: date) -> None:
    """Refuse a payment in cash above `especes_plafond` whole francs; 0 means that none is set.

    Raises:
        ValidationError: at `montant`, in French.
    """
    plafond = Parametre.objects.entier("especes_plafond", jour)
    if 0 < plafond < montant:
        raise ValidationError(
            {
                "montant": f"Un paiement en espèces va jusqu’à {afficher(plafond)} : proposez la "
                "carte, le chèque ou le virement."
            }
        )


def appoint(rendu: int, jour: date) -> str:
    """Say in French that `rendu` francs of change cannot be made with the coins of `jour`, or "".

    The smallest coin in use is `especes_pas`.
    """
    pas = Parametre.objects.entier("especes_pas", jour)
    if rendu % pas == 0:
        return ""
    return (
        f"La plus petite pièce est de {afficher(pas)} : {afficher(rendu)} ne se rendent pas "
        "exactement. Demandez l’appoint ou d’anciennes pièces, ou proposez un autre moyen de "
        "paiement. La somme due ne s’arrondit pas."
    )


def lignes(montant: int, somme_remise: int) -> list[tuple[str, str]]:
    """Return (label, value) of a payment in cash to be confirmed, in whole francs."""
    rendu = somme_remise - montant
    return [("Somme remise", afficher(somme_remise)), ("Monnaie à rendre", afficher(rendu))]


def alertes(montant: int, somme_remise: int | None, jour: date, *, en_caisse: int) -> list[str]:
    """Return what the counter must read before it takes the cash; nothing without cash.

    Args:
        en_caisse: whole francs of cash that are in the till, from which the change is made.
    """
    if somme_remise is None:
        return []
    rendu = somme_remise - montant
    return [dit for dit in (_fonds(rendu, en_caisse), appoint(rendu, jour)) if dit]


def _fonds(rendu: int, en_caisse: int) -> str:
    """Say in French that the till does not hold `rendu` francs of change, or ""."""
    if rendu <= en_caisse:
        return ""
    return (
        f"La caisse contient {afficher(en_caisse)} : elle ne peut pas rendre {afficher(rendu)}. "
        "Vérifiez la somme remise, ou demandez l’appoint."
    )
