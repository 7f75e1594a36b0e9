"""What reading the messages of the treasury shares: exceptions, sight of the content, budgets."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import BinaryIO, TypeVar

from django.conf import settings

from exports_tps.models import MessageTPS, Reserve
from exports_tps.pes.lecture import Tete
from exports_tps.pes.libelles import REGLES
from facturier.commun import fichiers
from facturier.grand_livre.models import Budget

LOT = 1000  # elements applied together
CITEES = 8  # faulty tags named in a reserve
T = TypeVar("T")


class Etranger(Exception):
    """The message speaks of nothing that the product sent: a person must look at it."""


class Illisible(Exception):
    """The message is damaged or contradicts the format so much that nothing can be applied."""


@contextmanager
def contenu(message: MessageTPS) -> Iterator[BinaryIO]:
    """Open what was received."""
    with fichiers.ouvrir(message.sha256, settings.DOCUMENTS_RACINE) as fichier:
        yield fichier


def par_lots(elements: Iterator[T]) -> Iterator[list[T]]:
    """Group what is streamed, a thousand at a time."""
    while lot := list(islice(elements, LOT)):
        yield lot


def conclure_lecture(message: MessageTPS, tete: Tete) -> None:
    """Keep on the message where it departs from the official schema; call once all was read.

    Raises:
        Illisible: the file ends before its end.
    """
    if (rupture := tete.rupture) is not None:
        ou = f"ligne {rupture.ligne} : {rupture.message}"
        raise Illisible(f"Fichier incomplet ou abîmé, {ou}")
    message.nombre_anomalies = tete.nombre_anomalies
    message.anomalies = [
        {"ligne": a.ligne, "balise": a.balise, "regle": a.regle, "texte": a.message}
        for a in tete.anomalies
    ]


def hors_format(message: MessageTPS) -> Iterator[Reserve]:
    """Yield one reserve for all the departures from the schema: what was read is applied.

    It names tags, not lines: a defect that comes back each week is told once.
    """
    fautes = dict.fromkeys(f"{a['balise']} ({REGLES[a['regle']]})" for a in message.anomalies)
    if not fautes:
        return
    citees = list(fautes)[:CITEES]
    suite = f" et {len(fautes) - CITEES} de plus" if len(fautes) > CITEES else ""
    texte = (
        f"Contraire au schéma officiel : {', '.join(citees)}{suite}. Ce qui s’y lit est appliqué ; "
        "vérifiez qu’il n’y manque rien, et signalez-le à la Trésorerie."
    )
    yield Reserve(nature=Reserve.Nature.FORMAT, texte=texte)


def budgets_concernes(tete: Tete) -> list[Budget]:
    """Return the budgets that all that the head of a message gives of them designates (§7)."""
    cles = {
        "code_collectivite": tete.code_collectivite,
        "code_budget": tete.code_budget,
        "identifiant_collectivite": tete.identifiant_collectivite,
    }
    donnees = {cle: valeur for cle, valeur in cles.items() if valeur}
    return list(Budget.objects.filter(**donnees)) if donnees else []
