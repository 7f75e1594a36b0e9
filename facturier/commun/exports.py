"""Lists as files for a spreadsheet, of any length in constant memory, formulas made harmless."""

from collections.abc import Iterable
from io import BytesIO

from django.http import FileResponse, StreamingHttpResponse

from facturier.commun.csv_sur import ligne_sure, morceaux_csv

LIGNES_DE_CLASSEUR = 50_000  # about two seconds of work; beyond, the CSV is the way
TYPE_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Lignes = Iterable[Iterable[object]]


def csv_en_flux(nom: str, lignes: Lignes) -> StreamingHttpResponse:
    """Stream rows, titles first, as a CSV for a French spreadsheet, under the file name `nom`."""
    return StreamingHttpResponse(
        morceaux_csv(map(ligne_sure, lignes)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{nom}"'},
    )


def classeur(nom: str, feuille: str, lignes: Lignes) -> FileResponse:
    """Return rows, titles first, as one sheet of an XLSX workbook, under the file name `nom`."""
    from openpyxl import Workbook  # noqa: PLC0415  (0.4 s, that other programs need not pay)

    livre = Workbook(write_only=True)
    page = livre.create_sheet(feuille)
    page.freeze_panes = "A2"
    for ligne in lignes:
        page.append(ligne_sure(ligne))
    fichier = BytesIO()  # compressed and bounded: a few megabytes
    livre.save(fichier)
    fichier.seek(0)
    return FileResponse(fichier, as_attachment=True, filename=nom, content_type=TYPE_XLSX)
