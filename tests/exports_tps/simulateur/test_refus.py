"""What a tiers de télétransmission, then Hélios, refuse."""

import pytest

from tests.exports_tps.simulateur import fabrique


def refuser(banc, texte, *options):
    """Deposit, pass once, give back the code and the anomaly codes answered."""
    banc.deposer(texte)
    return banc.passer(*options).code, banc.valeurs("NumAnoAck")


@pytest.mark.parametrize(
    ("avant", "apres", "anomalie"),
    [
        ("ISO-8859-1", "UTF-8", "ERREUR_ENCODING"),
        ('<CodCol V="123"/>', '<CodCol V="1234"/>', "ERREUR_PES_PARAM"),
        ('<CodBud V="00"/>', "", "ERREUR_PES_PARAM"),
        ('<IdColl V="0123456789"/>', '<IdColl V="012345678901234"/>', "ERREUR_PES_PARAM"),
        ("Rev0/aller", "Rev0/autre", "ERREUR_SCHEMA_INCOMPLET"),
        ("</PES_DepenseAller>", "</PES_Depense>", "ERREUR_SCHEMA_INCOMPLET"),
        ("?>", '?><!DOCTYPE a [<!ENTITY b "c">]>', None),
        ('<IdVer V="2"/>', '<IdVer V="3"/>', "ERREUR_VERSION_PES"),
        ('<CodCol V="123"/>', '<FinJur V="980780000"/><CodCol V="123"/>', "ERREUR_PES_PARAM"),
        (
            '<InfoDematerialisee V="0"/>',
            '<InfoDematerialisee V="1"/>',
            "ERREUR_PES_PARAM_SIGNATURE",
        ),
    ],
)
def test_le_flux_entier_est_refuse(banc, avant, apres, anomalie):
    texte = fabrique.flux_simple()

    code, anomalies = refuser(banc, texte.replace(avant, apres).encode("latin-1"))

    assert code == 1
    assert anomalies == ([anomalie] if anomalie else [])


def test_un_flux_refuse_n_a_qu_un_verdict_technique(banc):
    refuser(banc, fabrique.flux_simple(version="3"))

    assert banc.valeurs("DomaineAck") == ["0"]
    assert banc.valeurs("EtatAck") == ["0"]
    assert banc.terminer().emises == []


def test_une_faute_de_schema_refuse_le_flux(banc, schemas, valider_reponse):
    texte = fabrique.flux_simple().replace('<TypBord V="01"/>', '<TypBord V="99"/>')

    code, anomalies = refuser(banc, texte, "--schemas", schemas)

    assert (code, anomalies) == (1, ["ERREUR_SCHEMA_INCOMPLET"])
    assert "TypBord" in banc.valeurs("LibelleAnoAck")[0]
    assert valider_reponse(banc.reponses()[0]) == []


def test_un_flux_sans_bordereau_ni_pj_est_vide(banc):
    assert refuser(banc, fabrique.flux()) == (1, ["ERREUR_FLUX_VIDE"])


def test_un_nomfic_deja_recu_est_refuse(banc):
    banc.deposer(fabrique.flux_simple(), "premier.xml")
    banc.passer()
    banc.deposer(fabrique.flux_simple(numero=13, id_unique="PJ2"), "second.xml")

    bilan = banc.passer()

    assert [recu["est_refuse"] for recu in bilan.recus] == [True]
    assert "déjà reçu" in bilan.anomalies[0]


def test_le_meme_nomfic_d_une_autre_collectivite_est_accepte(banc):
    banc.deposer(fabrique.flux_simple(), "premier.xml")
    autre = fabrique.flux_simple(collectivite="124", id_unique="PJ2")
    banc.deposer(autre, "second.xml")

    bilan = banc.passer()

    assert [recu["est_refuse"] for recu in bilan.recus] == [False, False]


def test_un_bordereau_deja_accepte_est_refuse_seul(banc):
    banc.deposer(fabrique.flux_simple(), "premier.xml")
    banc.deposer(fabrique.flux_simple(nom="SUITE", id_unique="PJ2"), "second.xml")

    banc.passer()

    assert banc.valeurs("NumAnoAck") == ["ERREUR_DOUBLON_BORDEREAU"]
    assert banc.valeurs("EtatAck") == ["1", "1", "0", "1"]


def test_une_pj_deja_integree_est_refusee_seule(banc):
    banc.deposer(fabrique.flux_simple(), "premier.xml")
    banc.deposer(fabrique.flux_simple(nom="SUITE", numero=13), "second.xml")

    banc.passer()

    assert banc.valeurs("NumAnoAck") == ["ERREUR_DOUBLON_PJ"]
    assert banc.valeurs("EtatAck") == ["1", "1", "1", "0"]


