"""One act on many invoices chosen in a list: each stands or falls alone."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from facturier.acces.models import Utilisateur
from facturier.suivi import affectation, instruction
from facturier.suivi.etats import TRANSITIONS
from facturier.suivi.libelles import ACTES
from facturier.suivi.models import Facture

FACTURES_PAR_LOT = 100
Acte = Callable[[Facture, Utilisateur], object]


@dataclass(frozen=True, slots=True)
class Sort:
    """What became of one invoice of the lot; `refus` is empty when the act was carried out."""

    facture: Facture
    refus: str


def _acte(fonction: Callable[..., object]) -> Acte:
    return lambda facture, par: fonction(facture, par=par)


AFFECTATIONS: dict[str, tuple[str, Acte]] = {
    "prendre": ("Prendre", _acte(affectation.prendre)),
    "rendre": ("Remettre dans la liste", _acte(affectation.rendre)),
}
INSTRUCTIONS: dict[str, tuple[str, Acte]] = {
    "recevoir": (ACTES["recevoir"], _acte(instruction.recevoir)),
    "demander_certification": (
        ACTES["demander_certification"],
        _acte(instruction.demander_certification),
    ),
    "reprendre": (ACTES["reprendre"], _acte(instruction.reprendre)),
    "liquider": ("Liquider sur l’imputation du bon de commande", _acte(instruction.liquider)),
}
EN_LOT = AFFECTATIONS | INSTRUCTIONS
CONFIER = ("confier", "Confier à…")


def choix_d_actes(utilisateur: Utilisateur) -> list[tuple[str, str]]:
    """Return the acts that `utilisateur` may carry out on a lot: code and what the list says."""
    permis = {
        code: libelle
        for code, (libelle, _) in INSTRUCTIONS.items()
        if utilisateur.a_role(*TRANSITIONS[code].roles)
    }
    main = {code: libelle for code, (libelle, _) in AFFECTATIONS.items()}
    return [*(main | permis).items(), CONFIER]


def agir_en_lot(
    factures: Collection[int], code: str, *, par: Utilisateur, a: Utilisateur | None = None
) -> list[Sort]:
    """Carry out one act of `choix_d_actes` on the invoices that `par` may see.

    Args:
        a: to whom they are entrusted, for `confier`.

    Returns:
        One line an invoice, in the order of the keys; a refusal never stops the others.

    Raises:
        ValidationError: no invoice chosen, too many, an unknown act, or nobody to entrust them to.
    """
    acte = _choisir(code, a)
    if not factures:
        raise ValidationError("Cochez au moins une facture.")
    if len(factures) > FACTURES_PAR_LOT:
        raise ValidationError(f"Un lot compte {FACTURES_PAR_LOT} factures au plus.")
    choisies = (
        Facture.objects.visibles_par(par)
        .deposees()
        .filter(pk__in=factures)
        .select_related("etablissement__fournisseur__tiers", "service", "bon_commande")
        .order_by("pk")
    )
    return [Sort(facture, _tenter(acte, facture, par)) for facture in choisies]


def _choisir(code: str, a: Utilisateur | None) -> Acte:
    if code == "confier":
        if a is None:
            raise ValidationError("Choisissez à qui confier les factures.")
        return lambda facture, par: affectation.confier(facture, a=a, par=par)
    if code not in EN_LOT:
        raise ValidationError("Choisissez ce qu’il faut faire des factures cochées.")
    return EN_LOT[code][1]


def _tenter(acte: Acte, facture: Facture, par: Utilisateur) -> str:
    try:
        with transaction.atomic():
            acte(facture, par)
    except ValidationError as refus:
        return " ".join(refus.messages)
    except PermissionDenied as refus:
        return str(refus)
    return ""
