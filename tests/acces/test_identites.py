"""Arriving through NC Connect: the honest journey, and every way to cheat with it."""

import time
from urllib.parse import urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse

from facturier import environnement
from facturier.acces.models import Role, Utilisateur
from tests.acces.emetteur import CLE, CLIENT, Emetteur

pytestmark = pytest.mark.django_db
NADIA = "nadia.niaouli@fictif.example"
DEPART = "/compte/identite/nc-connect/"


@pytest.fixture
def emetteur(settings):
    """A provider that serves, and that the site knows as NC Connect."""
    serveur = Emetteur()
    serveur.demarrer()
    settings.IDENTITES = [
        {
            "code": "nc-connect",
            "libelle": "NC Connect",
            "emetteur": serveur.adresse,
            "origine": serveur.adresse,
            "client_id": CLIENT,
            "secret": CLE,
            "acr": ["eidas2", "eidas3"],
        }
    ]
    yield serveur
    serveur.shutdown()
    serveur.server_close()


def partir(client, chemin=DEPART, **donnees) -> str:
    """Start the journey; return the address where the provider sends the browser back."""
    depart = client.post(chemin, donnees)
    assert depart.status_code == 302
    retour = requests.get(depart.url, allow_redirects=False, timeout=30).headers["Location"]
    morceaux = urlsplit(retour)
    return f"{morceaux.path}?{morceaux.query}"


def arriver(client, **donnees):
    """Play the whole journey; return the last answer."""
    return client.get(partir(client, **donnees))


def creer_compte(*roles: Role, est_verifiee: bool = True) -> Utilisateur:
    """Return an account that already has the address of Nadia."""
    compte = Utilisateur.objects.create_user(NADIA, "mot-de-passe-essai", nom="Niaouli")
    EmailAddress.objects.create(user=compte, email=NADIA, verified=est_verifiee, primary=True)
    for role in roles:
        compte.attribuer(role)
    return compte


def est_connecte(client) -> bool:
    """Whether the browser is logged in."""
    return "_auth_user_id" in client.session


def test_une_personne_nouvelle_devient_fournisseur(client, emetteur):
    reponse = arriver(client)

    compte = Utilisateur.objects.get(email=NADIA)
    assert reponse.status_code == 302
    assert est_connecte(client)
    assert compte.prenom == "Nadia"
    assert compte.roles == frozenset({Role.FOURNISSEUR.value})
    assert not compte.has_usable_password()
    assert EmailAddress.objects.get(user=compte).verified
    assert SocialAccount.objects.get().extra_data == {"sub": "sujet-1"}
    assert compte.passages.filter(acte="lier", arrivee="nc-connect").exists()


def test_qui_revient_retrouve_son_compte_meme_si_son_adresse_a_change(client, emetteur):
    arriver(client)
    emetteur.personne["email"] = "autre@fictif.example"
    autre = Client()

    arriver(autre)

    assert est_connecte(autre)
    assert Utilisateur.objects.filter(attributions__role=Role.FOURNISSEUR).count() == 1


def test_un_compte_existant_est_rattache_par_son_adresse_verifiee(client, emetteur):
    compte = creer_compte(Role.FOURNISSEUR)

    arriver(client)

    assert SocialAccount.objects.get().user == compte
    assert est_connecte(client)
    assert Utilisateur.objects.get(email=NADIA).check_password("mot-de-passe-essai")


def test_la_suite_demandee_reste_dans_le_site(client, emetteur):
    dedans = arriver(client, next="/fournisseur/")
    dehors = arriver(Client(), next="https://ailleurs.example/")

    assert dedans.url == "/fournisseur/"
    assert dehors.url == reverse("accueil:tableau")


def test_la_demande_porte_nonce_pkce_et_niveau(client, emetteur):
    partir(client)
    premiere = emetteur.derniere
    partir(client)

    assert premiere["code_challenge_method"] == "S256"
    assert premiere["acr_values"] == "eidas2 eidas3"
    assert premiere["redirect_uri"] == ("http://127.0.0.1:8000/compte/identite/nc-connect/retour/")
    assert premiere["nonce"] != emetteur.derniere["nonce"]


