from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest

from facturier.suivi.lecture import (
    Donnee,
    FichierJoint,
    FichierRefuse,
    Format,
    LigneLue,
    Origine,
    TauxLu,
    TypeDocument,
    lire_facture,
)
from tests.suivi.lecture import echantillons


def lire(octets, nom="facture.xml", **options):
    return lire_facture(BytesIO(octets), nom, **options)


def lue(valeur):
    return Donnee(valeur, Origine.STRUCTURE)


@pytest.mark.parametrize("profil", ["minimum", "basicwl", "basic", "en16931", "extended"])
def test_chaque_profil_factur_x_donne_ses_totaux_et_son_emetteur(profil):
    facture = lire(echantillons.pdf_facturx(echantillons.xml_de_profil(profil)), "facture.pdf")

    assert (facture.format, facture.profil) == (Format.FACTURX, profil)
    assert facture.numero == lue("FA-2026-0042")
    assert facture.ridet_emetteur == lue("9000019001")
    assert (facture.montant_ht, facture.montant_tgc) == (lue(145_000), lue(14_950))
    assert facture.montant_ttc == lue(159_950)
    assert facture.avertissements == ()


@pytest.mark.parametrize(
    ("octets", "forme"),
    [
        (echantillons.xml(), Format.CII),
        (echantillons.xml(forme="ubl-2.1"), Format.UBL),
    ],
)
def test_une_facture_structuree_est_lue_en_entier(octets, forme):
    facture = lire(octets)

    assert (facture.format, facture.profil) == (forme, "en16931")
    assert facture.date_emission == lue(date(2026, 11, 2))
    assert facture.date_echeance == lue(date(2026, 12, 2))
    assert facture.nom_emetteur == lue("Mangrove Fictive SARL")
    assert facture.numero_commande == lue("BC-2026-118")
    assert facture.devise == lue("XPF")
    assert facture.iban == lue("FR7617499000000000000000118")
    assert facture.type_document == lue(TypeDocument.FACTURE)
    assert facture.repartition == lue(
        (TauxLu(Decimal(11), 125_000, 13_750), TauxLu(Decimal(6), 20_000, 1_200))
    )
    assert facture.lignes[0] == LigneLue(
        "Ramette de papier", Decimal(50), Decimal(2_500), 125_000, Decimal(11)
    )
    assert len(facture.lignes) == 2


@pytest.mark.parametrize("forme", ["factur-x", "ubl-2.1"])
def test_un_avoir_est_reconnu(forme):
    facture = lire(echantillons.xml(forme=forme, BT_3="381"))

    assert facture.type_document == lue(TypeDocument.AVOIR)
    assert facture.montant_ttc == lue(159_950)


def test_le_ridet_se_lit_aussi_dans_le_numero_fiscal():
    emetteur = {"name": "Mangrove Fictive SARL", "vat_identifier": "NC9000019001"}

    facture = lire(echantillons.xml(BG_4=emetteur | {"country_code": "NC"}))

    assert facture.ridet_emetteur == lue("9000019001")


def test_un_emetteur_sans_ridet_est_signale():
    facture = lire(echantillons.xml(BG_4={"name": "Étranger Fictif", "country_code": "FR"}))

    assert facture.ridet_emetteur is None
    assert "Aucun RIDET" in facture.avertissements[0]


def test_les_montants_d_une_facture_en_euros_ne_sont_pas_repris():
    facture = lire(echantillons.xml(BT_5="EUR"))

    assert facture.devise == lue("EUR")
    assert (facture.montant_ttc, facture.repartition, facture.lignes[0].prix) == (None, None, None)
    assert "libellée en EUR" in facture.avertissements[0]


def test_des_centimes_ne_deviennent_jamais_des_francs():
    octets = echantillons.xml().replace(b">159950<", b">159950.50<")

    facture = lire(octets)

    assert facture.montant_ttc is None
    assert "centimes" in facture.avertissements[0]


def test_des_totaux_qui_ne_s_additionnent_pas_sont_signales():
    octets = echantillons.xml().replace(b">145000<", b">145001<").replace(b">1200<", b">900<")

    facture = lire(octets)

    assert "ne donnent pas le total TTC" in facture.avertissements[0]
    assert "TGC par taux" in facture.avertissements[1]


def test_un_xml_hors_schema_ne_perd_que_le_preremplissage():
    octets = echantillons.xml().replace(b"ram:DuePayableAmount", b"ram:MontantInvente")

    facture = lire(octets)

    assert (facture.format, facture.numero) == (Format.CII, None)
    assert "ne respectent pas le schéma" in facture.avertissements[0]


def test_un_factur_x_hors_schema_est_lu_dans_le_texte_de_sa_page():
    casse = echantillons.xml().replace(b"ram:DuePayableAmount", b"ram:MontantInvente")

    facture = lire(echantillons.pdf_facturx(casse), "facture.pdf")

    assert facture.format is Format.FACTURX
    assert facture.numero == Donnee("FA-2026/0042", Origine.TEXTE)
    assert facture.numero.est_a_verifier
    assert "ne respectent pas le schéma" in facture.avertissements[0]


@pytest.mark.parametrize("racine", ["CrossIndustryDocument", "SCRDMCCBDACIOMessageStructure"])
def test_un_format_ancien_est_a_saisir_a_la_main(racine):
    facture = lire(f'<{racine} xmlns="urn:fictif"/>'.encode())

    assert facture.numero is None
    assert "à la main" in facture.avertissements[0]


def test_un_xml_qui_n_est_pas_une_facture_est_refuse():
    with pytest.raises(FichierRefuse, match="n’est pas une facture électronique"):
        lire(b"<recette><ingredient/></recette>")


def test_les_objets_en_base64_du_xml_sont_annonces_pour_l_antivirus():
    joint = {
        "BT-122": "PV",
        "BT-125": b"proces-verbal fictif",
        "BT-125-1": "application/pdf",
        "BT-125-2": "pv.pdf",
    }

    facture = lire(echantillons.xml(forme="ubl-2.1", BG_24=[joint]))

    assert facture.fichiers_joints == (FichierJoint("pv.pdf", "application/pdf", 20),)


@pytest.mark.parametrize("en_annotation", [False, True])
def test_les_fichiers_joints_d_un_pdf_sont_annonces_pour_l_antivirus(en_annotation):
    octets = echantillons.pdf_avec_joint("notes.txt", b"bonjour", en_annotation=en_annotation)

    facture = lire(octets, "facture.pdf")

    assert facture.fichiers_joints == (FichierJoint("notes.txt", "text/plain", 7),)


def test_une_facture_se_lit_aussi_depuis_un_chemin(tmp_path):
    chemin = tmp_path / "facture.xml"
    chemin.write_bytes(echantillons.xml())

    assert lire_facture(chemin, chemin.name).numero == lue("FA-2026-0042")
