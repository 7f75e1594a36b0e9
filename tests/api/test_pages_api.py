"""Pages of who manages the rights: keys, webhooks, what was sent."""

import pytest
from django.contrib.auth import get_user
from django.utils import timezone

from facturier.acces.models import Role
from facturier.api.models import CleApi, EnvoiWebhook, EssaiWebhook, Webhook
from facturier.api.webhooks import declarer, envoyer_webhooks
from tests.api.conftest import Systeme, rendre_gestionnaire
from tests.suivi.factories import EtablissementFactory, FactureFactory, acteur, habiliter

pytestmark = pytest.mark.django_db


@pytest.fixture
def gerant(etablissement, client, monkeypatch):
    """Who manages the rights, logged in, his password typed a moment ago."""
    personne = rendre_gestionnaire(etablissement)
    client.force_login(personne)
    monkeypatch.setattr("facturier.api.views.espace.demander_confirmation", lambda requete: None)
    return personne


@pytest.fixture
def racine(etablissement) -> str:
    """Where the pages are."""
    return f"/fournisseur/etablissements/{etablissement.ridet}/api/"


def test_une_cle_se_cree_et_ne_se_montre_qu_une_fois(client, gerant, racine):
    reponse = client.post(
        f"{racine}cles/nouvelle/",
        {
            "nom": "Comptabilité",
            "portees": ["lire", "deposer"],
            "dernier_jour": timezone.localdate().strftime("%d/%m/%Y"),
        },
    )

    secret = reponse.context["secret"]
    assert secret in reponse.content.decode()
    assert Systeme(secret).get("/api/v1/cle").json()["portees"] == ["lire", "deposer"]
    assert secret not in client.get(racine).content.decode()
    assert CleApi.objects.get().debut in client.get(racine).content.decode()


def test_une_cle_sans_nom_ni_portee_est_refusee_avec_ses_champs(client, gerant, racine):
    reponse = client.post(f"{racine}cles/nouvelle/", {"nom": ""})

    assert reponse.status_code == 422
    assert set(reponse.context["form"].errors) == {"nom", "portees", "dernier_jour"}


def test_creer_une_cle_redemande_le_mot_de_passe(client, etablissement, racine):
    personne = rendre_gestionnaire(etablissement)
    personne.set_password("un-mot-de-passe-assez-long")
    personne.save()
    client.force_login(personne)

    for adresse in ("cles/nouvelle/", "webhooks/nouveau/"):
        assert client.post(racine + adresse).url.startswith("/compte/reauthenticate/")


def test_on_ne_propose_que_les_portees_que_l_on_peut_donner(client, gerant, etablissement, racine):
    etablissement.habilitations.update(a_droit_deposer=False)

    page = client.get(f"{racine}cles/nouvelle/")

    assert [code for code, _ in page.context["form"].fields["portees"].choices] == ["lire"]


def test_une_cle_se_revoque_apres_confirmation(client, gerant, etablissement, racine, faire_cle):
    cle, secret = faire_cle(etablissement)
    adresse = f"{racine}cles/{cle.pk}/revoquer/"

    assert "Révoquer la clé" in client.get(adresse).content.decode()
    client.post(adresse)
    encore = client.post(adresse, follow=True).content.decode()

    assert Systeme(secret).get("/api/v1/cle").status_code == 401
    assert "déjà révoquée" in encore


def test_la_cle_d_un_autre_etablissement_ne_se_revoque_pas(client, gerant, racine, faire_cle):
    autre = EtablissementFactory()
    cle, _ = faire_cle(autre)

    assert client.post(f"{racine}cles/{cle.pk}/revoquer/").status_code == 404


@pytest.mark.parametrize(
    "adresse", ["", "cles/nouvelle/", "webhooks/nouveau/", "webhooks/1/", "cles/1/revoquer/"]
)
def test_ces_pages_sont_a_qui_gere_les_droits(client, etablissement, racine, fournisseur, adresse):
    habiliter(fournisseur, etablissement)
    client.force_login(fournisseur)

    assert client.get(racine + adresse).status_code == 404


def test_un_webhook_se_declare_et_montre_son_secret_une_fois(client, gerant, racine, settings):
    settings.WEBHOOKS_VERS_LE_RESEAU_LOCAL = True

    reponse = client.post(f"{racine}webhooks/nouveau/", {"adresse": "http://127.0.0.1:8999/"})

    secret = reponse.context["secret"]
    webhook = Webhook.objects.get()
    assert secret in reponse.content.decode()
    assert secret not in client.get(f"{racine}webhooks/{webhook.pk}/").content.decode()


def test_une_adresse_privee_est_refusee_sur_la_page(client, gerant, racine):
    reponse = client.post(f"{racine}webhooks/nouveau/", {"adresse": "https://127.0.0.1/"})

    assert reponse.status_code == 422
    assert "réseau privé" in str(reponse.context["form"].errors["adresse"])


@pytest.fixture
def muet(etablissement, settings) -> Webhook:
    """A webhook to which a message could not be delivered."""
    settings.WEBHOOKS_VERS_LE_RESEAU_LOCAL = True
    webhook, _ = declarer(
        etablissement,
        adresse="http://127.0.0.1:1025/",
        par=rendre_gestionnaire(etablissement),
    )
    FactureFactory(etablissement=etablissement, deposee=True, numero="FA-77")
    envoyer_webhooks()
    return webhook


def test_la_page_montre_ce_qui_a_ete_envoye_et_repondu(client, gerant, racine, muet):
    page = client.get(f"{racine}webhooks/{muet.pk}/").content.decode()

    assert "FA-77" in page
    assert "En attente" in page
    assert EssaiWebhook.objects.get().erreur in page


def test_un_envoi_abandonne_se_renvoie_depuis_la_page(client, gerant, racine, muet):
    envoi = EnvoiWebhook.objects.get()
    adresse = f"{racine}webhooks/{muet.pk}/envois/{envoi.pk}/rejouer/"

    attendu = client.post(adresse, follow=True).content.decode()
    EnvoiWebhook.objects.update(abandonne_le=timezone.now())
    reponse = client.post(adresse, follow=True).content.decode()

    assert "attend déjà" in attendu
    assert "renvoi demandé par" in reponse
    assert EnvoiWebhook.objects.get(rejoue=envoi).demande_par == get_user(client)


def test_un_webhook_se_resilie_apres_confirmation(client, gerant, racine, muet):
    adresse = f"{racine}webhooks/{muet.pk}/resilier/"

    assert "Résilier le webhook" in client.get(adresse).content.decode()
    client.post(adresse)

    assert Webhook.objects.get().resilie_par == acteur(Role.FOURNISSEUR)
    assert "Résilié le" in client.get(f"{racine}webhooks/{muet.pk}/").content.decode()


def test_l_etablissement_mene_a_son_api(client, gerant, etablissement, racine):
    page = client.get(f"/fournisseur/etablissements/{etablissement.ridet}/").content.decode()

    assert racine in page
