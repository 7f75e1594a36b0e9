"""Paying for a relative by a link, on a kiosk, and robots that guess."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from telepaiement import liens, limites
from telepaiement.models import EtatTentative, LienPaiement, Tentative
from telepaiement.synchronisation import synchroniser
from telepaiement.tentatives import PaiementRefuse
from tests.telepaiement.conftest import CARTE, CARTE_REFUSEE
from tests.telepaiement.factories import titre_payable
from tests.telepaiement.test_suites import texte_pdf

pytestmark = pytest.mark.django_db
BORNE = "borne-essai"


@pytest.fixture
def titre(regies, banc):
    """A titre that can be paid by card."""
    return titre_payable(12_500)


@pytest.fixture
def chemin(titre):
    """A payment link on it: the row, and its path."""
    lien = liens.creer(titre.pk)
    return lien, "/payer/lien/" + liens.adresse(lien).split("/payer/lien/")[1]


def ouvrir(client, adresse):
    """Follow a link; return the address that it leads to, which no longer holds it."""
    return client.get(adresse)["Location"]


def test_un_lien_ne_montre_que_ce_qu_il_faut_et_quitte_son_jeton(client, titre, chemin):
    ouverte = ouvrir(client, chemin[1])
    reponse = client.get(ouverte)
    texte = reponse.content.decode()

    assert ouverte == f"/payer/proche/{chemin[0].pk}/"
    assert chemin[0].identifiant.hex not in texte
    assert titre.reference in texte
    assert liens.nom_discret(titre.tiers) in texte
    for cache in (titre.objet, titre.bases_liquidation, titre.cle_paiement, titre.adresse_voie):
        assert cache not in texte
    assert reponse["X-Robots-Tag"] == "noindex, nofollow"
    assert reponse["Referrer-Policy"] == "same-origin"
    assert client.get(reverse("telepaiement:creance", args=[titre.pk])).status_code == 302


def test_un_proche_paie_et_les_pages_du_paiement_taisent_l_objet(client, banc, titre, chemin):
    carte = client.post(ouvrir(client, chemin[1]), {"courriel": "proche@essai.example"})["Location"]
    tentative = Tentative.objects.get()
    page = client.get(carte).content.decode()
    banc.payer(tentative)
    recu = client.get(reverse("telepaiement:retour", args=[tentative.jeton])).content.decode()

    assert tentative.lien == chemin[0]
    assert titre.objet not in page + recu
    assert "Votre paiement est reçu" in recu
    assert "entièrement payé" in client.get(chemin[1], follow=True).content.decode()


def test_la_quittance_d_un_proche_et_son_courriel_tiennent_la_promesse_du_lien(
    client, banc, titre, chemin, mailoutbox, django_capture_on_commit_callbacks
):
    client.post(ouvrir(client, chemin[1]), {"courriel": "proche@essai.example"})
    tentative = Tentative.objects.get()
    banc.payer(tentative)
    with django_capture_on_commit_callbacks(execute=True):
        code = synchroniser(tentative, source="retour").encaissement.quittance.code
    quittance = client.get(reverse("telepaiement:quittance", args=[tentative.jeton])).content
    duplicata = client.get(reverse("telepaiement:verification_duplicata", args=[code])).content
    jointe = mailoutbox[0].attachments[0].content

    lus = [mailoutbox[0].body, *map(texte_pdf, (quittance, duplicata, jointe))]
    assert all(titre.reference in lu for lu in lus)
    assert not [lu for lu in lus if titre.objet in lu or "Reçu de" in lu]
    assert all(liens.nom_discret(titre.tiers) in lu for lu in lus[1:])


def test_faux_inconnu_revoque_et_expire_ont_la_meme_reponse(client, titre, chemin):
    lien, adresse = chemin
    faux = client.get("/payer/lien/0123456789abcdef0123456789abcdef:faux/")
    inconnu = liens.SIGNATURE.sign("0" * 32)
    reponses = [faux, client.get(f"/payer/lien/{inconnu}/")]
    liens.revoquer(lien)
    reponses.append(client.get(adresse))
    ancien = LienPaiement.objects.create(
        titre=titre,
        cree_le=timezone.now() - timedelta(days=8),
        expire_le=timezone.now() - timedelta(days=1),
    )
    jeton = liens.SIGNATURE.sign(ancien.identifiant.hex)
    reponses.append(client.get(f"/payer/lien/{jeton}/"))
    reponses.append(client.post(f"/payer/proche/{ancien.pk}/", {"courriel": ""}))

    assert {reponse.status_code for reponse in reponses} == {404}
    assert len({reponse.content for reponse in reponses}) == 1
    assert not Tentative.objects.exists()


def test_un_lien_publie_et_abuse_laisse_le_redevable_payer(settings, titre, chemin, commencer):
    settings.LIMITES_PAIEMENT = {
        **settings.LIMITES_PAIEMENT,
        "paiements_par_heure_et_titre": 2,
    }
    for _ in range(2):
        echouee = commencer(titre, lien=chemin[0])
    Tentative.objects.filter(pk=echouee.pk).update(etat=EtatTentative.ECHOUEE)

    with pytest.raises(PaiementRefuse):
        commencer(titre, lien=chemin[0])

    assert commencer(titre).montant == 12_500


def test_cinq_liens_en_vigueur_au_plus(titre):
    faits = [liens.creer(titre.pk) for _ in range(5)]
    with pytest.raises(ValidationError, match="révoquez-en un"):
        liens.creer(titre.pk)

    liens.revoquer(faits[0])

    assert liens.creer(titre.pk)


@pytest.mark.deux_moteurs
def test_un_lien_revoque_ne_revit_pas(titre):
    liens.revoquer(liens.creer(titre.pk))

    for champs in ({"revoque_le": None}, {"expire_le": timezone.now() + timedelta(days=900)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            LienPaiement.objects.update(**champs)


def test_un_robot_qui_devine_de_partout_resserre_les_recherches(
    client, settings, titre, agent, mailoutbox, django_capture_on_commit_callbacks
):
    settings.LIMITES_PAIEMENT = {**settings.LIMITES_PAIEMENT, "cles_fausses": 3}
    adresse = reverse("telepaiement:accueil")
    fausse = {"reference": titre.reference, "cle": "ZZZZZZZZZZ"}
    with django_capture_on_commit_callbacks(execute=True):
        for rang in range(4):
            client.post(adresse, fausse, REMOTE_ADDR=f"192.0.2.{rang}")
    juste = {"reference": titre.reference, "cle": titre.cle_paiement}

    statuts = [client.post(adresse, fausse, REMOTE_ADDR="192.0.2.99").status_code for _ in "123"]

    assert limites.cles_devinees()
    assert statuts == [422, 422, 429]
    assert [
        (un.to, "4 recherches" in un.body, "en 10 minutes" in un.body) for un in mailoutbox
    ] == [([agent.email], True, True)]
    assert client.post(adresse, juste, REMOTE_ADDR="192.0.2.100").status_code == 302


@pytest.fixture
def borne(client, settings):
    """Enter a kiosk, whose address is a setting."""
    settings.PAIEMENT_BORNE_CLE = BORNE
    return f"/payer/borne/{BORNE}/"


def test_la_borne_ne_s_ouvre_que_par_son_adresse(client, settings, borne):
    assert client.get("/payer/borne/autre/").status_code == 404
    settings.PAIEMENT_BORNE_CLE = ""
    assert client.get(borne).status_code == 404


def test_la_borne_oublie_qui_etait_la(client, banc, borne, titre):
    depart = reverse("telepaiement:borne")
    assert client.get(depart).status_code == 404
    assert client.get(borne)["Location"] == reverse("telepaiement:accueil")
    donnees = {"reference": titre.reference, "cle": titre.cle_paiement}
    creance = client.post(reverse("telepaiement:accueil"), donnees)["Location"]
    page = client.get(creance)
    client.post(creance, {"courriel": ""})
    tentative = Tentative.objects.get()
    carte = reverse("telepaiement:paiement", args=[tentative.jeton])
    assert client.get(carte).status_code == 200

    client.get(depart)

    tentative.refresh_from_db()
    assert 'class="borne"' in page.content.decode()
    assert f'content="90;url={depart}"' in page.content.decode()
    assert BORNE not in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert ".pdf" not in page.content.decode()
    assert re.search(r'name="courriel"[^>]*autocomplete="off"', page.content.decode())
    assert tentative.etat == EtatTentative.ANNULEE
    assert client.get(creance).status_code == client.get(carte).status_code == 302
    client.cookies.pop("session")  # nobody came for an hour: it is a kiosk still
    assert client.get(depart).status_code == 302
    assert 'class="borne"' in client.get(reverse("telepaiement:accueil")).content.decode()


def test_la_borne_sert_plus_de_cinq_payeurs_en_une_heure(client, banc, regies, borne):
    for rang in range(6):
        client.get(borne)
        titre = titre_payable(1_000 + rang)
        donnees = {"reference": titre.reference, "cle": titre.cle_paiement}
        creance = client.post(reverse("telepaiement:accueil"), donnees)["Location"]
        reponse = client.post(creance, {"courriel": ""})
        assert reponse.status_code == 302, reponse.context["form"].errors


def test_qui_paie_n_epuise_pas_sa_connexion_et_qui_essaie_des_cartes_si(banc, commencer):
    def depuis_chez_soi(numero):
        tentative = commencer(titre_payable(), adresse="203.0.113.9")
        banc.payer(tentative, numero)
        synchroniser(tentative, source="retour")

    for _rang in range(5):
        depuis_chez_soi(CARTE)
    for _rang in range(5):
        depuis_chez_soi(CARTE_REFUSEE)
    with pytest.raises(PaiementRefuse, match="Trop de paiements commencés"):
        depuis_chez_soi(CARTE)


def test_les_erreurs_gardent_l_entete_de_la_borne(borne, settings):
    client = Client(enforce_csrf_checks=True)
    ailleurs = client.get("/payer/nulle-part/").content.decode()
    client.get(borne)

    pages = [
        client.get("/payer/nulle-part/"),
        client.get("/payer/titre/999999/"),
        client.post("/payer/", {"reference": "2026-T-000001", "cle": "X"}),
        client.get("/payer/borne/autre/"),
    ]

    statuts = [page.status_code for page in pages if page.status_code >= 400]
    assert statuts == [404, 403, 404]
    for page in (page.content.decode() for page in pages if page.status_code >= 400):
        assert "Tout effacer et recommencer" in page
        assert 'class="borne"' in page
        assert "Revenir au début" in page
        assert "Se connecter" not in page
    assert "Tout effacer" not in ailleurs


def test_la_borne_donne_la_quittance_par_un_code_ou_par_courriel(
    client, banc, borne, titre, mailoutbox
):
    client.get(borne)
    donnees = {"reference": titre.reference, "cle": titre.cle_paiement}
    client.post(client.post(reverse("telepaiement:accueil"), donnees)["Location"], {"courriel": ""})
    tentative = Tentative.objects.get()
    banc.payer(tentative)
    synchroniser(tentative, source="retour")
    page = client.get(reverse("telepaiement:paiement", args=[tentative.jeton])).content.decode()
    code = client.get(reverse("telepaiement:quittance_qr", args=[tentative.jeton]))
    envoi = reverse("telepaiement:envoyer_quittance", args=[tentative.jeton])

    assert "Télécharger" not in page
    assert code.content.startswith(b"<svg")
    assert client.post(envoi, {"courriel": "faux"}).status_code == 422
    for adresse in ("usager@essai.example", "autre@essai.example"):
        client.post(envoi, {"courriel": adresse})
    assert [message.to for message in mailoutbox] == [["usager@essai.example"]]
