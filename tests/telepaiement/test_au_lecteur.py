"""The card reader driven from our server: busy, off line, refused, cancelled, late success."""

import pytest
import stripe
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse

from facturier.grand_livre.soldes import reste_du
from telepaiement import au_lecteur, caisse, verification
from telepaiement.cloture import cloturer_caisse
from telepaiement.models import Encaissement, EtatTentative, Mode, Tentative
from telepaiement.passerelles.contrat import PasserelleMuette
from telepaiement.passerelles.stripe import PasserelleStripe
from telepaiement.synchronisation import synchroniser
from tests.telepaiement.conftest import CARTE_REFUSEE
from tests.telepaiement.factories import titre_payable

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(lecteur, regies, regisseur):
    """Open the till of the counter that has the reader."""
    return caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)


@pytest.fixture
def presenter(session, regisseur):
    """Ask the reader to take the card for a titre; return the attempt."""

    def faire(titre, montant=12_500) -> Tentative:
        return au_lecteur.lancer(session=session, titre_id=titre.pk, montant=montant, par=regisseur)

    return faire


def test_une_carte_presentee_paie_et_entre_dans_la_caisse(banc, lecteur, presenter, session):
    titre = titre_payable(12_500)
    tentative = presenter(titre)
    attente = au_lecteur.suivre(tentative, par=session.agent)
    banc.faire("presenter_carte", lecteur=lecteur)

    apres = au_lecteur.suivre(tentative, par=session.agent)

    encaissement = Encaissement.objects.get()
    assert attente.etat == EtatTentative.EN_COURS
    assert apres.etat == EtatTentative.REUSSIE
    assert (encaissement.mode, encaissement.session) == (Mode.LECTEUR, session)
    assert encaissement.quatre_derniers == "4242"
    assert reste_du(titre) == 0
    assert session.encaissements.totaux_par_mode() == {"lecteur": 12_500}


def test_une_carte_refusee_se_presente_a_nouveau_sur_le_meme_paiement(banc, lecteur, presenter):
    titre = titre_payable(12_500)
    tentative = presenter(titre)
    banc.faire("presenter_carte", lecteur=lecteur, numero=CARTE_REFUSEE)
    refusee = au_lecteur.suivre(tentative, par=tentative.session.agent)
    etat_refuse = (refusee.etat, refusee.nb_refus)

    encore = presenter(titre)
    banc.faire("presenter_carte", lecteur=lecteur)
    payee = au_lecteur.suivre(encore, par=tentative.session.agent)

    assert etat_refuse == (EtatTentative.INITIEE, 1)
    assert encore == tentative
    assert payee.etat == EtatTentative.REUSSIE


def test_un_lecteur_occupe_le_dit(presenter):
    presenter(titre_payable(12_500))

    with pytest.raises(ValidationError, match="attend déjà un autre paiement"):
        presenter(titre_payable(1_000), 1_000)


def test_un_lecteur_occupe_par_un_autre_logiciel_ferme_la_tentative(banc, lecteur, presenter):
    client = stripe.StripeClient(
        settings.STRIPE_SECRET_KEY, base_addresses={"api": settings.STRIPE_API_BASE}
    )
    autre = client.v1.payment_intents.create(
        {"amount": 100, "currency": "xpf", "allowed_payment_method_types": ["card_present"]}
    )
    client.v1.terminal.readers.process_payment_intent(lecteur, {"payment_intent": autre.id})

    with pytest.raises(ValidationError, match="attend déjà un autre paiement"):
        presenter(titre_payable(12_500))

    assert Tentative.objects.get().etat == EtatTentative.ANNULEE


def test_un_lecteur_hors_ligne_propose_aussitot_un_autre_moyen(banc, lecteur, presenter):
    banc.faire("brancher_lecteur", lecteur=lecteur, en_ligne=False)

    with pytest.raises(ValidationError, match="terminal de la banque, les espèces"):
        presenter(titre_payable(12_500))

    assert Tentative.objects.get().etat == EtatTentative.ANNULEE


