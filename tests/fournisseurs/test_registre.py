"""comparer_ridet and its pages: closed, renamed, moved, unknown, and what is no difference."""

import csv
import io
import json

import pandas as pd
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from fournisseurs.models import (
    DemandeModification,
    EcartRegistre,
    Etablissement,
    EtablissementRegistre,
)
from fournisseurs.registre.rapprochement import memes_communes, memes_noms, memes_voies
from fournisseurs.reprise.texte import TEXTE
from fournisseurs.suspension import suspendre
from tests.fournisseurs.factories import PDF, FournisseurFactory, creer_agent

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]

RIDET = "9000019001"
ENTETE = "N° RIDET;Dénomination;Enseigne;Adresse;CP;Commune;Code APE;Date de cessation"
FIDELE = f"{RIDET};SARL PEPINIERE DU CAGOU;;12, rue des BANIANS;98800;NOUMEA;01.30Z;"
CESSE = f"{RIDET};PEPINIERE DU CAGOU;;12 rue des Banians;98800;NOUMEA;01.30Z;31/08/2026"
RENOMME = f"{RIDET};JARDINS DU SUD;;12 rue des Banians;98800;NOUMEA;01.30Z;"
DEMENAGE = f"{RIDET};PEPINIERE DU CAGOU;;3 route du Sud;98809;MONT-DORE;01.30Z;"
AUTRE = "9000027001;AUTRE SOCIETE;;1 rue;98800;NOUMEA;;"


@pytest.fixture
def cagou():
    """Our supplier: « Pépinière du Cagou », 12 rue des Banians, Nouméa."""
    return FournisseurFactory(ridet=RIDET)


@pytest.fixture
def extrait(tmp_path):
    """Write an extract of the register."""

    def ecrire(*lignes, encodage="utf-8"):
        chemin = tmp_path / "registre.csv"
        chemin.write_text("\n".join([ENTETE, *lignes]), encoding=encodage)
        return chemin

    return ecrire


def lancer(chemin, *options):
    """Run the command with `--json`; return its exit code and its result."""
    sortie = io.StringIO()
    code: str | int | None = 0
    try:
        call_command(
            "comparer_ridet", chemin, "--json", *options, stdout=sortie, stderr=io.StringIO()
        )
    except SystemExit as fin:
        code = fin.code
    return code, json.loads(sortie.getvalue())


def natures(resultat):
    """Return the natures told, in order."""
    return [anomalie["nature"] for anomalie in resultat["anomalies"] if "nature" in anomalie]


@pytest.mark.parametrize(
    ("ligne", "attendue", "au_registre"),
    [
        (CESSE, "cesse", "cessé le 31/08/2026"),
        (RENOMME, "renomme", "JARDINS DU SUD"),
        (DEMENAGE, "demenage", "3 route du Sud, 98809 MONT-DORE"),
        (AUTRE, "inconnu", "absent de l’extrait"),
    ],
)
def test_chaque_sorte_d_ecart_est_dite_avec_les_deux_cotes(
    cagou, extrait, ligne, attendue, au_registre
):
    code, resultat = lancer(extrait(ligne))

    assert (code, natures(resultat)) == (1, [attendue])
    assert resultat[attendue] == 1
    assert resultat["anomalies"][0]["registre"] == au_registre


def test_un_etablissement_fidele_ne_donne_aucun_ecart(cagou, extrait):
    code, resultat = lancer(extrait(FIDELE, AUTRE, encodage="cp1252"))

    assert (code, resultat["anomalies"]) == (0, [])
    assert (resultat["extraits"], resultat["compares"]) == (2, 1)


def test_sans_executer_rien_n_est_garde(cagou, extrait):
    lancer(extrait(RENOMME), "--executer", "--extrait-le", "2026-10-01")

    lancer(extrait(FIDELE, AUTRE))

    assert EtablissementRegistre.objects.get().denomination == "JARDINS DU SUD"
    assert EcartRegistre.objects.get().nature == "renomme"


def test_un_nouvel_extrait_remplace_le_precedent(cagou, extrait):
    lancer(extrait(RENOMME, AUTRE), "--executer")

    code, _ = lancer(extrait(FIDELE), "--executer", "--extrait-le", "2026-10-01")

    assert code == 0
    garde = EtablissementRegistre.objects.get()
    assert (garde.activite, str(garde.extrait_le)) == ("01.30Z", "2026-10-01")
    assert not EcartRegistre.objects.exists()


