"""What the lines of a pièce add to what a PES_Retour says of it: reasons, states, money (§8).

Money is told twice: the payments one by one, and their total so far. An answer may repeat the
earlier payments or only tell the new ones, so the larger of the two is what was paid to this day.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from exports_tps.motifs import libelle_motifs
from exports_tps.pes.lecture import PieceLue
from facturier.commun.montants import afficher
from facturier.grand_livre.models import SensPiece

EN_SUSPENS: Final = {  # EtatLigPce that keep a line from what its pièce is carried to
    SensPiece.DEPENSE: {
        "02": "rejetée",
        "09": "rejetée",
        "10": "rejetée",
        "16": "mise en instance",
    },
    SensPiece.RECETTE: {
        "01": "rejetée",
        "02": "annulée",
        "03": "mise en instance",
        "06": "admise en non-valeur",
    },
}


def cumul(lue: PieceLue) -> tuple[int, date | None]:
    """Return the whole francs paid or collected so far, and the day of the last movement."""
    lignes: Any = lue.piece.lignes
    reglements = [r for ligne in lignes for r in ligne.reglements if r.montant is not None]
    jours = [r.date_reglement for r in reglements if r.date_reglement]
    return sum(_cumul_de(ligne) for ligne in lignes), max(jours, default=None)


def est_chiffre(lue: PieceLue) -> bool:
    """Whether the answer tells what was paid or collected, be it nothing any more."""
    lignes: Any = lue.piece.lignes
    return any(
        ligne.reglements or (ligne.cumul is not None and ligne.cumul.montant is not None)
        for ligne in lignes
    )


def montants_douteux(lue: PieceLue) -> Iterator[str]:
    """Yield the lines whose money is not in whole francs, or is less than nothing, as told."""
    lignes: Any = lue.piece.lignes
    for ligne in lignes:
        if reserve := reserve_de_decimales(_exact(ligne)):
            yield f"ligne {ligne.numero} : {reserve}"
        if (dit := min(_dits(ligne))) < 0:
            yield (
                f"ligne {ligne.numero} : {afficher(int(dit))} en tout, un total négatif que rien "
                "n’explique. Il est lu comme nul ; demandez à la Trésorerie ce qui est revenu."
            )


def reserve_de_decimales(montant: Decimal) -> str:
    """Return what is kept of an amount that is not in whole francs, or "" when it is."""
    if montant == int(montant):
        return ""
    return (
        f"{montant} n’est pas un nombre entier de francs. {int(montant)} sont retenus ; voyez "
        "avec la Trésorerie si la monnaie est la bonne."
    )


def cumul_par_tiers(lue: PieceLue, beneficiaires: Mapping[int, int]) -> dict[int, int]:
    """Return what each payee was paid so far, by the numbers of the lines that were sent."""
    par_tiers: dict[int, int] = defaultdict(int)
    for ligne in lue.piece.lignes:
        numero = str(ligne.numero or "")
        tiers = beneficiaires.get(int(numero) if numero.isdecimal() else 0)
        if tiers is not None:
            par_tiers[tiers] += _cumul_de(ligne)
    return dict(par_tiers)


def _cumul_de(ligne: Any) -> int:
    return int(_exact(ligne))


def _exact(ligne: Any) -> Decimal:
    return max(*_dits(ligne), Decimal(0))


def _dits(ligne: Any) -> tuple[Decimal, Decimal]:
    """Return the sum of the payments told one by one, and the total told."""
    un_par_un = sum((Decimal(r.montant or 0) for r in ligne.reglements), Decimal(0))
    total = ligne.cumul.montant if ligne.cumul is not None else None
    return un_par_un, Decimal(total or 0)


def codes(lue: PieceLue) -> str:
    """Return the codes of the reasons, of the pièce then of its lines, each once."""
    tous = [*lue.motifs, *(code for ligne in lue.piece.lignes for code in _codes(ligne))]
    return "-".join(dict.fromkeys(tous))[:100]


def libelle(lue: PieceLue) -> str:
    """Return the reasons as people read them, those of the lines after those of the pièce."""
    propres = (libelle_motifs(lue.sens, lue.motifs), lue.piece.commentaire)
    return " ".join(filter(None, (*propres, *_raisons_des_lignes(lue))))


def _raisons_des_lignes(lue: PieceLue) -> Iterator[str]:
    for ligne in lue.piece.lignes:
        raison = _raison(lue.sens, ligne)
        if raison and raison != (lue.piece.commentaire or ""):
            yield f"Ligne {ligne.numero} : {raison}"


def _raison(sens: str, ligne: Any) -> str:
    return " ".join(filter(None, (libelle_motifs(sens, _codes(ligne)), ligne.commentaire)))


def _codes(ligne: Any) -> list[str]:
    return [code.strip() for code in (ligne.motifs or "").split("-") if code.strip()]


def en_suspens(lue: PieceLue) -> Iterator[str]:
    """Yield the lines that do not follow their pièce, each with its reason."""
    etats = EN_SUSPENS[SensPiece(lue.sens)]
    for ligne in lue.piece.lignes:
        if ligne.etat in etats:
            raison = _raison(lue.sens, ligne) or "Sans motif communiqué."
            yield f"ligne {ligne.numero} {etats[ligne.etat]}. {raison}"
