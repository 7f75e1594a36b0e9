"""Loading the credits that budgetary acts open, from a CSV file (conception.md, section 4).

Columns acte, exercice, budget, compte, fonction, montant, separated by `;`, in UTF-8. An act is
never modified: what it opened is read again unchanged, and another amount takes another act.
"""

from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction

from facturier.commun.montants import MontantInvalide, afficher, lire
from facturier.grand_livre.models import Budget, CreditOuvert, Exercice
from facturier.grand_livre.plan_comptes import BilanImport, Rejet, lire_csv

COLONNES = ("acte", "exercice", "budget", "compte", "fonction", "montant")
Cle = tuple[int, int, str, str, str]


class LigneRefusee(ValueError):
    """A row cannot be taken; the message says why, in French."""


def importer_credits(fichier: Path, *, executer: bool) -> BilanImport:
    """Open the credits of `fichier` that are new; rows at fault are left out and told.

    Without `executer` nothing is written.

    Raises:
        FichierIllisible: no such file, not UTF-8, or a column is missing.
    """
    bilan = BilanImport()
    budgets = dict(Budget.objects.values_list("code", "pk"))
    exercices = set(Exercice.objects.values_list("annee", flat=True))
    connus = {_cle(credit): credit.montant for credit in CreditOuvert.objects.all()}
    nouveaux: list[CreditOuvert] = []
    for numero, cellules in lire_csv(fichier, COLONNES):
        try:
            credit = _lire(cellules, budgets, exercices)
            deja = connus.setdefault(_cle(credit), 0)
            _exiger_inchange(credit, deja)
        except LigneRefusee as refus:
            bilan.rejetes.append(Rejet(numero, ";".join(cellules.values()), str(refus)))
            continue
        if deja:
            bilan.inchanges += 1
            continue
        connus[_cle(credit)] = credit.montant
        nouveaux.append(credit)
    bilan.crees = len(nouveaux)
    if executer:
        with transaction.atomic():
            CreditOuvert.objects.bulk_create(nouveaux, batch_size=1000)
    return bilan


def _cle(credit: CreditOuvert) -> Cle:
    return (
        credit.exercice_id,
        credit.budget_id,
        credit.compte,
        credit.fonction,
        credit.acte,
    )


def _exiger_inchange(credit: CreditOuvert, deja: int) -> None:
    if deja not in (0, credit.montant):
        raise LigneRefusee(
            f"L’acte « {credit.acte} » a déjà ouvert {afficher(deja)} sur cette ligne : une autre "
            "somme est celle d’un autre acte."
        )


def _lire(cellules: dict[str, str], budgets: dict[str, int], exercices: set[int]) -> CreditOuvert:
    """Return what one row opens.

    Raises:
        LigneRefusee: a cell is missing or wrong.
    """
    propres = {nom: cellules[nom].strip() for nom in COLONNES}
    annee, budget = propres["exercice"], budgets.get(propres["budget"])
    if not annee.isdigit() or int(annee) not in exercices:
        raise LigneRefusee(
            f"L’exercice « {annee[:10]} » est inconnu : chargez d’abord son plan de comptes."
        )
    if budget is None:
        raise LigneRefusee(
            f"Le budget « {propres['budget'][:20]} » est inconnu : {', '.join(sorted(budgets))}."
        )
    try:
        credit = CreditOuvert(
            acte=propres["acte"],
            exercice_id=int(annee),
            budget_id=budget,
            compte=propres["compte"],
            fonction=propres["fonction"],
            montant=lire(propres["montant"]),
        )
        credit.full_clean(exclude={"exercice", "budget"}, validate_unique=False)
    except MontantInvalide as refus:
        raise LigneRefusee(str(refus)) from None
    except ValidationError as refus:
        raise LigneRefusee(" ".join(refus.messages)) from None
    return credit