def test_les_parametres_de_la_requete_sont_ignores(client, emetteur):
    injection = (
        "?auth_params=acr_values%3Deidas1%26nonce%3Dconnu&scope=admin&process=connect&action=x"
    )

    reponse = client.get(partir(client, DEPART + injection))

    assert emetteur.derniere["acr_values"] == "eidas2 eidas3"
    assert emetteur.derniere["nonce"] != "connu"
    assert set(emetteur.derniere["scope"].split()) == {"openid", "profile", "email"}
    assert reponse.status_code == 302


def _jeton(**champs):
    def alterer(emetteur):
        emetteur.alterer_jeton = lambda jeton: {**jeton, **champs}

    return alterer


def _sans(champ):
    def alterer(emetteur):
        emetteur.alterer_jeton = lambda jeton: {n: v for n, v in jeton.items() if n != champ}

    return alterer


def _signe_par_un_autre(emetteur):
    emetteur.cle_de_signature = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _sans_signature(emetteur):
    emetteur.cle_de_signature, emetteur.algorithme = None, "none"


def _signe_par_le_secret(emetteur):
    emetteur.cle_de_signature, emetteur.algorithme = CLE * 3, "HS256"


def _cle_inconnue(emetteur):
    emetteur.entetes = {"kid": "cle-9"}


def _reponse(**champs):
    def alterer(emetteur):
        emetteur.alterer_reponse = lambda reponse: {**reponse, **champs}

    return alterer


def _personne(**champs):
    def alterer(emetteur):
        emetteur.alterer_personne = lambda personne: {**personne, **champs}

    return alterer


PASSE = int(time.time()) - 3600
TRICHERIES = {
    "nonce d’un autre": _jeton(nonce="autre"),
    "nonce vide": _jeton(nonce=""),
    "sans nonce": _sans("nonce"),
    "signature d’un autre": _signe_par_un_autre,
    "sans signature": _sans_signature,
    "signature par le secret": _signe_par_le_secret,
    "clé inconnue": _cle_inconnue,
    "autre destinataire": _jeton(aud="autre-service"),
    "plusieurs destinataires": _jeton(aud=[CLIENT, "autre"], azp="autre"),
    "autre émetteur": _jeton(iss="https://faux.example"),
    "périmé": _jeton(exp=PASSE, iat=PASSE - 60),
    "sans échéance": _sans("exp"),
    "niveau plus faible": _jeton(acr="eidas1"),
    "sans niveau": _sans("acr"),
    "adresse non vérifiée": _personne(email_verified=False),
    "adresse vérifiée en toutes lettres": _personne(email_verified="true"),
    "sans adresse": _personne(email=None),
    "autre personne": _personne(sub="sujet-2"),
    "personne sans sujet": _personne(sub=None),
    "jeton illisible": _reponse(id_token="a.b.c"),
    "jeton absent": _reponse(id_token=None),
    "jeton d’un autre type": _reponse(id_token={"sub": "sujet-1"}),
    "accès absent": _reponse(access_token=None),
    "accès d’un autre type": _reponse(access_token=["acces"], expires_in="bientôt"),
}


@pytest.mark.parametrize("tricherie", TRICHERIES)
def test_une_tricherie_est_refusee_en_francais_sans_creer_de_compte(client, emetteur, tricherie):
    TRICHERIES[tricherie](emetteur)

    reponse = arriver(client)

    assert reponse.status_code == 403
    assert "Connexion impossible avec NC Connect" in reponse.content.decode()
    assert not est_connecte(client)
    assert not Utilisateur.objects.filter(est_systeme=False).exists()
    assert not SocialAccount.objects.exists()


def test_un_retour_rejoue_est_refuse(client, emetteur):
    retour = partir(client)
    client.get(retour)
    client.logout()

    reponse = client.get(retour)

    assert reponse.status_code == 403
    assert "a déjà servi" in reponse.content.decode()
    assert not est_connecte(client)


def test_le_retour_d_un_autre_navigateur_est_refuse(client, emetteur):
    reponse = Client().get(partir(client))

    assert reponse.status_code == 403
    assert not Utilisateur.objects.filter(est_systeme=False).exists()


@pytest.mark.parametrize(
    ("question", "attendu"),
    [
        ("", "a déjà servi"),
        ("?code=x&state=y", "a déjà servi"),
        ("?error=access_denied&state={etat}", "interrompu"),
        ("?error=server_error&state={etat}", "Recommencez"),
        ("?code=faux&state={etat}", "ne répond pas comme prévu"),
    ],
)
def test_un_retour_bancal_est_explique(client, emetteur, question, attendu):
    partir(client)
    etat = emetteur.derniere["state"]

    reponse = client.get(f"{DEPART}retour/{question.format(etat=etat)}")

    assert reponse.status_code == 403
    assert attendu in reponse.content.decode()


