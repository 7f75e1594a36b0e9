"""Golden files: byte by byte, valid against the official schemas, without anomaly of ours."""

from io import BytesIO

import pytest
from lxml import etree

from exports_tps.pes.controle import controler
from tests.exports_tps.golden import CAS, DOSSIER


@pytest.mark.parametrize("nom", CAS)
def test_un_flux_ne_depend_que_de_ses_donnees(nom):
    attendu = (DOSSIER / f"{nom}.xml").read_bytes()

    assert CAS[nom]() == attendu


@pytest.mark.parametrize("nom", CAS)
def test_le_schema_officiel_accepte_chaque_flux(nom, schemas):
    document = etree.parse(DOSSIER / f"{nom}.xml")
    schema = etree.XMLSchema(etree.parse(schemas / "PES_V2/Rev0/PES_Aller.xsd"))

    schema.assertValid(document)


@pytest.mark.parametrize("nom", CAS)
def test_nos_controles_acceptent_chaque_flux(nom):
    anomalies = list(controler(DOSSIER / f"{nom}.xml"))

    assert [anomalie for anomalie in anomalies if anomalie.est_bloquante] == []


def test_le_schema_refuse_ce_qui_lui_echappe_pas(schemas):
    faux = CAS["depense"]().replace(b'<IdPce V="1042">', b'<IdPce V="zero">')

    trouvees = [a for a in controler(BytesIO(faux), schemas=schemas) if a.regle == "xsd"]

    assert "IdPce" in trouvees[0].message
