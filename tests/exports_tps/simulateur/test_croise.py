"""Two programs that share nothing: what the simulated treasury refuses, our own control refuses."""

from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from exports_tps.pes.controle import controler
from exports_tps.simulateur.examen import Outils, examiner
from exports_tps.simulateur.plan import Plan
from exports_tps.simulateur.schemas import charger_schema
from tests.exports_tps.golden import CAS
from tests.exports_tps.pes import mutations

FLUX = {nom: cas() for nom, cas in CAS.items() if nom.startswith(("depense", "recette", "pieces"))}
VERSIONS = {"ERREUR_VERSION_PES", "ERREUR_VERSION_PJ"}  # « 01 » is not « 1 » for the simulator


class SansSouvenir:
    """A treasury that received nothing before."""

    def nom_connu(self, nom_fic, cod_col):
        return False

    def bordereaux_recus(self, serie):
        return []

    def pieces_prises(self, serie, type_bordereau, numeros):
        return set()

    def piece_jointe_connue(self, id_unique):
        return False


@pytest.fixture(scope="module")
def outils(schemas):
    return Outils(schema=charger_schema(schemas), autorites=[], plan=Plan(), memoire=SansSouvenir())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    nom=st.sampled_from(sorted(FLUX)),
    mutation=st.sampled_from(
        [
            *(mutations.emprunter_valeur, mutations.emprunter_valeur, mutations.changer_valeur),
            *(mutations.supprimer, mutations.doubler, mutations.deplacer),
        ]
    ),
    rang=st.integers(0, 2000),
    valeur=mutations.VALEURS,
)
def test_ce_que_la_tresorerie_simulee_refuse_nous_le_refusons(
    outils, tmp_path_factory, nom, mutation, rang, valeur
):
    racine = etree.fromstring(FLUX[nom])
    mutation(racine, rang, valeur, "PJ")
    octets = etree.tostring(racine, xml_declaration=True, encoding="ISO-8859-1")
    fichier = tmp_path_factory.getbasetemp() / "croise.xml"
    fichier.write_bytes(octets)

    verdicts = examiner(fichier, outils).verdicts()

    codes = {anomalie.code for verdict in verdicts for anomalie in verdict.anomalies} - VERSIONS
    assert not codes or any(a.est_bloquante for a in controler(BytesIO(octets)))
