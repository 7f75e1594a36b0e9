"""Golden files: byte by byte, valid against the official schemas, without anomaly of ours."""

import gzip
from base64 import b64decode
from dataclasses import replace
from io import BytesIO

import pytest
from lxml import etree

from exports_tps.pes.acquit_retour import ecrire_acquit_retour
from exports_tps.pes.controle import controler
from exports_tps.pes.flux import facture_jointe
from exports_tps.pes.messages import ErreurPES
from exports_tps.pes.referentiel import referentiel
from tests.exports_tps.golden import CAS, DOSSIER
from tests.exports_tps.pes import exemples, exemples_facture
from tests.exports_tps.pes.schema_officiel import schema_de


@pytest.mark.parametrize("nom", CAS)
def test_un_flux_ne_depend_que_de_ses_donnees(nom):
    attendu = (DOSSIER / f"{nom}.xml").read_bytes()

    assert CAS[nom]() == attendu


@pytest.mark.parametrize("nom", CAS)
def test_le_schema_officiel_accepte_chaque_flux(nom, schemas):
    document = etree.parse(DOSSIER / f"{nom}.xml")

    schema_de(document.getroot(), schemas).assertValid(document)


def test_la_facture_jointe_est_un_fichier_valide(schemas):
    document = etree.parse(DOSSIER / "recette_facture_jointe.xml")
    jointe = etree.fromstring(gzip.decompress(b64decode(document.findtext(".//Fichier"))))

    schema_de(jointe, schemas).assertValid(jointe)
    assert jointe.find("PES_Facture/FactureIndiv/RefTitre/NumTitre").get("V") == "77"


def test_une_facture_ne_se_joint_que_sous_son_type():
    fiche = replace(exemples_facture.FICHE, type="003")

    with pytest.raises(ErreurPES, match="006"):
        facture_jointe(
            fiche,
            enveloppe=exemples.ENVELOPPE,
            entete=exemples.ENTETE,
            facture=exemples_facture.FACTURE,
        )


def test_un_acquit_de_retour_sans_retour_est_refuse():
    with pytest.raises(ErreurPES, match="Aucun fichier retour"):
        ecrire_acquit_retour(
            sortie=BytesIO(), enveloppe=exemples.ENVELOPPE, entete=exemples.ENTETE, elements=[]
        )


def test_il_y_a_un_exemple_par_triplet_que_l_ordonnateur_emploie():
    """Those of the public documentation that a province uses: neither ORMC nor several years."""
    codes = ("Bordereau/BlocBordereau/TypBord", ".//TypPce", ".//NatPce")
    vus = {
        (section, *(document.find(f"{section}/{code}").get("V") for code in codes))
        for document in (etree.parse(DOSSIER / f"{nom}.xml") for nom in CAS)
        for section in ("PES_DepenseAller", "PES_RecetteAller")
        if document.find(section) is not None
    }
    connus = {("PES_DepenseAller", *codes.split()) for codes in referentiel().depense}
    connus |= {("PES_RecetteAller", *codes.split()) for codes in referentiel().recette}

    assert {triplet[1:] for triplet in connus - vus} == {
        ("01", "01", "02"),
        ("01", "10", "01"),
        ("01", "10", "02"),
        ("01", "14", "01"),
        ("06", "15", "01"),
    }


@pytest.mark.parametrize("nom", CAS)
def test_nos_controles_acceptent_chaque_flux(nom):
    anomalies = list(controler(DOSSIER / f"{nom}.xml"))

    assert [anomalie for anomalie in anomalies if anomalie.est_bloquante] == []


def test_le_schema_refuse_ce_qui_lui_echappe_pas(schemas):
    faux = CAS["depense"]().replace(b'<IdPce V="1042">', b'<IdPce V="zero">')

    faux = faux.replace(b'<NatPce V="01"></NatPce>', b"")

    trouvees = [a for a in controler(BytesIO(faux), schemas=schemas) if a.regle == "xsd"]

    assert [(a.ligne, a.balise) for a in trouvees] == [(9, "IdPce"), (9, "Obj")]
