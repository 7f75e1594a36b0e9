"""Writing a record: markup that is already canonical, from templates made once per shape.

The output of `ecrire` is the exclusive C14N of itself: no self-closing tag, one attribute, escaped
as canonical XML wants. It can thus be hashed while it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import Any, Final

from exports_tps.pes import types
from exports_tps.pes.declarations import Champ, Enregistrement
from exports_tps.pes.messages import ChampRefuse, ErreurPES

# so that a line number leads somewhere
A_LA_LIGNE: Final = frozenset({"LigneDePiece", "FactureIndiv"})
_CACHE: Final = 8192

Formateur = Callable[[Any], str]


def echapper(texte: str) -> str:
    """Return `texte` escaped for an attribute of canonical XML."""
    if "&" in texte or "<" in texte or '"' in texte:
        texte = texte.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return texte


class _Textes(dict[Any, str]):
    """The text of each value of one field, formatted once: codes, dates and towns come back."""

    def __init__(self, formater: Formateur) -> None:
        super().__init__()
        self._formater = formater

    def __missing__(self, valeur: Any) -> str:
        texte = self._formater(valeur)
        if len(self) >= _CACHE:
            self.clear()
        self[valeur] = texte
        return texte


class _SansMemoire:
    """The same for blocks, which do not come back, and for amounts: 1 and 1.00 are equal."""

    def __init__(self, formater: Formateur) -> None:
        self._formater = formater

    def __getitem__(self, valeur: Any) -> str:
        return self._formater(valeur)


@dataclass(frozen=True, slots=True)
class _Gabarit:
    """The template of the records that have the same fields."""

    texte: str
    valeurs: Callable[[dict[str, Any]], tuple[Any, ...]]
    textes: tuple[_Textes | _SansMemoire, ...]


class Ecrivain:
    """Writes the records of one class; made once by `ecrivain`, then shared."""

    def __init__(self, classe: type[Enregistrement], decimales: int) -> None:
        self._classe = classe
        self._champs = classe.CHAMPS
        self._textes = {champ.nom: self._textes_de(champ, decimales) for champ in self._champs}
        self._gabarits: dict[tuple[str, ...], _Gabarit] = {}

    def ecrire(self, objet: Enregistrement) -> str:
        """Return the canonical content of `objet`; raise ChampRefuse naming field and tag."""
        champs = vars(objet)
        noms = tuple(champs)
        gabarit = self._gabarits.get(noms) or self._preparer(noms)
        try:
            textes = [
                textes[valeur]
                for textes, valeur in zip(gabarit.textes, gabarit.valeurs(champs), strict=True)
            ]
        except ChampRefuse:
            raise
        except (ErreurPES, TypeError, ValueError, AttributeError):
            self._designer(champs)
            raise
        return gabarit.texte % tuple(textes)

    def _designer(self, champs: dict[str, Any]) -> None:
        """Raise ChampRefuse for the first field whose value does not pass."""
        for champ in self._champs:
            if champ.nom not in champs:
                continue
            valeur = champs[champ.nom]
            try:
                self._textes[champ.nom][valeur]
            except ErreurPES as erreur:
                raise self._refus(champ, str(erreur)) from erreur
            except (TypeError, ValueError, AttributeError) as erreur:
                raison = f"valeur de type « {type(valeur).__name__} » inattendue."
                raise self._refus(champ, raison) from erreur

    def _refus(self, champ: Champ, raison: str) -> ChampRefuse:
        nom = f"{self._classe.__name__}.{champ.nom}"
        return ChampRefuse(balise=champ.balise, champ=nom, raison=raison)

    def _textes_de(self, champ: Champ, decimales: int) -> _Textes | _SansMemoire:
        type_simple = champ.type_simple
        if type_simple in types.TYPES_MONTANT and type_simple is not None:
            return _SansMemoire(_montant(type_simple, decimales))
        if type_simple is not None:
            ecrire_simple = type_simple.ecrire
            if champ.est_multiple:
                return _SansMemoire(
                    lambda valeurs: "".join(
                        [_feuille(champ, echapper(ecrire_simple(valeur))) for valeur in valeurs]
                    )
                )
            return _Textes(lambda valeur: echapper(ecrire_simple(valeur)))
        return _SansMemoire(self._bloc(champ, decimales))

    def _bloc(self, champ: Champ, decimales: int) -> Formateur:
        classe: type[Enregistrement] = champ.contenu  # type: ignore[assignment]
        enfant = ecrivain(classe, decimales).ecrire
        debut, fin = f"<{champ.balise}>", f"</{champ.balise}>"
        fin += "\n" if champ.balise in A_LA_LIGNE else ""
        if champ.est_multiple:
            return lambda objets: "".join([f"{debut}{enfant(objet)}{fin}" for objet in objets])
        return lambda objet: f"{debut}{enfant(objet)}{fin}"

    def _preparer(self, noms: tuple[str, ...]) -> _Gabarit:
        """Make the template of the records that have exactly the fields `noms`."""
        presents = [champ for champ in self._champs if champ.nom in noms]
        self._exiger(presents)
        morceaux: list[str] = []
        chemins = [(), *(champ.dans for champ in presents), ()]
        for rang, (avant, apres) in enumerate(pairwise(chemins)):
            morceaux.append(passer(avant, apres))
            if rang < len(presents):
                morceaux.append(_emplacement(presents[rang]))
        gabarit = _Gabarit(
            "".join(morceaux),
            extraire([champ.nom for champ in presents]),
            tuple(self._textes[champ.nom] for champ in presents),
        )
        self._gabarits[noms] = gabarit
        return gabarit

    def _exiger(self, presents: list[Champ]) -> None:
        for champ in self._champs:
            if champ.est_obligatoire and champ not in presents:
                raise self._refus(champ, "cette donnée est obligatoire.")
        balises = frozenset(champ.balise for champ in presents)
        for choix in self._classe.CHOIX:
            if raison := choix.refus(balises):
                raise self._refus(self._champs[0], raison)


def extraire(cles: Sequence[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what takes the values of `cles` out of a mapping or a list, as a tuple."""
    if len(cles) > 1:
        return itemgetter(*cles)
    return lambda valeurs: tuple([valeurs[cle] for cle in cles])


