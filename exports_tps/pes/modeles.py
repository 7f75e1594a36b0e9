"""The messages as trees of elements, derived from the records; what `analyse` walks.

Only the skeleton that no record describes (sections, bordereaux) is written here by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Final

from exports_tps.pes.acquit import ElementAcquit, ElementAcquitPlat, EnTeteAcquit
from exports_tps.pes.acquit_retour import (
    ESPACE_ACQUIT_RETOUR,
    ElementAcquitRetour,
    EnTeteAcquitRetour,
)
from exports_tps.pes.communs import EnTete, Enveloppe
from exports_tps.pes.declarations import Champ, Choix, Enregistrement
from exports_tps.pes.depense import BordereauDepense, EnTeteDepense, Mandat
from exports_tps.pes.facture import Facture
from exports_tps.pes.flux import ESPACE_ALLER
from exports_tps.pes.pieces_jointes import EnTetePJ, FichePJ
from exports_tps.pes.recette import BordereauRecette, EnTeteRecette, Titre
from exports_tps.pes.retour import (
    BordereauDepenseRetour,
    EnTeteDepenseRetour,
    EnTeteRetour,
    EnveloppeRetour,
    PieceDepenseRetour,
)
from exports_tps.pes.retour_divers import Asap, Client, EnTeteAsap, EnTeteClient
from exports_tps.pes.retour_recette import (
    BordereauORMC,
    BordereauRecetteRetour,
    EnTeteRecetteRetour,
    PieceRecetteRetour,
)
from exports_tps.pes.types import TypeSimple

SIGNATURE: Final = "ds:Signature"  # whatever its prefix in the file


@dataclass(slots=True, eq=False)
class Particule:
    """One element allowed at one place of its parent, and the field of the record it fills."""

    noeud: Noeud
    position: int = 0
    est_obligatoire: bool = True
    est_multiple: bool = False
    champ: Champ | None = None


@dataclass(slots=True, eq=False)
class Noeud:
    """One element of a message. A leaf has a simple type; a unit yields a record."""

    balise: str
    particules: tuple[Particule, ...] = ()
    type_simple: TypeSimple | None = None
    classe: type[Enregistrement] | None = None
    est_unite: bool = False
    est_identifie: bool = False  # may carry an Id
    est_contenu: bool = False  # base64 text, with a MIMEType
    choix: tuple[Choix, ...] = ()
    indices: dict[str, Particule] = field(default_factory=dict)
    cumul: tuple[int, ...] = ()
    lues: dict[str, Any] = field(default_factory=dict)  # values already checked, a few dozens

    def __post_init__(self) -> None:
        for position, particule in enumerate(self.particules):
            particule.position = position
            self.indices[particule.noeud.balise] = particule
        comptes = accumulate(int(particule.est_obligatoire) for particule in self.particules)
        self.cumul = (0, *comptes)

    def manquants(self, apres: int, avant: int) -> list[str]:
        """Return the mandatory tags strictly between two positions."""
        if self.cumul[avant] == self.cumul[apres + 1]:
            return []
        entre = self.particules[apres + 1 : avant]
        return [particule.noeud.balise for particule in entre if particule.est_obligatoire]


def _feuille_ou_bloc(champ: Champ) -> Particule:
    type_simple = champ.type_simple
    if type_simple is not None:
        noeud = Noeud(champ.balise, type_simple=type_simple)
    else:
        noeud = enregistre(champ.balise, champ.contenu)  # type: ignore[arg-type]
    return Particule(
        noeud,
        est_obligatoire=champ.est_obligatoire,
        est_multiple=champ.est_multiple,
        champ=champ,
    )


def _particules(champs: list[Champ], profondeur: int = 0) -> Iterable[Particule]:
    """Yield the particles of `champs`, wrapping those that share an element of `dans`."""
    rang = 0
    while rang < len(champs):
        if len(champs[rang].dans) <= profondeur:
            yield _feuille_ou_bloc(champs[rang])
            rang += 1
            continue
        balise = champs[rang].dans[profondeur]
        fin = rang
        while fin < len(champs) and champs[fin].dans[profondeur : profondeur + 1] == (balise,):
            fin += 1
        yield Particule(Noeud(balise, tuple(_particules(champs[rang:fin], profondeur + 1))))
        rang = fin


def enregistre(
    balise: str,
    classe: type[Enregistrement],
    *,
    avant: tuple[Particule, ...] = (),
    est_unite: bool = False,
) -> Noeud:
    """Return the element `balise` whose content is a record; `avant` comes before its fields."""
    particules = (*avant, *_particules(list(classe.CHAMPS)))
    return Noeud(balise, particules, classe=classe, est_unite=est_unite, choix=classe.CHOIX)


def unite(balise: str, classe: type[Enregistrement], **cardinalite: Any) -> Particule:
    """Return a record that the reader yields as soon as it is read."""
    return Particule(enregistre(balise, classe, est_unite=True), **cardinalite)


def conteneur(balise: str, *particules: Particule, **options: Any) -> Particule:
    """Return an element of the skeleton, whose start and end the reader tells."""
    est_identifie = options.pop("est_identifie", False)
    return Particule(Noeud(balise, particules, est_identifie=est_identifie), **options)


def _signature() -> Particule:
    return Particule(Noeud(SIGNATURE), est_obligatoire=False)


def _section(
    domaine: str,
    entete: type[Enregistrement],
    bordereau: type[Enregistrement],
    piece: type[Enregistrement],
) -> Particule:
    return conteneur(
        f"PES_{domaine}Aller",
        unite(f"EnTete{domaine}", entete),
        conteneur(
            "Bordereau",
            unite("BlocBordereau", bordereau),
            unite("Piece", piece, est_multiple=True),
            _signature(),
            est_identifie=True,
            est_multiple=True,
        ),
        est_obligatoire=False,
    )


def _facture() -> Particule:
    """PES_Facture, whose blocks are read one at a time: it may hold any number of invoices."""
    particules = [
        _feuille_ou_bloc(champ)
        if champ.type_simple
        else Particule(
            enregistre(champ.balise, champ.contenu, est_unite=True),  # type: ignore[arg-type]
            est_obligatoire=champ.est_obligatoire,
            est_multiple=champ.est_multiple,
            champ=champ,
        )
        for champ in Facture.CHAMPS
    ]
    return conteneur("PES_Facture", *particules, est_obligatoire=False)


def _pieces_jointes() -> Particule:
    contenu = Particule(Noeud("Contenu", (Particule(Noeud("Fichier", est_contenu=True)),)))
    pj = enregistre("PJ", FichePJ, avant=(contenu,), est_unite=True)
    return conteneur(
        "PES_PJ",
        unite("EnTetePES_PJ", EnTetePJ),
        Particule(pj, est_obligatoire=False, est_multiple=True),
        est_obligatoire=False,
    )


ALLER: Final = conteneur(
    "PES_Aller",
    unite("Enveloppe", Enveloppe),
    unite("EnTetePES", EnTete),
    _section("Depense", EnTeteDepense, BordereauDepense, Mandat),
    _section("Recette", EnTeteRecette, BordereauRecette, Titre),
    _facture(),
    _pieces_jointes(),
    _signature(),
    est_identifie=True,
).noeud

RACINES_ALLER: Final[dict[tuple[str, str], Noeud]] = {(ESPACE_ALLER, "PES_Aller"): ALLER}


ESPACE_RETOUR: Final = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour"
ESPACE_ACQUIT: Final = f"{ESPACE_RETOUR}/v2"


def _acquit(element: type[Enregistrement]) -> Noeud:
    return conteneur(
        "PES_ACQUIT",
        unite("Enveloppe", Enveloppe),
        unite("EnTetePES", EnTete),
        conteneur(
            "ACQUIT",
            unite("EnTeteAcquit", EnTeteAcquit),
            unite("ElementACQUIT", element, est_multiple=True),
        ),
    ).noeud


def _section_retour(
    domaine: str,
    entete: type[Enregistrement],
    bordereau: type[Enregistrement],
    piece: type[Enregistrement],
    *globaux: Particule,
) -> Particule:
    """One domain of a Retour; a bordereau ORMC may stand alone in place of its pièces."""
    tete = unite("BlocBordereau", bordereau, est_obligatoire=not globaux)
    pieces = unite("Piece", piece, est_obligatoire=not globaux, est_multiple=True)
    choix = Choix(((("BlocBordereau", "Piece"), ()), (("BordereauORMCGlobal",), ())))
    noeud = Noeud("Bordereau", (tete, pieces, *globaux), choix=(choix,) if globaux else ())
    return conteneur(
        f"PES_{domaine}Retour",
        unite(f"EnTete{domaine}", entete),
        Particule(noeud, est_multiple=True),
        est_obligatoire=False,
    )


def _section_simple(
    nom: str, entete: type[Enregistrement], balise: str, element: type[Enregistrement]
) -> Particule:
    return conteneur(
        f"PES_{nom}Retour",
        unite(f"EnTete{nom}", entete),
        unite(balise, element, est_multiple=True),
        est_obligatoire=False,
    )


RETOUR: Final = conteneur(
    "PES_Retour",
    unite("Enveloppe", EnveloppeRetour),
    unite("EnTetePES", EnTeteRetour),
    _section_retour("Depense", EnTeteDepenseRetour, BordereauDepenseRetour, PieceDepenseRetour),
    _section_retour(
        "Recette",
        EnTeteRecetteRetour,
        BordereauRecetteRetour,
        PieceRecetteRetour,
        unite("BordereauORMCGlobal", BordereauORMC, est_obligatoire=False),
    ),
    _section_simple("Client", EnTeteClient, "Client", Client),
    _section_simple("Asap", EnTeteAsap, "Asap", Asap),
).noeud

RACINES_ACQUIT: Final = {
    (ESPACE_ACQUIT, "PES_ACQUIT"): _acquit(ElementAcquit),
    (ESPACE_RETOUR, "PES_ACQUIT"): _acquit(ElementAcquitPlat),
}
RACINES_RETOUR: Final = {(ESPACE_RETOUR, "PES_Retour"): RETOUR}
RACINES_ACQUIT_RETOUR: Final = {
    (ESPACE_ACQUIT_RETOUR, "PES_ACQUIT_RETOUR"): conteneur(
        "PES_ACQUIT_RETOUR",
        unite("Enveloppe", Enveloppe),
        unite("EnTetePES", EnTete),
        conteneur(
            "ACQUIT_RETOUR",
            unite("EnTeteAcquit_Retour", EnTeteAcquitRetour),
            unite("ElementACQUIT_RETOUR", ElementAcquitRetour, est_multiple=True),
        ),
    ).noeud
}
RACINES: Final = RACINES_ALLER | RACINES_ACQUIT | RACINES_RETOUR | RACINES_ACQUIT_RETOUR
NON_ACQUIT: Final = {
    (ESPACE_ACQUIT, "PES_NonAcquit"): conteneur(
        "PES_NonAcquit", unite("Enveloppe", Enveloppe), unite("EnTetePES", EnTete)
    ).noeud
}
