from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest

from facturier.suivi.lecture import Donnee, Format, Origine, TauxLu, TypeDocument, lire_facture
from facturier.suivi.lecture.texte import lire_texte
from tests.suivi.lecture import echantillons


def devinee(valeur):
    return Donnee(valeur, Origine.TEXTE)


def test_un_pdf_ordinaire_est_devine_d_apres_ses_libelles():
    facture = lire_facture(BytesIO(echantillons.pdf()), "facture.pdf")

    assert facture.format is Format.PDF
    assert facture.numero == devinee("FA-2026/0042")
    assert facture.date_emission == devinee(date(2026, 11, 2))
    assert facture.date_echeance == devinee(date(2026, 12, 2))
    assert facture.ridet_emetteur == devinee("9000019001")
    assert facture.numero_commande == devinee("BC-2026-118")
    assert (facture.montant_ht, facture.montant_tgc) == (devinee(125_000), devinee(13_750))
    assert facture.montant_ttc == devinee(138_750)
    assert facture.repartition == devinee((TauxLu(Decimal(11), 125_000, 13_750),))
    assert facture.iban == devinee("FR7617499000000000000000118")
    assert facture.type_document == devinee(TypeDocument.FACTURE)
    assert "devinées" in facture.avertissements[0]


def test_un_pdf_sans_texte_est_accepte_et_a_saisir():
    facture = lire_facture(BytesIO(echantillons.pdf(())), "facture.pdf")

    assert facture.numero is None
    assert "aucun texte" in facture.avertissements[0]


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Facture N° 2026-17", "2026-17"),
        ("FACTURE n°: F/26.0017", "F/26.0017"),
        ("Facture numéro A17.", "A17"),
        ("N° de facture\nFAC0017", "FAC0017"),
        ("Avoir n° AV-3", "AV-3"),
        ("Facture n° suivant devis\nfacture n° 12", "12"),
    ],
)
def test_le_numero_se_lit_sous_ses_formes_courantes(texte, attendu):
    assert lire_texte(texte).numero == devinee(attendu)


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Date de facture : 02/11/2026", date(2026, 11, 2)),
        ("Date : 2.11.26", date(2026, 11, 2)),
        ("Nouméa, le 1er août 2026", date(2026, 8, 1)),
        ("Émise le 2026-11-02", date(2026, 11, 2)),
        ("Facture n° 12 du 02-11-2026", date(2026, 11, 2)),
    ],
)
def test_la_date_d_emission_se_lit_sous_ses_formes_courantes(texte, attendu):
    assert lire_texte(texte).date_emission == devinee(attendu)


@pytest.mark.parametrize(
    "texte", ["Date d’échéance : 02/12/2026", "Payable avant le 2 décembre 2026"]
)
def test_l_echeance_ne_se_confond_pas_avec_l_emission(texte):
    facture = lire_texte(texte)

    assert facture.date_echeance == devinee(date(2026, 12, 2))
    assert facture.date_emission is None


def test_une_date_impossible_n_est_pas_reprise():
    assert lire_texte("Date : 31/02/2026").date_emission is None


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Total T.T.C. 1\u202f250\u202f000 F CFP", 1_250_000),
        ("NET À PAYER (XPF)\n138 750", 138_750),
        ("Montant TTC : 138.750 F", 138_750),
        ("Total général TTC 138 750,00 F", 138_750),
        ("Net à payer : 5 000 F\nTotal TTC : 138750", 138_750),
    ],
)
def test_le_total_ttc_se_lit_sous_ses_formes_courantes(texte, attendu):
    assert lire_texte(texte).montant_ttc == devinee(attendu)


@pytest.mark.parametrize("texte", ["Total TTC : 138 750,50 F", "Total TTC : à définir", "Total"])
def test_un_total_douteux_n_est_pas_repris(texte):
    assert lire_texte(texte).montant_ttc is None


def test_la_tgc_de_plusieurs_taux_s_additionne():
    facture = lire_texte(
        "TGC 3 % sur 100 000 : 3 000 F\nTGC à 22% : 2 200\nTGC (6 %) base 1 000 taxe 60"
    )

    assert facture.repartition == devinee(
        (
            TauxLu(Decimal(3), 100_000, 3_000),
            TauxLu(Decimal(22), None, 2_200),
            TauxLu(Decimal(6), 1_000, 60),
        )
    )
    assert facture.montant_tgc == devinee(5_260)


def test_un_rib_imprime_donne_son_iban():
    facture = lire_texte("RIB : 17499 00000 00000000001 18")

    assert facture.iban == devinee("FR7617499000000000000000118")


def test_un_iban_faux_n_est_pas_repris():
    assert lire_texte("IBAN FR77 1749 9000 0000 0000 0000 118").iban is None


def test_deux_ridet_differents_sont_signales():
    facture = lire_texte("RIDET 9 000 019.001\nClient : RIDET n° 9000027001")

    assert facture.ridet_emetteur == devinee("9000019001")
    assert "Plusieurs RIDET" in facture.avertissements[1]


def test_une_facture_en_euros_perd_ses_montants():
    facture = lire_texte("Total TTC : 500 €")

    assert (facture.devise, facture.montant_ttc) == (devinee("EUR"), None)
    assert "euros" in facture.avertissements[1]


def test_une_contre_valeur_en_euros_ne_change_pas_la_devise():
    facture = lire_texte("Total TTC : 138 750 F CFP\nsoit 1 162,73 €")

    assert (facture.devise, facture.montant_ttc) == (devinee("XPF"), devinee(138_750))


def test_un_avoir_imprime_est_reconnu():
    assert lire_texte("AVOIR n° AV-12").type_document == devinee(TypeDocument.AVOIR)
