"""The command line: exit codes, output, refusals in one French line."""

import sqlite3
import subprocess
import sys
import tracemalloc

import pytest

from exports_tps.simulateur import passe
from exports_tps.simulateur.__main__ import main
from exports_tps.simulateur.examen import Outils, examiner
from exports_tps.simulateur.plan import Plan
from tests.exports_tps.simulateur import fabrique


class MemoireVide:
    """A treasury that has seen nothing."""

    def nom_connu(self, nom_fic, cod_col):
        return False

    def bordereaux_recus(self, serie):
        return []

    def pieces_prises(self, serie, type_bordereau, numeros):
        return set()

    def piece_jointe_connue(self, id_unique):
        return False


def test_la_sortie_dit_ce_qui_est_recu_et_repondu(banc, capsys):
    banc.deposer(fabrique.flux_simple())

    code = main(["--envois", str(banc.envois), "--retours", str(banc.retours), "--une-fois"])

    sortie = capsys.readouterr().out
    assert code == 0
    assert "Reçu flux.xml\u202f: bordereaux acceptés 1 sur 1, PJ acceptées 1 sur 1." in sortie
    assert "acquittement" in sortie


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--envois", "absent"], "dossier d’envois"),
        (["--retours", "absent"], "dossier de retours"),
        (["--plan", "absent.toml"], "plan"),
        (["--schemas", "absent"], "Schémas illisibles"),
        (["--autorites", "absent.pem"], "autorités"),
        (["--etat", "absent/etat"], "Fichier d’état"),
        (["--intervalle", "0"], "intervalle"),
    ],
)
def test_une_option_fautive_donne_une_ligne_et_le_code_2(banc, capsys, options, message):
    arguments = ["--envois", str(banc.envois), "--retours", str(banc.retours), "--une-fois"]

    code = main([*arguments, *options])

    erreur = capsys.readouterr().err
    assert code == 2
    assert message in erreur
    assert erreur.count("\n") == 1


def test_un_etat_qui_n_en_est_pas_un_est_refuse(banc, capsys):
    etat = banc.dossier / "etat"
    etat.write_text("ceci n’est pas une base" * 100)

    code = main(["--envois", str(banc.envois), "--retours", str(banc.retours), "--etat", str(etat)])

    assert code == 2
    assert "pas un état du simulateur" in capsys.readouterr().err


def test_un_etat_deja_utilise_est_refuse(banc, capsys):
    etat = banc.dossier / "etat"
    autre = sqlite3.connect(etat)
    autre.execute("BEGIN EXCLUSIVE")

    code = main(["--envois", str(banc.envois), "--retours", str(banc.retours), "--etat", str(etat)])
    autre.close()

    assert code == 2
    assert "déjà utilisé" in capsys.readouterr().err


def test_une_option_inconnue_donne_le_code_2():
    resultat = subprocess.run(
        [sys.executable, "-m", "exports_tps.simulateur", "--inconnue"],
        capture_output=True,
        check=False,
    )

    assert resultat.returncode == 2


def mesurer(fichier):
    """Peak of Python memory while a file is examined, in bytes."""
    outils = Outils(schema=None, autorites=[], plan=Plan(), memoire=MemoireVide())
    tracemalloc.start()
    examen = examiner(fichier, outils)
    sommet = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert examen.refus == []
    return sommet


def test_la_memoire_ne_suit_pas_la_taille_des_pieces_jointes(banc):
    contenu = fabrique.bordereau(12, [fabrique.mandat(45)], total_ht=100_000, total_tgc=11_000)
    petite, grande = (
        banc.deposer(
            fabrique.flux(
                contenu, pieces_jointes=[fabrique.piece_jointe("PJ1", contenu=bytes(taille))]
            ).replace("AAAA", "AAAA" + " " * taille, 1),
            f"{taille}.xml",
        )
        for taille in (1_000, 8_000_000)
    )

    assert mesurer(grande) < mesurer(petite) + 4_000_000


