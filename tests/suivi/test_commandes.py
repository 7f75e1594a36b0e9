"""The commands: dry by default, exact counts, every refusal told, never a traceback."""

import json
import shutil
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from facturier.acces.models import ServiceGestionnaire
from facturier.suivi.models import BonCommande, Facture
from tests.suivi import generer_exemples
from tests.suivi.factories import EtablissementFactory
from tests.suivi.lecture import echantillons

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("referentiel")]

COMMANDES = settings.RACINE / "fixtures" / "bons_commande_demo.csv"
ENTETE = "numero;objet;date;ridet;service;compte;fonction;montant;clos\n"
RIDETS = [f"{rid}001" for rid in (9000019, 9000027, 9000035, 9000043, 9000050)]
RIDETS += [f"{rid}001" for rid in (9000068, 9000076, 9000084, 9000092)]


def lancer(commande, *arguments):
    """Run a command with --json; return its exit code and its object."""
    sortie, erreurs = StringIO(), StringIO()
    code: str | int | None = 0
    try:
        call_command(commande, *map(str, arguments), json=True, stdout=sortie, stderr=erreurs)
    except SystemExit as fin:
        code = fin.code
    return code, json.loads(sortie.getvalue())


@pytest.fixture
def fournisseurs():
    return [EtablissementFactory.create(ridet=ridet) for ridet in RIDETS]


@pytest.fixture
def commandes(fournisseurs):
    lancer("importer_bons_commande", COMMANDES, "--executer")


@pytest.mark.usefixtures("fournisseurs")
def test_l_essai_a_blanc_compte_sans_ecrire():
    code, resultat = lancer("importer_bons_commande", COMMANDES)

    assert (code, resultat["crees"], resultat["execute"]) == (0, 9, False)
    assert not BonCommande.objects.exists()


@pytest.mark.usefixtures("commandes")
def test_une_seconde_reprise_ne_change_rien():
    _, resultat = lancer("importer_bons_commande", COMMANDES, "--executer")

    assert (resultat["crees"], resultat["modifies"], resultat["inchanges"]) == (0, 0, 9)
    assert BonCommande.objects.get(numero="BC-2026-0101").montant_engage == 480_000


@pytest.mark.usefixtures("commandes")
def test_une_ligne_modifiee_met_la_commande_a_jour(tmp_path):
    fichier = tmp_path / "bons.csv"
    fichier.write_text(
        ENTETE + "BC-2026-0101;Plantes;01/10/2026;9000019001;DEPS;60628;937;500000;oui\n",
        encoding="cp1252",
    )

    _, resultat = lancer("importer_bons_commande", fichier, "--executer")

    commande = BonCommande.objects.get(numero="BC-2026-0101")
    assert resultat["modifies"] == 1
    assert (commande.montant_engage, commande.est_clos) == (500_000, True)


@pytest.mark.usefixtures("fournisseurs")
@pytest.mark.parametrize(
    ("ligne", "motif"),
    [
        ("BC1;Objet;2026-10-01;9876541001;DEPS;6064;930;100;", "fournisseur connu"),
        ("BC1;Objet;2026-10-01;12;DEPS;6064;930;100;", "RIDET"),
        ("BC1;Objet;2026-10-01;9000019001;XXXX;6064;930;100;", "service « XXXX »"),
        ("BC1;Objet;32/10/2026;9000019001;DEPS;6064;930;100;", "ne se lit pas"),
        ("BC1;Objet;2026-10-01;9000019001;DEPS;6064;930;12,50;", "centimes"),
        ("BC1;Objet;2026-10-01;9000019001;DEPS;6064;930;0;", "supérieur à zéro"),
        ("BC1;Objet;2026-10-01;9000019001;DEPS;60A4;930;100;", "2 à 12 chiffres"),
        (";Objet;2026-10-01;9000019001;DEPS;6064;930;100;", "« numero » est vide"),
        ("BC1;" + "x" * 200 + ";2026-10-01;9000019001;DEPS;6064;930;100;", "100 caractères"),
        ("BC-🎣;Objet;2026-10-01;9000019001;DEPS;6064;930;100;", "Écrivez-le autrement"),
        ("BC1;⅓ du lot;2026-10-01;9000019001;DEPS;6064;930;100;", "\u202f⅓\u202f» (U+2153)"),
    ],
)
def test_une_ligne_fautive_est_rejetee_avec_son_motif(tmp_path, ligne, motif):
    bonne = "BC2;Objet;2026-10-01;9000019001;DEPS;6064;930;100;\n"
    fichier = tmp_path / "bons.csv"
    fichier.write_text(f"{ENTETE}{ligne}\n{bonne}", encoding="utf-8")

    code, resultat = lancer("importer_bons_commande", fichier, "--executer")

    assert (code, resultat["crees"]) == (1, 1)
    assert resultat["anomalies"][0]["ligne"] == 2
    assert motif in resultat["anomalies"][0]["motif"]


