"""What reading the messages of the treasury shares: exceptions, sight of the content, budgets."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import BinaryIO, TypeVar

from django.conf import settings

from exports_tps.models import MessageTPS
from exports_tps.pes.lecture import Tete
from facturier.commun import fichiers
from facturier.grand_livre.models import Budget

LOT = 1000  # elements applied together
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


def exiger_entier(tete: Tete) -> None:
    """Raise Illisible when the file ends before its end; call once all was read."""
    for anomalie in tete.anomalies:
        if anomalie.regle == "xml":
            raise Illisible(f"Fichier incomplet ou abîmé. {anomalie}")


def budgets_concernes(tete: Tete) -> list[Budget]:
    """Return the budgets that all that the head of a message gives of them designates (§7)."""
    cles = {
        "code_collectivite": tete.code_collectivite,
        "code_budget": tete.code_budget,
        "identifiant_collectivite": tete.identifiant_collectivite,
    }
    donnees = {cle: valeur for cle, valeur in cles.items() if valeur}
    return list(Budget.objects.filter(**donnees)) if donnees else []