def test_une_passe_par_jour_lu_sur_l_entree_standard(banc, monkeypatch):
    banc.deposer(fabrique.flux_simple())
    monkeypatch.setattr(sys, "stdin", ["2026-03-02\n", "2026-03-05\n", "2026-03-16\n"])

    bilan = banc.lancer("--jours")

    assert [emise["genre"] for emise in bilan.emises] == ["acquit", "prise_en_charge", "paiement"]
    assert set(banc.valeurs("DtePcePec")) == {"2026-03-05"}
    assert set(banc.valeurs("DtePay")) == {"2026-03-16"}


def test_un_jour_illisible_arrete_les_passes_en_le_disant(banc, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", ["lundi\n"])

    code = main(["--envois", str(banc.envois), "--retours", str(banc.retours), "--jours"])

    assert (code, capsys.readouterr().err.strip()) == (2, "« lundi » n’est pas un jour AAAA-MM-JJ.")


def test_jusqu_au_bout_saute_les_passes_ou_rien_ne_se_dit(banc):
    banc.deposer(fabrique.flux_simple())
    plan = '[[defaut]]\nacte = "retarder"\nreponse = "paiement"\npasses = 3000'

    bilan = banc.terminer(*banc.plan(plan))

    assert [emise["genre"] for emise in bilan.emises] == ["acquit", "prise_en_charge", "paiement"]
    assert (bilan.passes, bilan.reste) == (3, 0)


def test_un_flux_depose_apres_un_saut_est_repondu_a_la_passe_suivante(banc):
    banc.deposer(fabrique.flux_simple())
    banc.terminer(*banc.plan('[[defaut]]\nacte = "retarder"\nreponse = "acquit"\npasses = 3000'))
    banc.deposer(fabrique.flux_simple("SUIVANT", 13, "PJ2"), "suivant.xml")

    genres = [[emise["genre"] for emise in banc.passer().emises] for _ in range(4)]

    assert genres == [["acquit"], ["prise_en_charge"], ["paiement"], []]


def test_une_reponse_tue_ne_retient_pas_la_commande_qui_le_dit(banc, capsys):
    banc.deposer(fabrique.flux_simple())
    banc.deposer(fabrique.flux_simple("MUET", 13, "PJ2"), "muet.xml")
    plan = '[[defaut]]\nacte = "taire"\nflux = "MUET"\nreponse = "prise_en_charge"'
    dossiers = ["--envois", str(banc.envois), "--retours", str(banc.retours)]

    code = main([*dossiers, "--jusqu-au-bout", *map(str, banc.plan(plan))])

    sortie = capsys.readouterr().out.splitlines()
    assert code == 0
    assert sortie[-2].startswith("Passes\u202f: 3. Flux reçus\u202f: 2. Réponses émises\u202f: 4,")
    assert sortie[-1] == "Réponses que le plan ne donne jamais\u202f: 2."
    assert banc.terminer().tues == 2


def test_un_flux_illisible_et_un_dossier_disparu_se_disent_en_francais(banc, capsys, monkeypatch):
    fichier = banc.deposer(fabrique.flux_simple())
    dossiers = ["--envois", str(banc.envois), "--retours", str(banc.retours), "--une-fois"]
    monkeypatch.setattr(passe, "examiner", lambda *_: (banc.dossier / "absent").open())

    illisible = main(dossiers)
    fichier.unlink()
    monkeypatch.setattr(passe.Tresorerie, "_nouveaux", lambda _: (banc.dossier / "non").open())
    disparu = main(dossiers)

    sortie = capsys.readouterr()
    assert (illisible, disparu) == (1, 2)
    assert "flux.xml\u202f: fichier illisible (introuvable)." in sortie.out
    assert sortie.err == f"Arrêt\u202f: introuvable ({banc.dossier / 'non'}).\n"
