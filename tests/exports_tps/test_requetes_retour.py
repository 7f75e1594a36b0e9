"""A Retour costs the same number of queries whatever it holds; so does an inbox already read."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exports_tps.constitution import constituer_flux
from exports_tps.models import RecettePercue
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from facturier.grand_livre.models import Piece
from facturier.grand_livre.soldes import solde
from tests.exports_tps.factories import bordereau_recette
from tests.exports_tps.reponses import repondre, titre

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


def cout(settings):
    """Read the inbox, then empty it; return how many queries it took."""
    with CaptureQueriesContext(connection) as requetes:
        lire_retours()
    for fichier in settings.TPS_RETOURS.iterdir():
        fichier.unlink()
    return len(requetes)


@pytest.fixture
def flux(agent, ordonnateur):
    bordereau = signer_bordereau(bordereau_recette(agent, 8), par=ordonnateur)
    return transmettre(constituer_flux([bordereau], par=agent), par=agent)


def test_les_encaissements_et_les_p503_se_lisent_en_lot(flux, settings):
    pieces = list(Piece.objects.all())
    encaisses = [titre(piece, "02", 45_000) for piece in pieces]
    repondre(settings, flux, "a.xml", *encaisses[:2], sens="Recette")
    pour_deux = cout(settings)
    repondre(settings, flux, "b.xml", *encaisses[2:], sens="Recette")

    assert cout(settings) <= pour_deux
    assert solde("4111", exercice=2026).credit == 8 * 45_000

    p503 = [titre(piece, "02", 1_000 + piece.numero) for piece in pieces]
    repondre(settings, flux, "c.xml", *p503[:2], sens="Recette", type_bordereau="05")
    pour_deux = cout(settings)
    repondre(settings, flux, "d.xml", *p503, sens="Recette", type_bordereau="05")

    assert cout(settings) <= pour_deux
    assert RecettePercue.objects.count() == 8
    percu = sum(1_000 + piece.numero for piece in pieces)
    assert solde("47138", exercice=2026).credit == percu


def test_une_boite_deja_lue_ne_coute_rien_de_plus(flux, settings):
    piece = Piece.objects.first()
    for rang in range(6):
        repondre(settings, flux, f"{rang}.xml", titre(piece, "02", rang), sens="Recette")
    lire_retours()
    with CaptureQueriesContext(connection) as requetes:
        bilan = lire_retours()
    for rang in range(5):
        (settings.TPS_RETOURS / f"{rang}.xml").unlink()

    with CaptureQueriesContext(connection) as requetes_pour_un:
        lire_retours()

    assert len(bilan.deja_lus) == 6
    assert len(requetes) == len(requetes_pour_un)
