"""Properties: what is written reads back the same; what the XSD refuses, we refuse."""

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
from exports_tps.pes.messages import Niveau
from exports_tps.pes.signature import DS
from tests.exports_tps.golden import CAS
from tests.exports_tps.pes import exemples
from tests.exports_tps.pes.documents import COMPLETS
from tests.exports_tps.pes.mutations import (
    AJOUTS,
    BALISES,
    MUTATIONS,
    OCTETS,
    VALEURS,
    serialiser,
)
from tests.exports_tps.pes.recus import RECUS
from tests.exports_tps.pes.schema_officiel import schema_de

BASES = {nom: cas() for nom, cas in CAS.items()} | COMPLETS | RECUS
STRUCTURE = {
    *("type", "cardinalite", "ordre", "choix", "balise", "attribut", "texte", "identifiant"),
    *("xml", "doctype", "racine", "instruction", "encodage", "espace", "signature"),
}


def _accepte(octets, schemas):
    """Whether the official schema of the root of a file accepts it."""
    analyseur = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        racine = etree.fromstring(octets, analyseur)
        return schema_de(racine, schemas).validate(racine)
    except (etree.XMLSyntaxError, KeyError):
        return False


def _refuse(octets):
    """Whether we refuse the file for its form, whatever the rules of the treasury say of it."""
    return any(
        anomalie.regle in STRUCTURE and anomalie.niveau is Niveau.FLUX
        for anomalie in controler(BytesIO(octets), sans_signature=True)
    )


@pytest.mark.parametrize("nom", BASES)
def test_chaque_exemple_est_accepte_par_le_schema_et_par_nous(nom, schemas):
    assert _accepte(BASES[nom], schemas)
    assert not _refuse(BASES[nom])


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    nom=st.sampled_from(sorted(BASES)),
    mutation=MUTATIONS,
    rang=st.integers(0, 2000),
    valeur=VALEURS,
    balise=BALISES,
    changer=OCTETS,
    place=st.integers(0, 10**6),
    ajout=AJOUTS,
)
def test_ce_que_le_schema_refuse_nous_le_refusons(
    schemas, nom, mutation, rang, valeur, balise, changer, place, ajout
):
    racine = etree.fromstring(BASES[nom])
    mutation(racine, rang, valeur, balise)
    octets = serialiser(racine, changer, place, ajout)

    assert _accepte(octets, schemas) or _refuse(octets)


@settings(max_examples=300, deadline=None)
@given(mutation=MUTATIONS, rang=st.integers(0, 500), valeur=VALEURS, balise=BALISES)
def test_une_signature_que_le_schema_refuse_nous_la_refusons(
    schemas, flux_signe, mutation, rang, valeur, balise
):
    racine = etree.fromstring(flux_signe)
    mutation(racine.find(f".//{{{DS}}}Signature"), rang, valeur, balise)
    octets = etree.tostring(racine, xml_declaration=True, encoding="ISO-8859-1")

    assert _accepte(octets, schemas) or _refuse(octets)


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