def test_une_fiche_suspendue_n_est_plus_a_revoir(cagou, extrait):
    suspendre(cagou, par=creer_agent(), motif="Cessation.")

    code, resultat = lancer(extrait(CESSE))

    assert (code, resultat["compares"]) == (0, 0)


def test_les_lignes_fautives_de_l_extrait_sont_nommees(cagou, extrait):
    code, resultat = lancer(
        extrait("12AB;X;;;;N;;", FIDELE, FIDELE, "9000035001;Y;;;;N;;hier", f"{AUTRE};;trop")
    )

    assert (code, resultat["rejetes"], resultat["extraits"]) == (1, 4, 1)
    assert [anomalie["ligne"] for anomalie in resultat["anomalies"]] == [2, 4, 5, 6]
    assert "date de cessation" in resultat["anomalies"][2]["motif"]


@pytest.mark.parametrize("contenu", ["nom;ville\nA;B\n", f"{ENTETE}\n", "%PDF-1.7 rien", ""])
def test_un_extrait_inutilisable_est_refuse_et_le_precedent_garde(
    cagou, extrait, tmp_path, contenu
):
    lancer(extrait(FIDELE), "--executer")
    mauvais = tmp_path / "mauvais.csv"
    mauvais.write_text(contenu, encoding="utf-8")

    with pytest.raises(CommandError) as refus:
        call_command("comparer_ridet", mauvais, "--executer")

    assert refus.value.returncode == 1
    assert EtablissementRegistre.objects.count() == 1


@pytest.mark.parametrize("options", [("--extrait-le", "hier"), ()])
def test_un_mauvais_usage_sort_avec_le_code_deux(tmp_path, options):
    chemin = tmp_path / "registre.csv"
    if options:
        chemin.write_text(f"{ENTETE}\n{FIDELE}", encoding="utf-8")

    with pytest.raises(CommandError) as refus:
        call_command("comparer_ridet", chemin, *options)

    assert refus.value.returncode == 2


@pytest.mark.parametrize(
    ("notre", "denomination", "enseigne", "attendu"),
    [
        ("Pépinière du Cagou", "S.A.R.L. PEPINIERE DU CAGOU", "", True),
        ("Éts Œillet & Fils", "OEILLET ET FILS", "", True),
        ("Camille Fictif", "M. FICTIF CAMILLE", "", True),
        ("L’Atoll", "SCI HAVANNAH", "L ATOLL", True),
        ("Le Lagon", "LE RECIF", "", False),
        ("SARL", "EURL", "", False),
    ],
)
def test_les_noms_se_comparent_sans_forme_ni_accent(notre, denomination, enseigne, attendu):
    cadre = pd.DataFrame({"n": [notre], "d": [denomination], "e": [enseigne]}, dtype=TEXTE)

    assert memes_noms(cadre, "n", ["d", "e"]).tolist() == [attendu]


@pytest.mark.parametrize(
    ("notre", "sienne", "attendu"),
    [
        ("12 rue des Banians", "12, R. DES BANIANS", True),
        ("BP 1234", "12 rue des Banians", True),
        ("12 avenue de la Paix", "12 av. de la Paix, imm. Le Surf", True),
        ("12 rue des Banians", "14 rue des Banians", False),
        ("12 rue des Banians", "", True),
    ],
)
def test_les_voies_se_comparent_sans_abreviation(notre, sienne, attendu):
    voies = pd.Series([notre], dtype=TEXTE), pd.Series([sienne], dtype=TEXTE)

    assert memes_voies(*voies).tolist() == [attendu]


def test_un_cedex_ne_fait_pas_une_autre_commune():
    notres = pd.Series(["Nouméa", "Païta", "Dumbéa"], dtype=TEXTE)

    memes = memes_communes(notres, pd.Series(["NOUMEA CEDEX 3", "", "MONT-DORE"], dtype=TEXTE))

    assert memes.tolist() == [True, True, False]


def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_d_ecarts(
    cagou, extrait, django_assert_max_num_queries
):
    tiers = cagou
    Etablissement.objects.bulk_create(
        Etablissement(
            fournisseur=tiers,
            ridet=f"90{rang:05d}002",
            denomination="Fictive",
            adresse_voie="1 rue",
            code_postal="98800",
            ville="Nouméa",
        )
        for rang in range(200)
    )

    with django_assert_max_num_queries(20):
        _, resultat = lancer(extrait(FIDELE), "--executer")

    assert resultat["inconnu"] == 200


