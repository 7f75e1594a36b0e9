"""Writing what the treasury says: a fact that it tells again is not written again.

An answer may come twice, under another name or with another date in its head, or tell each week all
that it holds: it is another message, that says nothing new.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db.models import Q, QuerySet

from exports_tps.models import MessageTPS, Reserve, Verdict
from facturier.commun.insertion import inserer_sauf_connus
from facturier.commun.montants import milliers
from facturier.commun.typographie import autres
from facturier.grand_livre.models import Budget

OBJET: Final = (
    "portee",
    "identifiant",
    "ligne",
    "bordereau_id",
    "piece_id",
    "piece_externe_id",
    "justificatif_id",
)
FAIT: Final = ("decision", "code", "libelle", "date_effet", "montant")
CITEES: Final = 5  # unknown pièces that a reserve names
Objet = tuple[Any, ...]
Fait = tuple[Any, ...]


class _Dits:
    """What was said of each object, in the order of the messages that said it."""

    def __init__(self) -> None:
        self._de: dict[Objet, list[tuple[int, Fait]]] = defaultdict(list)

    def ajouter(self, objet: Objet, message: int, fait: Fait) -> None:
        self._de[objet].append((message, fait))

    def tient(self, objet: Objet, fait: Fait) -> bool:
        """Whether `fait` was said of `objet`, and no later message decided otherwise since.

        What bears a day was said once and for all: an older answer repeated says nothing new.
        """
        decision, *_, jour, _ = fait
        est_dit, dernier = False, None
        autres: set[int] = set()
        for message, dit in self._de[objet]:
            if dit == fait:
                est_dit, dernier, autres = True, message, set()
            elif dit[0] != decision and message != dernier:
                autres.add(message)
        return est_dit and (jour is not None or not autres)


def enregistrer_verdicts(
    message: MessageTPS, verdicts: Iterable[Verdict], *, budget: Budget | None = None
) -> None:
    """Write the verdicts of a message, but those that stand already; two queries.

    What is dated, or said of an object that nobody knows here, is said once and for all: the base
    holds one row of it, whatever tells it again.

    Args:
        message: of which `flux` is set when it acknowledges one: a document refused in two flux
            is refused twice.
        verdicts: not saved, in their order.
        budget: whose numbers they give, when it is not that of a flux.
    """
    nouveaux = list(verdicts)
    dits = _Dits()
    for rangee in _avant(message, nouveaux).values_list("message_id", *OBJET, *FAIT):
        dits.ajouter(rangee[1 : 1 + len(OBJET)], rangee[0], rangee[1 + len(OBJET) :])
    cadre = (message.flux_id, budget.pk if budget else None)
    retenus = []
    for verdict in nouveaux:
        objet = tuple(getattr(verdict, champ) for champ in OBJET)
        fait = tuple(getattr(verdict, champ) for champ in FAIT)
        est_designe = _est_designe(verdict)
        if est_designe:
            if dits.tient(objet, fait):
                continue
            dits.ajouter(objet, message.pk, fait)
        if not est_designe or verdict.date_effet is not None:
            verdict.empreinte = hashlib.sha256(repr((*cadre, *objet, *fait)).encode()).hexdigest()
        retenus.append(verdict)
    inserer_sauf_connus(retenus, unique="verdict_dit_une_fois")


def pieces_inconnues(message: MessageTPS) -> Iterator[Reserve]:
    """Yield one reserve for the pièces that nobody knows here, however many; two queries.

    It names the first; all are verdicts of the message, which its page lists.
    """
    verdicts = message.verdicts.inconnus()
    noms = verdicts.order_by("pk").values_list("identifiant", flat=True)
    if not (citees := list(dict.fromkeys(noms[:CITEES]))):
        return
    nombre = verdicts.values("identifiant").distinct().order_by().count()
    texte = f"{citees[0]} : inconnu ici."
    if nombre > 1:
        reste = nombre - len(citees)
        suite = f" et {autres(reste)}" if reste else ""
        texte = f"{milliers(nombre)} pièces sont inconnues ici : {', '.join(citees)}{suite}."
    yield Reserve(nature=Reserve.Nature.INCONNU, texte=texte)


def _avant(message: MessageTPS, verdicts: list[Verdict]) -> QuerySet[Verdict]:
    """Return what was said before of the objects of `verdicts`, by the same kind of answer."""
    dits = Verdict.objects.filter(message__flux=message.flux).order_by("pk")
    if message.flux is not None:
        return dits.filter(identifiant__in={verdict.identifiant for verdict in verdicts})
    return dits.filter(
        Q(piece__in={v.piece_id for v in verdicts if v.piece_id})
        | Q(piece_externe__in={v.piece_externe_id for v in verdicts if v.piece_externe_id})
    )


def _est_designe(verdict: Verdict) -> bool:
    if verdict.portee == Verdict.Portee.PIECE:
        return bool(verdict.bordereau_id or verdict.piece_id or verdict.piece_externe_id)
    return bool(verdict.identifiant)