@pytest.mark.parametrize(
    ("roles", "est_verifiee", "attendu"),
    [
        ([Role.FOURNISSEUR], False, "pas encore vérifiée"),
        ([Role.AGENT], True, "compte d’agent"),
        ([Role.FOURNISSEUR, Role.SECURITE], True, "compte d’agent"),
    ],
)
def test_un_compte_non_verifie_ou_interne_n_est_pas_rattache(
    client, emetteur, roles, est_verifiee, attendu
):
    creer_compte(*roles, est_verifiee=est_verifiee)

    reponse = arriver(client)

    assert reponse.status_code == 403
    assert attendu in reponse.content.decode().replace("&#x27;", "’")
    assert not SocialAccount.objects.exists()
    assert not est_connecte(client)


def test_un_compte_rattache_puis_devenu_agent_n_est_plus_ouvert(client, emetteur):
    arriver(client)
    Utilisateur.objects.get(email=NADIA).attribuer(Role.AGENT)
    autre = Client()

    assert arriver(autre).status_code == 403
    assert not est_connecte(autre)


def test_un_compte_desactive_reste_ferme(client, emetteur):
    arriver(client)
    Utilisateur.objects.filter(email=NADIA).update(is_active=False)
    autre = Client()

    arriver(autre)

    assert not est_connecte(autre)


@pytest.mark.parametrize(
    "alterer",
    [
        lambda d: {**d, "issuer": "https://faux.example"},
        lambda d: {nom: valeur for nom, valeur in d.items() if nom != "token_endpoint"},
        lambda d: [],
    ],
)
def test_un_emetteur_qui_n_est_pas_le_bon_est_refuse_au_depart(client, emetteur, alterer):
    emetteur.alterer_decouverte = alterer

    reponse = client.post(DEPART)

    assert reponse.status_code == 503
    assert "ne répond pas" in reponse.content.decode()


def test_un_emetteur_arrete_n_est_pas_une_panne(client, emetteur):
    emetteur.shutdown()
    emetteur.server_close()

    assert client.post(DEPART).status_code == 503


def test_le_bouton_n_apparait_que_si_le_fournisseur_est_declare(client, emetteur, settings):
    avec = client.get(reverse("account_login")).content.decode()
    settings.IDENTITES = []
    sans = client.get(reverse("account_login")).content.decode()

    assert "Continuer avec NC Connect" in avec
    assert "Continuer avec" not in sans
    assert client.post(DEPART).status_code == 404
    assert client.get(f"{DEPART}retour/?code=x&state=y").status_code == 404


def test_la_connexion_ne_part_pas_d_un_simple_lien(client, emetteur):
    assert client.get(DEPART).status_code == 405


LISTE = "/compte/identites/"
LIER = "/compte/identites/nc-connect/lier/"


@pytest.fixture
def connectee(client, emetteur):
    """Who entered with a password that she has just typed again, under another address."""
    compte = Utilisateur.objects.create_user(
        "nadia@ailleurs.example", "mot-de-passe-essai", nom="Niaouli"
    )
    EmailAddress.objects.create(user=compte, email=compte.email, verified=True, primary=True)
    compte.attribuer(Role.FOURNISSEUR)
    client.force_login(compte)
    confirmer(client)
    return compte


def confirmer(client) -> None:
    """Type the password again."""
    client.post("/compte/reauthenticate/", {"password": "mot-de-passe-essai"})


def lier(client):
    """Link NC Connect from the page of one's account; return the last answer."""
    return client.get(partir(client, LIER))


def test_une_identite_se_lie_depuis_son_compte_et_un_courriel_le_dit(client, connectee, mailoutbox):
    reponse = lier(client)

    page = client.get(LISTE).content.decode()
    assert reponse.url == LISTE
    assert SocialAccount.objects.get().user == connectee
    assert "NC Connect" in page
    assert f"{LISTE}{SocialAccount.objects.get().pk}/detacher/" in page
    assert [m.to for m in mailoutbox if "est liée" in m.subject] == [[connectee.email]]
    assert "NC Connect" in mailoutbox[-1].body


def test_lier_demande_de_nouveau_le_mot_de_passe(client, emetteur):
    client.force_login(creer_compte(Role.FOURNISSEUR))

    reponse = client.post(LIER)

    assert reponse.url.startswith("/compte/reauthenticate/")


