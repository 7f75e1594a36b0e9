"""importer_fournisseurs: what it takes, what it leaves out and why, what it writes."""

import csv
import io
import json
from pathlib import Path

import openpyxl
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from facturier.grand_livre.models import Tiers
from fournisseurs.coordonnees import compte_en_vigueur
from fournisseurs.models import CoordonneesBancaires, Etablissement, Fournisseur
from tests.fournisseurs.factories import IBAN_BCI, FournisseurFactory

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]

DEMONSTRATION = Path(settings.RACINE) / "fixtures" / "fournisseurs_demo.csv"
REJETS_DEMONSTRATION = Path(settings.RACINE) / "fixtures" / "fournisseurs_demo_rejets.csv"
BON = {
    "ridet": "9000019001",
    "nom": "Pépinière du Cagou",
    "adresse": "12 rue des Banians",
    "cp": "98800",
    "commune": "Nouméa",
    "iban": IBAN_BCI,
    "telephone": "",
}


@pytest.fixture
def fichier(tmp_path):
    """Write rows as CSV; the columns are those of the first row."""

    def ecrire(*lignes, separateur=";", encodage="utf-8", entete=None):
        chemin = tmp_path / "tiers.csv"
        tampon = io.StringIO()
        redacteur = csv.writer(tampon, delimiter=separateur, lineterminator="\n")
        redacteur.writerow(entete or lignes[0])
        redacteur.writerows(ligne.values() for ligne in lignes)
        chemin.write_bytes(tampon.getvalue().encode(encodage))
        return chemin

    return ecrire


def lancer(chemin, *options):
    """Run the command with `--json`; return its exit code and its result."""
    sortie = io.StringIO()
    code: str | int | None = 0
    try:
        call_command(
            "importer_fournisseurs",
            chemin,
            "--json",
            *options,
            stdout=sortie,
            stderr=io.StringIO(),
        )
    except SystemExit as fin:
        code = fin.code
    return code, json.loads(sortie.getvalue())


def comptes(resultat):
    """Return created, modified, unchanged and rejected."""
    return tuple(resultat[cle] for cle in ("crees", "modifies", "inchanges", "rejetes"))


def test_la_demonstration_se_charge_puis_ne_change_plus_rien():
    premier = lancer(DEMONSTRATION, "--executer")
    second = lancer(DEMONSTRATION, "--executer")

    assert (premier[0], comptes(premier[1])) == (0, (20, 0, 0, 0))
    assert (second[0], comptes(second[1])) == (0, (0, 0, 20, 0))
    assert Fournisseur.objects.filter(est_creancier=True).count() == 12
    assert Tiers.objects.get(code="DEB-0001").nom_complet == "Mme Maëlle Fougère"


def test_sans_executer_rien_n_est_ecrit_mais_les_comptes_sont_exacts():
    code, resultat = lancer(DEMONSTRATION)

    assert (code, comptes(resultat)) == (0, (20, 0, 0, 0))
    assert not Tiers.objects.exists()


def test_les_lignes_fautives_sont_rejetees_avec_ligne_et_motif(tmp_path):
    sortie = tmp_path / "rejets.csv"

    code, resultat = lancer(REJETS_DEMONSTRATION, "--executer", "--rejets", str(sortie))

    texte = sortie.read_text(encoding="utf-8-sig")
    rejets = list(csv.DictReader(io.StringIO(texte), delimiter=";"))
    assert (code, comptes(resultat)) == (1, (1, 0, 0, 9))
    assert [rejet["ligne"] for rejet in rejets] == ["2", "3", "4", "5", "6", "7", "8", "9", "11"]
    assert "clé est fausse" in rejets[1]["motif"]
    assert rejets[7]["nom"] == "'=CMD()"
    assert "Doublon de la ligne 10" in rejets[8]["motif"]