def _montant(type_simple: types.TypeSimple, decimales: int) -> Formateur:
    if not decimales:
        return type_simple.ecrire

    def formater(montant: types.Montant) -> str:
        entiers, _, apres = type_simple.ecrire(types.en_decimal(montant)).partition(".")
        return f"{entiers}.{apres:0<2}"

    return formater


def passer(avant: tuple[str, ...], apres: tuple[str, ...]) -> str:
    """Return the tags that close the wrappers of `avant` and open those of `apres`."""
    communs = 0
    while communs < min(len(avant), len(apres)) and avant[communs] == apres[communs]:
        communs += 1
    fermes = "".join(f"</{balise}>" for balise in reversed(avant[communs:]))
    return fermes + "".join(f"<{balise}>" for balise in apres[communs:])


def _feuille(champ: Champ, texte: str) -> str:
    return f'<{champ.balise} V="{texte}"></{champ.balise}>'


def _emplacement(champ: Champ) -> str:
    return _feuille(champ, "%s") if champ.type_simple and not champ.est_multiple else "%s"


_ECRIVAINS: dict[tuple[type[Any], int], Ecrivain] = {}


def ecrivain(classe: type[Enregistrement], decimales: int = 0) -> Ecrivain:
    """Return the writer of `classe`; `decimales` is 0 (whole francs, the default) or 2."""
    cle = (classe, decimales)
    if cle not in _ECRIVAINS:
        _ECRIVAINS[cle] = Ecrivain(classe, decimales)
    return _ECRIVAINS[cle]


def ecrire(balise: str, objet: Enregistrement, *, decimales: int = 0) -> str:
    """Return `objet` as the element `balise`, in canonical form."""
    return f"<{balise}>{ecrivain(type(objet), decimales).ecrire(objet)}</{balise}>"
