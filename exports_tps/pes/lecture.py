"""Reading what the treasury sends, and our own files back: match first, validate after.

Reading is tolerant: an unknown tag is skipped, a value that does not fit is None. Departures from
the schema are counted, and the first kept, at the price of the reading alone: our declarations
refuse whatever the official schemas refuse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, BinaryIO, Final

from exports_tps.pes.acquit import ElementAcquit, ElementAcquitPlat, ErreurAcquit
from exports_tps.pes.analyse import Analyse
from exports_tps.pes.communs import EnTete, Enveloppe
from exports_tps.pes.depense import BordereauDepense, Mandat
from exports_tps.pes.evenements import Borne, Evenement, Unite
from exports_tps.pes.formes import Reprise
from exports_tps.pes.messages import Anomalie, FichierIllisible
from exports_tps.pes.modeles import (
    NON_ACQUIT,
    RACINES_ACQUIT,
    RACINES_ALLER,
    RACINES_RETOUR,
    Noeud,
)
from exports_tps.pes.pieces_jointes import FichePJ
from exports_tps.pes.recette import BordereauRecette, Titre
from exports_tps.pes.retour import EnTeteRetour, EnveloppeRetour, PieceDepenseRetour
from exports_tps.pes.retour_recette import BordereauORMC, PieceRecetteRetour

_ANOMALIES_MAXIMUM: Final = 100


@dataclass(slots=True)
class Tete:
    """Head of a message: what matches it to a flux sent or to a budget; None = absent."""

    racine: str
    nom_fichier: str | None = None
    type_fichier: str | None = None
    date_emission: Any = None
    codique: str | None = None
    identifiant_collectivite: str | None = None
    code_collectivite: str | None = None
    code_budget: str | None = None
    anomalies: list[Anomalie] = field(default_factory=list)
    nombre_anomalies: int = 0
    rupture: Anomalie | None = None  # where the file stops being XML, if it does
    est_sans_acquit: bool = False  # known once an acknowledgement is read: no block ACQUIT at all

    def prendre(self, objet: Any) -> None:
        """Take what an Enveloppe or an EnTetePES says."""
        if isinstance(objet, Enveloppe | EnveloppeRetour):
            self.nom_fichier, self.type_fichier = objet.nom_fichier, objet.type_fichier
        elif isinstance(objet, EnTete | EnTeteRetour):
            self.date_emission = objet.date_emission
            self.codique = objet.codique
            self.identifiant_collectivite = objet.identifiant_collectivite
            self.code_collectivite = objet.code_collectivite
            self.code_budget = objet.code_budget

    def noter(self, anomalie: Anomalie) -> None:
        """Count one departure from the format; keep it, up to a hundred."""
        self.nombre_anomalies += 1
        if anomalie.regle == "xml":
            self.rupture = anomalie
        if len(self.anomalies) < _ANOMALIES_MAXIMUM:
            self.anomalies.append(anomalie)


@dataclass(frozen=True, slots=True)
class PieceLue:
    """One pièce of a Retour: `sens` is depense or recette."""

    sens: str
    exercice: int | None
    numero_bordereau: str | None
    type_bordereau: str | None
    piece: PieceDepenseRetour | PieceRecetteRetour

    @property
    def motifs(self) -> tuple[str, ...]:
        """Reason codes of ObsEtat, which joins them by hyphens."""
        return tuple(code.strip() for code in (self.piece.motifs or "").split("-") if code.strip())


@dataclass(frozen=True, slots=True)
class BordereauGlobalLu:
    """A bordereau ORMC that stands for all its pièces."""

    bordereau: BordereauORMC


@dataclass(frozen=True, slots=True)
class PieceAller:
    """One pièce of a PES_Aller, with the head of its bordereau."""

    bordereau: BordereauDepense | BordereauRecette
    piece: Mandat | Titre


def _commencer(
    fichier: BinaryIO, racines: dict[tuple[str, str], Noeud]
) -> tuple[Tete, Iterator[Evenement]]:
    """Read the head; return it with what follows. Raises FichierIllisible for another file."""
    tete = Tete("")
    analyse = Analyse(racines, tete.noter, est_tolerante=True)
    evenements = (
        evenement.unite() if isinstance(evenement, Reprise) else evenement
        for evenement in analyse.evenements(fichier)
    )
    lus: list[Evenement] = []
    for evenement in evenements:
        if isinstance(evenement, Unite):
            tete.prendre(evenement.objet)
        if isinstance(evenement, Unite) and not _est_tete(evenement):
            lus.append(evenement)
            break
        if isinstance(evenement, Borne):
            lus.append(evenement)
    if analyse.racine is None or not lus:
        raison = tete.anomalies[0].message if tete.anomalies else "fichier vide."
        raise FichierIllisible(f"Fichier du Trésor illisible : {raison}")
    tete.racine = analyse.racine[1]
    return tete, chain(lus, evenements)


def _est_tete(unite: Unite) -> bool:
    return unite.balise in {"Enveloppe", "EnTetePES"}


def lire_acquit(fichier: BinaryIO) -> tuple[Tete, Iterator[ElementAcquit]]:
    """Read a PES_ACQUIT (both forms): its head, then its verdicts as they come.

    A PES_ACQUIT without its block ACQUIT accepts the file: no element, and `est_sans_acquit` in the
    end. A PES_NonAcquit refuses it: one element of domain 0. Raises FichierIllisible for anything
    else.
    """
    tete, evenements = _commencer(fichier, RACINES_ACQUIT | NON_ACQUIT)
    return tete, _verdicts(tete, evenements)


def _verdicts(tete: Tete, evenements: Iterator[Evenement]) -> Iterator[ElementAcquit]:
    if tete.racine == "PES_NonAcquit":
        refus = ErreurAcquit(libelle="Fichier refusé (PES_NonAcquit).")
        yield ElementAcquit(domaine="0", est_accepte=False, erreurs=(refus,))
    a_acquit = False
    for evenement in evenements:
        if isinstance(evenement, Borne):
            a_acquit = a_acquit or evenement.balise == "ACQUIT"
        elif isinstance(evenement, Unite) and isinstance(evenement.objet, ElementAcquitPlat):
            yield evenement.objet.en_element()
        elif isinstance(evenement, Unite) and isinstance(evenement.objet, ElementAcquit):
            yield evenement.objet
    tete.est_sans_acquit = not a_acquit and all(a.regle != "balise" for a in tete.anomalies)


def lire_retour(fichier: BinaryIO) -> tuple[Tete, Iterator[PieceLue | BordereauGlobalLu]]:
    """Read a PES_Retour: its head, then its pièces as they come; flat memory."""
    tete, evenements = _commencer(fichier, RACINES_RETOUR)
    return tete, _pieces_retour(evenements)


def _pieces_retour(evenements: Iterator[Evenement]) -> Iterator[PieceLue | BordereauGlobalLu]:
    sens, bordereau = "", None
    for evenement in evenements:
        if isinstance(evenement, Borne):
            if evenement.balise.endswith("Retour") and evenement.balise != "PES_Retour":
                sens = evenement.balise.removeprefix("PES_").removesuffix("Retour").lower()
        elif isinstance(evenement, Unite):
            if evenement.balise == "BlocBordereau":
                bordereau = evenement.objet
            elif isinstance(evenement.objet, BordereauORMC):
                yield BordereauGlobalLu(evenement.objet)
            elif evenement.balise == "Piece":
                yield _piece_lue(sens, bordereau, evenement.objet)


def _piece_lue(sens: str, bordereau: Any, piece: Any) -> PieceLue:
    return PieceLue(
        sens,
        getattr(bordereau, "exercice", None),
        getattr(bordereau, "numero", None),
        getattr(bordereau, "type", None),
        piece,
    )


def lire_aller(fichier: BinaryIO) -> tuple[Tete, Iterator[PieceAller | FichePJ]]:
    """Read a PES_Aller back: its head, then pièces and fiches of documents as they come."""
    tete, evenements = _commencer(fichier, RACINES_ALLER)
    return tete, _pieces_aller(evenements)


def _pieces_aller(evenements: Iterator[Evenement]) -> Iterator[PieceAller | FichePJ]:
    bordereau: Any = None
    for evenement in evenements:
        if not isinstance(evenement, Unite):
            continue
        if evenement.balise == "BlocBordereau":
            bordereau = evenement.objet
        elif evenement.balise == "Piece":
            yield PieceAller(bordereau, evenement.objet)
        elif isinstance(evenement.objet, FichePJ):
            yield evenement.objet