def test_la_porte_d_entree_ne_lie_rien_a_un_compte_ouvert(client, connectee):
    assert client.post(DEPART).url == LISTE
    assert not SocialAccount.objects.exists()


def test_une_identite_qui_ouvre_un_autre_compte_n_est_pas_prise(client, connectee, emetteur):
    arriver(Client())

    reponse = lier(client)

    assert reponse.status_code == 403
    assert "ouvre déjà un autre compte" in reponse.content.decode()
    assert SocialAccount.objects.get().user != connectee


def test_un_agent_ne_lie_aucune_identite(client, emetteur):
    client.force_login(creer_compte(Role.AGENT))
    confirmer(client)

    assert client.get(LIER).status_code == 404
    assert "Lier" not in client.get(LISTE).content.decode()


def test_une_session_changee_pendant_le_trajet_ne_lie_rien(client, connectee, personne):
    retour = partir(client, LIER)
    etats = client.session["socialaccount_states"]
    client.force_login(personne("Fanny", Role.FOURNISSEUR))
    session = client.session
    session["socialaccount_states"] = etats
    session.save()

    reponse = client.get(retour)

    assert reponse.status_code == 403
    assert not SocialAccount.objects.exists()


def test_une_identite_se_detache_et_un_courriel_le_dit(client, connectee, mailoutbox):
    lier(client)
    adresse = f"{LISTE}{SocialAccount.objects.get().pk}/detacher/"

    page = client.get(adresse)
    client.post(adresse)

    assert "Vous n’entrerez plus par NC Connect" in page.content.decode()
    assert not SocialAccount.objects.exists()
    assert mailoutbox[-1].subject == "Une identité est détachée de votre compte"
    assert [p.acte for p in connectee.passages.all()][-2:] == ["lier", "delier"]


def test_le_dernier_moyen_d_entrer_ne_se_detache_pas(client, emetteur):
    arriver(client)
    liee = SocialAccount.objects.get()

    page = client.get(LISTE).content.decode()
    client.post(f"{LISTE}{liee.pk}/detacher/")

    assert "votre seul moyen d’entrer" in page
    assert SocialAccount.objects.filter(pk=liee.pk).exists()


def test_l_identite_d_un_autre_n_existe_pas(client, connectee, emetteur):
    arriver(Client())

    assert client.post(f"{LISTE}{SocialAccount.objects.get().pk}/detacher/").status_code == 404
    assert SocialAccount.objects.exists()


def _declarer(monkeypatch, **valeurs):
    for nom in ("EMETTEUR", "CLIENT_ID", "SECRET", "ACR", "LIBELLE"):
        monkeypatch.delenv(f"NC_CONNECT_{nom}", raising=False)
    for nom, valeur in valeurs.items():
        monkeypatch.setenv(f"NC_CONNECT_{nom}", valeur)


def _lire(*, en_production=True):
    return environnement.identite(
        "nc-connect", "NC_CONNECT", "NC Connect", en_production=en_production
    )


def test_les_variables_declarent_un_fournisseur(monkeypatch):
    _declarer(
        monkeypatch,
        EMETTEUR="https://connect.example/realms/nc/",
        CLIENT_ID="facturier",
        SECRET="secret",
        ACR="eidas2 eidas3",
    )

    (identite,) = _lire()

    assert identite["origine"] == "https://connect.example"
    assert (identite["acr"], identite["libelle"]) == (["eidas2", "eidas3"], "NC Connect")


def test_sans_variable_il_n_y_a_pas_de_fournisseur(monkeypatch):
    _declarer(monkeypatch)

    assert _lire() == []


@pytest.mark.parametrize(
    "valeurs",
    [
        {"EMETTEUR": "http://connect.example", "CLIENT_ID": "a", "SECRET": "b"},
        {"EMETTEUR": "connect.example", "CLIENT_ID": "a", "SECRET": "b"},
        {"EMETTEUR": "https://connect.example", "CLIENT_ID": "a"},
        {"EMETTEUR": "https://connect.example", "SECRET": "b"},
    ],
)
def test_une_declaration_incomplete_arrete_le_demarrage(monkeypatch, valeurs):
    _declarer(monkeypatch, **valeurs)

    with pytest.raises(ImproperlyConfigured, match="NC_CONNECT_"):
        _lire()
