"""Pièces read by their shape: whatever the file, the same anomalies as by the full reading."""

from dataclasses import replace
from io import BytesIO
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from exports_tps.pes.bordereau import ecrire_bordereau
from exports_tps.pes.controle import controler
from exports_tps.pes.flux import Section, ecrire_flux
from exports_tps.pes.formes import Formes
from exports_tps.pes.lecture import lire_aller
from tests.exports_tps.pes import exemples
from tests.exports_tps.pes.test_proprietes import BALISES, MUTATIONS, VALEURS

NOMBRE = 8
RETOUCHES = st.sampled_from(
    [
        (b'<IdPce V="5">', b'<IdPce V="&#53;">'),
        (b'<IdPce V="5">', b"<IdPce V='5'>"),
        (b'<IdPce V="5">', b'<IdPce V="5" V="6">'),
        (b'<IdPce V="5">', b'<IdPce V="4">'),
        (b'<IdPce V="5">', b'<IdPce V="5"><!-- </Piece> -->'),
        (b'<IdPce V="5">', b'<IdPce V="&inconnue;">'),
        (b'<IdPce V="5">', b'<IdPce V="<5">'),
        (b'<IdPce V="5">', b'<IdPce V="5\n">'),
        (b'<IdPce V="5">', b'<IdPce V="5\x01">'),
        (b'<IdPce V="5">', b'<IdPce V="">'),
        (b"</Piece>\n<Piece>", b"</Piece>texte<Piece>"),
        (b"</Piece>\n<Piece>", b"</Piece>\r\n\r\n<Piece>"),
        (b"</Piece>\n<Piece>", b"</Piece\n>\n<Piece>"),
        (b"</Piece>\n<Piece>", b"</Piece><?cible ?><Piece>"),
        (b"</Piece>\n<Piece>", b"</Piece><![CDATA[<Piece></Piece>]]><Piece>"),
        (b"</Piece>\n</Bordereau>", b"</Piece>"),
        (b"</Piece>\n</Bordereau>", b"</Piece>\n<Piece>"),
    ]
)


def _flux(nombre=NOMBRE):
    fragment, flux = BytesIO(), BytesIO()
    ecrire_bordereau(
        sortie=fragment,
        bordereau=exemples.bordereau_depense(nombre),
        pieces=exemples.mandats(nombre),
        signature=None,
    )
    ecrire_flux(
        sortie=flux,
        enveloppe=exemples.ENVELOPPE,
        entete=exemples.ENTETE,
        depense=Section(fragments=[lambda: BytesIO(fragment.getvalue())], est_signee=False),
    )
    return flux.getvalue()


FLUX = _flux()


def _reprises(octets):
    """Control a file; return what was found, and how many pièces were read by their shape."""
    reprises = []
    lire = Formes.lire

    def compter(*arguments):
        reprise = lire(*arguments)
        reprises.append(reprise is not None)
        return reprise

    with patch.object(Formes, "lire", compter):
        trouvees = list(controler(BytesIO(octets)))
    return trouvees, sum(reprises)


def _en_entier(octets):
    with patch.object(Formes, "lire", return_value=None):
        return list(controler(BytesIO(octets)))


def test_les_pieces_d_une_forme_connue_sont_reprises():
    trouvees, reprises = _reprises(FLUX)

    assert reprises == NOMBRE - 2
    assert trouvees == _en_entier(FLUX)


@given(retouche=RETOUCHES, combien=st.sampled_from([1, -1]))
@settings(max_examples=60, deadline=None)
def test_une_retouche_se_voit_comme_par_la_lecture_entiere(retouche, combien):
    avant, apres = retouche
    assert avant in FLUX
    octets = FLUX.replace(avant, apres, combien)

    assert _reprises(octets)[0] == _en_entier(octets)


@given(mutation=MUTATIONS, rang=st.integers(0, 500), valeur=VALEURS, balise=BALISES)
@settings(max_examples=300, deadline=None)
def test_une_mutation_se_voit_comme_par_la_lecture_entiere(mutation, rang, valeur, balise):
    racine = etree.fromstring(FLUX)
    mutation(racine, rang, valeur, balise)
    octets = etree.tostring(racine, xml_declaration=True, encoding="ISO-8859-1")

    assert _reprises(octets)[0] == _en_entier(octets)


@pytest.mark.parametrize("taille", [1, 7, 200, 1500])
def test_les_morceaux_lus_ne_changent_rien(monkeypatch, taille):
    monkeypatch.setattr("exports_tps.pes.analyse._MORCEAU", taille)

    assert _reprises(FLUX)[0] == _en_entier(FLUX)


def test_les_enregistrements_sont_les_memes():
    _, lues = lire_aller(BytesIO(FLUX))
    premiere, *suivantes = [lue.piece for lue in lues]

    assert suivantes == [replace(premiere, numero=rang) for rang in range(2, NOMBRE + 1)]
