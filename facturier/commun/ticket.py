"""A receipt on a roll of 80 mm: as long as what it says, in black only.

Same input, same bytes, as for every PDF. The lines are kept while they are drawn, because the
height of the page is known at the end only.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import IO, Any

from django.utils import timezone

from facturier.commun.pdf import FORT, NOIR, TEXTE, couper, elargir, enregistrer_polices, modules_qr

LARGEUR = 226.77165354330708  # 80 mm
MARGE = 11.4  # the head prints 72 mm
UTILE = LARGEUR - 2 * MARGE


class Ticket:
    """A ticket being written; `ecrire` gives the PDF."""

    def __init__(self, *, titre: str, etabli_le: datetime) -> None:
        enregistrer_polices()
        self.nom, self.etabli_le = titre, timezone.localtime(etabli_le)
        self.traits: list[tuple[float, str, str, float, str]] = []  # y, text, font, size, side
        self.filets: list[float] = []
        self.qr: list[tuple[float, str]] = []
        self.y = MARGE + 4

    def ligne(self, texte: str, *, est_fort: bool = False, corps: float = 8.5) -> None:
        """Write a text over the width, on as many lines as it takes."""
        police = FORT if est_fort else TEXTE
        for morceau in couper(texte, police, corps, UTILE):
            self.y += corps * 1.3
            self.traits.append((self.y, morceau, police, corps, "gauche"))

    def couple(self, libelle: str, valeur: str, *, est_fort: bool = False) -> None:
        """Write a label on the left and its value on the right, or under it when it is long."""
        police, corps = FORT if est_fort else TEXTE, 8.5
        morceaux = couper(valeur, police, corps, UTILE)
        court = couper(f"{libelle}  {valeur}", police, corps, UTILE)
        self.y += corps * 1.3
        self.traits.append((self.y, libelle, police, corps, "gauche"))
        if len(court) > 1:
            self.y += corps * 1.3
        for rang, morceau in enumerate(morceaux):
            self.y += corps * 1.3 if rang else 0
            self.traits.append((self.y, morceau, police, corps, "droite"))

    def separer(self) -> None:
        """Draw a rule."""
        self.y += 6
        self.filets.append(self.y)
        self.y += 2

    def code_qr(self, contenu: str, *, cote: float = 100.0) -> None:
        """Draw a QR code in the middle."""
        self.y += 6
        self.qr.append((self.y, contenu))
        self.y += cote

    def ecrire(self, sortie: IO[bytes]) -> None:
        """Write the PDF: one page, as high as its content."""
        from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415  (loaded when drawing)

        hauteur = self.y + MARGE + 6
        toile = Canvas(
            sortie, pagesize=(LARGEUR, hauteur), pdfVersion=(1, 4), invariant=1, lang="fr-FR"
        )
        toile.setTitle(self.nom)
        toile.setAuthor("Province Sud de la Nouvelle-Calédonie")
        toile.setDateFormatter(lambda *_: f"D:{self.etabli_le:%Y%m%d%H%M%S}+11'00'")
        toile.setFillColor(NOIR)
        for y, texte, police, corps, cote in self.traits:
            toile.setFont(police, corps)
            tracer = toile.drawString if cote == "gauche" else toile.drawRightString
            tracer(MARGE if cote == "gauche" else LARGEUR - MARGE, hauteur - y, elargir(texte))
        for y in self.filets:
            toile.line(MARGE, hauteur - y, LARGEUR - MARGE, hauteur - y)
        for y, contenu in self.qr:
            _tracer_qr(toile, contenu, hauteur - y)
        toile.showPage()
        toile.save()

    def couples(self, lignes: Iterable[tuple[str, str]]) -> None:
        """Write several labels and values."""
        for libelle, valeur in lignes:
            self.couple(libelle, valeur)


def _tracer_qr(toile: Any, contenu: str, haut: float, cote: float = 100.0) -> None:
    modules = modules_qr(contenu)
    pas = cote / (len(modules) + 8)
    gauche = (LARGEUR - cote) / 2 + 4 * pas
    trace = toile.beginPath()
    for rang, rangee in enumerate(modules):
        for colonne, est_noir in enumerate(rangee):
            if est_noir:
                trace.rect(gauche + colonne * pas, haut - (rang + 5) * pas, pas, pas)
    toile.drawPath(trace, stroke=0, fill=1)
