"""The page of an answer: what it said by decision, its receipts, its departures from the schema."""

from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import etree

from exports_tps.models import MessageTPS, Reserve, Verdict
from exports_tps.pes.schemas import ENTREES
from exports_tps.retours import lire_retours
from exports_tps.schemas_officiels import dossier_schemas
from facturier.grand_livre.models import Bordereau, EtatPiece, Piece
from tests.exports_tps.factories import flux_transmis
from tests.exports_tps.reponses import (
    acquitter,
    dites,
    element,
    ligne,
    mandat,
    repeter,
    repondre,
    titre,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


@pytest.fixture
def flux(agent, ordonnateur):
    return flux_transmis(agent, ordonnateur, nombre=2)


def lire():
    lire_retours()
    return MessageTPS.objects.latest("pk")


@pytest.fixture
def page(client, comptable):
    """Return the text of the page of a message."""
    client.force_login(comptable)

    def voir(message, demande=""):
        return client.get(f"{message.get_absolute_url()}{demande}").content.decode()

    return voir


def test_la_page_dit_ce_qui_est_applique_piece_par_piece(flux, settings, page):
    paye, rejete = Piece.objects.order_by("pk")
    fin = '<ObsEtat V="12-05"/>'
    repondre(
        settings,
        flux,
        "a.xml",
        mandat(paye, "05", ligne(reglements=[("2026-11-26", 111_000)])),
        mandat(rejete, "04", dates=None, fin=fin),
    )

    message = lire()

    entiere, payes = page(message), page(message, "?decision=paye")
    assert "Tout (2)" in entiere
    assert "Payé (1)" in entiere
    assert reverse("exports_tps:lire_piece", args=[rejete.pk]) in entiere
    assert "Motif 12 (libellé non publié), service fait non justifié." in entiere
    assert "111\xa0000" in payes
    assert rejete.reference not in payes


def test_une_reponse_repetee_dit_qu_elle_ne_dit_rien_de_nouveau(flux, settings, page):
    repondre(settings, flux, "a.xml", mandat(Piece.objects.first(), "02"))
    lire()
    repeter(settings, "a.xml", "b.xml", b'DteStr V="2026-11-23"', b'DteStr V="2026-11-30"')

    message = lire()

    assert "ne dit rien de nouveau" in page(message)
    assert "Rien de nouveau à examiner." in page(message)


def test_les_recettes_avant_titre_menent_a_leur_liste(flux, settings, page, client, ordonnateur):
    p503 = titre(SimpleNamespace(numero=501), "02", 12_000)
    repondre(settings, flux, "a.xml", p503, sens="Recette", type_bordereau="05")

    message = lire()

    assert "1 encaissement sans titre (P503)" in page(message)
    assert "rien de nouveau" not in page(message)
    assert reverse("exports_tps:recettes_percues") in page(message)
    client.force_login(ordonnateur)
    assert reverse("exports_tps:recettes_percues") not in str(
        client.get(message.get_absolute_url()).content
    )


def test_la_liste_des_pieces_inconnues_est_entiere(flux, settings, page, client):
    inconnus = [mandat(SimpleNamespace(numero=9000 + rang), "02") for rang in range(60)]
    repondre(settings, flux, "a.xml", *inconnus)
    message = lire()

    entiere = page(message)
    adresse = reverse("exports_tps:verdicts_message", args=[message.pk])
    reponse = client.get(f"{adresse}?liste=inconnues")

    assert dites(message).startswith("60 pièces sont inconnues ici : Mandat 9000 de l’exercice")
    assert dites(message).endswith("Mandat 9004 de l’exercice 2026 et 55 autres.")
    assert f"{adresse}?liste=inconnues" in entiere
    lignes = b"".join(reponse.streaming_content).decode("utf-8-sig").splitlines()
    assert lignes[0].startswith("Objet;Décision;Code")
    assert len(lignes) == 61
    assert lignes[-1].startswith("Mandat 9059 de l’exercice 2026;Pris en charge")


def test_dix_mille_verdicts_se_lisent_par_pages_sans_requete_de_plus(flux, settings, page):
    piece = Piece.objects.first()
    repondre(settings, flux, "a.xml", mandat(piece, "02"))
    message = lire()
    page(message)
    with CaptureQueriesContext(connection) as pour_un:
        page(message)
    Verdict.objects.bulk_create(
        Verdict(message=message, portee="piece", identifiant=str(rang), piece=piece, decision=d)
        for rang in range(5_000)
        for d in ("paye", "suspendu")
    )

    with CaptureQueriesContext(connection) as pour_tous:
        premiere = page(message, "?decision=paye")

    assert "Payé (5\xa0000)" in premiere
    assert "decision=paye&amp;verdict=" in premiere
    assert len(pour_tous) == len(pour_un)


def _bordereau():
    return Bordereau.objects.get()


CONTRAIRES = [
    ('<Version V="2"/>', "", "Version (absent ou en trop)"),
    ('<Emetteur><Sigle V="DGFIP"/><Adresse V="HELIOS"/></Emetteur>', "", "Emetteur"),
    ('EtatAck V="1"', 'EtatAck V="oui"', "EtatAck (valeur refusée)"),
    ("<DomaineAck ", "<Inconnu/><DomaineAck ", "Inconnu (balise inattendue)"),
    ('DomaineAck V="5"', 'DomaineAck V="05"', "DomaineAck (valeur refusée)"),
    ('DomaineAck V="5"', 'DomaineAck V="5" W="1"', "DomaineAck (attribut)"),
    ("/retour/v2", "/aller", "n:PES_ACQUIT (espace de noms)"),
]


def _alterer(settings, nom, avant, apres):
    fichier = settings.TPS_RETOURS / nom
    texte = fichier.read_text(encoding="iso-8859-1")
    assert avant in texte
    fichier.write_text(texte.replace(avant, apres), encoding="iso-8859-1")
    return fichier


def _refuse_par_l_officiel(fichier):
    """Whether the official schema refuses a file; None when the schemas are not at hand."""
    dossier = dossier_schemas()
    if dossier is None:
        return None
    racine = etree.parse(fichier).getroot()
    nom = etree.QName(racine)
    schema = ENTREES.get((nom.namespace, nom.localname))
    return schema is None or not etree.XMLSchema(etree.parse(dossier / schema)).validate(racine)


@pytest.mark.parametrize(("avant", "apres", "dit"), CONTRAIRES)
def test_un_acquittement_contraire_au_schema_s_applique_et_se_dit(
    flux, settings, page, avant, apres, dit
):
    acquitter(settings, flux, "a.xml", element("5", 1, bordereau=_bordereau()))
    fichier = _alterer(settings, "a.xml", avant, apres)

    message = lire()

    assert _refuse_par_l_officiel(fichier) in {True, None}
    assert message.etat == "applique"
    assert dit in message.reserves.get(nature="format").texte
    assert message.nombre_anomalies == len(message.anomalies) > 0
    assert message.anomalies[0]["ligne"] == 2
    assert "Écarts au schéma officiel" in page(message)


def test_un_acquittement_conforme_n_a_pas_d_ecart(flux, settings, page):
    acquitter(settings, flux, "a.xml", element("5", 1, bordereau=_bordereau()))

    message = lire()

    assert _refuse_par_l_officiel(settings.TPS_RETOURS / "a.xml") in {False, None}
    assert (message.nombre_anomalies, dites(message)) == (0, "")
    assert "Écarts au schéma officiel" not in page(message)


def test_le_meme_ecart_chaque_semaine_est_dit_une_fois(
    flux, settings, agent, mailoutbox, django_capture_on_commit_callbacks
):
    repondre(settings, flux, "a.xml", mandat(Piece.objects.first(), "02"))
    _alterer(settings, "a.xml", '<NatPce V="01"/>', '<NatPce V="77"/>')
    with django_capture_on_commit_callbacks(execute=True):
        lire()
        repeter(settings, "a.xml", "b.xml", b'DteStr V="2026-11-23"', b'DteStr V="2026-11-30"')
        repetee = lire()

    (courriel,) = mailoutbox
    assert "NatPce (valeur refusée)" in courriel.body
    assert Reserve.objects.filter(nature="format").count() == 1
    assert repetee.nombre_anomalies == 1
    assert Piece.objects.first().etat == EtatPiece.PRISE_EN_CHARGE


def test_au_dela_de_cent_ecarts_le_nombre_reste_juste_et_la_fin_du_fichier_compte(
    flux, settings, page
):
    inconnus = [mandat(SimpleNamespace(numero=9000 + rang), "99") for rang in range(120)]
    repondre(settings, flux, "a.xml", *inconnus, mandat(Piece.objects.first(), "02"))
    entier = (settings.TPS_RETOURS / "a.xml").read_bytes()
    (settings.TPS_RETOURS / "coupe.xml").write_bytes(entier[:-30])

    lire_retours()

    message, coupe = (MessageTPS.objects.get(nom=nom) for nom in ("a.xml", "coupe.xml"))
    assert (message.nombre_anomalies, len(message.anomalies)) == (120, 100)
    assert "120 écarts\u202f; voici les 100 premiers" in page(message)
    assert coupe.etat == "en_erreur"
