"""Lists as files: a spreadsheet of any length in constant memory, a workbook, a PDF to print."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from itertools import islice

from django.http import FileResponse, Http404, StreamingHttpResponse
from django.utils import timezone

from facturier.commun import pdf
from facturier.commun.csv_sur import ligne_sure, morceaux_csv
from facturier.commun.montants import afficher

LIGNES_DE_CLASSEUR = 50_000  # about two seconds of work; beyond, the CSV is the way
LIGNES_DE_PDF = 2_000  # fifty pages: nobody prints more
COLONNES_EN_PORTRAIT = 6  # beyond, amounts and dates would be cut
TYPE_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGUEUR_FEUILLE, INTERDITS = 31, str.maketrans(dict.fromkeys("[]:*?/\\", "-"))
FORMATS = ("csv", "xlsx", "pdf")
Lignes = Iterable[Iterable[object]]


class TropDeLignes(ValueError):
    """The list is too long for the format asked for; the message, in French, says what to do."""


@dataclass(frozen=True, slots=True)
class Colonne:
    """A heading; `part` is its share of the width of a PDF, which leaves it out when it is 0.

    An int in a column of amounts is in whole francs.
    """

    titre: str
    part: float = 0
    est_nombre: bool = False
    est_montant: bool = False


@dataclass(frozen=True, slots=True)
class Tableau:
    """A list to export: name of the file, title, what it holds in words, headings, rows."""

    nom: str
    titre: str
    description: str
    colonnes: Sequence[Colonne]
    lignes: Iterable[Sequence[object]]


def exporter(tableau: Tableau, extension: str) -> StreamingHttpResponse | FileResponse:
    """Give `tableau` as a file of one of `FORMATS`, headings first.

    Raises:
        Http404: `extension` is none of them.
        TropDeLignes: more rows than a workbook or a PDF holds; a CSV has no limit.
    """
    titres = [colonne.titre for colonne in tableau.colonnes]
    if extension == "csv":
        return csv_en_flux(f"{tableau.nom}.csv", _avec_titres(titres, tableau.lignes))
    if extension == "xlsx":
        lignes = list(_bornees(tableau.lignes, LIGNES_DE_CLASSEUR, "un classeur"))
        return classeur(f"{tableau.nom}.xlsx", tableau.titre, [titres, *lignes])
    if extension == "pdf":
        return _imprimable(tableau)
    raise Http404("Ce format d’export n’existe pas.")


def _avec_titres(titres: list[str], lignes: Lignes) -> Iterator[Iterable[object]]:
    yield titres
    yield from lignes


def _bornees(
    lignes: Iterable[Sequence[object]], limite: int, support: str
) -> Iterator[Sequence[object]]:
    suite = iter(lignes)
    yield from islice(suite, limite)
    if next(suite, None) is not None:
        raise TropDeLignes(
            f"Plus de {limite} lignes, c’est trop pour {support} : resserrez les filtres, ou "
            "prenez le CSV."
        )


def _imprimable(tableau: Tableau) -> FileResponse:
    """Draw the columns that have a width, as many pages as it takes, wide ones in landscape."""
    retenues = [(rang, colonne) for rang, colonne in enumerate(tableau.colonnes) if colonne.part]
    fichier = BytesIO()
    papier = pdf.A4_PAYSAGE if len(retenues) > COLONNES_EN_PORTRAIT else pdf.A4
    with pdf.Document(
        fichier, titre=tableau.titre, etabli_le=timezone.now(), papier=papier
    ) as document:
        document.titre(tableau.titre, tableau.description)
        document.tableau(
            [
                pdf.Colonne(c.titre, c.part, est_nombre=c.est_nombre or c.est_montant)
                for _, c in retenues
            ],
            (
                [_imprimer(ligne[rang], colonne) for rang, colonne in retenues]
                for ligne in _bornees(tableau.lignes, LIGNES_DE_PDF, "un PDF")
            ),
        )
    fichier.seek(0)
    return FileResponse(
        fichier,
        as_attachment=True,
        filename=f"{tableau.nom}.pdf",
        content_type="application/pdf",
    )


def _imprimer(valeur: object, colonne: Colonne) -> str:
    """Return a cell as it is read on paper."""
    if valeur is None:
        return ""
    if colonne.est_montant and isinstance(valeur, int):
        return afficher(valeur)
    if isinstance(valeur, date):
        return f"{valeur:%d/%m/%Y}"
    if isinstance(valeur, Decimal | float):
        return f"{valeur}".replace(".", ",")
    return str(valeur)


def csv_en_flux(nom: str, lignes: Lignes) -> StreamingHttpResponse:
    """Stream rows, titles first, as a CSV for a French spreadsheet, under the file name `nom`."""
    return StreamingHttpResponse(
        morceaux_csv(map(ligne_sure, lignes)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{nom}"'},
    )


def classeur(nom: str, feuille: str, lignes: Lignes) -> FileResponse:
    """Return rows, titles first, as one sheet of an XLSX workbook, under the file name `nom`.

    `feuille` is cut to what the format admits: 31 signs, and none of `[]:*?/\\`.
    """
    from openpyxl import Workbook  # noqa: PLC0415  (0.4 s, that other programs need not pay)

    livre = Workbook(write_only=True)
    page = livre.create_sheet(feuille.translate(INTERDITS)[:LONGUEUR_FEUILLE])
    page.freeze_panes = "A2"
    for ligne in lignes:
        page.append(ligne_sure(ligne))
    fichier = BytesIO()  # compressed and bounded: a few megabytes
    livre.save(fichier)
    fichier.seek(0)
    return FileResponse(fichier, as_attachment=True, filename=nom, content_type=TYPE_XLSX)
