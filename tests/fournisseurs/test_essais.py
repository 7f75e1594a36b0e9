"""A trial of an import keeps nobody waiting, and tells how far it is."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.db import connection, connections

from fournisseurs.models import Etablissement, Fournisseur, Importation
from fournisseurs.reprise import ecriture
from fournisseurs.reprise.depot import deposer_importation
from fournisseurs.reprise.importation import essayer, importer
from tests.fournisseurs import fichier_abime
from tests.fournisseurs.fichier_abime import Coupure, comptes

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]
POSITION = "SELECT position FROM fournisseurs_importation"


def ailleurs(acte):
    """Do something in a thread, whose connection is another one."""

    def faire():
        try:
            return acte()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as executeur:
        return executeur.submit(faire).result(timeout=30)


@pytest.mark.django_db(transaction=True)
def test_un_essai_dit_ou_il_en_est_et_laisse_ecrire(tmp_path, systeme, petites_tranches):
    if connection.vendor != "postgresql":
        pytest.skip("la base d’essai SQLite ne se vide pas : ses traces ne s’effacent pas")
    chemin = tmp_path / "abime.csv"
    fichier_abime.ecrire_csv(chemin, 200)
    importation = deposer_importation(chemin, nom="abime.csv", par=systeme)
    une = Importation.objects.filter(pk=importation.pk)
    vues = []

    def regarder(_):
        ailleurs(lambda: une.update(nom="écrit pendant l’essai"))
        vues.append(ailleurs(lambda: une.values_list("position", flat=True).get()))

    essayer(importation, chemin, par=systeme, suivre=regarder)

    importation.refresh_from_db()
    assert vues[0] == 0
    assert vues[1:] == sorted({*vues} - {0})
    assert (importation.position, importation.lignes) == (0, 201)
    assert importation.nom == "écrit pendant l’essai"
    assert comptes(importation) == (194, 0, 0, 6)
    assert not Etablissement.objects.exists()


@pytest.fixture
def base_sur_disque(tmp_path):
    """Put a copy of the SQLite base in a file, and work in it; the name of the file.

    That of the tests is in memory, inside a transaction: another process, or a trial, sees none.
    """
    originale = connections["default"]
    if originale.vendor != "sqlite":
        pytest.skip("seul SQLite, qui n’a qu’un écrivain à la fois, essaie dans une copie")
    base = tmp_path / "base" / "b.sqlite3"
    base.parent.mkdir()
    base.write_bytes(originale.connection.serialize())
    copie = originale.copy()
    copie.settings_dict = {**originale.settings_dict, "NAME": str(base)}
    connections["default"] = copie
    try:
        yield base
    finally:
        connections["default"] = originale
        copie.close()


def test_un_essai_sous_sqlite_se_fait_dans_une_copie(
    tmp_path, systeme, petites_tranches, base_sur_disque
):
    chemin = tmp_path / "abime.csv"
    fichier_abime.ecrire_csv(chemin, 200)
    importation = deposer_importation(chemin, nom="abime.csv", par=systeme)
    positions, fiches, voisins = [], [], []

    def regarder(_):
        with closing(sqlite3.connect(base_sur_disque, timeout=1)) as autre, autre:
            autre.execute("UPDATE fournisseurs_importation SET nom = 'écrit pendant l’essai'")
            positions.append(autre.execute(POSITION).fetchone()[0])
        fiches.append(Fournisseur.objects.count())
        voisins.append(len(list(base_sur_disque.parent.iterdir())))

    essayer(importation, chemin, par=systeme, suivre=regarder)

    importation.refresh_from_db()
    assert positions[0] == 0
    assert positions[1:] == sorted({*positions} - {0})
    assert fiches[-1] > fiches[0] > 0  # the copy has them, and it lies beside the base
    assert min(voisins) > len(list(base_sur_disque.parent.iterdir()))
    assert importation.nom == "écrit pendant l’essai"
    assert comptes(importation) == (194, 0, 0, 6)
    assert importation.rejets.count() == 6
    assert not Fournisseur.objects.exists()


def test_un_essai_rate_sous_sqlite_rend_la_base(tmp_path, systeme, base_sur_disque):
    chemin = tmp_path / "abime.csv"
    fichier_abime.ecrire_csv(chemin, 60)
    importation = deposer_importation(chemin, nom="abime.csv", par=systeme)

    def couper(_):
        raise Coupure

    with pytest.raises(Coupure):
        essayer(importation, chemin, par=systeme, suivre=couper)

    assert connections["default"].settings_dict["NAME"] == str(base_sur_disque)
    assert list(base_sur_disque.parent.glob("*/")) == []
    assert not Fournisseur.objects.exists()


def test_un_essai_ne_prend_pas_le_verrou_du_journal(tmp_path, systeme, monkeypatch):
    monkeypatch.setattr(ecriture, "consigner_lot", None)
    chemin = tmp_path / "abime.csv"
    fichier_abime.ecrire_csv(chemin, 10)

    importation = importer(chemin, par=systeme, executer=False)

    assert comptes(importation) == (7, 0, 0, 3)