@pytest.mark.parametrize("separateur", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_tout_separateur_et_tout_encodage_usuel_se_lisent(fichier, separateur, encodage):
    chemin = fichier(BON, separateur=separateur, encodage=encodage)

    code, resultat = lancer(chemin, "--executer")

    assert (code, resultat["crees"]) == (0, 1)
    assert Tiers.objects.get().nom == "Pépinière du Cagou"


def test_un_classeur_se_lit_meme_quand_le_tableur_a_mange_les_zeros(tmp_path):
    classeur = openpyxl.Workbook()
    feuille = classeur.create_sheet(index=0)
    entetes = ["RIDET", "Raison sociale", "Adresse", "CP", "Commune"]
    feuille.append([*entetes, "Banque", "Guichet", "Compte", "Clé"])
    feuille.append([300137001, "Fictive", "1 rue", 98800, "Nouméa", 17499, 0, 1, 18])
    classeur.save(tmp_path / "tiers.xlsx")

    code, resultat = lancer(tmp_path / "tiers.xlsx", "--executer")

    assert (code, resultat["crees"]) == (0, 1)
    assert Etablissement.objects.get().ridet == "0300137001"
    assert CoordonneesBancaires.objects.get().iban == IBAN_BCI


@pytest.mark.parametrize(
    ("champs", "explication"),
    [
        ({"ridet": "90000ABC01"}, "dix chiffres"),
        ({"ridet": ""}, "Donnez un RIDET"),
        ({"nom": "x" * 300}, "dépasse 100 caractères"),
        ({"nom": "=HYPERLINK(1)"}, "formule"),
        ({"nom": ""}, "« nom » est vide"),
        ({"nom": "deux\nlignes"}, "saut de ligne"),
        ({"nom": "Lagon 🏝"}, "La colonne « nom », caractère sans équivalent"),
        ({"adresse": "⅓ rue"}, "\u202f⅓\u202f» (U+2153). Écrivez-le autrement."),
        ({"cp": "988"}, "cinq chiffres"),
        ({"telephone": "+999 12 34 56 78"}, "téléphone"),
        ({"telephone": "687 25 81 22"}, "téléphone"),
        ({"iban": "FR7617499000000000000000119"}, "IBAN"),
        ({"iban": "FR0017499000000000000000119"}, "IBAN"),
    ],
)
def test_une_ligne_fautive_est_rejetee_et_les_autres_ecrites(fichier, champs, explication):
    bonne = BON | {"ridet": "9000027001", "telephone": "+33 1 23 45 67 89"}

    code, resultat = lancer(fichier(BON | champs, bonne), "--executer")

    assert (code, comptes(resultat)) == (1, (1, 0, 0, 1))
    assert explication in resultat["anomalies"][0]["motif"]
    assert resultat["anomalies"][0]["ligne"] == 2


def test_un_nom_que_le_tresor_lit_sans_ses_signes_diacritiques_s_importe(fichier):
    code, resultat = lancer(fichier(BON | {"nom": "Ōtautahi – l’œuvre"}), "--executer")

    assert (code, resultat["crees"]) == (0, 1)


def test_les_lignes_vides_ne_comptent_pas_mais_se_numerotent(tmp_path):
    chemin = tmp_path / "tiers.csv"
    chemin.write_text(
        'ridet;nom;adresse;cp;commune\n\n;;;;\n9000019001;"Sur\ndeux";1 rue;98800;Nouméa\n'
        "FAUX;Nom;1 rue;98800;Nouméa\n9000027001;Trop;1 rue;98800;Nouméa;de;cellules\n",
        encoding="utf-8",
    )

    code, resultat = lancer(chemin)

    assert (code, resultat["rejetes"]) == (1, 3)
    assert [anomalie["ligne"] for anomalie in resultat["anomalies"]] == [4, 6, 7]


@pytest.mark.parametrize(
    ("contenu", "explication"),
    [
        ("nom;adresse;cp;commune\nA;1 rue;98800;Nouméa\n", "manque la colonne ridet ou code"),
        ("ridet;nom;Nom;adresse;cp;commune\n", "« nom » est donnée deux fois"),
        ("ridet;nom;raison sociale;adresse;cp;commune\n", "« nom » est donnée deux fois"),
        ("", "manque la colonne"),
        ("%PDF-1.7 pas un tableau", "ni un CSV"),
    ],
)
def test_un_fichier_inutilisable_est_refuse_avec_la_raison(tmp_path, contenu, explication):
    chemin = tmp_path / "tiers.csv"
    chemin.write_text(contenu, encoding="utf-8")

    with pytest.raises(CommandError, match=explication) as refus:
        call_command("importer_fournisseurs", chemin)

    assert refus.value.returncode == 1


def test_un_fichier_absent_est_un_mauvais_usage(tmp_path):
    with pytest.raises(CommandError, match="n’existe pas") as refus:
        call_command("importer_fournisseurs", tmp_path / "absent.csv")

    assert refus.value.returncode == 2


def test_un_changement_met_a_jour_sans_effacer_ni_recreer(fichier):
    lancer(fichier(BON | {"telephone": "258122"}), "--executer")
    change = BON | {"adresse": "14 rue des Banians", "role": "débiteur"}

    code, resultat = lancer(fichier(change), "--executer")

    fiche = Fournisseur.objects.get()
    assert (code, comptes(resultat)) == (0, (0, 1, 0, 0))
    assert (fiche.adresse_voie, fiche.telephone) == ("14 rue des Banians", "+687258122")
    assert (fiche.est_creancier, fiche.est_debiteur) == (True, True)


def test_un_nouveau_compte_remplace_l_ancien_qui_reste_dans_l_historique(fichier, settings):
    lancer(fichier(BON), "--executer")

    lancer(fichier(BON | {"iban": "FR5014158000000000001A01209"}), "--executer")

    versions = CoordonneesBancaires.objects.order_by("pk")
    assert [version.fin is None for version in versions] == [False, True]


def test_un_compte_verifie_par_un_agent_ne_change_pas_par_un_fichier(fichier):
    fiche = FournisseurFactory(ridet="9000019001")

    code, resultat = lancer(fichier(BON | {"iban": "FR5014158000000000001A01209"}), "--executer")

    assert (code, resultat["rejetes"]) == (1, 1)
    assert "un agent a vérifié" in resultat["anomalies"][0]["motif"]
    version = fiche.coordonnees.get()
    assert compte_en_vigueur(fiche, version.debut) == version


def test_deux_etablissements_d_une_entreprise_font_une_fiche(fichier):
    second = BON | {"ridet": "9000019002", "iban": "FR5014158000000000001A01209"}

    code, resultat = lancer(fichier(BON, second), "--executer")
    encore = lancer(fichier(BON, second), "--executer")

    fiche = Fournisseur.objects.get()
    assert (code, comptes(resultat)) == (0, (2, 0, 0, 0))
    assert comptes(encore[1]) == (0, 0, 2, 0)
    assert fiche.coordonnees.get(etablissement__ridet="9000019002").iban.startswith("FR50")


def test_un_code_deja_pris_par_une_autre_entreprise_est_rejete(fichier):
    lancer(fichier(BON | {"code": "A1"}), "--executer")

    _, resultat = lancer(fichier(BON | {"code": "A1", "ridet": "9000027001"}), "--executer")

    assert "autre entreprise" in resultat["anomalies"][0]["motif"]


def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_lignes(
    fichier, django_assert_max_num_queries
):
    lignes = [BON | {"ridet": f"90{rang:05d}001"} for rang in range(200)]
    chemin = fichier(*lignes)

    with django_assert_max_num_queries(80):
        _, resultat = lancer(chemin, "--executer")

    assert resultat["crees"] == 200


@pytest.mark.parametrize("nom", ["tiers.csv", "tiers.xlsx"])
def test_ce_qui_est_ecrit_sous_une_colonne_sans_nom_n_est_pas_perdu(tmp_path, nom):
    lignes = [
        [*BON, ""],
        [*BON.values(), ""],
        [*(BON | {"ridet": "9000027001"}).values(), "ne plus payer ici"],
    ]
    if nom.endswith("csv"):
        texte = "\n".join(";".join(ligne) for ligne in lignes)
        (tmp_path / nom).write_text(texte + "\n", encoding="utf-8")
    else:
        classeur = openpyxl.Workbook()
        for ligne in lignes:
            classeur.active.append(ligne)
        classeur.save(tmp_path / nom)

    rejets = tmp_path / "rejets.csv"
    _, resultat = lancer(tmp_path / nom, "--executer", "--rejets", str(rejets))

    assert comptes(resultat) == (1, 0, 0, 1)
    rejetee = rejets.read_text(encoding="utf-8-sig").splitlines()[1]
    assert rejetee.startswith("3;")
    assert "colonne sans nom" in rejetee


def test_un_tiers_a_l_etranger_donne_son_pays(fichier, tmp_path):
    ailleurs = {"pays": "Nouvelle-Zélande", "cp": "", "commune": "Auckland 1010"}
    chemin = fichier(
        BON | ailleurs,
        BON | ailleurs | {"ridet": "9000027001", "pays": "nc", "cp": "98800"},
        BON | ailleurs | {"ridet": "9000035001", "cp": "1010"},
        BON | ailleurs | {"ridet": "9000035001", "pays": "Atlantide"},
        BON | ailleurs | {"ridet": "9000035001", "pays": "", "cp": "99999"},
    )

    sortie = tmp_path / "rejets.csv"

    code, resultat = lancer(chemin, "--executer", "--rejets", str(sortie))

    rejets = csv.DictReader(io.StringIO(sortie.read_text("utf-8-sig")), delimiter=";")
    assert (code, comptes(resultat)) == (1, (2, 0, 0, 3))
    assert [rejet["motif"].split(" :")[0].split(",")[0] for rejet in rejets] == [
        "À l’étranger",
        "Le pays est inconnu",
        "Ce code postal est celui d’une adresse à l’étranger",
    ]
    fiches = Fournisseur.objects.order_by("pk").values_list("code_postal", "pays")
    assert list(fiches) == [("99999", "NZ"), ("98800", "")]
    assert lancer(chemin, "--executer")[1]["inchanges"] == 2
