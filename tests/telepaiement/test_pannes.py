"""What breaks in the middle: nothing is lost, nothing is taken twice."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from facturier.grand_livre.models import Ecriture
from telepaiement import quittances
from telepaiement.balayage import balayer
from telepaiement.models import Encaissement, EtatTentative, Quittance, Tentative
from telepaiement.passerelles import passerelle
from telepaiement.passerelles.contrat import PasserelleMuette, StatutDistant
from telepaiement.passerelles.stripe import PasserelleStripe
from telepaiement.synchronisation import fermer, synchroniser
from telepaiement.tentatives import PaiementIndisponible, initier
from tests.telepaiement.conftest import CARTE_REFUSEE
from tests.telepaiement.factories import titre_payable

pytestmark = pytest.mark.django_db


def vieillir(tentative: Tentative, minutes: int) -> None:
    """Make an attempt older, untouched since."""
    moment = timezone.now() - timedelta(minutes=minutes)
    Tentative.objects.filter(pk=tentative.pk).update(creee_le=moment, modifiee_le=moment)


def test_une_coupure_entre_creation_et_enregistrement_retrouve_le_meme_paiement(banc, commencer):
    tentative = commencer(titre_payable())
    avant = tentative.reference
    Tentative.objects.filter(pk=tentative.pk).update(
        etat=EtatTentative.CREEE, reference="", secret_client=""
    )
    perdue = Tentative.objects.get(pk=tentative.pk)

    initier(perdue, source="reprise")

    assert perdue.reference == avant
    assert len(banc.intentions(tentative)) == 1


def test_une_creation_sans_reponse_reste_a_verifier_puis_se_ferme(banc, commencer, monkeypatch):
    titre = titre_payable()
    creer = PasserelleStripe.creer

    def couper(soi, demande):
        creer(soi, demande)
        raise PasserelleMuette("délai dépassé")

    monkeypatch.setattr(PasserelleStripe, "creer", couper)
    with pytest.raises(PaiementIndisponible):
        commencer(titre)
    monkeypatch.setattr(PasserelleStripe, "creer", creer)
    tentative = Tentative.objects.get()
    vieillir(tentative, 11)

    bilan = balayer()

    assert tentative.etat == EtatTentative.A_VERIFIER
    assert bilan == {"examinees": 1, "closes": 1, "en_panne": 0}
    assert banc.intentions(tentative)[0]["status"] == "canceled"


def test_une_lecture_sans_reponse_reste_a_verifier_puis_aboutit(banc, commencer):
    tentative = commencer(titre_payable())
    banc.payer(tentative)
    banc.faire("pannes", panne_api=3)
    with pytest.raises(PasserelleMuette):
        synchroniser(tentative, source="retour")
    douteuse = Tentative.objects.get(pk=tentative.pk)

    apres = synchroniser(douteuse, source="balayage")

    assert douteuse.etat == EtatTentative.A_VERIFIER
    assert apres.etat == EtatTentative.REUSSIE


def test_une_panne_pendant_l_encaissement_ne_laisse_rien_a_moitie(banc, commencer, monkeypatch):
    tentative = commencer(titre_payable())
    banc.payer(tentative)
    ecritures = Ecriture.objects.count()
    dessiner = quittances.dessiner
    monkeypatch.setattr(quittances, "dessiner", lambda quittance: 1 // 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        synchroniser(tentative, source="retour")
    reste = (Encaissement.objects.count(), Ecriture.objects.count() - ecritures)
    monkeypatch.setattr(quittances, "dessiner", dessiner)

    synchroniser(tentative, source="balayage")

    assert reste == (0, 0)
    assert Quittance.objects.get().numero == 1


def test_notification_et_retour_perdus_le_balayage_encaisse(banc, commencer):
    tentative = commencer(titre_payable())
    banc.payer(tentative)
    vieillir(tentative, 16)

    bilan = balayer()

    assert bilan == {"examinees": 1, "closes": 1, "en_panne": 0}
    assert Encaissement.objects.get().tentative == tentative


def test_une_tentative_recente_est_laissee_tranquille(commencer):
    commencer(titre_payable())

    bilan = balayer()

    assert bilan["examinees"] == 0


def test_une_tentative_oubliee_expire(banc, commencer):
    tentative = commencer(titre_payable())
    vieillir(tentative, 91)

    balayer()

    tentative.refresh_from_db()
    assert tentative.etat == EtatTentative.EXPIREE
    assert banc.intentions(tentative)[0]["status"] == "canceled"


def test_un_succes_devance_l_expiration(banc, commencer):
    tentative = commencer(titre_payable())
    banc.payer(tentative)
    vieillir(tentative, 91)

    balayer()

    tentative.refresh_from_db()
    assert tentative.etat == EtatTentative.REUSSIE


def test_la_panne_d_une_tentative_n_arrete_pas_les_autres(banc, commencer):
    tentatives = [commencer(titre_payable()), commencer(titre_payable())]
    [banc.payer(tentative) for tentative in tentatives]
    Tentative.objects.update(creee_le=timezone.now() - timedelta(minutes=16))
    banc.faire("pannes", panne_api=3)

    bilan = balayer()

    assert bilan == {"examinees": 2, "closes": 1, "en_panne": 1}


def test_une_annulation_refusee_pendant_le_debit_reste_possible_apres_son_refus(banc, commencer):
    tentative = commencer(titre_payable())
    banc.faire("pannes", traitement=1)
    banc.payer(tentative, CARTE_REFUSEE)
    pendant = fermer(tentative, "annuler", source="guichet")
    while passerelle().lire(tentative.reference).statut == StatutDistant.EN_COURS:
        continue

    apres = fermer(tentative, "annuler", source="guichet")

    assert (pendant.etat, apres.etat) == (EtatTentative.EN_COURS, EtatTentative.ANNULEE)