def test_un_agent_compare_un_extrait_et_voit_les_ecarts(client, agent, cagou):
    client.force_login(agent)
    fichier = SimpleUploadedFile("r.csv", f"{ENTETE}\n{CESSE}".encode())

    vide = client.get(reverse("fournisseurs:registre")).content.decode()
    reponse = client.post(
        reverse("fournisseurs:comparer_extrait"), {"fichier": fichier}, follow=True
    )

    assert "Comparer à un extrait" in vide
    page = reponse.content.decode()
    assert "1 établissements comparés" in page
    assert "cessé le 31/08/2026" in page
    assert "Suspendez la fiche" in page


def test_un_mauvais_extrait_est_refuse_sur_la_page(client, agent):
    client.force_login(agent)
    fichier = SimpleUploadedFile("r.csv", b"%PDF-1.7")

    reponse = client.post(reverse("fournisseurs:comparer_extrait"), {"fichier": fichier})

    assert reponse.status_code == 422
    assert "ni un CSV ni un classeur" in reponse.content.decode()


def test_les_ecarts_se_telechargent_tels_qu_on_les_voit(client, agent, cagou, extrait):
    lancer(extrait(RENOMME), "--executer")
    client.force_login(agent)

    reponse = client.get(
        reverse("fournisseurs:exporter_ecarts", args=["csv"]), {"nature": "renomme"}
    )

    texte = b"".join(reponse.streaming_content).decode("utf-8-sig")
    lignes = list(csv.reader(io.StringIO(texte), delimiter=";"))
    assert lignes[1][:5] == [
        RIDET,
        "Pépinière du Cagou",
        "Renommés",
        "Pépinière du Cagou",
        "JARDINS DU SUD",
    ]
    assert len(lignes) == 2


def ligne_du_registre(client, agent, extrait, ligne, nature):
    """Compare with an extract of one line; return the page of that nature."""
    lancer(extrait(ligne), "--extrait-le", "2026-11-01", "--executer")
    client.force_login(agent)
    return client.get(reverse("fournisseurs:registre"), {"nature": nature}).content.decode()


@pytest.mark.parametrize(
    ("ligne", "nature", "genre", "attendues"),
    [
        (RENOMME, "renomme", "nom", {"nom": "JARDINS DU SUD", "denomination": "JARDINS DU SUD"}),
        (
            DEMENAGE,
            "demenage",
            "adresse",
            {"adresse_voie": "3 route du Sud", "code_postal": "98809", "ville": "MONT-DORE"},
        ),
    ],
)
def test_un_ecart_ouvre_une_demande_remplie_d_apres_le_registre(
    client, agent, cagou, extrait, ligne, nature, genre, attendues
):
    page = ligne_du_registre(client, agent, extrait, ligne, nature)
    adresse = reverse("fournisseurs:gestion_modifier", args=[RIDET, genre]) + "?d_apres=registre"
    formulaire = client.get(adresse)
    saisie = formulaire.context["form"].initial
    pieces = {"piece_kbis": SimpleUploadedFile("kbis.pdf", PDF, "application/pdf")}

    suite = client.post(adresse, {c: v for c, v in saisie.items() if v} | pieces)

    demande = DemandeModification.objects.get()
    assert adresse in page
    assert {champ: saisie[champ] for champ in attendues} == attendues
    assert suite.url == reverse("fournisseurs:verifier_modification", args=[demande.pk])
    assert (demande.canal, demande.etat, demande.demandeur) == ("registre", "brouillon", agent)
    assert dict(demande.champs.values_list("champ", "apres")).items() <= attendues.items()


def test_un_etablissement_cesse_mene_a_la_suspension_motivee(client, agent, cagou, extrait):
    page = ligne_du_registre(client, agent, extrait, CESSE, "cesse")
    adresse = reverse("fournisseurs:suspendre", args=[cagou.tiers.code]) + f"?cesse={RIDET}"

    formulaire = client.get(adresse).content.decode()

    assert adresse in page
    assert "a cessé le 31/08/2026 selon le registre" in formulaire


def test_sans_venir_du_registre_on_ne_dit_pas_en_venir(client, agent, cagou):
    client.force_login(agent)

    page = client.get(reverse("fournisseurs:gestion_modifier", args=[RIDET, "adresse"]))

    assert "D’après le registre" not in page.content.decode()


def test_qui_n_est_pas_agent_ne_corrige_rien(client, comptable, agent, cagou, extrait):
    ligne_du_registre(client, agent, extrait, RENOMME, "renomme")
    client.force_login(comptable)

    page = client.get(reverse("fournisseurs:registre"), {"nature": "renomme"}).content.decode()

    assert "Pépinière" in page
    assert "Préparer la correction" not in page
