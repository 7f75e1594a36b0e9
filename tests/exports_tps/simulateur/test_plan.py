"""Each fault of the plan, seen from the folder of returns."""

from pathlib import Path

import pytest
from lxml import etree

from exports_tps.simulateur.plan import ACTES, PlanInvalide, lire_plan
from tests.exports_tps.simulateur import fabrique

EXEMPLE = Path(__file__).resolve().parents[3] / "fixtures" / "plan_tps_exemple.toml"


def jouer(banc, texte, *, passes=6):
    """Deposit the simple flux, apply the plan; the kinds of answers, pass by pass."""
    banc.deposer(fabrique.flux_simple())
    options = banc.plan(texte)
    return [[emise["genre"] for emise in banc.passer(*options).emises] for _ in range(passes)]


def test_refuser_le_flux(banc, valider_reponse):
    genres = jouer(banc, '[[defaut]]\nacte = "refuser_flux"\nanomalie = "ERREUR_CODIQUE"')

    assert genres == [["acquit"], [], [], [], [], []]
    assert banc.valeurs("NumAnoAck") == ["ERREUR_CODIQUE"]
    assert valider_reponse(banc.reponses()[0]) == []


def test_refuser_un_bordereau_a_cause_d_une_ligne(banc, valider_reponse):
    plan = '[[defaut]]\nacte = "refuser_bordereau"\nbordereau = 12\npiece = 46\nligne = 1'

    genres = jouer(banc, plan)

    assert genres[1:] == [[]] * 5
    assert banc.valeurs("EtatAck") == ["0", "1"]
    assert banc.valeurs("NumPiece") + banc.valeurs("NumLigne") == ["46", "1"]
    assert valider_reponse(banc.reponses()[0]) == []


def test_un_bordereau_refuse_peut_etre_renvoye(banc):
    jouer(banc, '[[defaut]]\nacte = "refuser_bordereau"\nbordereau = 12', passes=1)
    banc.deposer(fabrique.flux_simple(nom="CORRIGE", id_unique="PJ2"), "corrige.xml")

    assert banc.passer().anomalies == []


@pytest.mark.parametrize("cible", ['pj = "PJ1"', 'pj = "facture.pdf"', "rang = 1"])
def test_refuser_une_pj(banc, cible):
    genres = jouer(banc, f'[[defaut]]\nacte = "refuser_pj"\n{cible}', passes=3)

    assert genres == [["acquit"], ["prise_en_charge"], ["paiement"]]
    assert banc.valeurs("EtatAck") == ["1", "0"]


def test_rejeter_un_mandat_au_visa(banc, valider_reponse):
    plan = """[[defaut]]\nacte = "rejeter_piece"\npiece = 46\nmotifs = ["02", "05"]
commentaire = "Procès-verbal absent"\n"""

    genres = jouer(banc, plan, passes=3)

    assert genres == [["acquit"], ["prise_en_charge", "rejet"], ["paiement"]]
    assert banc.valeurs("IdPce", "PES2R_DEP_R*") == ["46"]
    assert banc.valeurs("EtatPce", "PES2R_DEP_R*") == ["04"]
    assert banc.valeurs("ObsEtat") == ["02-05"]
    assert banc.valeurs("Commentaire") == ["Procès-verbal absent"]
    assert banc.valeurs("DtePcePec", "PES2R_DEP_R*") == []
    assert valider_reponse(banc.reponses("PES2R_DEP_R*")[0]) == []


def test_suspendre_un_mandat_puis_le_reprendre(banc, valider_reponse):
    plan = '[[defaut]]\nacte = "suspendre_piece"\npiece = 46\npasses = 2'

    genres = jouer(banc, plan)

    assert genres == [
        ["acquit"],
        ["prise_en_charge", "instance"],
        ["paiement"],
        ["prise_en_charge"],
        ["paiement"],
        [],
    ]
    assert banc.valeurs("IdPce", "PES2R*") == ["45", "46", "45", "46", "46"]
    assert [valider_reponse(fichier) for fichier in banc.reponses()] == [[]] * 6


def test_suspendre_tous_les_mandats_sans_reprise(banc):
    plan = '[[defaut]]\nacte = "suspendre_piece"\npiece = 45\n'

    genres = jouer(banc, plan + plan.replace("45", "46"), passes=4)

    assert genres == [["acquit"], ["instance"], [], []]
    assert banc.valeurs("EtatPce") == ["01", "01"]


