"""Importing titres from a file."""

import json
from contextlib import suppress
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from facturier.grand_livre.models import Titre
from tests.grand_livre.factories import TiersFactory

pytestmark = pytest.mark.django_db
ENTETE = (
    "reference;code_tiers;adresse_voie;code_postal;ville;service;produit;objet;"
    "bases_liquidation;montant_ht\n"
)


@pytest.fixture
def fichier(tmp_path, regies):
    """Write lines under the heading; return the path."""
    TiersFactory(code="T1")

    def ecrire(*lignes):
        chemin = tmp_path / "titres.csv"
        chemin.write_text(ENTETE + "\n".join(lignes), encoding="utf-8")
        return chemin

    return ecrire


def ligne(reference="REF-1", **champs):
    """Return a valid line, with `champs` changed."""
    valeurs = {
        "reference": reference,
        "code_tiers": "T1",
        "adresse_voie": "1 rue Fictive",
        "code_postal": "98800",
        "ville": "Nouméa",
        "service": "DEPS",
        "produit": "D001",
        "objet": "Occupation",
        "bases": "5 m² à 3 000 F",
        "montant": "15 000",
    }
    return ";".join((valeurs | champs).values())


def importer(chemin, *options):
    """Run the command; return its JSON object and what it told on standard error."""
    sortie, erreurs = StringIO(), StringIO()
    with suppress(SystemExit):  # 1 when lines are rejected
        call_command("importer_titres", chemin, "--json", *options, stdout=sortie, stderr=erreurs)
    return json.loads(sortie.getvalue()), erreurs.getvalue()


def comptes(bilan):
    """Return the four counts, in the order of the contract."""
    return tuple(bilan[nom] for nom in ("crees", "modifies", "inchanges", "rejetes"))


def test_sans_ordre_d_executer_rien_n_est_emis(fichier):
    bilan, _ = importer(fichier(ligne()))

    assert comptes(bilan) == (1, 0, 0, 0)
    assert not Titre.objects.exists()


def test_le_meme_fichier_importe_deux_fois_ne_change_rien(fichier):
    chemin = fichier(ligne("A"), ligne("B"))
    importer(chemin, "--executer")

    bilan, _ = importer(chemin, "--executer")

    assert comptes(bilan) == (0, 0, 2, 0)
    assert list(Titre.objects.order_by("numero").values_list("numero", flat=True)) == [1, 2]


@pytest.mark.parametrize(
    ("champs", "motif"),
    [
        ({"code_tiers": "X"}, "code X est inconnu"),
        ({"montant": "12,5"}, "centimes"),
        ({"montant": "-5"}, "trop petit"),
        ({"bases": ""}, "« bases_liquidation » est vide"),
        ({"code_postal": "9880"}, "cinq chiffres"),
        ({"ville": "N" * 39}, "dépasse 38 caractères"),
        ({"objet": "Îlot 🏝"}, "sans équivalent"),
        ({"produit": "S001", "montant": "700"}, "tarif publié"),
    ],
)
def test_une_ligne_fausse_est_rejetee_avec_son_numero_et_son_motif(fichier, champs, motif):
    bilan, erreurs = importer(fichier(ligne("A"), ligne("B", **champs)), "--executer")

    assert (bilan["crees"], bilan["rejetes"]) == (1, 1)
    assert erreurs.startswith("ligne 3 (B)")
    assert motif in erreurs


def test_a_l_etranger_un_code_postal_vide_s_ecrit_comme_au_formulaire(fichier):
    chemin = fichier(ligne("A", code_postal=""), ligne("B", code_postal="", pays="Belgique"))
    chemin.write_text(chemin.read_text().replace("montant_ht\n", "montant_ht;pays\n"))

    bilan, erreurs = importer(chemin, "--executer")

    assert (bilan["crees"], bilan["rejetes"]) == (1, 1)
    assert "ligne 2 (A)" in erreurs
    assert "« code_postal » est vide" in erreurs
    titre = Titre.objects.get()
    assert (titre.code_postal, titre.pays) == ("99999", "BE")


def test_un_rejet_fait_sortir_avec_le_code_1(fichier):
    with pytest.raises(SystemExit) as sortie:
        call_command("importer_titres", fichier(ligne(ville="")), stderr=StringIO())

    assert sortie.value.code == 1


def test_un_titre_deja_emis_ne_se_modifie_pas_par_import(fichier):
    importer(fichier(ligne("A")), "--executer")

    bilan, erreurs = importer(fichier(ligne("A", montant="16 000")), "--executer")

    assert bilan["rejetes"] == 1
    assert "annulez-le" in erreurs


def test_les_rejets_s_ecrivent_dans_un_fichier_sans_formule(fichier, tmp_path):
    rejets = tmp_path / "rejets.csv"

    importer(fichier(ligne("=1+1", ville="")), "--rejets", rejets)

    assert "'=1+1" in rejets.read_text(encoding="utf-8")


@pytest.mark.parametrize("contenu", ["", "a;b\n1;2\n", "\x00\x01"])
def test_un_fichier_illisible_se_dit_en_une_phrase(tmp_path, regies, contenu):
    chemin = tmp_path / "titres.csv"
    chemin.write_text(contenu, encoding="utf-8")

    with pytest.raises(CommandError) as refus:
        importer(chemin)

    assert refus.value.returncode == 2


def test_un_fichier_absent_se_dit_en_une_phrase(tmp_path, regies):
    with pytest.raises(CommandError, match="n’existe pas"):
        importer(tmp_path / "absent.csv")
