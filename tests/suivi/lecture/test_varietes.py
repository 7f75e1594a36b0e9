"""Structured invoices of every origin: read without a crash, totals exactly as in their XML."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from facturier.commun import types_contenu
from facturier.commun.montants import appliquer_taux
from facturier.suivi.lecture import Format, TypeDocument
from facturier.suivi.lecture.analyse import analyser
from tests.suivi.lecture import echantillons

CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
EN16931 = "urn:cen.eu:en16931:2017"
XRECHNUNG = f"{EN16931}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
PEPPOL = f"{EN16931}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
EXTENDED = f"{EN16931}#conformant#urn:factur-x.eu:1p0:extended"
ZUGFERD = f"{EN16931}#conformant#urn:zugferd.de:2p0:extended"


def lire(octets):
    return analyser(octets, types_contenu.XML)


def totaux(lue):
    return tuple(
        donnee and donnee.valeur for donnee in (lue.montant_ht, lue.montant_tgc, lue.montant_ttc)
    )


def totaux_du_xml(octets):
    """Read the totals by another road: the names of the elements themselves."""
    racine = etree.fromstring(octets)
    noms = (
        (f"{CBC}TaxExclusiveAmount", f"{CBC}TaxAmount", f"{CBC}TaxInclusiveAmount")
        if racine.tag.startswith("{urn:oasis")
        else (f"{RAM}TaxBasisTotalAmount", f"{RAM}TaxTotalAmount", f"{RAM}GrandTotalAmount")
    )
    return tuple(int(Decimal(next(racine.iter(nom)).text)) for nom in noms)


def ubl(customization):
    octets = echantillons.xml(forme="ubl-2.1")
    racine = etree.fromstring(octets)
    next(racine.iter(f"{CBC}CustomizationID")).text = customization
    return etree.tostring(racine, xml_declaration=True, encoding="UTF-8")


def cii(guideline):
    octets = echantillons.xml()
    racine = etree.fromstring(octets)
    parametre = next(racine.iter(f"{RAM}GuidelineSpecifiedDocumentContextParameter"))
    parametre[0].text = guideline
    return etree.tostring(racine, xml_declaration=True, encoding="UTF-8")


@pytest.mark.parametrize(
    ("octets", "forme"),
    [
        (ubl(EN16931), Format.UBL),
        (ubl(XRECHNUNG), Format.UBL),
        (ubl(PEPPOL), Format.UBL),
        (cii(EN16931), Format.CII),
        (cii(XRECHNUNG), Format.CII),
        (cii(EXTENDED), Format.CII),
        (cii(ZUGFERD), Format.CII),
    ],
    ids=[
        "UBL EN 16931",
        "UBL XRechnung",
        "UBL Peppol BIS",
        "CII EN 16931",
        "CII XRechnung",
        "Factur-X EXTENDED",
        "ZUGFeRD 2 EXTENDED",
    ],
)
def test_chaque_famille_se_lit_avec_les_totaux_de_son_xml(octets, forme):
    lue = lire(octets)

    assert lue.format == forme
    assert totaux(lue) == totaux_du_xml(octets) == (145_000, 14_950, 159_950)


@pytest.mark.parametrize("forme", ["factur-x", "ubl-2.1"])
def test_un_avoir_se_lit_avec_la_facture_qu_il_corrige(forme):
    octets = echantillons.xml(forme=forme, BT_3="381", BG_3=[{"BT-25": "FA-2026-0007"}])

    lue = lire(octets)

    assert lue.type_document.valeur == TypeDocument.AVOIR
    assert lue.numero_corrige.valeur == "FA-2026-0007"
    assert totaux(lue) == totaux_du_xml(octets)


TAUX = st.sampled_from(["0", "3", "6", "11", "22"])


@st.composite
def factures(tirer):
    """An invoice of a few lines, its totals computed line by line, then rate by rate."""
    lignes = tirer(
        st.lists(st.tuples(st.integers(1, 10**9), TAUX), min_size=1, max_size=12), label="lignes"
    )
    bases: dict[str, int] = {}
    for montant, taux in lignes:
        bases[taux] = bases.get(taux, 0) + montant
    parts = {taux: (base, appliquer_taux(base, Decimal(taux))) for taux, base in bases.items()}
    ht, tgc = sum(bases.values()), sum(taxe for _, taxe in parts.values())
    return {
        "BT_1": tirer(st.from_regex(r"[A-Z]{2}-[0-9]{1,8}", fullmatch=True), label="numéro"),
        "BT_106": str(ht),
        "BT_109": str(ht),
        "BT_110": str(tgc),
        "BT_112": str(ht + tgc),
        "BT_115": str(ht + tgc),
        "BG_23": [
            {
                "BT-116": str(base),
                "BT-117": str(taxe),
                "BT-118": "S" if taux != "0" else "Z",
                "BT-119": taux,
            }
            for taux, (base, taxe) in parts.items()
        ],
        "BG_25": [
            {
                "BT-126": str(rang),
                "BT-129": "1",
                "BT-130": "H87",
                "BT-131": str(montant),
                "BT-146": str(montant),
                "BT-151": "S" if taux != "0" else "Z",
                "BT-152": taux,
                "BT-153": f"Article {rang}",
            }
            for rang, (montant, taux) in enumerate(lignes, start=1)
        ],
    }


@settings(max_examples=40)
@given(facture=factures(), forme=st.sampled_from(["factur-x", "ubl-2.1"]))
def test_toute_facture_se_relit_comme_elle_est_ecrite(facture, forme):
    octets = echantillons.xml(forme=forme, **facture)

    lue = lire(octets)

    assert lue.numero.valeur == facture["BT_1"]
    assert totaux(lue) == totaux_du_xml(octets)
    assert sum(ligne.montant for ligne in lue.lignes) == int(facture["BT_109"])
    assert {(str(part.taux), part.base, part.taxe) for part in lue.repartition.valeur} == {
        (part["BT-119"], int(part["BT-116"]), int(part["BT-117"])) for part in facture["BG_23"]
    }
    assert lue.avertissements == ()
