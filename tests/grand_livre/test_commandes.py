"""Commands of the ledger: what they print, and their exit codes."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from facturier.grand_livre.models import Compteur, Exercice, Scellement
from tests.grand_livre.factories import mandat

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]


def _jouer(*arguments):
    """Run a command; return its exit code, standard output and standard error."""
    sortie, erreurs = StringIO(), StringIO()
    try:
        call_command(*arguments, stdout=sortie, stderr=erreurs)
    except SystemExit as fin:
        return fin.code, sortie.getvalue(), erreurs.getvalue()
    except CommandError as refus:
        return refus.returncode, sortie.getvalue(), str(refus)
    return 0, sortie.getvalue(), erreurs.getvalue()


@pytest.fixture
def plan(tmp_path):
    """Write a chart of two accounts, one of which is wrong."""
    chemin = tmp_path / "plan.csv"
    chemin.write_text("numero;libelle\n60;Achats\nX;Faux\n", encoding="utf-8")
    return chemin


def test_charger_reference_dit_ce_que_contient_le_fichier(reference):
    code, sortie, _ = _jouer("charger_reference", "--json")

    assert code == 0
    assert json.loads(sortie)["reference"]["exercice"] == Exercice.objects.count()


def test_sceller_raconte_ou_rend_du_json(reference, agent):
    mandat(agent)
    premier = _jouer("sceller")
    second = _jouer("sceller", "--json")

    assert premier[0] == 0
    assert premier[1].startswith("1 écriture(s) scellée(s)\n  journal DEP 2026 : ")
    assert json.loads(second[1]) == {"ecritures_scellees": 0, "chaines": {}}
    assert Scellement.objects.get().empreinte in premier[1]


def test_verifier_un_grand_livre_sain_rend_zero(reference, agent):
    mandat(agent)

    code, sortie, erreurs = _jouer("verifier_grand_livre")

    assert (code, erreurs) == (0, "")
    assert "rien à dire" in sortie


def test_verifier_nomme_l_anomalie_et_rend_un(reference, agent):
    mandat(agent)
    Compteur.objects.filter(cle__startswith="depense").update(valeur=5)
    mandat(agent)

    code, sortie, erreurs = _jouer("verifier_grand_livre")
    code_json, sortie_json, _ = _jouer("verifier_grand_livre", "--json")

    assert (code, sortie, code_json) == (1, "", 1)
    assert erreurs == (
        "pièces de depense 2026 : 2 numéros pour un dernier numéro 6 (numerotation)\n"
    )
    assert [a["controle"] for a in json.loads(sortie_json)["anomalies"]] == ["numerotation"]


def test_importer_un_plan_dit_ses_rejets_et_rend_un(plan):
    code, sortie, erreurs = _jouer("importer_plan_comptes", str(plan), "--exercice", "2031")

    assert code == 1
    assert sortie.startswith("1 créés, 0 modifiés, 0 inchangés, 1 rejetés (à blanc")
    assert erreurs.startswith("ligne 3 : « X » n’est pas un numéro de compte")


def test_importer_un_plan_en_json_ne_dit_rien_d_autre(plan):
    _, sortie, erreurs = _jouer(
        "importer_plan_comptes", str(plan), "--exercice", "2031", "--executer", "--json"
    )

    resultat = json.loads(sortie)
    assert erreurs == ""
    assert (resultat["crees"], resultat["rejetes"], resultat["execute"]) == (1, 1, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent.csv", "--exercice", "2031"], "introuvable"),
        (["absent.csv", "--exercice", "99999"], "quatre chiffres"),
    ],
)
def test_un_mauvais_usage_rend_deux(arguments, message):
    code, sortie, erreurs = _jouer("importer_plan_comptes", *arguments)

    assert (code, sortie) == (2, "")
    assert message in erreurs


def test_les_modeles_se_nomment_en_francais(reference, agent):
    emis = mandat(agent)
    _jouer("sceller")
    ecriture = emis.lignes.get().ecriture

    assert str(ecriture) == f"Écriture {ecriture.pk} : {ecriture.libelle}"
    assert str(ecriture.scellement) == "DEP 2026-1"
