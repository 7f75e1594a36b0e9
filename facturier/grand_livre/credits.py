"""Are the credits available (décret 2012-1246, art. 19, 2°)?

What was opened, less what is mandated. An imputation consumes the line that describes it most
closely: the longest account, then the longest function. Accounts of third parties (class 4)
consume none. A year whose credits are not loaded is not controlled, and says so.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import F, Sum

from facturier.commun.montants import afficher
from facturier.grand_livre.models import (
    CORRECTIF,
    EXERCICE_ANTERIEUR,
    PIECES_SANS_EFFET,
    CreditOuvert,
    LignePiece,
    Piece,
    SensPiece,
)
from facturier.grand_livre.passation import EcritureRefusee

HORS_BUDGET = "4"  # accounts of third parties
Cle = tuple[str, str]  # account or its beginning, function or its beginning


@dataclass(frozen=True, slots=True)
class LigneDeCredits:
    """One line of the budget, in whole francs. Without an account, no line describes it."""

    compte: str
    fonction: str
    ouvert: int
    mandate: int

    @property
    def disponible(self) -> int:
        """What may still be mandated; negative once it is overrun."""
        return self.ouvert - self.mandate

    @property
    def nom(self) -> str:
        """The line as people quote it."""
        return f"compte {self.compte}" + (f", fonction {self.fonction}" if self.fonction else "")


class CreditsInsuffisants(EcritureRefusee):
    """A mandat asks for more than what is left; the message says what to do."""


def lignes_de_credits(exercice: int, budget: int) -> list[LigneDeCredits]:
    """Return the lines of a budget by account then function, with what is mandated of each.

    Two queries, whatever the number of mandats.
    """
    ouverts = _ouverts(exercice, budget)
    mandates: dict[Cle, int] = defaultdict(int)
    for (compte, fonction), montant in _mandates(exercice, budget).items():
        if cle := _ligne_de(compte, fonction, ouverts):
            mandates[cle] += montant
    return [
        LigneDeCredits(compte, fonction, ouvert, mandates[compte, fonction])
        for (compte, fonction), ouvert in sorted(ouverts.items())
    ]


def ligne_de_credits(
    exercice: int, budget: int, compte: str, fonction: str
) -> LigneDeCredits | None:
    """Return the line that an imputation consumes; None where no credits are loaded.

    No line describing it, the answer is one of 0 F, without an account.
    """
    if est_hors_budget(compte):
        return None
    ouverts = _ouverts(exercice, budget)
    if not ouverts:
        return None
    cle = _ligne_de(compte, fonction, ouverts)
    if cle is None:
        return LigneDeCredits("", "", 0, 0)
    consommes = _mandates(exercice, budget, debut=cle[0]).items()
    mandate = sum(montant for (c, f), montant in consommes if _ligne_de(c, f, ouverts) == cle)
    return LigneDeCredits(*cle, ouverts[cle], mandate)


def lecteur_de_credits(exercice: int, budget: int) -> Callable[[str, str], LigneDeCredits | None]:
    """Return what tells, by account and function, the line that an imputation consumes.

    Two queries for any number of imputations; the answers are those of `ligne_de_credits`.
    """
    lignes = {(li.compte, li.fonction): li for li in lignes_de_credits(exercice, budget)}
    ouverts = {cle: li.ouvert for cle, li in lignes.items()}

    def ligne(compte: str, fonction: str) -> LigneDeCredits | None:
        if est_hors_budget(compte) or not ouverts:
            return None
        cle = _ligne_de(compte, fonction, ouverts)
        return lignes[cle] if cle else LigneDeCredits("", "", 0, 0)

    return ligne


def est_hors_budget(compte: str) -> bool:
    """Tell whether an account is one of third parties, which no credits bound."""
    return compte.startswith(HORS_BUDGET)


def exiger_credits(mandat: Piece, imputations: Iterable[Cle]) -> None:
    """Refuse a mandat that has just been saved and overruns a line of the budget.

    The number of the mandat holds the counter of its budget: two mandats do not pass together.

    Raises:
        CreditsInsuffisants: less is left than what it asks for.
    """
    for compte, fonction in dict.fromkeys(imputations):
        ligne = ligne_de_credits(mandat.exercice_id, mandat.budget_id, compte, fonction)
        if ligne is None:
            continue
        if not ligne.compte:
            raise CreditsInsuffisants(sans_ligne(mandat.exercice_id, compte, fonction))
        if ligne.disponible < 0:
            raise CreditsInsuffisants(
                f"Crédits insuffisants en {mandat.exercice_id}, {ligne.nom} : "
                f"{afficher(ligne.ouvert)} ouverts, ce mandat les dépasse de "
                f"{afficher(-ligne.disponible)}. Faites ouvrir des crédits, ou revoyez "
                "l’imputation."
            )


def sans_ligne(exercice: int, compte: str, fonction: str) -> str:
    """Say that nothing was opened for an imputation."""
    return (
        f"Aucun crédit n’est ouvert en {exercice} au compte {compte}, fonction {fonction or '–'} : "
        "faites ouvrir des crédits, ou revoyez l’imputation."
    )


def _ouverts(exercice: int, budget: int) -> dict[Cle, int]:
    lignes = CreditOuvert.objects.filter(exercice=exercice, budget=budget).order_by()
    sommes = lignes.values_list("compte", "fonction").annotate(total=Sum("montant"))
    return {(compte, fonction): total for compte, fonction, total in sommes}


def _mandates(exercice: int, budget: int, *, debut: str = "") -> dict[Cle, int]:
    """Return what living mandats charge, less their réductions, by account and function."""
    lignes = (
        LignePiece.objects.filter(
            piece__exercice=exercice, piece__budget=budget, piece__sens=SensPiece.DEPENSE
        )
        .filter(compte__numero__startswith=debut)
        .exclude(piece__etat__in=PIECES_SANS_EFFET)
        .exclude(compte__numero__startswith=HORS_BUDGET)
        .order_by()
        .values_list("compte__numero", "fonction", "piece__type_piece", "piece__nature_piece")
        .annotate(total=Sum(F("montant_ht") + F("montant_tgc")))
    )
    sommes: dict[Cle, int] = defaultdict(int)
    for compte, fonction, type_piece, nature, total in lignes:
        rend = type_piece == CORRECTIF and nature != EXERCICE_ANTERIEUR
        sommes[compte, fonction] += -total if rend else total
    return sommes


def _ligne_de(compte: str, fonction: str, ouverts: Mapping[Cle, int]) -> Cle | None:
    """Return the line that describes an imputation most closely."""
    candidates = [c for c in ouverts if compte.startswith(c[0]) and fonction.startswith(c[1])]
    return max(candidates, key=lambda cle: (len(cle[0]), len(cle[1])), default=None)
