"""Numbers taken already, their sequence, and the cumulative amount of the year."""

import pytest

from exports_tps.simulateur.etat import Etat
from tests.exports_tps.simulateur import fabrique


def deposer(banc, *numeros, cumul=900_000, nom="", options=(), type_bordereau="01", **choix):
    """Send bordereaux of one mandat of 111,000 francs, numbered alike; pass once."""
    contenus = [
        fabrique.bordereau(
            numero,
            [fabrique.mandat(choix.get("piece", numero))],
            total_ht=100_000,
            total_tgc=11_000,
            cumul=cumul,
            exercice=choix.get("exercice", 2026),
        ).replace('<TypBord V="01"/>', f'<TypBord V="{type_bordereau}"/>')
        for numero in numeros
    ]
    nom = nom or f"PES_{type_bordereau}_{'_'.join(map(str, numeros))}_{len(banc.reponses())}"
    collectivite = choix.get("collectivite", "123")
    banc.deposer(fabrique.flux(*contenus, nom=nom, collectivite=collectivite), f"{nom}.xml")
    return banc.passer(*options)


def codes(banc):
    return banc.valeurs("NumAnoAck")


def test_un_cumul_sous_ce_qui_est_tenu_refuse_le_bordereau(banc):
    deposer(banc, 1, cumul=111_000)
    deposer(banc, 2, cumul=221_999)
    deposer(banc, 3, cumul=222_000)  # 2 was refused: it is not held

    assert codes(banc) == ["ERREUR_CUMUL_MONTANTS"]
    assert banc.valeurs("EtatAck") == ["1", "0", "1"]


def test_le_cumul_compte_ce_qui_precede_dans_le_meme_fichier(banc):
    bilan = deposer(banc, 1, 2, cumul=111_000)

    assert codes(banc) == ["ERREUR_CUMUL_MONTANTS"]
    assert "MtCumulAnnuel 111000 inférieur à ce qui est tenu (222000)" in bilan.anomalies[0]


@pytest.mark.parametrize(
    "autre", [{"type_bordereau": "03"}, {"collectivite": "124"}, {"exercice": 2027}]
)
def test_chaque_type_budget_et_exercice_a_son_cumul(banc, autre):
    deposer(banc, 1, cumul=111_000)

    bilan = deposer(banc, 2, cumul=111_000, **autre)

    assert (codes(banc), bilan.anomalies) == ([], [])


def test_ce_qui_depasse_ou_devance_est_accepte_et_signale(banc):
    trop = deposer(banc, 1, cumul=111_001)
    devance = deposer(banc, 4, cumul=900_000)
    rattrape = deposer(banc, 2, 3, cumul=333_000)

    assert codes(banc) == []
    assert [bilan.code for bilan in (trop, devance, rattrape)] == [0, 0, 0]
    assert "dépasse tout ce qui a été reçu" in trop.signalements[0]
    assert "bordereau 4 reçu avant 2, 3" in devance.signalements[0]
    assert ["bordereau 2\u202f: MtCumulAnnuel 333000" in s for s in rattrape.signalements] == [True]


def test_un_numero_de_piece_ne_sert_qu_une_fois(banc):
    deposer(banc, 1, piece=7)

    deposer(banc, 2, piece=7)

    assert codes(banc) == ["ERREUR_DOUBLON_PIECE"]
    assert banc.valeurs("NumPiece", "PES_ACQUIT*") == ["7"]


def test_un_numero_rejete_au_visa_sert_de_nouveau(banc):
    plan = banc.plan('[[defaut]]\nacte = "rejeter_piece"\npiece = 7\nflux = "PREMIER"\n')
    deposer(banc, 1, piece=7, nom="PREMIER", options=plan)

    deposer(banc, 2, piece=7)

    assert codes(banc) == []


def test_les_trous_se_comblent_dans_n_importe_quel_ordre(banc):
    """The numbers still missing are told, five at most, whatever came in between."""
    deposer(banc, 20)
    signalements = [deposer(banc, numero).signalements for numero in (10, 15, 12, 11, 13, 14, 21)]

    assert [s[0].partition(" reçu avant ")[2].rstrip(".") if s else "" for s in signalements] == [
        "",
        "11, 12, 13, 14",
        "11",
        "",
        "",
        "",
        "16, 17, 18, 19",
    ]


def test_le_cumul_ne_compte_que_les_numeros_d_avant(banc):
    deposer(banc, 1, 2, 4, cumul=333_000)

    bilan = deposer(banc, 3, cumul=332_999)

    assert codes(banc) == ["ERREUR_CUMUL_MONTANTS"]
    assert "inférieur à ce qui est tenu (333000)" in bilan.anomalies[0]


def test_la_serie_n_est_relue_qu_une_fois_par_flux(banc, monkeypatch):
    lues, lire = [], Etat.bordereaux_recus
    monkeypatch.setattr(
        Etat, "bordereaux_recus", lambda etat, serie: lues.append(serie) or lire(etat, serie)
    )

    deposer(banc, *range(1, 31), cumul=30 * 111_000)
    bilan = deposer(banc, *range(31, 61), cumul=60 * 111_000)

    assert (len(lues), bilan.recus[0]["bordereaux_acceptes"]) == (2, 30)
