"""Settings: what refuses to start, and the checks of a deployment. Each start is a real process."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from facturier import environnement
from facturier.accueil.controle_production import VALEURS

ISOLEES = (
    "FACTURIER_",
    "STRIPE_",
    "DATABASE_",
    "DJANGO_",
    "SESSION_",
    "SIGNATURE_",
    "CLAMD_",
    "TAILLE_",
    "TPS_",
)


@pytest.fixture
def demarrer(tmp_path):
    """Run a management command with these variables alone, in a folder of its own."""

    def lancer(variables, *commande):
        herites = {nom: v for nom, v in os.environ.items() if not nom.startswith(ISOLEES)}
        return subprocess.run(
            [sys.executable, "manage.py", *(commande or ("check",))],
            cwd=settings.RACINE,
            env=herites | {"FACTURIER_VAR": str(tmp_path / "var")} | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    return lancer


def test_la_production_complete_demarre(demarrer):
    resultat = demarrer(VALEURS)

    assert resultat.returncode == 0, resultat.stderr


@pytest.mark.parametrize(
    "secret",
    [
        "FACTURIER_SECRET_KEY",
        "SIGNATURE_MOT_DE_PASSE",
        "STRIPE_SECRET_KEY",
        "STRIPE_PUBLIC_KEY",
        "STRIPE_WEBHOOK_SECRETS",
    ],
)
def test_la_production_refuse_un_secret_absent(demarrer, secret):
    variables = {nom: valeur for nom, valeur in VALEURS.items() if nom != secret}

    resultat = demarrer(variables)

    assert resultat.returncode == 1
    assert f"{secret} doit être défini en production" in resultat.stderr


@pytest.mark.parametrize(
    ("variable", "valeur", "message"),
    [
        ("STRIPE_SECRET_KEY", "sk_test_demonstration", "autrement que dans la démonstration"),
        ("DATABASE_URL", "sqlite:///base.sqlite3", "DATABASE_URL doit désigner une base"),
        ("DATABASE_URL", "", "DATABASE_URL doit désigner une base"),
        ("FACTURIER_DEBUG", "1", "FACTURIER_DEBUG doit rester à 0"),
        ("FACTURIER_DEBUG", "peut-être", "doit valoir 1 ou 0, et non « peut-être »"),
        ("TAILLE_MAXIMALE_DEPOT", "20 Mo", "doit être un nombre entier, et non « 20 Mo »"),
        ("FACTURIER_MODE", "prod", "attendu embarque, essai ou production"),
        ("STRIPE_API_BASE", "http://127.0.0.1:12111", "commun.E001"),
        ("STRIPE_API_BASE", "http://127.0.0.1:12111", "commun.E002"),
        ("STRIPE_API_BASE", "http://paiement.example", "commun.E003"),
        ("TPS_SFTP_CLE_HOTE", "", "demande aussi TPS_SFTP_CLE_HOTE"),
    ],
)
def test_la_production_refuse_un_reglage_dangereux(demarrer, variable, valeur, message):
    resultat = demarrer(VALEURS | {variable: valeur})

    assert resultat.returncode == 1
    assert message in resultat.stderr
    assert "Traceback" not in resultat.stderr


@pytest.mark.parametrize(
    ("variable", "valeur", "message"),
    [
        ("TPS_SFTP_CLE_HOTE", "SHA256:abcdef", "doit être la clé publique du serveur"),
        ("TPS_SFTP_PORT", "ssh", "doit être un nombre entier"),
        ("TPS_PASSTRANS_DEST", "VHPCE91", "de la forme VHPCE11"),
        ("TPS_PASSTRANS_APPLI", "HELIOS", "GHELPES2"),
        ("TPS_TRANSPORT", "ftp", "dossier ou sftp"),
    ],
)
def test_un_transport_mal_decrit_est_refuse(monkeypatch, variable, valeur, message):
    for nom, correct in VALEURS.items():
        monkeypatch.setenv(nom, correct)
    monkeypatch.setenv(variable, valeur)

    with pytest.raises(ImproperlyConfigured, match=message):
        (
            environnement.choix("TPS_TRANSPORT", ("dossier", "sftp")),
            environnement.serveur_sftp("TPS_SFTP"),
            environnement.passtrans("TPS_PASSTRANS"),
        )


def test_un_jeton_de_signature_sans_son_code_est_refuse(monkeypatch):
    monkeypatch.setenv("SIGNATURE_JETON", "ordonnateur")
    monkeypatch.setenv("SIGNATURE_JETON_BIBLIOTHEQUE", "jeton.so")

    with pytest.raises(ImproperlyConfigured, match="demande aussi SIGNATURE_JETON_CODE"):
        environnement.jeton("SIGNATURE_JETON")


def test_une_cle_reelle_ne_sert_pas_avec_le_banc_hors_production(demarrer):
    resultat = demarrer({"STRIPE_SECRET_KEY": "rk_live_essai"})

    assert resultat.returncode == 1
    assert "commun.E001" in resultat.stderr


def test_le_mode_embarque_demarre_sans_aucun_reglage(demarrer, tmp_path):
    resultat = demarrer({})

    assert resultat.returncode == 0, resultat.stderr
    assert (tmp_path / "var").is_dir()


def test_un_dossier_impossible_se_dit_en_une_ligne(demarrer, tmp_path):
    (tmp_path / "var").write_text("un fichier là où il faut un dossier")

    resultat = demarrer({})

    assert resultat.returncode == 1
    assert resultat.stderr.count("\n") == 1
    assert "ne peut pas être créé" in resultat.stderr


@pytest.mark.parametrize("socket", ["", "clamd", "clamd:port"])
def test_un_deploiement_sans_antivirus_est_refuse(demarrer, socket):
    resultat = demarrer(VALEURS | {"CLAMD_SOCKET": socket}, "check", "--deploy")

    assert resultat.returncode == 1
    assert "CLAMD_SOCKET" in resultat.stderr


def test_le_controle_de_production_passe():
    resultat = subprocess.run(
        [sys.executable, "-m", "facturier.accueil.controle_production"],
        cwd=settings.RACINE,
        env={nom: v for nom, v in os.environ.items() if not nom.startswith(ISOLEES)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert resultat.returncode == 0, resultat.stderr


def test_un_secret_se_lit_sans_les_blancs_qui_l_entourent(monkeypatch):
    monkeypatch.setenv("STRIPE_SECRET_KEY", " sk_live_essai\r\n")
    lu = environnement.secret("STRIPE_SECRET_KEY", demonstration="sk_test", exige=True)
    monkeypatch.setenv("STRIPE_SECRET_KEY", "\n")

    assert lu == "sk_live_essai"
    with pytest.raises(ImproperlyConfigured, match="STRIPE_SECRET_KEY"):
        environnement.secret("STRIPE_SECRET_KEY", demonstration="sk_test", exige=True)


def test_chaque_variable_lue_est_dite_a_qui_exploite():
    racine = Path(settings.RACINE)
    lues = re.findall(
        r'env\.\w+\(\s*"([A-Z0-9_]+)"', (racine / "facturier/settings.py").read_text("utf-8")
    )
    dites = (racine / "docs/exploitation.md").read_text("utf-8")

    assert lues
    assert [nom for nom in lues if f"`{nom}" not in dites] == []  # some are families: TPS_SFTP_…