def test_un_paiement_annule_libere_le_lecteur_et_la_dette(presenter, session, regisseur):
    titre = titre_payable(12_500)
    tentative = presenter(titre)

    apres = au_lecteur.abandonner(tentative, par=regisseur)
    saisie = caisse.Saisie(mode=Mode.ESPECES, montant=12_500, somme_remise=12_500)
    encaissement = caisse.encaisser_au_guichet(
        session=session, titre_id=titre.pk, saisie=saisie, par=regisseur
    )

    assert apres.etat == EtatTentative.ANNULEE
    assert encaissement.trop_percu == 0
    assert presenter(titre_payable(1_000), 1_000).etat == EtatTentative.EN_COURS


def test_aucun_autre_moyen_tant_que_le_lecteur_attend_la_carte(presenter, session, regisseur):
    titre = titre_payable(12_500)
    presenter(titre)
    saisie = caisse.Saisie(mode=Mode.ESPECES, montant=12_500, somme_remise=12_500)

    with pytest.raises(ValidationError, match="en cours à la banque"):
        caisse.encaisser_au_guichet(
            session=session, titre_id=titre.pk, saisie=saisie, par=regisseur
        )


def test_la_carte_gagne_la_course_contre_l_annulation(banc, lecteur, presenter, regisseur):
    tentative = presenter(titre_payable(12_500))
    banc.faire("presenter_carte", lecteur=lecteur)

    apres = au_lecteur.abandonner(tentative, par=regisseur)

    assert apres.etat == EtatTentative.REUSSIE
    assert Encaissement.objects.get().montant == 12_500


def test_un_succes_connu_apres_la_cloture_reste_a_la_regie_hors_caisse(
    banc, lecteur, presenter, session, regisseur, monkeypatch
):
    tentative = presenter(titre_payable(12_500))
    banc.faire("presenter_carte", lecteur=lecteur)

    def muet(_soi, _reference):
        raise PasserelleMuette("délai dépassé")

    lire = PasserelleStripe.lire
    monkeypatch.setattr(PasserelleStripe, "lire", muet)
    douteuse = au_lecteur.suivre(tentative, par=regisseur)
    compte = {"session_id": session.pk, "coupures": {}, "motif_ecart": "", "par": regisseur}
    with pytest.raises(ValidationError, match="restent à vérifier"):
        cloturer_caisse(**compte)
    close = cloturer_caisse(**compte, reporter=True)
    monkeypatch.setattr(PasserelleStripe, "lire", lire)

    apres = synchroniser(douteuse, source="notification")

    encaissement = Encaissement.objects.get()
    assert douteuse.etat == EtatTentative.A_VERIFIER
    assert [report["montant"] for report in close.reports] == [12_500]
    assert apres.etat == EtatTentative.REUSSIE
    assert (encaissement.session, encaissement.regie) == (None, session.regie)
    assert [str(a) for controle in verification.CONTROLES for a in controle()] == []


def test_une_coupure_laisse_a_verifier_et_bloque_tout_autre_moyen(
    banc, presenter, session, regisseur
):
    titre = titre_payable(12_500)
    tentative = presenter(titre)
    banc.faire("pannes", panne_api=20)

    apres = au_lecteur.suivre(tentative, par=regisseur)
    banc.faire("pannes", panne_api=0)

    assert apres.etat == EtatTentative.A_VERIFIER
    with pytest.raises(ValidationError, match="en cours à la banque"):
        au_lecteur.lancer(session=session, titre_id=titre.pk, montant=12_500, par=regisseur)


def test_une_caisse_ne_se_cloture_pas_tant_que_le_lecteur_attend(presenter, session, regisseur):
    presenter(titre_payable(12_500))

    with pytest.raises(ValidationError, match="attend encore au lecteur"):
        cloturer_caisse(session_id=session.pk, coupures={}, motif_ecart="", par=regisseur)


def test_un_guichet_sans_lecteur_le_dit(regies, regisseur, banc):
    session = caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)

    with pytest.raises(ValidationError, match="pas de lecteur"):
        au_lecteur.lancer(
            session=session, titre_id=titre_payable().pk, montant=12_500, par=regisseur
        )


