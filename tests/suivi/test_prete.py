"""« Prête à payer »: each point of the comptable, in the words of the supplier."""

import pytest
from django.db.models import F

from facturier.commun.montants import afficher
from facturier.suivi.lecture import Donnee, FactureLue, Format, Origine
from facturier.suivi.prete import Verdict, verifier_avant_depot
from fournisseurs.models import CoordonneesBancaires
from tests.suivi.factories import BonCommandeFactory, EtablissementFactory, FactureFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("referentiel")]

STRUCTUREE = FactureLue(format=Format.FACTURX)


def points(facture):
    return {point.code: point for point in verifier_avant_depot(facture)}


def verdicts(facture):
    return {code: point.verdict for code, point in points(facture).items()}


def sur_commande(engage=1_000_000, **champs):
    etablissement = EtablissementFactory()
    commande = BonCommandeFactory(fournisseur=etablissement.fournisseur, montant_engage=engage)
    return FactureFactory(
        etablissement=etablissement, bon_commande=commande, lue=STRUCTUREE, **champs
    )


def test_une_facture_structuree_sur_commande_est_prete_a_payer():
    facture = sur_commande()

    assert set(verdicts(facture).values()) == {Verdict.OK}
    assert f"il restera {afficher(889_000)} à" in points(facture)["commande"].constat
    assert "compte FR76" in points(facture)["compte"].constat


def test_un_pdf_se_relit_et_une_facture_sans_commande_attendra():
    facture = FactureFactory()

    attendus = {"mentions", "commande"}
    a_verifier = {c for c, v in verdicts(facture).items() if v == Verdict.A_VERIFIER}
    assert a_verifier == attendus
    assert "Franchise en base" in points(facture)["mentions"].constat


@pytest.mark.parametrize(("tgc", "verdict"), [(11_001, Verdict.OK), (11_002, Verdict.A_CORRIGER)])
def test_un_franc_d_ecart_passe_deux_non(tgc, verdict):
    facture = sur_commande(montant_tgc=tgc)

    assert verdicts(facture)["calculs"] == verdict


def test_une_commande_depassee_est_a_corriger():
    assert verdicts(sur_commande(engage=100_000))["commande"] == Verdict.A_CORRIGER


def test_sans_compte_verifie_rien_ne_sera_paye():
    facture = sur_commande()
    comptes = CoordonneesBancaires.objects.filter(fournisseur=facture.fournisseur)
    comptes.update(fin=F("debut"))

    point = points(facture)["compte"]

    assert point.verdict == Verdict.A_VERIFIER
    assert "rien ne peut être payé" in point.anomalies[0].message


def test_un_compte_imprime_inconnu_est_signale():
    lue = FactureLue(
        format=Format.FACTURX, iban=Donnee("FR5014158000000000001A01209", Origine.STRUCTURE)
    )

    assert verdicts(FactureFactory(lue=lue))["compte"] == Verdict.A_VERIFIER


def test_la_premiere_facture_d_un_marche_demande_son_contrat():
    facture = sur_commande(type_depense="marche")

    point = points(facture)["pieces"]

    assert point.verdict == Verdict.A_VERIFIER
    assert "Contrat, annexes et notification" in point.anomalies[0].message


def test_un_doublon_nomme_la_facture_deja_deposee():
    premiere = FactureFactory(deposee=True, numero="FA42")
    seconde = FactureFactory(numero="fa 42", etablissement=premiere.etablissement)

    (anomalie,) = points(seconde)["doublon"].anomalies

    assert anomalie.facture == premiere


def test_un_avoir_n_a_que_les_points_d_un_avoir():
    facture = FactureFactory(deposee=True)
    avoir = FactureFactory(
        nature="avoir",
        facture_corrigee=facture,
        etablissement=facture.etablissement,
        montant_ht=1_000,
        montant_tgc=110,
    )

    assert list(points(avoir)) == ["avoir", "mentions", "calculs", "doublon"]
    assert facture.numero in points(avoir)["avoir"].constat
