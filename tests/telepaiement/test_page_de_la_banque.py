"""The bank's own page (EpayNC): one payer there at a time, and what is there is not cancelled."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from telepaiement import caisse
from telepaiement.balayage import balayer
from telepaiement.models import EtatTentative, Tentative
from telepaiement.synchronisation import synchroniser
from telepaiement.tentatives import PaiementRefuse, ouvrir
from tests.telepaiement.factories import titre_payable

pytestmark = pytest.mark.django_db


def _partir(tentative: Tentative) -> int:
    adresse = reverse("telepaiement:partir", args=[tentative.jeton])
    reponse = Client().post(adresse, {"vads_order_id": str(tentative.jeton)})
    tentative.refresh_from_db()
    return reponse.status_code


def _ouvrir(titre) -> Tentative:
    return ouvrir(titre_id=titre.pk, session_payeur=uuid4())


def test_de_deux_navigateurs_un_seul_part_a_la_banque_et_le_guichet_attend(
    lyra, fonds, regies, regisseur
):
    titre = titre_payable(12_500)
    premiere, seconde = _ouvrir(titre), _ouvrir(titre)
    session = caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)
    saisie = caisse.Saisie(mode="especes", montant=12_500, somme_remise=12_500)

    statuts = [_partir(premiere), _partir(seconde), _partir(premiere)]
    Client().post(reverse("telepaiement:abandonner", args=[premiere.jeton]))
    with pytest.raises(PaiementRefuse, match="en cours à la banque"):
        _ouvrir(titre)
    with pytest.raises(ValidationError, match="en cours à la banque"):
        caisse.encaisser_au_guichet(
            session=session, titre_id=titre.pk, saisie=saisie, par=regisseur
        )
    premiere.refresh_from_db()
    lyra.payer(premiere)
    apres = synchroniser(premiere, source="retour")

    assert statuts == [307, 302, 307]
    assert premiere.etat == EtatTentative.AUTHENTIFICATION
    assert list(premiere.passages.values_list("acte", flat=True)).count("partir") == 2
    assert seconde.etat == EtatTentative.INITIEE
    assert apres.etat == EtatTentative.REUSSIE
    assert titre.encaissements.count() == 1


def test_la_page_de_la_banque_finie_on_paie_autrement(lyra, fonds, regies, regisseur):
    titre = titre_payable(12_500)
    tentative = _ouvrir(titre)
    _partir(tentative)
    passe = timezone.now() - timedelta(minutes=16)
    Tentative.objects.update(creee_le=passe, modifiee_le=passe)
    session = caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)
    saisie = caisse.Saisie(mode="especes", montant=12_500, somme_remise=12_500)

    balayer()
    relue = Tentative.objects.get(pk=tentative.pk)
    caisse.encaisser_au_guichet(session=session, titre_id=titre.pk, saisie=saisie, par=regisseur)

    tentative.refresh_from_db()
    assert (relue.etat, tentative.etat) == (EtatTentative.INITIEE, EtatTentative.ANNULEE)
