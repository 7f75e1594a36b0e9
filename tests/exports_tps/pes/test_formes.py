"""Pièces read by their shape: whatever the file, the same anomalies as by the full reading."""

from dataclasses import replace
from io import BytesIO
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from exports_tps.pes import regles_depense
from exports_tps.pes.bordereau import ecrire_bordereau
from exports_tps.pes.controle import controler
from exports_tps.pes.ecriture import ecrire
from exports_tps.pes.flux import Section, ecrire_flux
from exports_tps.pes.formes import Forme, Formes, Reprise
from exports_tps.pes.lecture import lire_aller
from exports_tps.pes.memoire import Memoire
from exports_tps.pes.regles import Ecart
from tests.exports_tps.pes import exemples
from tests.exports_tps.pes.mutations import BALISES, MUTATIONS, VALEURS

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


def test_une_regle_n_est_pas_redemandee_pour_les_memes_valeurs(monkeypatch):
    demandes = []
    regle = regles_depense.piece

    def compter(tete, mandat):
        demandes.append(mandat.type)
        return regle(tete, mandat)

    monkeypatch.setattr(regles_depense, "piece", compter)
    trouvees, reprises = _reprises(FLUX)

    assert len(demandes) == NOMBRE - reprises + 1  # those read in full, and one of those reprises
    assert trouvees == _en_entier(FLUX)


@pytest.mark.parametrize(
    ("avant", "apres", "regle"),
    [
        (b'<CP V="98800">', b'<CP V="988">', "code_postal"),
        (b'<ModRegl V="03">', b'<ModRegl V="01">', "mode_reglement"),
        (b'<NatJur V="03">', b'<NatJur V="11">', "couple_tiers"),
        (b'<CleRib V="52">', b'<CleRib V="53">', "rib"),
        (b'<TypPce V="01">', b'<TypPce V="13">', "rattachement"),
    ],
)
def test_un_ecart_se_voit_chaque_fois_apres_des_pieces_sans_ecart(avant, apres, regle):
    debut, milieu, fin = FLUX.partition(b'<IdPce V="5">')
    assert fin.count(avant) == NOMBRE - 4
    octets = debut + milieu + fin.replace(avant, apres)

    trouvees, _ = _reprises(octets)

    assert trouvees == _en_entier(octets)
    assert [anomalie.regle for anomalie in trouvees].count(regle) == NOMBRE - 4


def test_une_regle_qui_lit_plus_avant_est_redemandee():
    def regle(tete, mandat):
        if mandat.objet == "à voir" and mandat.numero % 2:
            yield Ecart("IdPce", "parite", "impair")

    piece = next(iter(exemples.mandats(1)))
    forme = Forme(replace(piece, objet="à voir", numero=1), _nombre_de_feuilles(piece))
    memoire = Memoire(regle, None)

    def juger(objet, numero):
        brutes = _brutes(replace(piece, objet=objet, numero=numero))
        return len(memoire.ecarts(Reprise(SimpleNamespace(forme=forme), forme.valeurs(brutes), 1)))

    cas = [("rien", 1), ("rien", 2), ("à voir", 2), ("à voir", 3), ("rien", 3), ("à voir", 2)]
    assert [juger(*c) for c in cas] == [0, 0, 0, 1, 0, 0]


def _brutes(piece):
    return ecrire("Piece", piece).split('"')[1::2]


def _nombre_de_feuilles(piece):
    return len(_brutes(piece))
