"""The webhook: forged, late, repeated, lost, out of order, wrong."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from facturier.grand_livre.soldes import solde
from telepaiement.models import (
    Encaissement,
    EtatEvenement,
    EtatTentative,
    EvenementRecu,
    Quittance,
)
from telepaiement.notifications import rattraper, traiter, vider
from telepaiement.passerelles.stripe import PasserelleStripe
from tests.telepaiement.conftest import CARTE_REFUSEE, fermer_connexion, signature
from tests.telepaiement.factories import titre_payable

pytestmark = pytest.mark.django_db
SUCCES = "payment_intent.succeeded"


def test_la_notification_seule_regle_le_paiement(banc, commencer, notifier):
    tentative = commencer(titre_payable())
    banc.payer(tentative)

    statut = notifier(banc.evenement(tentative, SUCCES))

    assert statut == 200
    assert Encaissement.objects.get().tentative == tentative
    assert EvenementRecu.objects.get().etat == EtatEvenement.TRAITE


def test_une_notification_repetee_ne_change_rien(banc, commencer, notifier):
    tentative = commencer(titre_payable())
    banc.payer(tentative)
    corps = banc.evenement(tentative, SUCCES)

    statuts = [notifier(corps), notifier(corps)]

    assert statuts == [200, 200]
    assert Encaissement.objects.count() == EvenementRecu.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_cinq_notifications_ensemble_donnent_un_encaissement(banc, commencer):
    tentative = commencer(titre_payable())
    banc.payer(tentative)
    corps = banc.evenement(tentative, SUCCES)

    def poster(_rang):
        reponse = Client().post(
            "/telepaiement/stripe/",
            data=corps,
            content_type="application/json",
            headers={"Stripe-Signature": signature(corps)},
        )
        fermer_connexion()
        return reponse.status_code

    with ThreadPoolExecutor(5) as fils:
        statuts = list(fils.map(poster, range(5)))

    assert statuts == [200] * 5
    assert Encaissement.objects.count() == EvenementRecu.objects.count() == 1
    assert Quittance.objects.get().encaissement.montant == solde("5115", exercice=2026).debit


def test_un_echec_arrive_apres_le_succes_est_sans_effet(banc, commencer, notifier):
    tentative = commencer(titre_payable())
    banc.payer(tentative, CARTE_REFUSEE)
    echec = banc.evenement(tentative, "payment_intent.payment_failed")
    banc.payer(tentative)
    notifier(banc.evenement(tentative, SUCCES))

    notifier(echec)

    tentative.refresh_from_db()
    assert (tentative.etat, tentative.nb_refus) == (EtatTentative.REUSSIE, 0)


@pytest.mark.parametrize(
    "options",
    [
        {"secret": "whsec_faux"},
        {"age": 301},
        {"age": -1000},
        {"entete": ""},
        {"entete": "t=1,v1=00"},
        {"entete": "n’importe quoi"},
    ],
)
def test_une_signature_fausse_ou_hors_delai_est_refusee(banc, commencer, notifier, options):
    tentative = commencer(titre_payable())
    banc.payer(tentative)

    statut = notifier(banc.evenement(tentative, SUCCES), **options)

    assert statut == 400
    assert not EvenementRecu.objects.exists()


def test_l_ancien_secret_vaut_pendant_son_remplacement(banc, commencer, notifier):
    tentative = commencer(titre_payable())
    banc.payer(tentative)

    statut = notifier(banc.evenement(tentative, SUCCES), secret="whsec_ancien")

    assert statut == 200


@pytest.mark.parametrize("corps", [b"pas du json", b"[]", b'{"id": "evt_1"}', b"\xff\xfe"])
def test_un_corps_illisible_est_refuse(banc, db, notifier, corps):
    statut = notifier(corps)

    assert statut == 400


def test_un_corps_de_deux_mega_octets_est_refuse(banc, db, notifier):
    statut = notifier(b'{"id": "' + b"x" * 2_000_000 + b'"}')

    assert statut == 413


def test_un_evenement_de_l_autre_mode_est_refuse(banc, commencer, notifier):
    tentative = commencer(titre_payable())
    banc.payer(tentative)
    evenement = json.loads(banc.evenement(tentative, SUCCES)) | {"livemode": True}

    statut = notifier(json.dumps(evenement).encode())

    assert statut == 400


def test_un_paiement_inconnu_est_garde_et_ignore(banc, regies, notifier):
    evenement = {
        "id": "evt_inconnu",
        "type": SUCCES,
        "livemode": False,
        "data": {"object": {"object": "payment_intent", "id": "pi_inconnu"}},
    }

    statut = notifier(json.dumps(evenement).encode())

    assert statut == 200
    assert EvenementRecu.objects.get().etat == EtatEvenement.IGNORE


def test_une_panne_du_traitement_repond_200_et_se_rejoue(banc, commencer, notifier):
    tentative = commencer(titre_payable())
    banc.payer(tentative)
    corps = banc.evenement(tentative, SUCCES)
    banc.faire("pannes", panne_api=3)
    statut = notifier(corps)
    en_panne = EvenementRecu.objects.get()
    EvenementRecu.objects.update(prochain_essai_le=en_panne.recu_le)

    bilan = vider()

    assert (statut, en_panne.etat) == (200, EtatEvenement.EN_ERREUR)
    assert "PasserelleMuette" in en_panne.derniere_erreur
    assert bilan == {"traites": 1, "en_attente": 0}
    assert Encaissement.objects.count() == 1


def test_rejouer_toute_la_boite_ne_change_rien(banc, commencer, notifier):
    tentative = commencer(titre_payable())
    banc.payer(tentative)
    notifier(banc.evenement(tentative, SUCCES))
    EvenementRecu.objects.update(etat=EtatEvenement.RECU)

    vider()

    assert Encaissement.objects.count() == 1


def test_les_messages_perdus_se_rattrapent_par_la_meme_entree(banc_neuf, commencer, notifier):
    tentatives = [commencer(titre_payable()) for _ in range(2)]
    for tentative in tentatives:
        banc_neuf.payer(tentative)
    arrive = banc_neuf.evenement(tentatives[1], SUCCES)
    emis = len(banc_neuf.etat()["objets"]["event"])
    notifier(arrive)
    seul = Encaissement.objects.count()

    premier, second = rattraper(), rattraper()
    vider()

    assert seul == 1
    assert premier == {"lus": emis, "retrouves": emis - 1, "en_panne": 0}
    assert second == {"lus": emis, "retrouves": 0, "en_panne": 0}
    assert EvenementRecu.objects.get(identifiant=json.loads(arrive)["id"]).nb_essais == 1
    assert not EvenementRecu.objects.filter(etat__in=["recu", "en_erreur"]).exists()
    assert Encaissement.objects.count() == Quittance.objects.count() == 2


def test_le_rattrapage_remonte_au_dernier_message_et_d_un_jour_au_moins(
    banc_neuf, regies, monkeypatch
):
    depuis = []
    lire = PasserelleStripe.lister_messages

    def noter(passerelle, debut):
        depuis.append(debut)
        return lire(passerelle, debut)

    monkeypatch.setattr(PasserelleStripe, "lister_messages", noter)
    vide = timezone.now()
    rattraper(a=vide)
    recu_le = EvenementRecu.objects.create(identifiant="evt_1", nature=SUCCES).recu_le
    for age in (timedelta(hours=1), timedelta(days=3), timedelta(days=90)):
        rattraper(a=recu_le + age)

    assert depuis == [
        vide - timedelta(days=30),
        recu_le - timedelta(hours=23),
        recu_le,
        recu_le + timedelta(days=60),
    ]


def test_le_rattrapage_sans_reponse_se_dit_et_ne_perd_rien(banc, regies):
    banc.faire("pannes", panne_api=3)

    assert rattraper()["en_panne"] == 1


def test_un_message_reserve_par_un_autre_processus_attend(banc, commencer, notifier):
    tentative = commencer(titre_payable())
    banc.payer(tentative)
    banc.faire("pannes", panne_api=3)
    notifier(banc.evenement(tentative, SUCCES))

    fait = traiter(EvenementRecu.objects.get())

    assert not fait
