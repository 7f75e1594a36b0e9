"""Paying online: the money, its entry and its receipt, whoever brings the news."""

import pytest

from facturier.grand_livre.soldes import reste_du, solde
from telepaiement.models import Encaissement, EtatTentative, Quittance
from telepaiement.synchronisation import synchroniser
from telepaiement.tentatives import PaiementRefuse
from tests.telepaiement.conftest import CARTE, CARTE_3DS, CARTE_REFUSEE
from tests.telepaiement.factories import titre_emis, titre_payable

pytestmark = pytest.mark.django_db


def test_un_paiement_accepte_solde_la_dette_et_donne_une_quittance(banc, commencer):
    titre = titre_payable(12_500)
    tentative = commencer(titre)
    banc.payer(tentative)

    apres = synchroniser(tentative, source="retour")

    assert apres.etat == EtatTentative.REUSSIE
    assert reste_du(titre) == 0
    assert solde("5115", exercice=2026).debit == 12_500
    assert apres.encaissement.quittance.numero == 1


def test_un_refus_laisse_payer_avec_une_autre_carte(banc, commencer):
    tentative = commencer(titre_payable())
    banc.payer(tentative, CARTE_REFUSEE)
    refusee = synchroniser(tentative, source="retour")

    banc.payer(tentative, CARTE)
    payee = synchroniser(refusee, source="retour")

    assert (refusee.etat, refusee.nb_refus) == (EtatTentative.INITIEE, 1)
    assert payee.etat == EtatTentative.REUSSIE


def test_un_meme_refus_lu_deux_fois_compte_une_fois(banc, commencer):
    tentative = commencer(titre_payable())
    banc.payer(tentative, CARTE_REFUSEE)
    synchroniser(tentative, source="retour")

    apres = synchroniser(tentative, source="balayage")

    assert apres.nb_refus == 1
    assert apres.motif_refus == "generic_decline"


def test_le_cinquieme_refus_ferme_la_tentative_et_suspend_la_dette(banc, commencer):
    titre = titre_payable()
    tentative = commencer(titre)
    suites = [
        (banc.payer(tentative, CARTE_REFUSEE), synchroniser(tentative, source="retour"))
        for _ in range(5)
    ]

    with pytest.raises(PaiementRefuse, match="attendez 30 minutes"):
        commencer(titre)

    assert suites[-1][1].etat == EtatTentative.ECHOUEE
    assert banc.intentions(tentative)[0]["status"] == "canceled"


def test_l_authentification_acceptee_paie(banc, commencer):
    tentative = commencer(titre_payable())
    banc.payer(tentative, CARTE_3DS)
    en_attente = synchroniser(tentative, source="retour")

    banc.faire("authentifier", payment_intent=tentative.reference, acceptee=True)
    apres = synchroniser(tentative, source="retour")

    assert en_attente.etat == EtatTentative.AUTHENTIFICATION
    assert apres.etat == EtatTentative.REUSSIE


def test_l_authentification_refusee_laisse_recommencer(banc, commencer):
    tentative = commencer(titre_payable())
    banc.payer(tentative, CARTE_3DS, authentifier=False)

    apres = synchroniser(tentative, source="retour")

    assert (apres.etat, apres.nb_refus) == (EtatTentative.INITIEE, 1)


def test_un_paiement_en_cours_a_la_banque_attend(banc, commencer):
    tentative = commencer(titre_payable())
    banc.faire("pannes", traitement=600)
    banc.payer(tentative)

    apres = synchroniser(tentative, source="retour")

    assert apres.etat == EtatTentative.EN_COURS


@pytest.mark.parametrize("montant", [1, 99_999_999])
def test_les_montants_extremes_se_paient_au_franc(banc, commencer, montant):
    tentative = commencer(titre_payable(montant))
    banc.payer(tentative)

    synchroniser(tentative, source="retour")

    assert Encaissement.objects.get().montant == montant


def test_cent_millions_de_francs_ne_se_paient_pas_par_carte(commencer):
    titre = titre_payable(100_000_000)

    with pytest.raises(PaiementRefuse, match="dépasse ce qu’une carte peut payer"):
        commencer(titre)


def test_un_titre_non_signe_ne_se_paie_pas(commencer):
    titre = titre_emis()

    with pytest.raises(PaiementRefuse, match="pas encore signé"):
        commencer(titre)


def test_les_quittances_se_suivent_sans_trou(banc, commencer):
    tentatives = [commencer(titre_payable()) for _ in range(3)]
    [banc.payer(tentative) for tentative in tentatives]

    [synchroniser(tentative, source="retour") for tentative in tentatives]

    numeros = Quittance.objects.order_by("numero").values_list("numero", flat=True)
    assert list(numeros) == [1, 2, 3]


def test_trop_de_refus_en_dix_minutes_imposent_l_authentification(banc, commencer, settings):
    settings.LIMITES_PAIEMENT = settings.LIMITES_PAIEMENT | {"alerte_essais": 1}
    refusees = [commencer(titre_payable()), commencer(titre_payable())]
    [banc.payer(tentative, CARTE_REFUSEE) for tentative in refusees]
    [synchroniser(tentative, source="retour") for tentative in refusees]

    surveillee = commencer(titre_payable())

    options = banc.intentions(surveillee)[0]["payment_method_options"]
    assert options["card"]["request_three_d_secure"] == "any"


def test_la_sixieme_tentative_en_une_heure_sur_une_dette_attend(commencer):
    titre = titre_payable()
    [commencer(titre) for _ in range(5)]

    with pytest.raises(PaiementRefuse, match="attendez une heure"):
        commencer(titre)
