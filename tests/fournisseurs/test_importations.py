"""Imports that meet broken files, are cut short, or are carried out on the page by two agents."""

import io
import os
import signal
import subprocess
import sys
import zipfile
from urllib.parse import urlsplit

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from facturier.acces.models import Role, Utilisateur
from fournisseurs.models import (
    CoordonneesBancaires,
    EntreeJournal,
    Etablissement,
    EtatImportation,
    Fournisseur,
    Importation,
)
from fournisseurs.recherche import indexer
from fournisseurs.reprise import requetes
from fournisseurs.reprise.depot import chemin_du_fichier, deposer_importation, ecrire_rejets, lancer
from fournisseurs.reprise.file import avancer, avancer_toutes
from fournisseurs.reprise.importation import ImportationAilleurs, importer, poursuivre
from tests.fournisseurs import fichier_abime
from tests.fournisseurs.factories import IBAN_BCI, IBAN_CCP, FournisseurFactory
from tests.fournisseurs.fichier_abime import Coupure, comptes

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]

NOMBRE = 1_200
ENTETE = "ridet;code;nom;adresse;cp;commune;iban;titulaire"


@pytest.fixture
def fichier(tmp_path):
    """Write a file of tiers with the usual heading."""

    def ecrire(*lignes, nom="tiers.csv"):
        chemin = tmp_path / nom
        chemin.write_text("\n".join([ENTETE, *lignes]), encoding="utf-8")
        return chemin

    return ecrire


def ligne(ridet="9000019001", iban=IBAN_BCI, *, code="", nom="Cagou", titulaire=""):
    """Return one row."""
    return f"{ridet};{code};{nom};1 rue;98800;Nouméa;{iban};{titulaire}"


# --- Broken rows -------------------------------------------------------------------------------
@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_les_bonnes_lignes_entrent_et_chaque_mauvaise_est_nommee(tmp_path, systeme, encodage):
    chemin = tmp_path / "abime.csv"
    fichier_abime.ecrire_csv(chemin, NOMBRE, encodage)
    attendus = fichier_abime.abimees(NOMBRE)

    importation = importer(chemin, par=systeme, executer=True)

    rejets = dict(importation.rejets.values_list("ligne", "motif"))
    assert comptes(importation) == (NOMBRE - len(attendus), 0, 0, len(attendus))
    assert rejets.keys() == attendus.keys()
    assert [li for li, mots in attendus.items() if mots not in rejets[li]] == []


def test_un_classeur_donne_les_memes_lignes_qu_un_csv(tmp_path, systeme):
    fichier_abime.ecrire_csv(tmp_path / "abime.csv", 300)
    fichier_abime.ecrire_classeur(tmp_path / "abime.xlsx", 300)

    classeur = importer(tmp_path / "abime.xlsx", par=systeme, executer=True)
    csv = importer(tmp_path / "abime.csv", par=systeme, executer=True)

    # There a quote left open is but a character.
    rejets = dict(classeur.rejets.values_list("ligne", "motif"))
    attendus = fichier_abime.abimees(300, est_csv=False)
    assert [ligne for ligne, mots in attendus.items() if mots not in rejets.get(ligne, "")] == []
    assert comptes(classeur) == (292, 0, 0, 8)
    assert comptes(csv) == (0, 0, 291, 9)


def test_le_fichier_des_rejets_se_corrige_et_se_reimporte(fichier, systeme, tmp_path):
    importation = importer(
        fichier(ligne(), ligne("9000027001", nom="=SOMME(A1)"), ligne("ABC")),
        par=systeme,
        executer=True,
    )
    rejets = tmp_path / "rejets.csv"
    with rejets.open("w", encoding="utf-8-sig", newline="") as sortie:
        ecrire_rejets(importation, sortie)

    encore = importer(rejets, par=systeme, executer=False)
    rejets.write_text(
        rejets.read_text("utf-8-sig").replace("'=SOMME(A1)", "Alizés").replace("ABC", "9000035001"),
        "utf-8",
    )
    corrige = importer(rejets, par=systeme, executer=True)

    assert comptes(encore) == (0, 0, 0, 2)
    assert comptes(corrige) == (2, 0, 0, 0)


