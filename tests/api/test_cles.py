"""Keys: who makes them, what they open, when they open nothing any more."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.api.cles import CleRefusee, creer_cle, revoquer_cle
from facturier.api.models import CleApi, Portee
from fournisseurs.models import EntreeJournal, Habilitation
from tests.api.conftest import FACTURES, Systeme, rendre_gestionnaire
from tests.suivi.factories import EtablissementFactory, acteur, habiliter

pytestmark = pytest.mark.django_db
DEMAIN = timedelta(days=1)


def refus(secret: str, adresse: str = "/api/v1/cle") -> str:
    """Return why a key is refused."""
    reponse = Systeme(secret).get(adresse)
    assert reponse.status_code == 401
    assert reponse["WWW-Authenticate"] == 'Bearer realm="api"'
    assert reponse["Content-Type"] == "application/problem+json"
    return str(reponse.json()["detail"])


@pytest.mark.deux_moteurs
def test_une_cle_ne_garde_que_son_empreinte_et_dit_ce_qu_elle_permet(etablissement, faire_cle):
    cle, secret = faire_cle(etablissement, Portee.LIRE)

    lue = Systeme(secret).get("/api/v1/cle").json()

    assert secret.startswith(f"fps_{cle.prefixe}_")
    assert secret not in str(CleApi.objects.values().get())
    assert lue["portees"] == ["lire"]
    assert lue["etablissement"]["ridet"] == etablissement.ridet


def test_une_cle_faite_est_consignee_et_annoncee_a_qui_gere_les_droits(
    etablissement, faire_cle, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        cle, secret = faire_cle(etablissement)

    entree = EntreeJournal.objects.last()
    assert (entree.acte, entree.objet_id) == ("cle_api_creee", cle.pk)
    assert mailoutbox[0].to == [acteur(Role.FOURNISSEUR).email]
    assert cle.debut in mailoutbox[0].body
    assert secret not in mailoutbox[0].body


def test_seul_qui_gere_les_droits_fait_une_cle(etablissement, fournisseur):
    habiliter(fournisseur, etablissement)

    with pytest.raises(PermissionDenied, match="Gérer les habilitations"):
        creer_cle(
            etablissement,
            nom="x",
            portees=[Portee.LIRE],
            dernier_jour=timezone.localdate(),
            par=fournisseur,
        )


def test_nul_ne_donne_a_une_cle_un_droit_qu_il_n_a_pas(etablissement):
    gerant = rendre_gestionnaire(etablissement)
    Habilitation.objects.update(a_droit_deposer=False)

    with pytest.raises(PermissionDenied, match="Déposer"):
        creer_cle(
            etablissement,
            nom="x",
            portees=[Portee.DEPOSER],
            dernier_jour=timezone.localdate(),
            par=gerant,
        )


@pytest.mark.parametrize(
    ("portees", "jours", "raison"),
    [
        ([], 1, "au moins une chose"),
        ([Portee.LIRE], -1, "déjà passé"),
        ([Portee.LIRE], 400, "un an au plus"),
    ],
)
def test_une_cle_sans_portee_ou_mal_datee_est_refusee(etablissement, portees, jours, raison):
    with pytest.raises(CleRefusee, match=raison):
        creer_cle(
            etablissement,
            nom="x",
            portees=portees,
            dernier_jour=timezone.localdate() + jours * DEMAIN,
            par=rendre_gestionnaire(etablissement),
        )


def test_une_cle_revoquee_n_ouvre_plus_rien(etablissement, faire_cle):
    cle, secret = faire_cle(etablissement)

    revoquer_cle(cle, par=cle.titulaire)

    assert "révoquée" in refus(secret)
    assert EntreeJournal.objects.last().acte == "cle_api_revoquee"
    with pytest.raises(CleRefusee):
        revoquer_cle(cle, par=cle.titulaire)


def test_une_cle_expiree_n_ouvre_plus_rien(etablissement, faire_cle):
    _, secret = faire_cle(etablissement)

    with time_machine.travel(timezone.now() + timedelta(days=40)):
        assert "expiré" in refus(secret)


def test_une_cle_ne_survit_pas_aux_droits_de_son_titulaire(etablissement, faire_cle):
    _, secret = faire_cle(etablissement)

    Habilitation.objects.filter(etablissement=etablissement).update(
        retiree_le=timezone.now(), retiree_par=Utilisateur.objects.systeme()
    )

    assert "n’agit plus" in refus(secret)


def test_une_cle_ne_survit_pas_au_compte_de_son_titulaire(etablissement, faire_cle):
    _, secret = faire_cle(etablissement)

    Utilisateur.objects.filter(email=acteur(Role.FOURNISSEUR).email).update(is_active=False)

    assert "n’agit plus" in refus(secret)


def test_une_cle_perd_le_depot_avec_le_droit_de_son_titulaire(etablissement, faire_cle):
    systeme = Systeme(faire_cle(etablissement)[1])

    Habilitation.objects.filter(etablissement=etablissement).update(a_droit_deposer=False)

    assert systeme.get(FACTURES).status_code == 200
    assert systeme.deposer().status_code == 403


@pytest.mark.parametrize(
    "secret",
    ["", "fps_", "fps_aaaaaaaa_faux", "autre", "fps_%_x", "fps_é_x", "x" * 5_000],
    ids=["vide", "marque", "fausse", "autre", "signe", "accent", "longue"],
)
def test_une_cle_inconnue_est_refusee(etablissement, secret):
    assert "n’existe pas" in refus(secret)


def test_la_bonne_cle_a_un_caractere_pres_est_refusee(etablissement, faire_cle):
    _, secret = faire_cle(etablissement)

    assert "n’existe pas" in refus(secret[:-1] + ("a" if secret[-1] != "a" else "b"))


def test_un_autre_schema_que_bearer_est_refuse(etablissement, faire_cle):
    _, secret = faire_cle(etablissement)

    reponse = Client(headers={"Authorization": f"Basic {secret}"}).get("/api/v1/cle")

    assert reponse.status_code == 401


def test_une_session_n_ouvre_pas_l_api(client, etablissement):
    client.force_login(rendre_gestionnaire(etablissement))

    assert client.get("/api/v1/cle").status_code == 401


def test_une_cle_n_ouvre_ni_session_ni_page(etablissement, faire_cle):
    systeme = Systeme(faire_cle(etablissement)[1])

    reponse = systeme.get("/api/v1/cle")

    assert not reponse.cookies
    assert systeme.get("/factures/").status_code == 302


def test_le_dernier_usage_est_note(etablissement, faire_cle):
    cle, secret = faire_cle(etablissement)

    Systeme(secret).get("/api/v1/cle")

    cle.refresh_from_db()
    assert cle.utilisee_depuis == "127.0.0.1"
    assert timezone.now() - cle.utilisee_le < timedelta(minutes=1)


def test_trop_de_requetes_attendent_la_minute_suivante(etablissement, faire_cle, settings):
    settings.API_LIMITES = settings.API_LIMITES | {"lecture": 2}
    systeme, autre = (Systeme(faire_cle(etablissement)[1]) for _ in range(2))

    statuts = [systeme.get("/api/v1/cle").status_code for _ in range(2)]
    reponse = systeme.get("/api/v1/cle")

    assert statuts == [200, 200]
    assert reponse.status_code == 429
    assert 1 <= int(reponse["Retry-After"]) <= 61
    assert autre.get("/api/v1/cle").status_code == 200


def test_les_ecritures_ont_leur_propre_limite(etablissement, faire_cle, settings):
    settings.API_LIMITES = settings.API_LIMITES | {"ecriture": 1}
    systeme = Systeme(faire_cle(etablissement)[1])

    assert systeme.deposer().status_code == 201
    assert systeme.deposer(numeroFacture="FA-2").status_code == 429
    assert systeme.get(FACTURES).status_code == 200


def test_trop_de_cles_inconnues_d_une_adresse_attendent(etablissement, settings):
    settings.API_LIMITES = settings.API_LIMITES | {"cles_inconnues": 1}

    statuts = [Systeme("fps_aaaaaaaa_faux").get("/api/v1/cle").status_code for _ in range(2)]

    assert statuts == [401, 429]


@pytest.mark.deux_moteurs
@pytest.mark.parametrize(
    "champs",
    [
        {"a_portee_retirer": False},
        {"nom": "Autre"},
        {"empreinte": "0" * 64},
        {"expire_le": timezone.now() + timedelta(days=900)},
    ],
)
def test_une_cle_ne_se_modifie_pas(etablissement, faire_cle, champs):
    cle, _ = faire_cle(etablissement)

    with pytest.raises(IntegrityError), transaction.atomic():
        CleApi.objects.filter(pk=cle.pk).update(**champs)


@pytest.mark.deux_moteurs
def test_une_cle_ne_s_efface_pas_et_ne_se_retablit_pas(etablissement, faire_cle):
    cle, _ = faire_cle(etablissement)
    revoquer_cle(cle, par=cle.titulaire)

    with pytest.raises(IntegrityError), transaction.atomic():
        CleApi.objects.filter(pk=cle.pk).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        CleApi.objects.filter(pk=cle.pk).update(revoquee_le=None, revoquee_par=None)


@pytest.mark.parametrize(
    "champs",
    [
        {f"a_portee_{portee}": False for portee in Portee},
        {"prefixe": "COURT"},
        {"expire_le": timezone.now() - timedelta(days=900)},
        {"revoquee_le": timezone.now()},
    ],
)
def test_la_base_refuse_une_cle_impossible(etablissement, faire_cle, champs):
    cle, _ = faire_cle(etablissement)
    cle.pk, cle.prefixe = None, "abcd1234"
    for nom, valeur in champs.items():
        setattr(cle, nom, valeur)

    with pytest.raises(IntegrityError), transaction.atomic():
        cle.save(force_insert=True)


def test_le_nombre_de_cles_est_borne(etablissement, faire_cle, monkeypatch):
    monkeypatch.setattr("facturier.api.cles.MAXIMUM_CLES", 1)
    faire_cle(etablissement)
    faire_cle(EtablissementFactory())

    with pytest.raises(CleRefusee, match="déjà 1 clés"):
        faire_cle(etablissement)