@pytest.mark.parametrize(
    ("avant", "apres", "anomalie"),
    [
        ('<CleRib V="18"/>', '<CleRib V="19"/>', "ERREUR_AUTRE"),
        ('<NbrPce V="2"/>', '<NbrPce V="3"/>', "ERREUR_AUTRE"),
        ('<MtBordHT V="200000"/>', '<MtBordHT V="200001"/>', "ERREUR_CUMUL_MONTANTS"),
        ('<MtBordTVA V="22000"/>', "", "ERREUR_CUMUL_MONTANTS"),
        ('<IdPce V="46"/>', '<IdPce V="45"/>', "ERREUR_DOUBLON_PIECE"),
        ('<TypBord V="01"/>', '<TypBord V="04"/>', "ERREUR_AUTRE"),
        ('<NatPce V="01"/>', '<NatPce V="06"/>', "ERREUR_AUTRE"),
        ('<ModRegl V="03"/>', '<ModRegl V="02"/>', "ERREUR_AUTRE"),
        ('<CP V="98800"/>', '<CP V="988"/>', "ERREUR_AUTRE"),
        ('<CodRes V="0"/>', '<CodRes V="1"/>', "ERREUR_AUTRE"),
        ('<CatTiers V="50"/>', '<CatTiers V="01"/>', "ERREUR_AUTRE"),
        ('<IdTiers V="0123456789"/>', '<IdTiers V="0123456.789"/>', "ERREUR_AUTRE"),
    ],
)
def test_le_bordereau_est_refuse_et_la_pj_acceptee(banc, avant, apres, anomalie):
    code, anomalies = refuser(banc, fabrique.flux_simple().replace(avant, apres))

    assert code == 1
    assert set(anomalies) == {anomalie}
    assert banc.valeurs("EtatAck") == ["0", "1"]


def test_une_anomalie_de_ligne_est_placee_sur_sa_ligne(banc, valider_reponse):
    refuser(banc, fabrique.flux_simple().replace('<CleRib V="18"/>', '<CleRib V="19"/>', 1))

    assert banc.valeurs("NumPiece") == ["45"]
    assert banc.valeurs("NumLigne") == ["1"]
    assert valider_reponse(banc.reponses()[0]) == []


@pytest.mark.parametrize(
    "brut", ["", "pas du base64 !", "AAAA", "H4sIAAAAAAAAAwMAAAAAAAAAAAA=", "H4sI"]
)
def test_un_contenu_de_pj_inutilisable_refuse_la_pj_seule(banc, brut):
    contenu = fabrique.bordereau(12, [fabrique.mandat(45)], total_ht=100_000, total_tgc=11_000)
    jointe = fabrique.piece_jointe("PJ1", brut=brut)

    _, anomalies = refuser(banc, fabrique.flux(contenu, pieces_jointes=[jointe]))

    assert anomalies == ["ERREUR_PJ"]
    assert banc.valeurs("EtatAck") == ["1", "0"]


@pytest.mark.parametrize("nom", ["facture", "facture.xhtml", "facture.p"])
def test_une_extension_de_pj_invalide_refuse_la_pj_seule(banc, nom):
    contenu = fabrique.bordereau(12, [fabrique.mandat(45)], total_ht=100_000, total_tgc=11_000)
    jointe = fabrique.piece_jointe("PJ1", nom=nom)

    _, anomalies = refuser(banc, fabrique.flux(contenu, pieces_jointes=[jointe]))

    assert anomalies == ["ERREUR_PJ"]


@pytest.mark.parametrize(
    ("avant", "apres"),
    [
        ('<Support V="01"/>', '<Support V="02"/>'),
        ('<IdUnique V="PJ1"/>', '<IdUnique V="PJ-1"/>'),
        (
            '<Description V="Facture"/>',
            '<Description V="F"/><RefCompta><Domaine V="02"/></RefCompta>',
        ),
        ('<PES_PJ><EnTetePES_PJ><IdVer V="1"/>', '<PES_PJ><EnTetePES_PJ><IdVer V="2"/>'),
    ],
)
def test_une_pj_incoherente_est_refusee_seule(banc, avant, apres):
    refuser(banc, fabrique.flux_simple().replace(avant, apres))

    assert banc.valeurs("EtatAck") == ["1", "0"]


def test_une_reference_de_pj_sans_support_refuse_le_flux(banc):
    texte = fabrique.flux_simple().replace('<Support V="01"/>', "")

    assert refuser(banc, texte) == (1, ["ERREUR_SCHEMA_INCOMPLET"])


@pytest.mark.parametrize("contenu", [b"", b"\x00\xff pas du XML", b"<autre/>", b"<PES_Aller"])
def test_un_fichier_etranger_est_signale_une_fois_sans_reponse(banc, contenu):
    banc.deposer(contenu)

    premier, second = banc.passer(), banc.passer()

    assert (premier.code, len(premier.anomalies), second.code) == (1, 1, 0)
    assert banc.reponses() == []


def test_un_flux_coupe_recoit_un_refus_technique(banc):
    texte = fabrique.flux_simple().encode("latin-1")

    code, anomalies = refuser(banc, texte[: len(texte) // 2])

    assert (code, anomalies) == (1, ["ERREUR_SCHEMA_INCOMPLET"])
    assert banc.valeurs("NomFic") == ["PESALR2_ESSAI_1"]