def test_des_cellules_fusionnees_sont_dites(tmp_path, systeme):
    classeur = openpyxl.Workbook()
    feuille = classeur.create_sheet(index=0)
    feuille.append(["RIDET", "Nom", "Adresse", "CP", "Commune"])
    feuille.append(["9000019001", "Cagou", "1 rue", "98800", "Nouméa"])
    feuille.append(["9000027001", "Alizés", "1 rue", "98800", "Nouméa"])
    feuille.append(["9000035001", None, "1 rue", "98800", "Nouméa"])
    feuille.merge_cells("B3:B4")
    classeur.save(tmp_path / "fusion.xlsx")

    importation = importer(tmp_path / "fusion.xlsx", par=systeme, executer=True)

    assert comptes(importation) == (1, 0, 0, 2)
    assert "fusionnées" in importation.rejets.first().motif


def _bombe(chemin, feuille):
    with zipfile.ZipFile(chemin, "w", zipfile.ZIP_DEFLATED) as archive:
        for nom, contenu in fichier_abime._ENVELOPPE.items():
            archive.writestr(nom, contenu)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as membre:
            for morceau in feuille:
                membre.write(morceau)


def _mille_mega():
    yield fichier_abime._DEBUT.encode()
    for _ in range(1_100):
        yield b" " * 1_000_000


def _coin_oppose():
    yield fichier_abime._DEBUT.encode()
    yield b'<row r="1"><c r="A1" t="inlineStr"><is><t>ridet</t></is></c></row>'
    yield b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'


@pytest.mark.parametrize("feuille", [_mille_mega, _coin_oppose])
def test_un_classeur_qui_explose_est_refuse(tmp_path, systeme, feuille):
    _bombe(tmp_path / "bombe.xlsx", feuille())

    with pytest.raises(CommandError, match="démesuré") as refus:
        call_command("importer_fournisseurs", tmp_path / "bombe.xlsx", "--executer")

    assert refus.value.returncode == 1
    assert Importation.objects.get().etat == EtatImportation.REFUSEE


