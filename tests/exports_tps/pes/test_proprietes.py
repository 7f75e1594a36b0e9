"""Properties: what is written reads back the same; what the XSD refuses, we refuse."""

from copy import deepcopy
from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from exports_tps.pes.bordereau import ecrire_bordereau
from exports_tps.pes.controle import controler
from exports_tps.pes.flux import Section, ecrire_flux
from exports_tps.pes.lecture import lire_aller
from exports_tps.pes.signature import DS
from tests.exports_tps.golden import CAS
from tests.exports_tps.pes import exemples

VALEURS = st.one_of(
    st.sampled_from(["", " ", ".", "nc", "0", "00", "000", "-1", "0.001", "12000.005", "1e3"]),
    st.sampled_from(["2026-02-30", "2026-13-01", "0000", "1899-12-31", "true", "TRUE", "99"]),
    st.sampled_from(["1" * 15, "x" * 39, "x" * 101, "a.b", "a.pdf", "abc\ndef", "0\n0", "98800"]),
    st.sampled_from(["+5", " 7 ", "12.10", "15", "é"]),
    st.text(max_size=12).filter(lambda texte: texte.isprintable()),
)
BALISES = st.sampled_from(["IdPce", "MtHT", "PJ", "Inconnue", "Tiers", "BIC", "CodServ"])


def _element(racine, rang):
    elements = list(racine.iter(etree.Element))
    return elements[rang % len(elements)]


def _changer_valeur(racine, rang, valeur, balise):
    porteurs = racine.xpath("descendant-or-self::*[@V]") or [_element(racine, rang)]
    porteurs[rang % len(porteurs)].set("V", valeur)


def _supprimer(racine, rang, valeur, balise):
    element = _element(racine, rang)
    parent = element.getparent()
    _ = parent is not None and parent.remove(element)


def _doubler(racine, rang, valeur, balise):
    element = _element(racine, rang)
    _ = element.getparent() is not None and element.addnext(deepcopy(element))


def _echanger(racine, rang, valeur, balise):
    element = _element(racine, rang)
    suivant = element.getnext()
    _ = suivant is not None and suivant.addnext(element)


def _renommer(racine, rang, valeur, balise):
    _element(racine, rang).tag = balise


def _ajouter_enfant(racine, rang, valeur, balise):
    etree.SubElement(_element(racine, rang), balise, V="1")


def _ajouter_attribut(racine, rang, valeur, balise):
    _element(racine, rang).set(balise, "1")


def _oter_attributs(racine, rang, valeur, balise):
    _element(racine, rang).attrib.clear()


def _ajouter_texte(racine, rang, valeur, balise):
    _element(racine, rang).text = valeur


MUTATIONS = st.sampled_from(
    [
        _changer_valeur,
        _changer_valeur,
        _changer_valeur,
        _supprimer,
        _doubler,
        _echanger,
        _renommer,
        _ajouter_enfant,
        _ajouter_attribut,
        _oter_attributs,
        _ajouter_texte,
    ]
)


@pytest.fixture(scope="module")
def schema(schemas):
    return etree.XMLSchema(etree.parse(schemas / "PES_V2/Rev0/PES_Aller.xsd"))


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(
    cas=st.sampled_from(sorted(CAS)),
    mutation=MUTATIONS,
    rang=st.integers(0, 500),
    valeur=VALEURS,
    balise=BALISES,
)
def test_ce_que_le_schema_refuse_nous_le_refusons(schema, cas, mutation, rang, valeur, balise):
    racine = etree.fromstring(CAS[cas]())
    mutation(racine, rang, valeur, balise)
    octets = etree.tostring(racine, xml_declaration=True, encoding="ISO-8859-1")

    anomalies = list(controler(BytesIO(octets), sans_signature=True))

    accepte = schema.validate(etree.fromstring(octets))
    assert accepte or any(anomalie.est_bloquante for anomalie in anomalies)


@settings(max_examples=400, deadline=None)
@given(mutation=MUTATIONS, rang=st.integers(0, 500), valeur=VALEURS, balise=BALISES)
def test_une_signature_que_le_schema_refuse_nous_la_refusons(
    schema, flux_signe, mutation, rang, valeur, balise
):
    racine = etree.fromstring(flux_signe)
    mutation(racine.find(f".//{{{DS}}}Signature"), rang, valeur, balise)
    octets = etree.tostring(racine, xml_declaration=True, encoding="ISO-8859-1")

    anomalies = list(controler(BytesIO(octets), sans_signature=True))

    accepte = schema.validate(etree.fromstring(octets))
    assert accepte or any(anomalie.est_bloquante for anomalie in anomalies)


TEXTE = (
    st.text(
        st.characters(min_codepoint=32, max_codepoint=255, exclude_categories=["Cc", "Cf"]),
        min_size=3,
        max_size=38,
    )
    .map(lambda texte: "a" + texte.replace("\xa0", " "))
    .map(lambda texte: texte[:38])
)
MONTANTS = st.integers(1, 10**11)


@settings(max_examples=100, deadline=None)
@given(objet=TEXTE, nom=TEXTE, montant=MONTANTS, numero=st.integers(1, 10**8 - 1))
def test_ce_qui_est_ecrit_se_relit_a_l_identique(objet, nom, montant, numero):
    tiers = replace(exemples.TIERS, nom=nom)
    ligne = replace(exemples.LIGNE_COMPLETE, montant_ht=montant, tiers=tiers)
    mandat = replace(exemples.MANDAT_COMPLET, objet=objet, numero=numero, lignes=(ligne,))
    tete = exemples.bordereau_depense(montant_ht=montant)
    fragment, flux = BytesIO(), BytesIO()
    ecrire_bordereau(sortie=fragment, bordereau=tete, pieces=[mandat], signature=None)
    ecrire_flux(
        sortie=flux,
        enveloppe=exemples.ENVELOPPE,
        entete=exemples.ENTETE,
        depense=Section(fragments=[lambda: BytesIO(fragment.getvalue())], est_signee=False),
    )

    _, pieces = lire_aller(BytesIO(flux.getvalue()))
    (lue,) = pieces

    assert (lue.bordereau, lue.piece) == (tete, mandat)


def test_un_titre_complet_se_relit_a_l_identique():
    _, pieces = lire_aller(BytesIO(CAS["recette_complete"]()))
    (lue,) = pieces

    assert lue.piece == exemples.TITRE_COMPLET