def test_annuler_une_prise_en_charge(banc, valider_reponse):
    genres = jouer(banc, '[[defaut]]\nacte = "annuler_prise_en_charge"\npiece = 46', passes=3)

    assert genres == [["acquit"], ["prise_en_charge"], ["annulation", "paiement"]]
    assert banc.valeurs("IdPce", "PES2R_DEP_R*") == ["46"]
    assert banc.valeurs("DtePcePec", "PES2R_DEP_R*") == ["2026-11-22"]
    assert banc.valeurs("DtePceRej") == ["2026-11-22"]
    assert valider_reponse(banc.reponses("PES2R_DEP_R*")[0]) == []


def test_payer_en_deux_fois(banc, valider_reponse):
    genres = jouer(banc, '[[defaut]]\nacte = "payer_en_deux_fois"\npiece = 46', passes=4)

    assert genres == [["acquit"], ["prise_en_charge"], ["paiement", "paiement"], ["paiement"]]
    assert banc.valeurs("EtatPce", "PES2R*")[2:] == ["05", "02", "05"]
    assert banc.valeurs("MtPayTot") == ["111000", "55500", "111000"]
    assert banc.valeurs("MtPay")[2:] == ["55500", "55500"]
    assert [valider_reponse(fichier) for fichier in banc.reponses()] == [[]] * 5


def test_retarder_l_acquittement_retarde_la_suite(banc):
    genres = jouer(banc, '[[defaut]]\nacte = "retarder"\nreponse = "acquit"\npasses = 2')

    assert genres == [[], [], ["acquit"], ["prise_en_charge"], ["paiement"], []]


def test_retarder_la_prise_en_charge_retarde_le_paiement(banc):
    genres = jouer(banc, '[[defaut]]\nacte = "retarder"\nreponse = "prise_en_charge"', passes=4)

    assert genres == [["acquit"], [], ["prise_en_charge"], ["paiement"]]


@pytest.mark.parametrize(
    ("reponse", "genres"),
    [
        ("acquit", []),
        ("prise_en_charge", ["acquit"]),
        ("paiement", ["acquit", "prise_en_charge"]),
        ("toutes", []),
    ],
)
def test_taire_une_reponse_tait_ce_qui_la_suit(banc, reponse, genres):
    passes = jouer(banc, f'[[defaut]]\nacte = "taire"\nreponse = "{reponse}"')

    assert [genre for passe in passes for genre in passe] == genres


def test_desordonner_envoie_le_paiement_avant_la_prise_en_charge(banc):
    plan = '[[defaut]]\nacte = "desordonner"\nreponse = "prise_en_charge"'

    genres = jouer(banc, plan, passes=4)

    assert genres == [["acquit"], [], ["paiement"], ["prise_en_charge"]]


def test_repeter_donne_deux_fichiers_de_meme_contenu(banc):
    plan = '[[defaut]]\nacte = "repeter"\nreponse = "paiement"\npasses = 1'

    genres = jouer(banc, plan, passes=4)

    assert genres == [["acquit"], ["prise_en_charge"], ["paiement"], ["paiement"]]
    premier, second = banc.reponses("PES2R*")[1:]
    assert premier.read_bytes() == second.read_bytes()


def test_tronquer_puis_reemettre(banc):
    plan = '[[defaut]]\nacte = "tronquer"\nreponse = "acquit"\nreemettre = true'

    genres = jouer(banc, plan, passes=2)

    entier, coupe = sorted(banc.reponses("PES_ACQUIT*"), key=lambda f: -f.stat().st_size)
    assert genres == [["acquit"], ["acquit", "prise_en_charge"]]
    assert entier.read_bytes().startswith(coupe.read_bytes())
    with pytest.raises(etree.XMLSyntaxError):
        etree.parse(coupe)


@pytest.mark.parametrize("reponse", ["acquit", "prise_en_charge"])
def test_invalider_rend_la_reponse_contraire_au_schema(banc, valider_reponse, reponse):
    jouer(banc, f'[[defaut]]\nacte = "invalider"\nreponse = "{reponse}"', passes=2)

    motif = "PES_ACQUIT*" if reponse == "acquit" else "PES2R*"
    assert valider_reponse(banc.reponses(motif)[0]) != []


def test_tromper_la_collectivite(banc):
    plan = '[[defaut]]\nacte = "tromper_collectivite"\ncollectivite = "777"'

    jouer(banc, plan, passes=2)

    assert banc.valeurs("CodCol") + banc.valeurs("CodColl") == ["777", "777"]


