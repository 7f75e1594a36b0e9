"""What a hostile or hurried payer does: the page altered, everybody paying at once, traces left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from django.core.exceptions import ValidationError
from django.urls import reverse

from facturier.acces.models import Role, Utilisateur
from facturier.grand_livre.models import Titre
from facturier.grand_livre.soldes import reste_du, solde
from telepaiement import caisse, limites, verification
from telepaiement.cloture import cloturer_caisse
from telepaiement.models import (
    Encaissement,
    EtatTentative,
    Guichet,
    Mode,
    Nomination,
    Quittance,
    SessionCaisse,
    Tentative,
)
from telepaiement.nominations import nommer
from telepaiement.synchronisation import synchroniser
from tests.telepaiement.conftest import DELAI, fermer_connexion
from tests.telepaiement.factories import ARRETE, decompte, titre_payable
from tests.telepaiement.maisons import MaisonStripe

pytestmark = pytest.mark.django_db


def test_un_abonne_ipv6_compte_pour_une_adresse(client, commencer):
    titre = titre_payable(12_500)
    saisie = {"reference": titre.reference, "cle": "FAUSSE"}
    adresses = [f"2001:db8:1:1::{rang:x}" for rang in range(1, 13)]

    statuts = [
        client.post(reverse("telepaiement:accueil"), saisie, REMOTE_ADDR=une).status_code
        for une in [*adresses, "2001:db8:1:2::1", "::ffff:198.51.100.7"]
    ]
    for rang in range(5):
        commencer(titre_payable(1_000 + rang), adresse=f"2001:db8:1:3::{rang + 1:x}")

    assert statuts == [422] * 10 + [429] * 2 + [422, 422]
    with pytest.raises(ValidationError, match="Trop de paiements commencés"):
        commencer(titre, adresse="2001:db8:1:3::99")
    assert limites.reseau("::ffff:198.51.100.7") == "198.51.100.7"
    assert commencer(titre, adresse="n’importe quoi").adresse_payeur is None


def _anomalies() -> list[str]:
    return [str(a) for controle in verification.CONTROLES for a in controle()]


def test_un_montant_ajoute_a_la_page_n_est_pas_lu(client, banc, regies):
    titre = titre_payable(12_500)
    donnees = {"reference": titre.reference, "cle": titre.cle_paiement}
    creance = client.post(reverse("telepaiement:accueil"), donnees)["Location"]

    client.post(creance, {"courriel": "", "montant": "1", "devise": "eur", "reste_constate": "1"})

    tentative = Tentative.objects.get()
    (intention,) = banc.intentions(tentative)
    assert tentative.montant == 12_500
    assert (intention["amount"], intention["currency"]) == (12_500, "xpf")


@pytest.mark.parametrize("champs", [{"amount": 1}, {"currency": "eur"}])
def test_la_cle_de_la_page_ne_change_ni_le_montant_ni_la_devise(banc, commencer, champs):
    """The page holds the publishable key and the secret of one payment: they change nothing."""
    tentative = commencer(titre_payable(12_500))
    adresse = f"{banc.adresse}/v1/payment_intents/{tentative.reference}"
    entetes = {"Authorization": "Bearer pk_test_essai"}
    donnees = {"client_secret": tentative.secret_client} | champs

    reponses = [
        requests.post(f"{adresse}{suite}", data=donnees, headers=entetes, timeout=DELAI)
        for suite in ("", "/confirm")
    ]

    (intention,) = banc.intentions(tentative)
    assert all(reponse.status_code in {400, 401, 403} for reponse in reponses)
    assert (intention["amount"], intention["currency"]) == (12_500, "xpf")
    assert intention["status"] == "requires_payment_method"


@pytest.mark.parametrize(
    ("champs", "anomalie"),
    [({"amount": 777}, "montant reçu 777"), ({"currency": "eur"}, "devise reçue EUR")],
)
def test_un_autre_montant_ou_une_autre_devise_attend_une_personne_et_alerte(
    client, banc, commencer, notifier, agent, caplog, champs, anomalie
):
    tentative = commencer(titre_payable(12_500))
    MaisonStripe(banc).client.v1.payment_intents.update(tentative.reference, champs)
    banc.payer(tentative)

    statut = notifier(banc.evenement(tentative, "payment_intent.succeeded"))

    tentative.refresh_from_db()
    client.force_login(agent)
    page = client.get(reverse("telepaiement:paiements_a_verifier")).content.decode()
    assert statut == 200
    assert tentative.etat == EtatTentative.A_VERIFIER
    assert tentative.anomalie.startswith(anomalie)
    assert "paiement_discordant" in caplog.text
    assert tentative.titre.reference in page
    assert not Encaissement.objects.exists()
    assert reste_du(tentative.titre) == 12_500


@pytest.fixture
def caisses(regies, regisseur, personne) -> list[SessionCaisse]:
    """Two tills of one régie: the régisseur's, and a mandataire's at the next counter."""
    autre = Guichet.objects.exclude(pk=regies.pk).filter(regie=regies.regie).first()
    mandataire = personne("Marie", Role.REGISSEUR)
    nommer(
        regie=regies.regie,
        personne=mandataire,
        qualite=Nomination.Qualite.MANDATAIRE,
        arrete=ARRETE,
        debut=ARRETE.date_arrete,
        par=Utilisateur.objects.systeme(),
    )
    return [
        caisse.ouvrir_session(guichet=guichet, fonds_caisse=0, par=agent)
        for guichet, agent in ((regies, regisseur), (autre, mandataire))
    ]


def _ensemble(actes: list[Callable[[], object]]) -> list[str]:
    """Do all at the same moment; return the refusals."""

    def faire(acte: Callable[[], object]) -> str:
        try:
            acte()
        except ValidationError as refus:
            return " ".join(refus.messages)
        finally:
            fermer_connexion()
        return ""

    with ThreadPoolExecutor(len(actes)) as fils:
        return [refus for refus in fils.map(faire, actes) if refus]


def _en_especes(session: SessionCaisse, titre: Titre) -> Callable[[], object]:
    saisie = caisse.Saisie(mode=Mode.ESPECES, montant=12_500, somme_remise=12_500)
    return lambda: caisse.encaisser_au_guichet(
        session=session, titre_id=titre.pk, saisie=saisie, par=session.agent
    )


@pytest.mark.django_db(transaction=True)
def test_deux_agents_ensemble_n_encaissent_une_dette_qu_une_fois(caisses):
    titre = titre_payable(12_500)

    refus = _ensemble([_en_especes(session, titre) for session in caisses])

    recu = Encaissement.objects.get()
    assert len(refus) == 1
    assert (reste_du(titre), recu.trop_percu, Quittance.objects.count()) == (0, 0, 1)
    assert solde("5412", exercice=2026).solde == 12_500
    assert _anomalies() == []


@pytest.mark.django_db(transaction=True)
def test_deux_onglets_et_le_guichet_ensemble_s_accordent_au_franc(
    banc_neuf, commencer, regies, regisseur
):
    """Both cards are debited before anybody knows; the counter comes in the middle."""
    session = caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)
    titre = titre_payable(12_500)
    onglets = [commencer(titre), commencer(titre)]
    for tentative in onglets:
        banc_neuf.payer(tentative)

    refus = _ensemble(
        [
            _en_especes(session, titre),
            *(lambda un=un: synchroniser(un, source="retour") for un in onglets),
        ]
    )

    debits = [un["amount"] for un in banc_neuf.etat()["objets"]["charge"]]
    recus = Encaissement.objects.all()
    en_caisse = sum(recus.filter(mode=Mode.ESPECES).values_list("montant", flat=True))
    close = cloturer_caisse(
        session_id=session.pk, coupures=decompte(en_caisse), motif_ecart="", par=regisseur
    )
    assert debits == [12_500, 12_500]
    assert sorted(recus.filter(mode=Mode.CARTE).values_list("montant", flat=True)) == debits
    assert (len(refus), en_caisse) in {(1, 0), (0, 12_500)}
    assert sum(close.totaux.values()) == en_caisse
    assert reste_du(titre) == 0
    assert -solde("466", exercice=2026).solde == sum(debits) + en_caisse - 12_500
    assert Quittance.objects.count() == recus.count()
    assert _anomalies() == []
