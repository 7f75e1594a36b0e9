"""Charts of accounts: the official file, and files that are not what they should be."""

from pathlib import Path

import pytest
from django.conf import settings

from facturier.grand_livre.models import Compte, Exercice
from facturier.grand_livre.plan_comptes import FichierIllisible, importer_plan_comptes

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]
OFFICIEL = Path(settings.RACINE).parent / "shared" / "m52" / "comptes_nature_2021.csv"


@pytest.fixture
def fichier(tmp_path):
    """Write a file of accounts."""

    def ecrire(contenu: str | bytes) -> Path:
        chemin: Path = tmp_path / "plan.csv"
        chemin.write_bytes(contenu if isinstance(contenu, bytes) else contenu.encode())
        return chemin

    return ecrire


def _importer(chemin, executer=True, exercice=2030):
    return importer_plan_comptes(chemin, exercice=exercice, executer=executer)


def test_un_plan_se_charge_puis_se_recharge_sans_rien_changer(fichier):
    plan = fichier("numero;libelle;terminal\n60;Achats;0\n6061;Fournitures;1\n")

    premier, second = _importer(plan), _importer(plan)

    assert (premier.crees, premier.rejetes) == (2, [])
    assert (second.crees, second.modifies, second.inchanges) == (0, 0, 2)
    assert dict(Compte.objects.filter(exercice=2030).values_list("numero", "est_imputable")) == {
        "60": False,
        "6061": True,
    }


def test_un_libelle_corrige_modifie_le_compte(fichier):
    _importer(fichier("numero;libelle\n6061;Fourniture\n"))

    bilan = _importer(fichier("numero;libelle\n6061;Fournitures non stockables\n"))

    assert bilan.modifies == 1
    assert Compte.objects.get(exercice=2030).libelle == "Fournitures non stockables"


def test_a_blanc_rien_ne_s_ecrit(fichier):
    bilan = _importer(fichier("numero;libelle\n6061;Fournitures\n"), executer=False)

    assert bilan.crees == 1
    assert not Exercice.objects.filter(annee=2030).exists()


@pytest.mark.parametrize(
    ("ligne", "motif"),
    [
        ("6A;Achats", "n’est pas un numéro de compte"),
        ("6;Achats", "n’est pas un numéro de compte"),
        ("٦٠;Achats", "n’est pas un numéro de compte"),
        (";Achats", "n’est pas un numéro de compte"),
        ("60", "libellé est vide"),
        ("60;" + "x" * 201, "dépasse 200"),
        ("60;Achats;1;2028", "supprimé depuis 2028"),
    ],
)
def test_une_ligne_fautive_est_rejetee_avec_son_numero_et_son_motif(fichier, ligne, motif):
    bilan = _importer(
        fichier(f"numero;libelle;terminal;supprime_depuis\n61;Services;1;\n{ligne}\n")
    )

    rejet = bilan.rejetes[0]
    assert (bilan.crees, len(bilan.rejetes), rejet.ligne) == (1, 1, 3)
    assert motif in rejet.motif


def test_un_compte_supprime_plus_tard_existe_encore(fichier):
    plan = fichier("numero;libelle;terminal;supprime_depuis\n60;Achats;1;2031\n")

    assert _importer(plan).crees == 1


def test_un_compte_decrit_deux_fois_est_rejete_au_premier_et_au_second_chargement(fichier):
    plan = fichier("numero;libelle\n60;Achats\n60;Achats encore;en;trop\n")

    premier, second = _importer(plan), _importer(plan)

    assert (premier.crees, len(premier.rejetes)) == (1, 1)
    assert (second.modifies, len(second.rejetes)) == (0, 1)


@pytest.mark.parametrize(
    ("contenu", "message"),
    [
        ("", "colonne absente : numero, libelle"),
        ("compte;libelle\n60;Achats\n", "colonne absente : numero"),
        ("numero,libelle\n60,Achats\n", "séparateur « ; »"),
        ("numero;libelle\n60;Matériel\n".encode("latin-1"), "pas en UTF-8"),
        ("numero;libelle\n60;" + '"' + "x" * 200_000, "ne peut pas être lu"),
    ],
)
def test_un_fichier_illisible_est_refuse_avec_ce_qu_il_faut_faire(fichier, contenu, message):
    with pytest.raises(FichierIllisible, match=message):
        _importer(fichier(contenu))


def test_un_fichier_absent_ou_un_dossier_sont_refuses(tmp_path):
    with pytest.raises(FichierIllisible, match="introuvable"):
        _importer(tmp_path / "absent.csv")
    with pytest.raises(FichierIllisible, match="ne peut pas être lu"):
        _importer(tmp_path)


@pytest.mark.skipif(not OFFICIEL.exists(), reason="plan de comptes M52 absent de ce poste")
def test_la_nomenclature_m52_se_charge_en_entier(django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        bilan = _importer(OFFICIEL, exercice=2021)

    assert bilan.crees == Compte.objects.filter(exercice=2021).count() > 1_000
    assert {rejet.motif[:28] for rejet in bilan.rejetes} <= {"Le compte"}
    assert Compte.objects.get(exercice=2021, numero="4011").est_imputable
