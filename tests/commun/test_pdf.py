"""Documents are read back by another library."""

import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from facturier.commun.pdf import Colonne, Document

LE = datetime(2026, 11, 22, 23, 5, tzinfo=UTC)
COLONNES = [Colonne("Désignation", 3), Colonne("Montant", 1, est_nombre=True)]


def dessiner(lignes=3):
    sortie = BytesIO()
    with Document(sortie, titre="Avis des sommes à payer", etabli_le=LE, reference="T-12") as pdf:
        pdf.adresse(["Mme Aurore Fictive", "", "98800 NOUMÉA"])
        pdf.titre("Avis des sommes à payer", "Exercice 2026")
        pdf.encadre("À payer", "138\u202f750\u202fF\u00a0CFP", "Avant le 1er décembre")
        pdf.resume([("Objet", "œuvre « Le Lagon » → " + "mot " * 60)])
        pdf.intertitre("Détail")
        pdf.tableau(COLONNES, ((f"Ligne {n}", n * 1000) for n in range(lignes)), total=("Total", 9))
        pdf.paragraphe("Vous pouvez contester cette somme. " * 8)
        pdf.code_qr("https://exemple.test/payer/12", legende=["Payer en ligne"])
    return sortie.getvalue()


def lire(octets):
    return PdfReader(BytesIO(octets))


def test_la_meme_entree_donne_les_memes_octets():
    assert dessiner() == dessiner()


def test_le_document_porte_son_titre_sa_langue_et_sa_date():
    document = lire(dessiner())

    assert document.metadata.title == "Avis des sommes à payer"
    assert document.metadata.creation_date == LE
    assert document.trailer["/Root"]["/Lang"] == "fr-FR"


def test_les_polices_sont_incorporees():
    polices = lire(dessiner()).pages[0]["/Resources"]["/Font"].values()

    assert all("/FontFile2" in p.get_object()["/FontDescriptor"] for p in polices)


def test_les_accents_et_les_signes_se_relisent():
    texte = lire(dessiner()).pages[0].extract_text()

    assert "œuvre « Le Lagon » →" in texte
    assert "138 750 F CFP" in " ".join(texte.split())


def test_un_long_tableau_repete_ses_titres_sur_chaque_page():
    pages = [page.extract_text() for page in lire(dessiner(lignes=120)).pages]

    assert len(pages) >= 3
    assert ["Désignation" in texte for texte in pages[:3]] == [True] * 3


def test_chaque_page_dit_son_rang_et_le_nombre_de_pages():
    document = lire(dessiner(lignes=120))

    texte = document.pages[1].extract_text()

    assert f"Page 2 / {len(document.pages)}" in texte.replace("\n", "")


def test_un_mot_plus_long_que_sa_colonne_est_coupe():
    sortie = BytesIO()
    with Document(sortie, titre="Empreinte", etabli_le=LE) as pdf:
        pdf.tableau(COLONNES, [("a" * 200, 1)])

    morceaux = re.findall("a{50,}", lire(sortie.getvalue()).pages[0].extract_text())
    assert len(morceaux) > 1
    assert "".join(morceaux) == "a" * 200


def test_un_dessin_interrompu_n_ecrit_rien():
    sortie = BytesIO()

    with pytest.raises(RuntimeError), Document(sortie, titre="Avis", etabli_le=LE):
        raise RuntimeError

    assert sortie.getvalue() == b""


def _avec_signatures(lignes, observation=""):
    """Draw a table, or a text, then signatures that are not parted; return the text by page."""
    sortie = BytesIO()
    with Document(sortie, titre="PV", etabli_le=LE, reference="PV 1") as pdf:
        rangees = ((f"Coupure {n}", n) for n in range(lignes))
        pdf.tableau(COLONNES, rangees, total=("Total compté", 9), suite=0 if observation else 196)
        if observation:
            pdf.section("Observations", observation, suite=196)
        pdf.reserver(196)
        pdf.intertitre("Signatures")
        for _ in range(2):
            pdf.paragraphe("Le vérificateur :")
            pdf.espace(30)
    return [page.extract_text() for page in lire(sortie.getvalue()).pages]


@pytest.mark.parametrize("lignes", range(18, 36))
def test_des_signatures_ne_sont_jamais_seules_sur_leur_page(lignes):
    apres_tableau = _avec_signatures(lignes)[-1]
    apres_texte = _avec_signatures(lignes, "Un mot. " * 40 + "Dernier mot.")[-1]
    apres_un_mot = _avec_signatures(lignes, "Rien.")[-1]

    assert f"Coupure {lignes - 1}" in apres_tableau
    assert "Total compté" in apres_tableau
    assert apres_texte.count("Un mot.") > 5
    assert "Observations" in apres_un_mot
    for page in (apres_tableau, apres_texte, apres_un_mot):
        assert page.index("Signatures") < page.index("Le vérificateur")
