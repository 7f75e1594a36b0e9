"""What answering costs: it follows what there is to answer, not its square."""

import pytest

from exports_tps.simulateur import etat, passe, retour
from exports_tps.simulateur.etat import Etat
from tests.exports_tps.simulateur import fabrique


def deposer(banc, bordereaux, **options):
    """One flux of that many bordereaux, of one mandat each."""
    contenus = [
        fabrique.bordereau(numero, [fabrique.mandat(numero)], total_ht=100_000, total_tgc=11_000)
        for numero in range(1, bordereaux + 1)
    ]
    return banc.deposer(fabrique.flux(*contenus, **options))


def test_une_reponse_ne_lit_que_son_bordereau(banc, monkeypatch):
    lus = []

    def lire_en_comptant(*arguments):
        lus.append(0)
        for evenement in lire(*arguments):
            lus[-1] += 1
            yield evenement

    lire = retour.lire
    monkeypatch.setattr(retour, "lire", lire_en_comptant)
    deposer(banc, 30)

    bilan = banc.terminer()

    assert len(bilan.emises) == 1 + 30 + 30
    assert banc.valeurs("IdBord", "PES2R*") == banc.valeurs("IdPce", "PES2R*")
    assert max(lus) < 10


def test_un_bordereau_de_recette_est_retrouve_apres_la_depense(banc):
    titre = fabrique.bordereau(7, [fabrique.titre(70)], total_ht=50_000, recette=True)
    deposer(banc, 2, titres=[titre])

    banc.terminer()

    assert banc.valeurs("IdPce", "PES2R_RCE*") == ["70"]
    assert banc.valeurs("IdBord", "PES2R_RCE*") == ["7"]


def test_l_empreinte_d_un_flux_est_calculee_a_la_reception_puis_une_fois(banc, monkeypatch):
    calculees = []

    def calculer(fichier):
        calculees.append(fichier.name)
        return empreinte(fichier)

    empreinte = passe.empreinte
    monkeypatch.setattr(passe, "empreinte", calculer)
    deposer(banc, 5)

    banc.terminer()

    assert calculees == ["flux.xml"] * 2


@pytest.mark.parametrize(
    "requete", [etat.CONTEXTE_EMIS, etat.CONTEXTE_REFERENCE], ids=["emis", "reference"]
)
def test_les_dates_d_une_reponse_se_trouvent_sans_lire_les_autres(tmp_path, requete):
    memoire = Etat(tmp_path / "etat")
    plan = memoire.base.execute(f"EXPLAIN QUERY PLAN {requete}", [1] * requete.count("?"))
    etapes = [ligne[3] for ligne in plan]
    memoire.fermer()

    assert any("USING INDEX reponse_par_" in etape for etape in etapes), etapes
