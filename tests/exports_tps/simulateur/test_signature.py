"""Signatures: made by lxml and cryptography, verified by the simulator's own canonicalisation."""

import pytest

from tests.exports_tps.simulateur import fabrique
from tests.exports_tps.simulateur.fabrique import EXCLUSIVE, INCLUSIVE, Autorite


@pytest.fixture
def options(tmp_path, autorite):
    """The authority, given as an operator would."""
    fichier = tmp_path / "autorites.pem"
    fichier.write_bytes(autorite.pem())
    return "--autorites", fichier


@pytest.mark.parametrize("methode", [EXCLUSIVE, INCLUSIVE])
@pytest.mark.parametrize("porteur", ["B12", "P1"])
def test_un_flux_signe_est_accepte(banc, autorite, options, schemas, methode, porteur):
    texte = fabrique.flux_simple(dematerialise=1)
    banc.deposer(fabrique.signer(texte, autorite, porteur=porteur, methode=methode))

    bilan = banc.passer(*options, "--schemas", schemas)

    assert bilan.anomalies == []


def test_un_contenu_modifie_apres_signature_est_refuse(banc, autorite, options):
    texte = fabrique.signer(fabrique.flux_simple(dematerialise=1), autorite)
    banc.deposer(texte.replace("Travaux n° 45", "Travaux n° 54"))

    bilan = banc.passer(*options)

    assert bilan.code == 1
    assert banc.valeurs("DomaineAck") == ["0", "3"]
    assert banc.valeurs("NumAnoAck")[1:] == ["ERREUR_SIGNATURE_BORDEREAU_INVALIDE"]


def test_une_propriete_xades_modifiee_est_refusee(banc, autorite, options):
    texte = fabrique.signer(fabrique.flux_simple(dematerialise=1), autorite)
    banc.deposer(texte.replace("<xad:Cert>", "<xad:Cert><!-- --> "))

    assert "contenu modifié" in banc.passer(*options).anomalies[1]


def test_une_valeur_de_signature_etrangere_est_refusee(banc, autorite, options):
    texte = fabrique.signer(fabrique.flux_simple(dematerialise=1), autorite)
    autre = fabrique.signer(fabrique.flux_simple(dematerialise=1, nom="AUTRE"), Autorite())
    debut, fin = "<ds:SignatureValue>", "</ds:SignatureValue>"
    valeurs = [t.partition(debut)[2].partition(fin)[0] for t in (texte, autre)]
    banc.deposer(texte.replace(*valeurs))

    assert "ne vérifie pas" in banc.passer(*options).anomalies[1]


def test_une_autorite_inconnue_est_refusee(banc, options):
    banc.deposer(fabrique.signer(fabrique.flux_simple(dematerialise=1), Autorite()))

    banc.passer(*options)

    assert "ERREUR_CERTIFICAT" in banc.valeurs("NumAnoAck")


def test_un_certificat_perime_est_refuse(banc):
    perimee = Autorite(jours=-1)
    banc.deposer(fabrique.signer(fabrique.flux_simple(dematerialise=1), perimee))

    assert "n’est pas valide" in banc.passer().anomalies[1]


@pytest.mark.parametrize(
    ("avant", "apres", "anomalie"),
    [
        ('<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="SB12">', None, "Id"),
        ("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-md5", "algorithme"),
        ('URI="#B12"', 'URI="#P1"', "ne porte pas"),
        ('URI="#B12"', 'URI="http://exemple.test/"', "sort du fichier"),
        ('URI="#XB12"', 'URI="#B12"', "propriétés XAdES"),
        ("SigningTime>", "AutreMoment>", "contenu modifié"),
        ("X509Certificate>", "X509Autre>", "certificat"),
    ],
)
def test_une_signature_mal_formee_est_refusee(banc, autorite, options, avant, apres, anomalie):
    texte = fabrique.signer(fabrique.flux_simple(dematerialise=1), autorite)
    assert avant in texte
    apres = avant.replace(' Id="SB12"', "") if apres is None else apres
    banc.deposer(texte.replace(avant, apres))

    bilan = banc.passer(*options)

    assert bilan.code == 1
    assert any(anomalie in message for message in bilan.anomalies[1:])


def test_une_signature_sur_un_flux_non_dematerialise_est_refusee(banc, autorite, options):
    banc.deposer(fabrique.signer(fabrique.flux_simple(dematerialise=0), autorite))

    banc.passer(*options)

    assert banc.valeurs("NumAnoAck") == ["ERREUR_PES_PARAM_SIGNATURE"]


def test_un_identifiant_repete_ne_trompe_pas_la_signature(banc, autorite, options):
    texte = fabrique.signer(fabrique.flux_simple(dematerialise=1), autorite)
    banc.deposer(texte.replace("<PES_PJ>", '<PES_PJ Id="B12">'))

    assert banc.passer(*options).code == 1