@pytest.mark.parametrize("contenu", [b"", b"numero;objet\nA;B\n", b"\x00\xff\xfe\x81\x8d"])
def test_un_fichier_illisible_est_refuse_en_une_phrase(tmp_path, contenu):
    fichier = tmp_path / "bons.csv"
    fichier.write_bytes(contenu)

    with pytest.raises(CommandError) as refus:
        lancer("importer_bons_commande", fichier)

    assert refus.value.returncode == 1


@pytest.mark.parametrize("commande", ["importer_bons_commande", "deposer_factures"])
def test_un_chemin_inconnu_est_un_mauvais_usage(commande, tmp_path):
    with pytest.raises(CommandError) as refus:
        lancer(commande, tmp_path / "absent")

    assert refus.value.returncode == 2


def test_les_exemples_commis_sont_ceux_que_le_script_produit():
    noms = {fichier.name for fichier in generer_exemples.DOSSIER.iterdir()}

    assert noms == set(generer_exemples.exemples())


@pytest.mark.usefixtures("commandes")
def test_les_quatre_formes_de_facture_se_deposent_en_lot():
    code, resultat = lancer("deposer_factures", generer_exemples.DOSSIER, "--executer")

    deposees = Facture.objects.order_by("numero").values_list("numero", "montant_ttc", "etat")
    assert (code, resultat["deposees"], resultat["anomalies"]) == (0, 4, [])
    assert list(deposees) == [
        ("EL-26-0457", 901_000, "deposee"),
        ("NA-2026-1031", 419_580, "deposee"),
        ("PDC-2026-118", 309_000, "deposee"),
        ("TSS/2026/10", 2_163_000, "deposee"),
    ]
    assert not Facture.objects.filter(bon_commande__isnull=True).exists()


@pytest.mark.usefixtures("commandes")
def test_un_second_depot_en_lot_rejette_les_doublons_et_garde_les_fichiers(tmp_path):
    dossier = shutil.copytree(generer_exemples.DOSSIER, tmp_path / "depots")
    (dossier / "virus.pdf").write_bytes(b"MZ\x90")
    (dossier / "notes.txt").write_text("pas une facture")
    lancer("deposer_factures", dossier, "--executer")

    code, resultat = lancer("deposer_factures", dossier, "--executer")

    assert (code, resultat["deposees"], resultat["rejetees"]) == (1, 0, 5)
    assert "déjà déposée" in resultat["anomalies"][0]["motif"]
    assert len(list(dossier.iterdir())) == 6


@pytest.mark.usefixtures("commandes")
def test_un_depot_en_lot_a_blanc_ne_depose_rien(settings, tmp_path):
    settings.DOCUMENTS_RACINE = tmp_path / "documents"

    _, resultat = lancer("deposer_factures", generer_exemples.DOSSIER)

    assert resultat["deposees"] == 4
    assert not Facture.objects.exists()
    assert not settings.DOCUMENTS_RACINE.exists()
    assert ServiceGestionnaire.objects.exists()


def test_les_photos_d_un_dossier_deviennent_des_brouillons_de_l_etablissement(tmp_path):
    etablissement = EtablissementFactory()
    for nom in ("facture-1.jpg", "facture-2.jpg", "autre.png"):
        (tmp_path / nom).write_bytes(echantillons.photo(texte=nom))

    sans, refus = lancer("deposer_factures", tmp_path)
    essai, _ = lancer("deposer_factures", tmp_path, "--etablissement", etablissement.ridet)
    fait, resultat = lancer(
        "deposer_factures", tmp_path, "--etablissement", etablissement.ridet, "--executer"
    )

    assert (sans, essai, fait) == (1, 0, 0)
    assert "--etablissement RIDET" in refus["anomalies"][0]["motif"]
    assert [b["fichier"] for b in resultat["a_completer"]] == [
        "autre.png",
        "facture-1.jpg, facture-2.jpg",
    ]
    assert Facture.objects.filter(etat="brouillon", etablissement=etablissement).count() == 2
