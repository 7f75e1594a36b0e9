"""A command line that cannot be read is explained in French, and exits 2."""

import os
import re
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command, load_command_class
from django.db.migrations.executor import MigrationExecutor


@pytest.mark.parametrize(
    ("commande", "arguments", "phrase"),
    [
        ("rattacher_charges", ["abcd"], "annee : « abcd » n’est pas un nombre entier."),
        ("rattacher_charges", [], "Il manque : annee."),
        ("transmettre_flux", ["--flux", "9" * 20], f"--flux : « {'9' * 20} » est trop grand."),
        ("sceller", ["--nimporte"], "Option inconnue : --nimporte."),
        ("cloturer_caisse", ["--comptees"], "L’option --comptees attend une valeur."),
        ("constituer_flux", ["--profil", "pes_v3"], "--profil ne peut valoir « pes_v3 », mais"),
    ],
)
def test_une_ligne_de_commande_incomprise_s_explique(commande, arguments, phrase):
    with pytest.raises(CommandError) as refus:
        call_command(commande, *arguments)

    assert str(refus.value).startswith(phrase)
    assert refus.value.returncode == 2


def test_depuis_un_terminal_le_code_est_2(capsys):
    commande = load_command_class("facturier.suivi", "rattacher_charges")

    with pytest.raises(SystemExit) as sortie:
        commande.run_from_argv(["manage.py", "rattacher_charges", "abcd"])

    assert sortie.value.code == 2
    assert capsys.readouterr().err.endswith("annee : « abcd » n’est pas un nombre entier.\n")


def test_l_aide_est_en_francais():
    aide = load_command_class("exports_tps", "transmettre_flux").create_parser("manage.py", "x")

    texte = aide.format_help()

    assert texte.startswith("Usage : manage.py x")
    assert "montre cette aide" in texte
    assert not re.search(r"show|level|path to|Don't|output", texte)


def test_une_base_qui_n_est_pas_a_jour_arrete_la_commande(monkeypatch, db, capsys):
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: [object()])
    commande = load_command_class("exports_tps", "transmettre_flux")

    with pytest.raises(SystemExit) as sortie:
        commande.run_from_argv(["manage.py", "transmettre_flux", "--json"])

    dit = capsys.readouterr()
    assert (sortie.value.code, dit.out) == (1, "")
    assert dit.err.startswith("La base n’est pas à jour (migrations à appliquer : 1) : lancez")


def test_une_base_injoignable_est_dite_sans_trace_du_code():
    fini = subprocess.run(
        [sys.executable, "manage.py", "transmettre_flux", "--json"],
        env=os.environ | {"DATABASE_URL": "postgresql://facturier@127.0.0.1:1/facturier"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (fini.returncode, fini.stdout) == (1, "")
    assert fini.stderr.startswith("La base de données ne répond pas (DATABASE_URL) : ")
    assert "Traceback" not in fini.stderr
