"""What `controler` will hold against a bordereau, found while its pièces are written.

The same rules, asked of the text: a pièce of a known shape, whose values that the rules read were
already accepted, is not even read (see `memoire`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import Any, Final

from exports_tps.pes.analyse import Analyse
from exports_tps.pes.bordereau import Bordereau, PieceEcrite
from exports_tps.pes.depense import BordereauDepense, EnTeteDepense
from exports_tps.pes.ecriture import ecrire, extraire
from exports_tps.pes.evenements import Unite
from exports_tps.pes.flux import ESPACE_ALLER
from exports_tps.pes.formes import ENCODAGE, Formes
from exports_tps.pes.memoire import MEMOIRE, Memoire
from exports_tps.pes.messages import Anomalie
from exports_tps.pes.modeles import RACINES
from exports_tps.pes.recette import EnTeteRecette
from exports_tps.pes.suivi import REGLES, anomalies_de

_ENTETES: Final = {"Depense": EnTeteDepense, "Recette": EnTeteRecette}
_BORNE: Final = '"'
_DU_FLUX: Final = ("Enveloppe", "EnTetePES")  # what a bordereau alone has not

Noter = Callable[[int | None, Anomalie], None]


class ControleBordereau:
    """Examines a signed bordereau, its head at once, then its pièces as they pass.

    `noter` is told what the treasury would refuse: the number of the pièce concerned, None for the
    bordereau as a whole, and the anomaly.
    """

    def __init__(self, tete: Bordereau, noter: Noter) -> None:
        self._tete = tete
        self._noter = noter
        self._domaine = "Depense" if isinstance(tete, BordereauDepense) else "Recette"
        self._regles: Any = REGLES[self._domaine]
        self._formes = Formes()
        self._memoire = Memoire(self._regles.piece, tete)
        self._prises: dict[str, Callable[[list[str]], tuple[str, ...]]] = {}
        self._sans_ecart: set[tuple[str, tuple[str, ...]]] = set()
        ecarts = self._regles.tete(tete, est_dematerialisee=True)
        self._dire(None, anomalies_de(Unite("BlocBordereau", tete, 0), ecarts))

    def suivre(self, pieces: Iterable[PieceEcrite]) -> Iterator[PieceEcrite]:
        """Yield `pieces`, each once examined."""
        for piece in pieces:
            self._examiner(piece.texte)
            yield piece

    def _examiner(self, texte: str) -> None:
        morceaux = texte.split(_BORNE)
        fixe = _BORNE.join(morceaux[::2])
        prendre = self._prises.get(fixe)
        if prendre is not None and (fixe, prendre(morceaux)) in self._sans_ecart:
            return
        reprise = self._formes.lire(self._domaine, texte, 0)
        if reprise is None:
            self._lire(texte)
            reprise = self._formes.lire(self._domaine, texte, 0)
        if reprise is None:
            return
        ecarts = self._memoire.ecarts(reprise)
        if ecarts:
            unite = reprise.unite()
            self._dire(unite.objet.numero, anomalies_de(unite, iter(ecarts)))
            return
        rangs = sorted(self._memoire.lus(reprise.forme))
        prendre = self._prises[fixe] = extraire([2 * rang + 1 for rang in rangs])
        if len(self._sans_ecart) >= MEMOIRE:
            self._sans_ecart.clear()
        self._sans_ecart.add((fixe, prendre(morceaux)))

    def _lire(self, texte: str) -> None:
        """Read a pièce in full, and learn its shape."""
        entete = _ENTETES[self._domaine](version=2, est_dematerialisee=True)
        structure: list[Anomalie] = []
        fichier = (
            f'<?xml version="1.0" encoding="{ENCODAGE}"?>\n'
            f'<pes:PES_Aller xmlns:pes="{ESPACE_ALLER}">'
            f"<PES_{self._domaine}Aller>{ecrire(f'EnTete{self._domaine}', entete)}<Bordereau>"
            f"{ecrire('BlocBordereau', self._tete)}{texte}"
            f"</Bordereau></PES_{self._domaine}Aller></pes:PES_Aller>"
        )
        octets = fichier.encode(ENCODAGE, "xmlcharrefreplace")
        for lu in Analyse(RACINES, structure.append).evenements(BytesIO(octets)):
            if isinstance(lu, Unite) and lu.balise == "Piece" and lu.objet is not None:
                self._formes.apprendre(self._domaine, texte, lu.objet, 0, lu.lignes)
        self._dire(None, (a for a in structure if a.balise not in _DU_FLUX))

    def _dire(self, numero: int | None, trouvees: Iterable[Anomalie]) -> None:
        for anomalie in trouvees:
            if anomalie.est_bloquante:
                self._noter(numero, anomalie)