def test_un_faux_classeur_est_refuse(tmp_path):
    with zipfile.ZipFile(tmp_path / "faux.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "rien")

    with pytest.raises(CommandError, match="ne s’ouvre pas"):
        call_command("importer_fournisseurs", tmp_path / "faux.xlsx")


def test_la_casse_du_nom_ne_trompe_pas(fichier, systeme):
    importation = importer(fichier(ligne(), nom="tiers.xlsx"), par=systeme, executer=False)

    assert comptes(importation) == (1, 0, 0, 0)


# --- Same file, same result --------------------------------------------------------------------
def test_les_comptes_de_l_essai_sont_ceux_de_l_import(fichier, systeme):
    FournisseurFactory(ridet="9000019001")
    chemin = fichier(
        ligne(iban=IBAN_CCP),
        ligne("9000027001"),
        ligne("9000027002"),
        ligne("9000027002"),
        ligne("", code="DEB-1", iban=""),
        ligne("9000035001", code="DEB-1"),
    )

    essai = importer(chemin, par=systeme, executer=False)
    reel = importer(chemin, par=systeme, executer=True)
    encore = importer(chemin, par=systeme, executer=True)

    assert comptes(essai) == comptes(reel) == (3, 0, 0, 3)
    assert comptes(encore) == (0, 0, 3, 3)


def test_une_ligne_inchangee_n_est_pas_reecrite(fichier, systeme):
    chemin = fichier(ligne(), ligne("9000027001"))
    importer(chemin, par=systeme, executer=True)
    entrees = EntreeJournal.objects.count()

    with connection.execute_wrapper(_sans_ecriture):
        importation = importer(chemin, par=systeme, executer=True)

    assert comptes(importation) == (0, 0, 2, 0)
    assert EntreeJournal.objects.count() == entrees == 2


def _sans_ecriture(suite, requete, parametres, plusieurs, contexte):
    resultat = suite(requete, parametres, plusieurs, contexte)
    if requete.lstrip().startswith(("UPDATE fournisseurs_", "UPDATE grand_livre_")):
        assert contexte["cursor"].rowcount == 0 or "importation" in requete, requete
    return resultat


def test_les_tiers_importes_se_trouvent_par_leurs_mots(fichier, systeme):
    importer(fichier(ligne(nom="Œillet & 0 300 Fils")), par=systeme, executer=True)
    fiche = Fournisseur.objects.get()

    assert indexer([fiche.pk]) == 0
    assert Fournisseur.objects.correspondant_a("oeill 300 noumea").exists()


# --- Accounts ----------------------------------------------------------------------------------
def test_un_compte_verifie_ne_devient_pas_modifiable_par_un_autre_titulaire(fichier, systeme):
    fiche = FournisseurFactory(ridet="9000019001")

    importer(fichier(ligne(titulaire="Autre Titulaire")), par=systeme, executer=True)
    second = importer(fichier(ligne(iban=IBAN_CCP)), par=systeme, executer=True)

    assert second.rejetes == 1
    assert fiche.coordonnees.get().origine == CoordonneesBancaires.Origine.DEMANDE


def test_un_compte_verifie_ne_se_contourne_pas_par_un_autre_etablissement(fichier, systeme):
    FournisseurFactory(ridet="9000019001")

    importation = importer(fichier(ligne("9000019002", IBAN_CCP)), par=systeme, executer=True)

    assert comptes(importation) == (0, 0, 0, 1)


def test_un_second_agent_confirme_les_comptes_que_le_fichier_change(fichier, systeme, personne):
    importer(fichier(ligne()), par=systeme, executer=True)
    alice, bob = personne("Alice", Role.AGENT), personne("Bob", Role.AGENT)
    chemin = fichier(ligne(iban=IBAN_CCP))
    seule, a_deux = (deposer_importation(chemin, nom="a.csv", par=alice) for _ in range(2))

    poursuivre(seule, chemin, par=alice)
    poursuivre(a_deux, chemin, par=bob)

    seule.refresh_from_db()
    a_deux.refresh_from_db()
    assert (seule.rejetes, seule.comptes) == (1, 0)
    assert "second agent" in seule.rejets.get().motif
    assert (a_deux.modifies, a_deux.comptes) == (1, 1)
    assert EntreeJournal.objects.filter(acte="compte_remplace", par=bob).count() == 1


def test_qui_depose_ne_confirme_pas_ses_comptes(fichier, personne):
    alice = personne("Alice", Role.AGENT)
    importation = deposer_importation(fichier(ligne()), nom="a.csv", par=alice)

    with pytest.raises(IntegrityError), transaction.atomic():
        Importation.objects.filter(pk=importation.pk).update(lancee_par=alice, est_confirmee=True)


# --- Cut short ---------------------------------------------------------------------------------
def test_un_import_interrompu_reprend_ou_il_s_est_arrete(tmp_path, systeme, petites_tranches):
    chemin = tmp_path / "abime.csv"
    fichier_abime.ecrire_csv(chemin, 200)
    tranches = []

    def couper(importation):
        tranches.append(importation.position)
        if len(tranches) == 3:
            raise Coupure

    with pytest.raises(Coupure):
        importer(chemin, par=systeme, executer=True, suivre=couper)
    coupee = Importation.objects.get()
    reprise = importer(chemin, par=systeme, executer=True)

    assert (coupee.etat, coupee.position) == (EtatImportation.EN_COURS, tranches[-1])
    assert (reprise.pk, reprise.etat) == (coupee.pk, EtatImportation.TERMINEE)
    assert comptes(reprise) == (194, 0, 0, 6)
    assert Etablissement.objects.count() == 194


def test_deux_processus_ne_menent_pas_le_meme_import(tmp_path, systeme, petites_tranches):
    chemin = tmp_path / "abime.csv"
    fichier_abime.ecrire_csv(chemin, 60)

    def doubler(importation):
        Importation.objects.filter(pk=importation.pk).update(position=importation.position + 1)

    with pytest.raises(ImportationAilleurs):
        importer(chemin, par=systeme, executer=True, suivre=doubler)


TUE = """
import os, signal, sys
import django
django.setup()
from pathlib import Path
from facturier.acces.models import Utilisateur
from fournisseurs.reprise import importation, texte
texte.TAILLE_BLOC = 3_000
def tuer(en_cours):
    if en_cours.position > 30:
        os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "pendant":
    avancer = importation._avancer
    def en_ecrivant(en_cours, tranche):
        avancer(en_cours, tranche)
        tuer(en_cours)
    importation._avancer = en_ecrivant
importation.importer(Path(sys.argv[1]), par=Utilisateur.objects.systeme(), executer=True,
                     suivre=tuer)
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["pendant", "entre"])
def test_un_import_tue_finit_sans_rien_ecrire_deux_fois(tmp_path, moment):
    if connection.vendor != "postgresql":
        pytest.skip("la base d’essai SQLite est en mémoire : un autre processus ne la voit pas")
    chemin = tmp_path / "abime.csv"
    fichier_abime.ecrire_csv(chemin, 200)
    base = f"/{connection.settings_dict['NAME']}"
    adresse = urlsplit(os.environ["DATABASE_URL"])._replace(path=base).geturl()

    enfant = subprocess.run(
        [sys.executable, "-c", TUE, str(chemin), moment],
        cwd=settings.RACINE,
        env=os.environ | {"DATABASE_URL": adresse, "DJANGO_SETTINGS_MODULE": "facturier.settings"},
        capture_output=True,
        check=False,
    )
    reprise = importer(chemin, par=Utilisateur.objects.systeme(), executer=True)

    assert enfant.returncode == -signal.SIGKILL, enfant.stderr.decode()
    assert comptes(reprise) == (194, 0, 0, 6)
    assert Importation.objects.count() == 1
    assert Etablissement.objects.count() == 194


def test_les_lignes_se_comparent_a_la_base_par_ses_index(fichier):
    importer(fichier(ligne()), par=Utilisateur.objects.systeme(), executer=True)
    explication = "EXPLAIN QUERY PLAN"
    with connection.cursor() as curseur:
        if connection.vendor == "postgresql":  # a few rows would be compared without any index
            explication = "EXPLAIN"
            for detour in ("enable_seqscan", "enable_hashjoin", "enable_mergejoin"):
                curseur.execute(f"SET LOCAL {detour} = off")
        curseur.execute(f"{explication} {requetes.resoudre()}", {"est_confirme": True})
        plan = "\n".join(str(etape[-1]) for etape in curseur.fetchall())

    assert "fournisseur_rid_unique" in plan, plan


MESUREE = """
import pathlib, re, sys
import django
django.setup()
from facturier.acces.models import Utilisateur
from fournisseurs.reprise.importation import importer

for chemin in sys.argv[1:]:
    fait = importer(pathlib.Path(chemin), par=Utilisateur.objects.systeme(), executer=True)
    etat = pathlib.Path("/proc/self/status").read_text()
    pic = re.search("VmHWM:\\s+([0-9]+)", etat)[1]
    print(fait.crees, fait.modifies, fait.inchanges, fait.rejetes, int(pic) // 1024)
"""


@pytest.mark.lent
@pytest.mark.django_db(transaction=True)
def test_la_memoire_d_un_import_ne_suit_pas_la_taille_du_fichier(tmp_path):
    if connection.vendor != "postgresql":
        pytest.skip("la base d’essai SQLite est en mémoire : un autre processus ne la voit pas")
    for nombre in (12_000, 24_000):
        fichier_abime.ecrire_csv(tmp_path / f"{nombre}.csv", nombre)
    base = f"/{connection.settings_dict['NAME']}"
    adresse = urlsplit(os.environ["DATABASE_URL"])._replace(path=base).geturl()

    enfant = subprocess.run(
        [sys.executable, "-c", MESUREE, *sorted(map(str, tmp_path.iterdir()))],
        cwd=settings.RACINE,
        env=os.environ | {"DATABASE_URL": adresse, "DJANGO_SETTINGS_MODULE": "facturier.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    petit, grand = ([int(n) for n in li.split()] for li in enfant.stdout.splitlines())

    assert petit[:4] == [11_640, 0, 0, 360]
    assert grand[:4] == [11_640, 0, 11_640, 720]
    assert grand[4] - petit[4] < 60


# --- The page ----------------------------------------------------------------------------------
def deposer(client, contenu, nom="tiers.csv"):
    """Hand a file in on the page, as a browser does, and let the task try it."""
    client.post(reverse("fournisseurs:imports"), {"fichier": SimpleUploadedFile(nom, contenu)})
    importation = Importation.objects.first()
    avancer(importation.pk)
    importation.refresh_from_db()
    return importation


def test_un_agent_essaie_puis_importe_sur_la_page(client, agent, fichier):
    client.force_login(agent)
    contenu = fichier(ligne(), ligne("ABC")).read_bytes()

    importation = deposer(client, contenu)
    essai = client.get(reverse("fournisseurs:import", args=[importation.pk])).content.decode()
    client.post(reverse("fournisseurs:lancer_import", args=[importation.pk]))
    en_cours = client.get(reverse("fournisseurs:import", args=[importation.pk]))
    avancer(importation.pk)
    fini = client.get(reverse("fournisseurs:import", args=[importation.pk]), HTTP_HX_REQUEST="true")
    rejets = client.get(reverse("fournisseurs:rejets_import", args=[importation.pk]))

    assert "Ce qui serait fait" in essai
    assert not Fournisseur.objects.exists() or importation.etat == EtatImportation.ESSAYEE
    assert "every 2s" in en_cours.content.decode()
    assert fini.status_code == 286
    assert "Ce qui a été fait" in fini.content.decode()
    assert "dix chiffres" in rejets.content.decode()
    assert Fournisseur.objects.count() == 1


@pytest.mark.parametrize("contenu", [b"%PDF-1.7", b"a;b\n1;2\n"])
def test_un_mauvais_fichier_est_refuse_avec_sa_raison(client, agent, contenu):
    client.force_login(agent)

    importation = deposer(client, contenu)
    page = client.get(reverse("fournisseurs:import", args=[importation.pk])).content.decode()

    assert importation.etat == EtatImportation.REFUSEE
    assert "Déposer un autre fichier" in page


def test_un_fichier_vide_est_refuse_au_depot(client, agent):
    client.force_login(agent)

    reponse = client.post(
        reverse("fournisseurs:imports"), {"fichier": SimpleUploadedFile("v.csv", b"")}
    )

    assert reponse.status_code == 422
    assert not Importation.objects.exists()


def test_ce_qui_s_est_arrete_repart_par_la_tache(agent, fichier, monkeypatch):
    perdue = deposer_importation(fichier(ligne()), nom="perdu.csv", par=agent)
    chemin_du_fichier(perdue).unlink()
    importation = deposer_importation(fichier(ligne(nom="Autre")), nom="a.csv", par=agent)
    for une in (perdue, importation):
        lancer(une, par=agent)
    assert avancer_toutes() == 0

    Importation.objects.update(avance_le="2026-01-01T00:00:00Z")

    assert avancer_toutes() == 2
    importation.refresh_from_db()
    assert importation.etat == EtatImportation.TERMINEE


def test_un_import_commence_ne_s_abandonne_pas(client, agent, fichier):
    client.force_login(agent)
    importation = deposer_importation(fichier(ligne()), nom="a.csv", par=agent)
    lancer(importation, par=agent)

    client.post(reverse("fournisseurs:abandonner_import", args=[importation.pk]))

    importation.refresh_from_db()
    assert importation.etat == EtatImportation.EN_COURS


def test_l_avancement_se_dit_sur_la_sortie_d_erreur(fichier):
    erreurs = io.StringIO()

    call_command(
        "importer_fournisseurs", fichier(ligne()), "--suivre", stdout=io.StringIO(), stderr=erreurs
    )

    assert "ligne 2…" in erreurs.getvalue()
