"""The kit of every PDF the product gives: drawn on a canvas, page by page, top to bottom.

Same input, same bytes: no clock is read, the date is an argument. Fonts are embedded, the language
is French, the title of the document shows in the window. Lengths are in points (1/72 inch), the
vertical position `y` goes down as blocks are drawn.

Reportlab takes 0.4 s to load: the functions that draw import it, so that a program that draws
nothing does not wait for it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import IO, Any, Self

from django.utils import timezone

from facturier.commun import montants
from facturier.commun.heures import jour_et_heure
from facturier.commun.typographie import espacer

POLICES = Path(__file__).parent / "polices"
TEXTE, FORT = "SourceSans3", "SourceSans3-Semi"
CORPS, INTERLIGNE = 10.5, 14.5
RANGEE = 19.0  # points: a row of a table, on one line
INSEPARABLES = 2  # lines of a text that stay with what they introduce, or end
Couleur = tuple[float, float, float]  # red, green and blue, from 0 to 1
TOTAL_PAGES = "total_pages"


def _couleur(code: str) -> Couleur:
    rouge, vert, bleu = bytes.fromhex(code)
    return rouge / 255, vert / 255, bleu / 255


ENCRE, DOUX, LAGON, CORAIL = map(_couleur, ("14262d", "47585f", "083a4a", "b9431f"))
TRAIT, FOND, NOIR = map(_couleur, ("c3ced2", "eef4f6", "000000"))


@cache
def enregistrer_polices() -> None:
    """Read the two fonts, once per process."""
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415  (loaded when drawing)
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415

    for nom, fichier in ((TEXTE, "SourceSans3-Regular.ttf"), (FORT, "SourceSans3-SemiBold.ttf")):
        pdfmetrics.registerFont(TTFont(nom, POLICES / fichier))


@dataclass(frozen=True, slots=True)
class Format:
    """A size of paper: width, height, side margins, and where the text stops above the footer."""

    largeur: float
    hauteur: float
    marge: float
    bas: float

    @property
    def utile(self) -> float:
        """The width between the margins."""
        return self.largeur - 2 * self.marge


A4 = Format(595.2755905511812, 841.8897637795277, 54.0, 72.0)  # 210 mm by 297
A4_PAYSAGE = Format(841.8897637795277, 595.2755905511812, 54.0, 72.0)
A5 = Format(419.52755905511816, 595.2755905511812, 34.0, 54.0)  # 148 mm by 210


@dataclass(frozen=True, slots=True)
class Colonne:
    """One column of a table: its heading, its share of the width, numbers on the right."""

    titre: str
    part: float
    est_nombre: bool = False


class Document:
    """A PDF being drawn; `with Document(…) as pdf:` writes it to `sortie` at the end.

    Args:
        sortie: binary file object.
        titre: title of the document, in its metadata and at its head.
        etabli_le: moment of the document (aware), in its metadata and in the footer.
        reference: shown in the footer of each page.
        emetteur: lines under the name of the province in the letterhead.
        papier: its size, `A4` by default.
    """

    def __init__(
        self,
        sortie: IO[bytes],
        *,
        titre: str,
        etabli_le: datetime,
        reference: str = "",
        emetteur: Sequence[str] = ("Direction des finances",),
        papier: Format = A4,
    ) -> None:
        from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415  (loaded when drawing)

        enregistrer_polices()
        self.papier = papier
        self.largeur, self.hauteur = papier.largeur, papier.hauteur
        self.marge, self.bas, self.utile = papier.marge, papier.bas, papier.utile
        self.reference = reference
        self.etabli_le = timezone.localtime(etabli_le)
        self.page = 1
        self.canevas = Canvas(
            sortie,
            pagesize=(papier.largeur, papier.hauteur),
            pdfVersion=(1, 4),  # the first that tells the language
            invariant=1,
            lang="fr-FR",
            initialFontName=TEXTE,
        )
        self.canevas.setTitle(titre)
        self.canevas.setSubject(reference or titre)
        self.canevas.setAuthor("Province Sud de la Nouvelle-Calédonie")
        self.canevas.setCreator("Services financiers de la province Sud")
        self.canevas.setViewerPreference("DisplayDocTitle", "true")
        self.canevas.setDateFormatter(self._date_des_metadonnees)
        self.y = self.hauteur - self.marge
        self._en_tete(emetteur)

    def __enter__(self) -> Self:
        """Give the document to draw on."""
        return self

    def __exit__(self, genre: type[BaseException] | None, *reste: Any) -> None:
        """Write the file, unless drawing failed."""
        if genre is None:
            self.terminer()

    def _date_des_metadonnees(self, *horloge: int) -> str:
        return f"D:{self.etabli_le:%Y%m%d%H%M%S}+11'00'"

    # --- Pages ---------------------------------------------------------------------------------
    def _en_tete(self, emetteur: Sequence[str]) -> None:
        self.canevas.setFillColor(CORAIL)
        self.canevas.rect(self.marge, self.y - 30, 4, 40, stroke=0, fill=1)
        self._ligne(
            "Province Sud", self.marge + 14, self.y - 4, police=FORT, corps=15, couleur=LAGON
        )
        position = self.y - 18
        for texte in ("Nouvelle-Calédonie", *emetteur):
            self._ligne(texte, self.marge + 14, position, corps=9.5, couleur=DOUX)
            position -= 12
        self.y = position - 22

    def _pied(self) -> None:
        toile = self.canevas
        toile.setStrokeColor(TRAIT)
        toile.line(
            self.marge,
            self.bas - 22,
            self.largeur - self.marge,
            self.bas - 22,
        )
        date = f"{jour_et_heure(self.etabli_le)} (heure de Nouméa)"
        droite = " – ".join(filter(None, (self.reference, date)))
        self._ligne(
            droite,
            self.largeur - self.marge,
            self.bas - 36,
            corps=8.5,
            couleur=DOUX,
            a_droite=True,
        )
        debut = f"Page {self.page} / "
        self._ligne(debut, self.marge, self.bas - 36, corps=8.5, couleur=DOUX)
        toile.saveState()
        toile.translate(self.marge + toile.stringWidth(debut, TEXTE, 8.5), self.bas - 36)
        toile.doForm(TOTAL_PAGES)
        toile.restoreState()

    def nouvelle_page(self) -> None:
        """End the page and begin another, without letterhead."""
        self._pied()
        self.canevas.showPage()
        self.page += 1
        self.y = self.hauteur - self.marge

    def reserver(self, hauteur: float) -> bool:
        """Begin a page when `hauteur` points do not fit; say whether it did."""
        if self.y - hauteur >= self.bas:
            return False
        self.nouvelle_page()
        return True

    def terminer(self) -> None:
        """Write the whole document."""
        self._pied()
        self.canevas.showPage()
        self.canevas.beginForm(TOTAL_PAGES, 0, -3, 40, 12)
        self._ligne(str(self.page), 0, 0, corps=8.5, couleur=DOUX)
        self.canevas.endForm()
        self.canevas.save()

    # --- Text ----------------------------------------------------------------------------------
    def _ligne(
        self,
        texte: str,
        x: float,
        y: float,
        *,
        police: str = TEXTE,
        corps: float = CORPS,
        couleur: Couleur = ENCRE,
        a_droite: bool = False,
    ) -> None:
        toile = self.canevas
        toile.setFont(police, corps)
        toile.setFillColor(couleur)
        (toile.drawRightString if a_droite else toile.drawString)(x, y, elargir(texte))

    def espace(self, hauteur: float = INTERLIGNE) -> None:
        """Leave a gap."""
        self.y -= hauteur

    def titre(self, texte: str, sous_titre: str = "") -> None:
        """Draw the title of the document, on as many lines as it takes."""
        for ligne in couper(texte, FORT, 19, self.utile):
            self.reserver(24)
            self.y -= 19
            self._ligne(ligne, self.marge, self.y, police=FORT, corps=19, couleur=LAGON)
            self.y -= 5
        if sous_titre:
            self.paragraphe(sous_titre, couleur=DOUX)
        self.y -= 10

    def intertitre(self, texte: str) -> None:
        """Draw a heading, kept with at least two lines of what follows."""
        self.reserver(24 + 2 * INTERLIGNE)
        self.y -= 22
        self._ligne(texte, self.marge, self.y, police=FORT, corps=12.5, couleur=LAGON)
        self.y -= 8

    def section(self, titre: str, texte: str, *, suite: float = 0) -> None:
        """Draw a heading and its text, of which two lines stay with `suite` points that follow."""
        nombre = len(couper(texte, TEXTE, CORPS, self.utile))
        if nombre <= INSEPARABLES + 1:
            self.reserver(34 + nombre * INTERLIGNE + suite)
        self.intertitre(titre)
        self.paragraphe(texte, suite=suite)

    def paragraphe(
        self,
        texte: str,
        *,
        police: str = TEXTE,
        corps: float = CORPS,
        couleur: Couleur = ENCRE,
        suite: float = 0,
    ) -> None:
        """Draw a text over the width, cut into lines and over pages.

        Its last two lines stay on the page of the `suite` points that follow.
        """
        lignes = couper(texte, police, corps, self.utile)
        for rang, ligne in enumerate(lignes, start=1):
            a_venir = len(lignes) - rang
            tient = suite and a_venir < INSEPARABLES
            self.reserver(INTERLIGNE * (1 + a_venir) + 4 + suite if tient else INTERLIGNE)
            self.y -= INTERLIGNE
            self._ligne(ligne, self.marge, self.y, police=police, corps=corps, couleur=couleur)
        self.y -= 4

    def adresse(self, lignes: Iterable[str]) -> None:
        """Draw the addressee on the right, where windowed envelopes show it.

        A line longer than the window goes over several.
        """
        gauche = self.largeur / 2 + 20
        for texte in filter(None, lignes):
            for ligne in couper(texte, TEXTE, CORPS, self.largeur - self.marge - gauche):
                self.reserver(INTERLIGNE)
                self.y -= INTERLIGNE
                self._ligne(ligne, gauche, self.y)
        self.y -= INTERLIGNE

    def encadre(self, libelle: str, valeur: str, note: str = "") -> None:
        """Draw what matters most (an amount, a key) in a tinted box."""
        hauteur = 62.0 if note else 48.0
        self.reserver(hauteur + 12)
        self.y -= hauteur + 6
        self.canevas.setFillColor(FOND)
        self.canevas.roundRect(self.marge, self.y, self.utile, hauteur, 6, stroke=0, fill=1)
        haut = self.y + hauteur
        self._ligne(libelle, self.marge + 14, haut - 18, corps=9.5, couleur=DOUX)
        self._ligne(valeur, self.marge + 14, haut - 38, police=FORT, corps=17, couleur=LAGON)
        if note:
            self._ligne(note, self.marge + 14, haut - 54, corps=9, couleur=DOUX)
        self.y -= 8

    def resume(self, lignes: Iterable[tuple[str, str]], *, part: float = 0.36) -> None:
        """Draw a list of (label, value); long values go over several lines."""
        retrait = self.utile * part
        for libelle, valeur in lignes:
            textes = couper(valeur, TEXTE, CORPS, self.utile - retrait)
            titres = couper(libelle, FORT, CORPS, retrait - 10)
            hauteur = max(len(textes), len(titres)) * INTERLIGNE + 6
            self.reserver(hauteur)
            haut = self.y - INTERLIGNE
            for rang, texte in enumerate(titres):
                self._ligne(texte, self.marge, haut - rang * INTERLIGNE, police=FORT)
            for rang, texte in enumerate(textes):
                self._ligne(texte, self.marge + retrait, haut - rang * INTERLIGNE)
            self.y -= hauteur
            self._filet()

    def a_remplir(self, libelles: Iterable[str], *, hauteur: float = 30.0) -> None:
        """Draw labels, each with a line to write on by hand, `hauteur` points high."""
        for libelle in libelles:
            self.reserver(hauteur)
            self.y -= hauteur
            self._ligne(libelle, self.marge, self.y + 5, corps=9.5, couleur=DOUX)
            self._filet()

    def pointiller(self) -> None:
        """Draw where to cut."""
        self.y -= 12
        self.canevas.setStrokeColor(DOUX)
        self.canevas.setDash(3, 3)
        self.canevas.line(self.marge, self.y, self.largeur - self.marge, self.y)
        self.canevas.setDash()
        self.y -= 6

    def _filet(self) -> None:
        self.canevas.setStrokeColor(TRAIT)
        self.canevas.setLineWidth(0.5)
        self.canevas.line(self.marge, self.y, self.largeur - self.marge, self.y)

    # --- Table ---------------------------------------------------------------------------------
    def tableau(
        self,
        colonnes: Sequence[Colonne],
        lignes: Iterable[Sequence[str | int]],
        *,
        total: Sequence[str | int] | None = None,
        suite: float = 0,
    ) -> None:
        """Draw rows over as many pages as it takes, the heading repeated on each.

        Rows are read one by one. An int is an amount in francs, shown with its unit; a text too
        long for its column goes over several lines. The last row and the total stay on the page of
        the `suite` points that follow.
        """
        abscisses = _abscisses(colonnes, self.papier)
        self.reserver(4 * INTERLIGNE)
        self._titres(colonnes, abscisses)
        derniere: Sequence[str | int] | None = None
        for ligne in lignes:
            if derniere is not None:
                self._rangee(colonnes, abscisses, derniere, TEXTE)
            derniere = ligne
        if derniere is not None:
            avec = suite + 8 + RANGEE if suite else 0
            self._rangee(colonnes, abscisses, derniere, TEXTE, suite=avec)
        if total is not None:
            self._rangee(colonnes, abscisses, total, FORT, suite=suite + 8 if suite else 0)
        self.y -= 8

    def _titres(self, colonnes: Sequence[Colonne], abscisses: Sequence[float]) -> None:
        self.y -= 20
        self.canevas.setFillColor(FOND)
        self.canevas.rect(self.marge, self.y - 4, self.utile, 20, stroke=0, fill=1)
        for rang, colonne in enumerate(colonnes):
            self._cellule(colonne, abscisses, rang, colonne.titre, self.y + 3, FORT, 9.5)
        self.y -= 4

    def _rangee(
        self,
        colonnes: Sequence[Colonne],
        abscisses: Sequence[float],
        ligne: Sequence[str | int],
        police: str,
        *,
        suite: float = 0,
    ) -> None:
        cellules = [
            [montants.afficher(valeur)]
            if isinstance(valeur, int)
            else couper(valeur, police, 9.5, fin - debut - 8)
            for valeur, debut, fin in zip(ligne, abscisses, abscisses[1:], strict=False)
        ]
        hauteur = max(map(len, cellules)) * 13 + 6
        if self.reserver(hauteur + suite):
            self._titres(colonnes, abscisses)
        for rang, textes in enumerate(cellules):
            for numero, texte in enumerate(textes):
                y = self.y - 13 * (numero + 1)
                self._cellule(colonnes[rang], abscisses, rang, texte, y, police, 9.5)
        self.y -= hauteur
        self._filet()

    def _cellule(
        self,
        colonne: Colonne,
        abscisses: Sequence[float],
        rang: int,
        texte: str,
        y: float,
        police: str,
        corps: float,
    ) -> None:
        x = abscisses[rang + 1] - 4 if colonne.est_nombre else abscisses[rang] + 4
        self._ligne(texte, x, y, police=police, corps=corps, a_droite=colonne.est_nombre)

    # --- QR code -------------------------------------------------------------------------------
    def code_qr(self, contenu: str, *, cote: float = 96.0, legende: Sequence[str] = ()) -> None:
        """Draw `contenu` as a QR code, `cote` points wide, its caption on its right."""
        self.reserver(cote + 8)
        modules = modules_qr(contenu)
        pas = cote / (len(modules) + 8)  # four modules of quiet zone on each side
        haut = self.y - 4 * pas
        trace = self.canevas.beginPath()
        for rang, rangee in enumerate(modules):
            for colonne, est_noir in enumerate(rangee):
                if est_noir:
                    x = self.marge + (colonne + 4) * pas
                    trace.rect(x, haut - (rang + 1) * pas, pas, pas)
        self.canevas.setFillColor(NOIR)
        self.canevas.drawPath(trace, stroke=0, fill=1)
        for rang, texte in enumerate(legende):
            self._ligne(texte, self.marge + cote + 12, self.y - 24 - rang * INTERLIGNE)
        self.y -= cote + 8


def _abscisses(colonnes: Sequence[Colonne], papier: Format) -> list[float]:
    """The left edge of each column, then the right edge of the last."""
    somme = sum(colonne.part for colonne in colonnes)
    bords = [papier.marge]
    for colonne in colonnes:
        bords.append(bords[-1] + papier.utile * colonne.part / somme)
    return bords


def elargir(texte: str) -> str:
    """Space as French wants, with a no-break space: this font draws the narrow one too narrow."""
    return espacer(texte).replace("\u202f", "\u00a0")


def couper(texte: str, police: str, corps: float, largeur: float) -> list[str]:
    """Cut a text into lines of at most `largeur` points; at least one line, no-break spaces kept.

    A word longer than a line (an address, a digest) is cut where the line ends.
    """
    from reportlab.pdfbase.pdfmetrics import stringWidth  # noqa: PLC0415  (loaded when drawing)

    def mesurer(morceau: str) -> float:
        return float(stringWidth(elargir(morceau), police, corps))

    lignes: list[str] = []
    for alinea in texte.split("\n"):
        ligne = ""
        for mot in alinea.split(" "):
            essai = f"{ligne} {mot}" if ligne else mot
            if mesurer(essai) <= largeur:
                ligne = essai
                continue
            if ligne:
                lignes.append(ligne)
            *pleines, ligne = _trancher(mot, mesurer, largeur)
            lignes += pleines
        lignes.append(ligne)
    return lignes


def _trancher(mot: str, mesurer: Callable[[str], float], largeur: float) -> list[str]:
    """Cut one word into pieces of at most `largeur` points, one character at least each."""
    morceaux = [""]
    for lettre in mot:
        if morceaux[-1] and mesurer(morceaux[-1] + lettre) > largeur:
            morceaux.append(lettre)
        else:
            morceaux[-1] += lettre
    return morceaux


def modules_qr(contenu: str) -> list[list[bool]]:
    """The square matrix of a QR code, correction level M."""
    from reportlab.graphics.barcode.qrencoder import (  # noqa: PLC0415  (loaded when drawing)
        QRCode,
        QRErrorCorrectLevel,
    )

    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(contenu)
    code.make()
    return [[bool(module) for module in rangee] for rangee in code.modules]
