"""Writing a record: markup that is already canonical, from templates made once per shape.

The output of `ecrire` is the exclusive C14N of itself: no self-closing tag, one attribute, escaped
as canonical XML wants. It can thus be hashed while it is written.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import Any, Final

from exports_tps.pes import types
from exports_tps.pes.declarations import Champ, Enregistrement
from exports_tps.pes.messages import ChampRefuse, ErreurPES

_A_LA_LIGNE: Final = frozenset({"LigneDePiece"})  # so that a line number leads somewhere
_CACHE: Final = 8192

Formateur = Callable[[Any], str]


def echapper(texte: str) -> str:
    """Return `texte` escaped for an attribute of canonical XML."""
    if "&" in texte or "<" in texte or '"' in texte:
        texte = texte.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return texte


def _avec_decimales(type_simple: types.TypeSimple) -> Formateur:
    def formater(montant: types.Montant) -> str:
        texte = type_simple.ecrire(types.en_decimal(montant))
        entiers, _, decimales = texte.partition(".")
        return f"{entiers}.{decimales:0<2}"

    return formater


def _formateur_simple(type_simple: types.TypeSimple, decimales: int) -> Formateur:
    if type_simple in types.TYPES_MONTANT:
        return _avec_decimales(type_simple) if decimales else type_simple.ecrire
    return lru_cache(_CACHE)(lambda valeur: echapper(type_simple.ecrire(valeur)))


class Ecrivain:
    """Writes the records of one class; made once by `ecrivain`, then shared."""

    def __init__(self, classe: type[Enregistrement], decimales: int) -> None:
        self._classe = classe
        self._champs = classe.CHAMPS
        self._formateurs = tuple(self._formateur(champ, decimales) for champ in self._champs)
        noms = tuple(champ.nom for champ in self._champs)
        self._valeurs: Callable[[Any], tuple[Any, ...]] = (
            attrgetter(*noms) if len(noms) > 1 else lambda objet: (getattr(objet, noms[0]),)
        )
        self._gabarits: dict[tuple[bool, ...], tuple[str, tuple[Formateur, ...]]] = {}

    def ecrire(self, objet: Enregistrement) -> str:
        """Return the canonical content of `objet`; raise ChampRefuse naming field and tag."""
        valeurs = self._valeurs(objet)
        absents = tuple([valeur is None for valeur in valeurs])
        gabarit = self._gabarits.get(absents) or self._preparer(absents)
        presentes = [valeur for valeur in valeurs if valeur is not None]
        try:
            textes = [f(v) for f, v in zip(gabarit[1], presentes, strict=True)]
        except ChampRefuse:
            raise
        except (ErreurPES, TypeError, ValueError, AttributeError):
            self._designer(valeurs)
            raise
        return gabarit[0] % tuple(textes)

    def _designer(self, valeurs: tuple[Any, ...]) -> None:
        """Raise ChampRefuse for the first field whose value does not pass."""
        for champ, formateur, valeur in zip(self._champs, self._formateurs, valeurs, strict=True):
            if valeur is None:
                continue
            try:
                formateur(valeur)
            except ErreurPES as erreur:
                raise self._refus(champ, str(erreur)) from erreur
            except (TypeError, ValueError, AttributeError) as erreur:
                raison = f"valeur de type « {type(valeur).__name__} » inattendue."
                raise self._refus(champ, raison) from erreur

    def _refus(self, champ: Champ, raison: str) -> ChampRefuse:
        nom = f"{self._classe.__name__}.{champ.nom}"
        return ChampRefuse(balise=champ.balise, champ=nom, raison=raison)

    def _formateur(self, champ: Champ, decimales: int) -> Formateur:
        type_simple = champ.type_simple
        if type_simple is not None:
            return _formateur_simple(type_simple, decimales)
        classe: type[Enregistrement] = champ.contenu  # type: ignore[assignment]
        enfant = ecrivain(classe, decimales).ecrire
        debut, fin = f"<{champ.balise}>", f"</{champ.balise}>"
        fin += "\n" if champ.balise in _A_LA_LIGNE else ""
        if champ.est_multiple:
            return lambda objets: "".join([f"{debut}{enfant(objet)}{fin}" for objet in objets])
        return lambda objet: f"{debut}{enfant(objet)}{fin}"

    def _preparer(self, absents: tuple[bool, ...]) -> tuple[str, tuple[Formateur, ...]]:
        """Make the template of the records that lack exactly the `absents` fields."""
        self._exiger(absents)
        presents = [i for i, absent in enumerate(absents) if not absent]
        morceaux: list[str] = []
        chemins = [(), *(self._champs[i].dans for i in presents), ()]
        for rang, (avant, apres) in enumerate(pairwise(chemins)):
            morceaux.append(_passer(avant, apres))
            if rang < len(presents):
                morceaux.append(_emplacement(self._champs[presents[rang]]))
        gabarit = "".join(morceaux), tuple(self._formateurs[i] for i in presents)
        self._gabarits[absents] = gabarit
        return gabarit

    def _exiger(self, absents: tuple[bool, ...]) -> None:
        for champ, absent in zip(self._champs, absents, strict=True):
            if absent and champ.est_obligatoire:
                raise self._refus(champ, "cette donnée est obligatoire.")
        presents = frozenset(
            champ.balise for champ, absent in zip(self._champs, absents, strict=True) if not absent
        )
        for choix in self._classe.CHOIX:
            if raison := choix.refus(presents):
                raise self._refus(self._champs[0], raison)


def _passer(avant: tuple[str, ...], apres: tuple[str, ...]) -> str:
    """Return the tags that close the wrappers of `avant` and open those of `apres`."""
    communs = 0
    while communs < min(len(avant), len(apres)) and avant[communs] == apres[communs]:
        communs += 1
    fermes = "".join(f"</{balise}>" for balise in reversed(avant[communs:]))
    return fermes + "".join(f"<{balise}>" for balise in apres[communs:])


def _emplacement(champ: Champ) -> str:
    return f'<{champ.balise} V="%s"></{champ.balise}>' if champ.type_simple else "%s"


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
