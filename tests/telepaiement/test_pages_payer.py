"""Pages of the payer, as a browser without script sees them."""

import gzip
import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.urls import reverse
from django.utils import timezone

from facturier.commun import journal_acces
from facturier.commun.templatetags.coquille import francs
from telepaiement.models import Encaissement, EtatTentative, Tentative
from tests.telepaiement.conftest import CARTE_REFUSEE
from tests.telepaiement.factories import titre_emis, titre_payable
from tests.telepaiement.test_concurrence import reduire
from tests.telepaiement.test_pannes import vieillir

pytestmark = pytest.mark.django_db
ACCES = Path(__file__).parents[2] / "docs" / "acces.md"


@pytest.fixture
def chercher(client, regies, banc):
    """Look a titre up by reference and key."""

    def poster(titre, *, cle=None, **suite):
        donnees = {"reference": titre.reference, "cle": cle or titre.cle_paiement}
        return client.post(reverse("telepaiement:accueil"), donnees, **suite)

    return poster


@pytest.fixture
def regler(client, chercher):
    """Look a titre up, then press « Payer »; return the attempt."""

    def poster(titre, courriel=""):
        creance = chercher(titre)["Location"]
        client.post(creance, {"courriel": courriel})
        return Tentative.objects.latest("pk")

    return poster


def page(client, nom, tentative):
    reponse = client.get(reverse(f"telepaiement:{nom}", args=[tentative.jeton]))
    return reponse.content.decode()


def test_l_accueil_se_remplit_par_le_code_scanne(client, regies):
    scanne = client.get("/payer/?reference=2026-T-000001&cle=ABCDEFGHJK")
    rempli = client.get(scanne["Location"]).content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        oublie = client.get(scanne["Location"]).content.decode()

    assert scanne["Location"] == "/payer/"
    assert 'value="2026-T-000001"' in rempli
    assert 'value="ABCDEFGHJK"' in rempli
    assert "ABCDEFGHJK" not in oublie


@pytest.mark.parametrize(
    ("ligne", "attendu"),
    [
        ("GET /payer/?reference=1&cle=SECRET HTTP/1.1", "GET /payer/ HTTP/1.1"),
        ("GET /payer/lien/SECRET/ HTTP/1.1", "GET /payer/lien/…/ HTTP/1.1"),
        ("POST /payer/titre/7/ HTTP/1.1", "POST /payer/titre/7/ HTTP/1.1"),
    ],
)
def test_le_journal_des_acces_ne_garde_aucune_cle(ligne, attendu):
    assert journal_acces.masquer(ligne) == attendu


def test_le_journal_des_acces_ne_garde_aucun_jeton_de_lien():
    routes = re.findall(r"^\| `(/\S*(?:jeton>|<key>)\S*)`", ACCES.read_text(), flags=re.MULTILINE)
    adresses = [re.sub(r"(<\w+:jeton>|\(\?P.*\))", "SECRET", route) for route in routes]

    assert len(adresses) > 10
    assert all("SECRET" in adresse for adresse in adresses)
    assert [a for a in adresses if "SECRET" in journal_acces.masquer(f"GET {a} HTTP/1.1")] == []


def test_la_creance_dit_quoi_pourquoi_combien_et_comment_contester(client, chercher):
    titre = titre_payable(138_750)

    texte = client.get(chercher(titre)["Location"]).content.decode()

    assert titre.bases_liquidation in texte
    assert francs(138_750) in texte
    assert "tribunal administratif" in texte


def test_reference_inconnue_et_cle_fausse_ont_la_meme_reponse(chercher, client):
    titre = titre_payable()
    fausse = chercher(titre, cle="ZZZZZZZZZZ")
    inconnue = client.post(
        reverse("telepaiement:accueil"), {"reference": "2026-T-999999", "cle": "ZZZZZZZZZZ"}
    )

    textes = {
        re.sub(r'(value="[^"]*"|csrf\w+)', "", reponse.content.decode())
        for reponse in (fausse, inconnue)
    }

    assert len(textes) == 1
    assert fausse.status_code == inconnue.status_code == 422


def test_la_onzieme_recherche_en_dix_minutes_attend(chercher):
    titre = titre_payable()
    [chercher(titre, cle="ZZZZZZZZZZ") for _ in range(10)]

    reponse = chercher(titre)

    assert reponse.status_code == 429


def test_une_creance_ne_se_lit_pas_sans_sa_cle(client, regies):
    titre = titre_payable()

    reponse = client.get(reverse("telepaiement:creance", args=[titre.pk]))

    assert reponse["Location"] == reverse("telepaiement:accueil")


def test_un_titre_non_exigible_l_explique(client, chercher):
    texte = client.get(chercher(titre_emis())["Location"]).content.decode()

    assert "pas encore signé" in texte
    assert "par carte</button>" not in texte


def test_afficher_une_creance_ne_cree_aucun_paiement(client, chercher):
    client.get(chercher(titre_payable())["Location"])

    assert not Tentative.objects.exists()


def test_la_page_de_carte_nomme_seule_la_passerelle_dans_sa_politique(client, banc, regler):
    tentative = regler(titre_payable())

    reponse = client.get(reverse("telepaiement:paiement", args=[tentative.jeton]))
    ailleurs = client.get(reverse("telepaiement:accueil"))

    assert f"script-src 'self' {banc.adresse}" in reponse["Content-Security-Policy"]
    assert banc.adresse not in ailleurs["Content-Security-Policy"]


def test_la_page_de_carte_ne_contient_ni_script_ni_style_en_ligne(client, regler):
    texte = page(client, "paiement", regler(titre_payable()))

    assert not re.search(r"<script(?![^>]*src=)|style=|onclick=", texte)
    assert "<noscript>" in texte


