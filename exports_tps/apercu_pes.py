"""A pièce as the treasury will read it, shown to people: the tree of what is sent, in words."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from exports_tps.enregistrements import ecrire_piece
from exports_tps.pes.libelles import LIBELLES
from facturier.commun.banque import masquer_iban
from facturier.grand_livre.models import Piece


@dataclass(frozen=True, slots=True)
class Noeud:
    """One element of what is sent: its tag, its name in words, its value or what it holds."""

    balise: str
    libelle: str
    valeur: str
    enfants: list["Noeud"] = field(default_factory=list)


def arbre(piece: Piece) -> Noeud:
    """Return what is sent of `piece`, as a tree.

    Raises:
        exports_tps.pes.messages.ChampRefuse: the format refuses a value.
    """
    return _noeud(etree.fromstring(ecrire_piece(piece)))


def _noeud(element: etree._Element) -> Noeud:
    balise, valeur = etree.QName(element).localname, element.get("V", "")
    return Noeud(
        balise,
        LIBELLES.get(balise, balise),
        masquer_iban(valeur) if balise == "IBAN" else valeur,
        [_noeud(enfant) for enfant in element],
    )


def feuilles(noeud: Noeud, chemin: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield each value of the tree, after its name and that of what holds it."""
    for enfant in noeud.enfants:
        ici = (*chemin, enfant.libelle)
        if enfant.enfants:
            yield from feuilles(enfant, ici)
        else:
            yield " : ".join(ici[-2:]), enfant.valeur
