"""Webhooks: written with the change, signed, tried again, replayed, never lent our network."""

import http.server
import json
import socket
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Role
from facturier.api import connexion
from facturier.api.connexion import AdresseRefusee, EchecEnvoi, est_publique, poster, viser
from facturier.api.models import EnvoiWebhook, EssaiWebhook, Webhook
from facturier.api.views.documentation import EXEMPLES
from facturier.api.webhooks import (
    DELAIS,
    WebhookRefuse,
    choisir_etats,
    contenu,
    declarer,
    envoyer_webhooks,
    essayer,
    rejouer,
    resilier,
    signature,
)
from facturier.grand_livre.models import Piece
from facturier.suivi import depot, instruction
from facturier.suivi.chronologie import ACTES_INTERNES, chronologie
from facturier.suivi.models import PassageFacture
from fournisseurs.models import EntreeJournal, Habilitation
from tests.api.conftest import rendre_gestionnaire
from tests.suivi.factories import (
    EtablissementFactory,
    FactureFactory,
    acteur,
    remettre_a_la_tresorerie,
)

pytestmark = pytest.mark.django_db


class Recepteur:
    """The system of a supplier: a real HTTP server, that answers `statut`."""

    def __init__(self) -> None:
        self.recus: list[tuple[dict[str, str], bytes]] = []
        self.statut = 204
        self.entetes: dict[str, str] = {}
        recepteur = self

        class Gestionnaire(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                corps = self.rfile.read(int(self.headers["Content-Length"]))
                recepteur.recus.append((dict(self.headers), corps))
                self.send_response(recepteur.statut)
                for nom, valeur in recepteur.entetes.items():
                    self.send_header(nom, valeur)
                self.end_headers()

            def log_message(self, *arguments) -> None:
                """Say nothing."""

        self.serveur = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Gestionnaire)
        self.adresse = f"http://127.0.0.1:{self.serveur.server_port}/factures?source=province"
        threading.Thread(target=self.serveur.serve_forever, daemon=True).start()

    def arreter(self) -> None:
        """Stop it."""
        self.serveur.shutdown()
        self.serveur.server_close()


@pytest.fixture
def recepteur(settings):
    """A server on loopback, and the setting that allows it."""
    settings.WEBHOOKS_VERS_LE_RESEAU_LOCAL = True
    serveur = Recepteur()
    yield serveur
    serveur.arreter()


@pytest.fixture
def declare(etablissement, recepteur) -> tuple[Webhook, str]:
    """A webhook of the établissement, and its secret."""
    return declarer(
        etablissement, adresse=recepteur.adresse, par=rendre_gestionnaire(etablissement)
    )