def test_le_paiement_fait_donne_sa_quittance_en_pdf(client, banc, regler):
    tentative = regler(titre_payable())
    banc.payer(tentative)

    texte = page(client, "retour", tentative)
    pdf = client.get(reverse("telepaiement:quittance", args=[tentative.jeton]))

    assert Encaissement.objects.get().quittance.reference in texte
    assert pdf.content.startswith(b"%PDF")


def test_le_retour_ignore_ce_que_dit_la_barre_d_adresse(client, regler):
    tentative = regler(titre_payable())
    adresse = reverse("telepaiement:retour", args=[tentative.jeton])

    client.get(f"{adresse}?redirect_status=succeeded&payment_intent=pi_faux")

    assert not Encaissement.objects.exists()


def test_un_refus_s_explique_et_se_recommence_sur_la_meme_page(client, banc, regler):
    tentative = regler(titre_payable())
    banc.payer(tentative, CARTE_REFUSEE)

    texte = page(client, "retour", tentative)

    assert "Le paiement a été refusé. Votre banque a refusé" in texte
    assert 'id="carte-payer"' in texte


def test_un_paiement_en_attente_se_rafraichit_seul(client, banc, regler):
    tentative = regler(titre_payable())
    banc.faire("pannes", traitement=600)
    banc.payer(tentative)

    texte = page(client, "retour", tentative)

    assert 'hx-trigger="every 5s"' in texte
    assert "Ne payez pas une seconde fois" in texte
    assert '<noscript><meta http-equiv="refresh" content="15;url=' in texte
    vieillir(tentative, 91)
    tardive = page(client, "retour", tentative)
    assert "La banque tarde à répondre" in tardive
    assert "every 5s" not in tardive
    assert "http-equiv" not in tardive


def test_une_page_rouverte_apres_le_paiement_dit_vrai_sans_notification(
    client, banc, regler, chercher
):
    tentative = regler(titre_payable())
    banc.faire("pannes", traitement=600)
    banc.payer(tentative)
    vieillir(tentative, 1)
    creance = client.get(chercher(tentative.titre)["Location"]).content.decode()
    autre = regler(titre_payable())
    banc.payer(autre)
    vieillir(autre, 1)

    assert "ne payez pas une seconde fois" in creance
    assert reverse("telepaiement:paiement", args=[tentative.jeton]) in creance
    assert "par carte</button>" not in creance
    assert "Votre paiement est reçu" in page(client, "paiement", autre)


def test_le_payeur_peut_renoncer(client, regler):
    tentative = regler(titre_payable())

    client.post(reverse("telepaiement:abandonner", args=[tentative.jeton]))

    assert "Vous n’avez pas payé" in page(client, "paiement", tentative)


def test_une_page_de_carte_rechargee_dit_ce_qui_a_change(client, banc, regler, agent):
    payee, reduite = regler(titre_payable()), regler(titre_payable())
    avant = page(client, "paiement", payee)
    reduire(payee.titre, 12_500, agent)
    reduire(reduite.titre, 500, agent)

    pages = [page(client, "paiement", une) for une in (payee, reduite)]

    assert 'id="carte"' in avant
    for rechargee, mot in zip(pages, ("entièrement payé", "Le montant dû a changé"), strict=True):
        assert mot in rechargee
        assert 'id="carte"' not in rechargee
        assert "Revenir à cette somme" in rechargee


def test_une_passerelle_muette_se_dit_sans_trace_technique(client, banc, chercher):
    creance = chercher(titre_payable())["Location"]
    banc.faire("pannes", panne_api=3)

    reponse = client.post(creance, {"courriel": ""})

    assert reponse.status_code == 422
    assert "aucune somme n’a été prélevée" in reponse.content.decode()
    assert Tentative.objects.get().etat == EtatTentative.A_VERIFIER


def test_la_quittance_part_par_courriel_avec_son_pdf(
    client, banc, regler, mailoutbox, django_capture_on_commit_callbacks
):
    tentative = regler(titre_payable(), courriel="usager@essai.example")
    banc.payer(tentative)

    with django_capture_on_commit_callbacks(execute=True):
        page(client, "retour", tentative)

    assert mailoutbox[0].to == ["usager@essai.example"]
    assert mailoutbox[0].attachments[0][2] == "application/pdf"


def test_une_quittance_se_verifie_par_son_code(client, banc, regler):
    tentative = regler(titre_payable())
    banc.payer(tentative)
    page(client, "retour", tentative)
    code = Encaissement.objects.get().quittance.code

    reponse = client.post(reverse("telepaiement:verifier"), {"code": code.lower()}, follow=True)

    assert "Cette quittance est authentique" in reponse.content.decode()


def test_un_code_inconnu_ne_se_verifie_pas(client, regies):
    reponse = client.get(reverse("telepaiement:verification", args=["ABCD-EFGH-JKLM"]))

    assert reponse.status_code == 404


def test_le_controle_avant_paiement_se_fait_par_post(client, regler):
    tentative = regler(titre_payable())
    adresse = reverse("telepaiement:controle", args=[tentative.jeton])

    assert client.get(adresse).status_code == 405
    assert client.post(adresse).json() == {"motif": ""}


def test_la_page_de_paiement_reste_legere(client, regies):
    """What a telephone downloads before it can pay, compressed: 2 seconds at 400 kbit/s."""
    page = client.get("/payer/").content
    liens = set(re.findall(rb'(?:src|href)="/static/([^"#]+)', page))
    pesees = [Path(finders.find(lien.decode())).read_bytes() for lien in liens]

    poids = sum(len(gzip.compress(contenu)) for contenu in [page, *pesees])

    assert len(liens) <= 8
    assert poids < 100_000