def test_un_defaut_d_un_autre_flux_ne_touche_rien(banc):
    genres = jouer(banc, '[[defaut]]\nacte = "retarder"\nflux = "AUTRE*"', passes=3)

    assert genres == [["acquit"], ["prise_en_charge"], ["paiement"]]


def test_l_exemple_montre_tous_les_actes():
    assert {defaut.acte for defaut in lire_plan(EXEMPLE).defauts} == set(ACTES)


@pytest.mark.parametrize(
    ("texte", "message"),
    [
        ("[[defaut]", "TOML"),
        ("autre = 1", r"\[\[defaut\]\]"),
        ("defaut = 1", r"\[\[defaut\]\]"),
        ("[[defaut]]", "acte inconnu"),
        ('[[defaut]]\nacte = "refuser"', "acte inconnu"),
        ('[[defaut]]\nacte = "refuser_flux"\npiece = 1', "ne convient pas"),
        ('[[defaut]]\nacte = "rejeter_piece"', "il manque piece"),
        ('[[defaut]]\nacte = "refuser_pj"', "il manque pj"),
        ('[[defaut]]\nacte = "rejeter_piece"\npiece = "1"', "bon type"),
        ('[[defaut]]\nacte = "rejeter_piece"\npiece = -1', "positif"),
        ('[[defaut]]\nacte = "rejeter_piece"\npiece = 1\nmotifs = []', "motifs"),
        ('[[defaut]]\nacte = "retarder"\nreponse = "courrier"', "admis"),
        ('[[defaut]]\nacte = "refuser_flux"\nanomalie = "ERREUR_X"', "admis"),
        (f'[[defaut]]\nacte = "retarder"\npasses = {10**30}', "taire"),
    ],
)
def test_un_plan_fautif_est_refuse_en_une_ligne(tmp_path, texte, message):
    fichier = tmp_path / "plan.toml"
    fichier.write_text(texte, encoding="utf-8")

    with pytest.raises(PlanInvalide, match=message) as erreur:
        lire_plan(fichier)

    assert "\n" not in str(erreur.value)


def test_rejeter_un_paiement(banc, valider_reponse):
    plan = '[[defaut]]\nacte = "rejeter_paiement"\npiece = 46\npasses = 2'

    genres = jouer(banc, plan, passes=5)

    assert genres == [["acquit"], ["prise_en_charge"], ["paiement"], [], ["retour_fonds"]]
    assert banc.valeurs("IdPce", "PES2R*")[4:] == ["46"]
    assert banc.valeurs("EtatPce", "PES2R*")[2:] == ["05", "05", "02"]
    assert banc.valeurs("MtPayTot") == ["111000", "111000", "0"]
    assert banc.valeurs("MtPay") == ["111000", "111000", "111000", "-111000"]
    assert [valider_reponse(fichier) for fichier in banc.reponses()] == [[]] * 4


def test_un_paiement_revient_avant_d_etre_dit(banc):
    plan = (
        '[[defaut]]\nacte = "rejeter_paiement"\npiece = 46\n'
        '[[defaut]]\nacte = "desordonner"\nreponse = "paiement"\n'
    )

    genres = jouer(banc, plan, passes=5)

    assert genres == [["acquit"], ["prise_en_charge"], [], ["retour_fonds"], ["paiement"]]
    assert sorted(banc.valeurs("MtPay")) == ["-111000", "111000", "111000", "111000"]


@pytest.mark.parametrize(
    ("acte", "dits", "etats"),
    [
        ("encaisser_titre", [["50000"]], ["05"]),
        ("rejeter_paiement", [["50000"], ["0"]], ["05", "04"]),
    ],
)
def test_un_titre_paye_a_la_tresorerie(banc, valider_reponse, acte, dits, etats):
    """The mandat of the same number is left alone when only titres are collected."""
    titres = [fabrique.bordereau(3, [fabrique.titre(45)], total_ht=50_000, recette=True)]
    mandats = fabrique.bordereau(12, [fabrique.mandat(45)], total_ht=100_000, total_tgc=11_000)
    banc.deposer(fabrique.flux(mandats, titres=titres))
    banc.terminer(*banc.plan(f'[[defaut]]\nacte = "{acte}"\npiece = 45\n'))

    assert [[m] for m in banc.valeurs("MtRecoTot")] == dits
    assert banc.valeurs("EtatLigPce", "PES2R_RCE*") == ["04", *etats]
    assert banc.valeurs("MtPay") == ["111000"] + ["111000", "-111000"] * (len(dits) - 1)
    assert [valider_reponse(f) for f in banc.reponses()] == [[]] * len(banc.reponses())