def adresse_muette() -> str:
    """Return an address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as prise:
        return f"http://127.0.0.1:{prise.getsockname()[1]}/"


def avancer_l_horloge() -> None:
    """Let the next attempt be due."""
    EnvoiWebhook.objects.update(prochain_essai_le=timezone.now() - timedelta(seconds=1))


@pytest.mark.deux_moteurs
def test_un_changement_d_etat_est_a_annoncer_dans_sa_transaction(declare, etablissement):
    facture = FactureFactory(etablissement=etablissement, deposee=True)

    with transaction.atomic():
        instruction.recevoir(facture, par=acteur(Role.AGENT))
        dedans = EnvoiWebhook.objects.count()
        transaction.set_rollback(True)

    assert dedans == 2
    assert EnvoiWebhook.objects.get().passage.arrivee == "deposee"


def test_un_paiement_revenu_depuis_s_annonce_comme_le_disent_les_pages(declare, etablissement):
    facture = FactureFactory(etablissement=etablissement, payee=True)
    envoi = EnvoiWebhook.objects.get(passage__arrivee="payee")
    avant = contenu(envoi)["facture"]

    remettre_a_la_tresorerie(facture.mandat)
    Piece.objects.filter(pk=facture.mandat_id).update(etat="prise_en_charge")
    envoi = EnvoiWebhook.objects.get(pk=envoi.pk)
    apres = contenu(envoi)["facture"]

    assert (avant["libelleEtat"], apres["libelleEtat"]) == ("Payée", "Paiement revenu")
    assert (apres["etat"], "renvoyé le virement" in apres["enClair"]) == ("payee", True)


@pytest.mark.deux_moteurs
def test_seuls_les_passages_que_lit_le_fournisseur_sont_annonces(declare, etablissement):
    facture = FactureFactory(etablissement=etablissement, payee=True)
    acteur_tps = acteur(Role.COMPTABLE)
    internes = [
        ("suspendre_tps", "suspendue_tps"),
        *((acte, "liquidee") for acte in ACTES_INTERNES),
    ]
    for acte, arrivee in internes:
        PassageFacture.objects.create(
            facture=facture, acte=acte, depart="transmise_tps", arrivee=arrivee, par=acteur_tps
        )

    annonces = EnvoiWebhook.objects.order_by("pk").values_list("passage__arrivee", flat=True)
    lus = [etape.etat for etape in chronologie(facture, est_interne=False)]

    assert list(annonces) == lus
    assert {"suspendue_tps"}.isdisjoint(annonces)


def test_les_factures_d_un_autre_ne_s_annoncent_pas(declare):
    FactureFactory(etablissement=EtablissementFactory(), deposee=True)

    assert not EnvoiWebhook.objects.exists()


def test_un_envoi_est_signe_et_dit_la_facture_et_son_etat(declare, etablissement, recepteur):
    facture = FactureFactory(etablissement=etablissement, deposee=True)

    assert envoyer_webhooks() == {"livres": 1, "en_echec": 0, "abandonnes": 0}

    entetes, corps = recepteur.recus[0]
    espace: dict[str, Any] = {}
    exec((EXEMPLES / "signature.py").read_text(), espace)  # noqa: S102  (our own example)
    assert espace["est_authentique"](corps, entetes["X-Facturier-Signature"], declare[1])
    recu = json.loads(corps)
    assert recu["facture"]["numeroFacture"] == facture.numero
    assert recu["facture"]["etat"] == "deposee"
    assert recu["id"] == f"evt_{facture.passages.get().pk}"
    assert EssaiWebhook.objects.get().statut == 204


def test_un_envoi_livre_ne_part_pas_deux_fois(declare, etablissement, recepteur):
    FactureFactory(etablissement=etablissement, deposee=True)

    envoyer_webhooks()
    envoyer_webhooks()

    assert len(recepteur.recus) == 1


def test_un_echec_attend_de_plus_en_plus_puis_est_abandonne(
    declare, etablissement, recepteur, mailoutbox
):
    FactureFactory(etablissement=etablissement, deposee=True)
    recepteur.statut = 503
    attentes = []

    for _ in DELAIS:
        assert envoyer_webhooks()["en_echec"] == 1
        attentes.append(EnvoiWebhook.objects.get().prochain_essai_le - timezone.now())
        avancer_l_horloge()
    bilan = envoyer_webhooks()

    assert [round(attente / timedelta(minutes=1)) for attente in attentes] == [
        1,
        5,
        30,
        120,
        360,
        720,
        1440,
        1440,
    ]
    assert bilan["abandonnes"] == 1
    assert EssaiWebhook.objects.filter(statut=503).count() == len(DELAIS) + 1
    assert "ne reçoit plus" in mailoutbox[-1].subject
    assert envoyer_webhooks()["abandonnes"] == 0


def test_une_adresse_muette_ne_retarde_pas_les_autres(declare, etablissement, recepteur):
    autre = EtablissementFactory()
    muet, _ = declarer(autre, adresse=adresse_muette(), par=rendre_gestionnaire(autre))
    for _ in range(3):
        FactureFactory(etablissement=autre, deposee=True)
    FactureFactory(etablissement=etablissement, deposee=True)

    bilan = envoyer_webhooks()

    assert bilan == {"livres": 1, "en_echec": 1, "abandonnes": 0}
    assert muet.envois.filter(nombre_essais=0).count() == 2


def test_un_envoi_abandonne_se_rejoue_et_garde_son_identifiant(declare, etablissement, recepteur):
    FactureFactory(etablissement=etablissement, deposee=True)
    EnvoiWebhook.objects.update(abandonne_le=timezone.now())
    gerant = rendre_gestionnaire(etablissement)

    nouveau = rejouer(EnvoiWebhook.objects.get(), par=gerant)
    with pytest.raises(WebhookRefuse, match="déjà en train"):
        rejouer(EnvoiWebhook.objects.get(rejoue__isnull=True), par=gerant)
    envoyer_webhooks()

    nouveau.refresh_from_db()
    assert nouveau.livre_le is not None
    assert json.loads(recepteur.recus[0][1])["id"] == f"evt_{nouveau.passage_id}"


def test_un_envoi_qui_attend_ne_se_rejoue_pas(declare, etablissement):
    FactureFactory(etablissement=etablissement, deposee=True)

    with pytest.raises(WebhookRefuse, match="attend déjà"):
        rejouer(EnvoiWebhook.objects.get(), par=rendre_gestionnaire(etablissement))


def test_un_webhook_resilie_ne_recoit_plus_rien(declare, etablissement, recepteur):
    FactureFactory(etablissement=etablissement, deposee=True)

    resilier(declare[0], par=rendre_gestionnaire(etablissement))
    FactureFactory(etablissement=etablissement, deposee=True)
    envoyer_webhooks()

    assert recepteur.recus == []
    assert EnvoiWebhook.objects.count() == 1
    assert EntreeJournal.objects.last().acte == "webhook_resilie"


def test_un_webhook_ne_survit_pas_aux_droits_de_qui_l_a_declare(declare, etablissement, recepteur):
    FactureFactory(etablissement=etablissement, deposee=True)
    Habilitation.objects.filter(etablissement=etablissement).update(
        retiree_le=timezone.now(), retiree_par=acteur(Role.AGENT)
    )

    envoyer_webhooks()

    assert recepteur.recus == []
    assert "n’agit plus" in EssaiWebhook.objects.get().erreur


def test_le_secret_n_est_pas_en_clair_dans_la_base(declare):
    webhook, secret = declare

    assert secret not in str(Webhook.objects.values().get(pk=webhook.pk))


def test_un_secret_illisible_est_dit_sans_arreter_les_envois(declare, etablissement, settings):
    FactureFactory(etablissement=etablissement, deposee=True)
    settings.SECRET_KEY = "une-autre-cle"

    assert envoyer_webhooks()["en_echec"] == 1
    assert "ne se lit plus" in EssaiWebhook.objects.get().erreur


def test_un_secret_se_lit_encore_apres_une_rotation(declare, etablissement, settings, recepteur):
    FactureFactory(etablissement=etablissement, deposee=True)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "une-autre-cle"

    assert envoyer_webhooks()["livres"] == 1


def test_seul_qui_gere_les_droits_declare_un_webhook(etablissement, fournisseur, recepteur):
    with pytest.raises(PermissionDenied):
        declarer(etablissement, adresse=recepteur.adresse, par=fournisseur)


def test_la_meme_adresse_ne_se_declare_qu_une_fois(declare, etablissement, recepteur):
    with pytest.raises(WebhookRefuse, match="déjà déclarée"):
        declarer(etablissement, adresse=recepteur.adresse, par=rendre_gestionnaire(etablissement))


def test_une_redirection_n_est_pas_suivie(recepteur):
    recepteur.statut, recepteur.entetes = 302, {"Location": recepteur.adresse}

    assert poster(recepteur.adresse, b"{}", {}) == 302
    assert len(recepteur.recus) == 1


def test_un_serveur_absent_est_un_echec(recepteur):
    with pytest.raises(EchecEnvoi, match="refuse la connexion"):
        poster(adresse_muette(), b"{}", {})


def test_un_serveur_qui_traine_est_abandonne(recepteur, monkeypatch):
    monkeypatch.setattr(connexion, "DUREE_MAXIMALE", 0.3)

    with socket.create_server(("127.0.0.1", 0)) as prise, pytest.raises(EchecEnvoi):
        poster(f"http://127.0.0.1:{prise.getsockname()[1]}/", b"{}", {})


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104  (refused)
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "ff02::1",
    ],
)
def test_une_adresse_qui_n_est_pas_sur_internet_est_refusee(ip):
    assert not est_publique(ip)


@pytest.mark.parametrize("ip", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_une_adresse_d_internet_est_acceptee(ip):
    assert est_publique(ip)


def resoudre(monkeypatch, *ips: str) -> None:
    """Make every name designate `ips`."""
    monkeypatch.setattr(
        connexion.socket, "getaddrinfo", lambda *a, **o: [(2, 1, 6, "", (ip, 443)) for ip in ips]
    )


@pytest.mark.parametrize(
    "adresse",
    [
        "http://exemple.example/",
        "ftp://exemple.example/",
        "https://",
        "https://u:p@exemple.example/",
        "https://exemple.example/#x",
        "https://exemple.example:22/",
        "https://exemple.example:99999/",
        "https://exemple.example/a b",
        "https://exemple.example/\r\nHost: autre",
        "https://exemple.example/" + "x" * 500,
        "exemple.example",
        "https://[::1/",
    ],
)
def test_une_adresse_mal_faite_est_refusee(monkeypatch, adresse):
    resoudre(monkeypatch, "1.1.1.1")

    with pytest.raises(AdresseRefusee):
        viser(adresse)


@pytest.mark.parametrize(
    "adresse", ["https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://localhost/"]
)
def test_le_reseau_prive_est_refuse_a_l_enregistrement(etablissement, adresse):
    with pytest.raises(AdresseRefusee):
        declarer(etablissement, adresse=adresse, par=rendre_gestionnaire(etablissement))


def test_un_nom_dont_une_seule_adresse_est_privee_est_refuse(monkeypatch):
    resoudre(monkeypatch, "1.1.1.1", "10.0.0.1")

    with pytest.raises(AdresseRefusee, match="réseau privé"):
        viser("https://exemple.example/")


def test_un_nom_devenu_prive_est_refuse_a_l_envoi(etablissement, monkeypatch):
    resoudre(monkeypatch, "1.1.1.1")
    declarer(
        etablissement,
        adresse="https://exemple.example/",
        par=rendre_gestionnaire(etablissement),
    )
    FactureFactory(etablissement=etablissement, deposee=True)
    resoudre(monkeypatch, "127.0.0.1")

    envoyer_webhooks()

    assert "réseau privé" in EssaiWebhook.objects.get().erreur


def test_la_connexion_va_a_l_adresse_verifiee(monkeypatch):
    resoudre(monkeypatch, "1.1.1.1")
    jointes = []

    def joindre(adresse, delai):
        jointes.append(adresse)
        raise ConnectionRefusedError

    monkeypatch.setattr(connexion.socket, "create_connection", joindre)

    with pytest.raises(EchecEnvoi):
        poster("https://exemple.example/", b"{}", {})
    assert jointes == [("1.1.1.1", 443)]


@pytest.mark.deux_moteurs
def test_un_essai_ne_se_modifie_pas(declare, etablissement):
    FactureFactory(etablissement=etablissement, deposee=True)
    envoyer_webhooks()

    with pytest.raises(IntegrityError), transaction.atomic():
        EssaiWebhook.objects.update(statut=200)


def test_la_signature_est_un_hmac_de_l_heure_et_du_corps():
    moment = timezone.datetime.fromtimestamp(1_700_000_000, timezone.get_current_timezone())

    assert signature(b"{}", "secret", moment) == (
        "t=1700000000,v1=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163"
    )


def test_un_depot_sans_webhook_n_annonce_rien(etablissement):
    facture = FactureFactory(etablissement=etablissement)

    depot.deposer(facture, par=acteur(Role.FOURNISSEUR))

    assert not EnvoiWebhook.objects.exists()


# --- Choice of what is told, and trials --------------------------------------------------------
@pytest.mark.deux_moteurs
def test_un_webhook_n_est_prevenu_que_des_etats_choisis(etablissement, recepteur):
    gerant = rendre_gestionnaire(etablissement)
    webhook, _ = declarer(
        etablissement, adresse=recepteur.adresse, par=gerant, etats=["recue", "payee"]
    )

    FactureFactory(etablissement=etablissement, en_certification=True)

    assert [envoi.passage.arrivee for envoi in webhook.envois.all()] == ["recue"]


@pytest.mark.deux_moteurs
def test_le_choix_des_etats_se_change(etablissement, recepteur):
    gerant = rendre_gestionnaire(etablissement)
    webhook, _ = declarer(etablissement, adresse=recepteur.adresse, par=gerant, etats=["payee"])

    choisir_etats(webhook, etats=["payee", "recue"], par=gerant)
    notee = EntreeJournal.objects.last()
    choisir_etats(webhook, etats=[], par=gerant)
    FactureFactory(etablissement=etablissement, recue=True)

    assert webhook.envois.count() == 2
    assert (notee.acte, notee.motif) == ("webhook_etats", "Payée, Reçue par la province")


def test_un_message_d_essai_arrive_signe_et_n_annonce_rien(etablissement, recepteur):
    gerant = rendre_gestionnaire(etablissement)
    webhook, secret = declarer(etablissement, adresse=recepteur.adresse, par=gerant)

    essai = essayer(webhook, par=gerant)
    bilan = envoyer_webhooks()

    (entetes, corps) = recepteur.recus[0]
    lu = json.loads(corps)
    instant = int(entetes["X-Facturier-Signature"].split(",")[0].removeprefix("t="))
    moment = timezone.datetime.fromtimestamp(instant, tz=timezone.get_current_timezone())
    assert bilan == {"livres": 1, "en_echec": 0, "abandonnes": 0}
    assert (lu["id"], lu["type"]) == (f"essai_{essai.pk}", "essai")
    assert entetes["X-Facturier-Signature"] == signature(corps, secret, moment)


def test_un_essai_qui_echoue_ne_se_repete_pas_et_n_inquiete_personne(etablissement, recepteur):
    gerant = rendre_gestionnaire(etablissement)
    webhook, _ = declarer(etablissement, adresse=recepteur.adresse, par=gerant)
    recepteur.statut = 500

    essai = essayer(webhook, par=gerant)
    with pytest.raises(WebhookRefuse, match="part déjà"):
        essayer(webhook, par=gerant)
    bilan = envoyer_webhooks()
    essai.refresh_from_db()

    assert bilan["abandonnes"] == 1
    assert essai.abandonne_le is not None
    assert [str(un) for un in essai.essais.all()] == ["HTTP 500"]
    assert not [m for m in mail.outbox if "webhook" in m.subject.lower()]


def test_la_page_d_un_webhook_essaie_et_choisit(client, etablissement, recepteur):
    gerant = rendre_gestionnaire(etablissement)
    webhook, _ = declarer(etablissement, adresse=recepteur.adresse, par=gerant)
    client.force_login(gerant)
    page = reverse("api:webhook", args=[etablissement.ridet, webhook.pk])

    client.post(reverse("api:essayer_webhook", args=[etablissement.ridet, webhook.pk]))
    client.post(
        reverse("api:choisir_etats", args=[etablissement.ridet, webhook.pk]), {"etats": ["payee"]}
    )
    envoyer_webhooks()

    texte = client.get(page).text
    assert "Message d’essai" in texte
    assert "Livré" in texte
    assert "<p>Payée.</p>" in texte