# --- Pages ----------------------------------------------------------------------------------------
def test_un_refus_laisse_la_se_retrouve_de_chaque_page_de_la_caisse(
    banc, lecteur, presenter, regisseur, client
):
    suivant = titre_payable(4_500)
    laissee = presenter(titre_payable(12_500))
    banc.faire("presenter_carte", lecteur=lecteur, numero=CARTE_REFUSEE)
    au_lecteur.suivre(laissee, par=regisseur)
    client.force_login(regisseur)
    lancer = reverse("telepaiement:lecteur_lancer", args=[suivant.pk])
    cloture = reverse("telepaiement:guichet_cloture")

    pages = [
        client.post(lancer, {"montant": "4500"}, follow=True),
        client.get(reverse("telepaiement:guichet")),
        client.post(cloture, {}),
    ]

    lien = f'href="{reverse("telepaiement:lecteur", args=[laissee.jeton])}"'
    assert all(lien in page.content.decode() for page in pages)
    assert "carte refusée" in pages[0].content.decode()
    client.post(reverse("telepaiement:lecteur_annuler", args=[laissee.jeton]))
    assert lien not in client.get(reverse("telepaiement:guichet")).content.decode()


def test_une_operation_effacee_au_lecteur_se_represente(
    banc, lecteur, presenter, regisseur, client
):
    tentative = presenter(titre_payable(12_500))
    passerelle = stripe.StripeClient(
        settings.STRIPE_SECRET_KEY, base_addresses={"api": settings.STRIPE_API_BASE}
    )
    passerelle.v1.terminal.readers.cancel_action(lecteur)
    client.force_login(regisseur)
    page = client.get(reverse("telepaiement:lecteur", args=[tentative.jeton])).content.decode()

    client.post(reverse("telepaiement:lecteur_reprendre", args=[tentative.jeton]))
    banc.faire("presenter_carte", lecteur=lecteur)

    assert "n’attend plus la carte" in page
    assert "est terminé" not in page
    assert au_lecteur.suivre(tentative, par=regisseur).etat == EtatTentative.REUSSIE


def test_un_lecteur_coupe_puis_revenu_prend_la_carte_et_la_page_le_suit(
    banc, lecteur, presenter, regisseur, client
):
    tentative = presenter(titre_payable(12_500))
    client.force_login(regisseur)
    adresse = reverse("telepaiement:lecteur", args=[tentative.jeton])
    banc.faire("brancher_lecteur", lecteur=lecteur, en_ligne=False)

    coupe = client.get(adresse)
    banc.faire("brancher_lecteur", lecteur=lecteur, en_ligne=True)
    revenu = client.get(adresse)
    banc.faire("presenter_carte", lecteur=lecteur)

    assert "coupé du réseau" in coupe.content.decode()
    assert coupe["Refresh"] == "10"
    assert "Le lecteur attend la carte" in revenu.content.decode()
    assert client.get(adresse).status_code == 302
    assert au_lecteur.suivre(tentative, par=regisseur).etat == EtatTentative.REUSSIE


def test_lecteur_et_banque_muets_le_disent_sans_erreur(
    banc, lecteur, presenter, regisseur, client, monkeypatch
):
    titre = titre_payable(12_500)
    banc.faire("brancher_lecteur", lecteur=lecteur, en_ligne=False)

    def muet(_soi, _reference):
        raise PasserelleMuette("APIConnectionError")

    monkeypatch.setattr(PasserelleStripe, "annuler", muet)
    client.force_login(regisseur)
    lancer = reverse("telepaiement:lecteur_lancer", args=[titre.pk])

    reponse = client.post(lancer, {"montant": "12500"}, follow=True)

    tentative = Tentative.objects.get()
    assert tentative.etat == EtatTentative.A_VERIFIER
    assert "et la banque non plus" in reponse.content.decode()
    assert str(tentative.jeton) in reponse.content.decode()
