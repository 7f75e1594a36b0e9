"""Lists as files."""

from io import BytesIO

from openpyxl import load_workbook

from facturier.commun.exports import classeur


def test_un_titre_avec_une_date_nomme_la_feuille_d_un_classeur():
    reponse = classeur("caisse.xlsx", "Caisse du 27/11/2026 [guichet 1] du centre", [["A"], [1]])

    livre = load_workbook(BytesIO(b"".join(reponse.streaming_content)))
    assert livre.sheetnames == ["Caisse du 27-11-2026 -guichet 1"]
