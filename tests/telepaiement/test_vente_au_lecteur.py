"""A sale of a published tariff paid at the card reader: the guarantees of a titre, without one."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import ServiceGestionnaire
from facturier.grand_livre.soldes import reste_du, solde
from facturier.grand_livre.verification import verifier
from telepaiement import (
    au_lecteur,
    caisse,
    execution_remboursements,
    litiges,
    remboursements,
    retours,
    ventes,
    versements,
)
from telepaiement.balayage import balayer
from telepaiement.cloture import cloturer_caisse
from telepaiement.models import (
    Encaissement,
    EtatRemboursement,
    EtatTentative,
    EtatVersement,
    Mode,
    Produit,
    RecuRemboursement,
    Tentative,
    Vente,
)
from telepaiement.passerelles.contrat import PasserelleMuette
from telepaiement.passerelles.stripe import PasserelleStripe
from telepaiement.synchronisation import synchroniser
from tests.telepaiement.conftest import CARTE_REFUSEE

pytestmark = pytest.mark.django_db
MONTANT = 1_500


@pytest.fixture
def session(lecteur, regies, regisseur):
    """Open the till of the counter that has the reader."""
    return caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)


@pytest.fixture
def entrees(session) -> dict[int, int]:
    """Three entrances at 500 F."""
    return {Produit.objects.get(code="S001").pk: 3}


@pytest.fixture
def presenter(session, entrees, regisseur):
    """Ask the reader to take the card for three entrances; return the attempt."""

    def faire(identifiant=None) -> Tentative:
        return au_lecteur.vendre(
            session=session,
            identifiant=identifiant or uuid4(),
            quantites=entrees,
            payeur="Club fictif",
            montant=MONTANT,
            par=regisseur,
        )

    return faire


@pytest.fixture
def payer(presenter, banc, lecteur, regisseur):
    """Have three entrances paid at the reader; return the money."""

    def faire() -> Encaissement:
        tentative = presenter()
        banc.faire("presenter_carte", lecteur=lecteur)
        return au_lecteur.suivre(tentative, par=regisseur).encaissement

    return faire


@pytest.fixture
def en_especes(session, entrees, regisseur):
    """Have the same three entrances paid in cash."""

    def faire(identifiant) -> Encaissement:
        saisie = caisse.Saisie(
            identifiant=identifiant, mode=Mode.ESPECES, montant=MONTANT, somme_remise=MONTANT
        )
        return ventes.vendre(
            session=session, quantites=entrees, payeur="", saisie=saisie, par=regisseur
        )

    return faire


def _comptes(*numeros: str) -> list[int]:
    return [solde(numero, exercice=2026).solde for numero in numeros]


def test_une_vente_payee_au_lecteur_entre_en_caisse_avec_sa_quittance(payer, session):
    fait = payer()

    assert (fait.mode, fait.titre, fait.vente.payeur) == (Mode.LECTEUR, None, "Club fictif")
    assert fait.quittance.numero == 1
    assert session.encaissements.totaux_par_mode() == {"lecteur": MONTANT}
    assert _comptes("5115", "47138") == [MONTANT, -MONTANT]
    assert list(verifier()) == []


def test_une_carte_refusee_se_represente_et_une_annulee_libere_la_vente(
    presenter, banc, lecteur, regisseur, en_especes
):
    tentative = presenter()
    banc.faire("presenter_carte", lecteur=lecteur, numero=CARTE_REFUSEE)
    refusee = au_lecteur.suivre(tentative, par=regisseur)
    encore = au_lecteur.reprendre(refusee, par=regisseur)
    annulee = au_lecteur.abandonner(encore, par=regisseur)

    fait = en_especes(tentative.session_payeur)

    assert (refusee.pk, encore.pk, encore.nb_refus) == (tentative.pk, tentative.pk, 1)
    assert annulee.etat == EtatTentative.ANNULEE
    assert (fait.mode, Encaissement.objects.count()) == (Mode.ESPECES, 1)
    with pytest.raises(ValidationError, match="déjà payée"):
        presenter(tentative.session_payeur)
    assert list(verifier()) == []


def test_la_meme_vente_n_a_qu_un_paiement_en_cours(presenter, en_especes):
    tentative = presenter()

    assert presenter(tentative.session_payeur) == tentative
    assert Vente.objects.count() == 1
    with pytest.raises(ValidationError, match="en cours à la banque"):
        en_especes(tentative.session_payeur)


def test_une_coupure_se_relit_et_un_succes_apres_la_cloture_reste_a_la_regie(
    presenter, banc, lecteur, session, regisseur, monkeypatch, agent
):
    tentative = presenter()
    banc.faire("presenter_carte", lecteur=lecteur)
    lire = PasserelleStripe.lire
    with monkeypatch.context() as coupe:
        coupe.setattr(PasserelleStripe, "lire", _muette)
        douteuse = au_lecteur.suivre(tentative, par=regisseur)
        with pytest.raises(ValidationError, match="en cours à la banque"):
            presenter(tentative.session_payeur)
        close = cloturer_caisse(
            session_id=session.pk, coupures={}, motif_ecart="", par=regisseur, reporter=True
        )
    assert PasserelleStripe.lire is lire

    apres = synchroniser(douteuse, source="notification")

    assert douteuse.etat == EtatTentative.A_VERIFIER
    assert [report["titre"] for report in close.reports] == ["Vente au comptant"]
    assert apres.etat == EtatTentative.REUSSIE
    assert (apres.encaissement.session, apres.encaissement.regie) == (None, session.regie)
    assert list(verifier()) == []


def _muette(_soi, _reference):
    raise PasserelleMuette("délai dépassé")


def test_une_carte_qui_paie_apres_les_especes_est_a_rendre(
    presenter, banc, lecteur, regisseur, en_especes, collegue, agent
):
    tentative = presenter()
    banc.faire("presenter_carte", lecteur=lecteur)
    Tentative.objects.filter(pk=tentative.pk).update(etat=EtatTentative.EXPIREE)
    en_especes(tentative.session_payeur)
    apres = synchroniser(tentative, source="notification")

    en_trop = Encaissement.objects.en_trop().get()
    demande = remboursements.demander(
        encaissement_id=en_trop.pk,
        montant=MONTANT,
        montant_disponible=MONTANT,
        motif="Payé deux fois",
        par=agent,
    )
    fait = remboursements.approuver(remboursement_id=demande.pk, par=collegue)

    assert apres.etat == EtatTentative.REUSSIE
    assert (en_trop.tentative, en_trop.trop_percu) == (tentative, MONTANT)
    assert (fait.etat, fait.trop_percu) == (EtatRemboursement.REUSSI, MONTANT)
    assert _comptes("471411", "47138", "5412") == [0, -MONTANT, MONTANT]
    assert list(verifier()) == []


def test_une_vente_se_rend_entiere_et_avant_son_titre(
    banc_neuf, payer, session, regisseur, agent, collegue
):
    rendue, gardee = payer(), payer()
    communs = {"montant_disponible": MONTANT, "motif": "Fermé pour travaux", "par": agent}
    with pytest.raises(ValidationError, match="se rend entière"):
        remboursements.demander(encaissement_id=rendue.pk, montant=500, **communs)
    demande = remboursements.demander(encaissement_id=rendue.pk, montant=MONTANT, **communs)
    remboursements.approuver(remboursement_id=demande.pk, par=collegue)
    cloturer_caisse(session_id=session.pk, coupures={}, motif_ecart="", par=regisseur)

    regularisation = ventes.regulariser_ventes(
        regie=session.regie,
        produit=Produit.objects.get(code="S001"),
        jusqu_au=timezone.localdate(),
        service=ServiceGestionnaire.objects.first(),
        adresse={"adresse_voie": "BP 1", "code_postal": "98800", "ville": "NOUMEA"},
        par=agent,
    )

    assert RecuRemboursement.objects.get().remboursement == demande
    assert regularisation.titre.montant_ht == MONTANT
    assert _comptes("47138", "5115") == [0, MONTANT]
    with pytest.raises(ValidationError, match="déjà régularisée par le titre"):
        remboursements.demander(encaissement_id=gardee.pk, montant=MONTANT, **communs)
    versement = versements.constater(str(banc_neuf.faire("verser")["id"]))
    assert versement.etat == EtatVersement.COMPTABILISE
    assert list(verifier()) == []


def test_une_vente_contestee_et_perdue_n_est_plus_a_regulariser(payer, banc, session):
    fait = payer()
    banc.faire("contester", payment_intent=fait.tentative.reference)
    litiges.relire(fait)
    banc.faire("clore_litige", dispute=fait.litiges.get().reference, issue="lost")

    litiges.relire(fait)

    assert _comptes("47138", "51175") == [0, 0]
    assert ventes.sommes_a_regulariser(session.regie, timezone.localdate()) == []
    assert list(verifier()) == []


def test_le_balayage_expire_une_vente_que_personne_ne_paie(presenter, banc):
    tentative = presenter()
    Tentative.objects.update(
        creee_le=timezone.now() - timezone.timedelta(hours=2),
        modifiee_le=timezone.now() - timezone.timedelta(hours=2),
    )

    balayer()

    tentative.refresh_from_db()
    assert tentative.etat == EtatTentative.EXPIREE
    assert not Encaissement.objects.exists()
    assert list(verifier()) == []


def test_la_base_refuse_une_tentative_sans_objet_ou_de_deux(presenter):
    tentative = presenter()

    for vente in (
        None,
        Vente.objects.create(regie=tentative.vente.regie, jour="2026-11-26", montant=9),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Tentative.objects.create(
                vente=vente,
                canal=tentative.canal,
                session=tentative.session,
                lecteur="tmr_autre",
                session_payeur=uuid4(),
                montant=MONTANT,
                reste_constate=MONTANT,
            )


def test_les_pages_d_une_vente_au_lecteur(client, session, regisseur, agent, banc, lecteur):
    client.force_login(regisseur)
    produit = Produit.objects.get(code="S001")
    choix = client.post(
        reverse("telepaiement:vente"), {f"produit_{produit.pk}": "3", "payeur": "Club"}
    )
    page = client.get(choix["Location"]).content.decode()
    identifiant = choix["Location"].rstrip("/").rsplit("/", 1)[1]
    adresse = reverse("telepaiement:lecteur_vendre", args=[identifiant])
    fausse = client.post(adresse, {"montant": "10"}, follow=True).content.decode()
    attente = client.post(adresse, {"montant": str(MONTANT)}, follow=True).content.decode()
    tentative = Tentative.objects.get()
    banc.faire("presenter_carte", lecteur=lecteur, numero=CARTE_REFUSEE)
    suivi = reverse("telepaiement:lecteur", args=[tentative.jeton])
    refus = client.get(suivi).content.decode()
    client.post(reverse("telepaiement:lecteur_reprendre", args=[tentative.jeton]))
    banc.faire("presenter_carte", lecteur=lecteur)
    fin = client.get(suivi, follow=True).content.decode()
    client.force_login(agent)
    fait = Encaissement.objects.get()
    gestion = client.get(reverse("telepaiement:encaissement", args=[fait.pk])).content.decode()

    assert "Envoyer au lecteur" in page
    assert "Le tarif a changé" in fausse
    assert "Le lecteur attend la carte" in attente
    assert "Présenter à nouveau une carte" in refus
    assert "La quittance" in fin
    assert "Demander un remboursement" in gestion


def test_une_part_rendue_chez_le_prestataire_apres_le_titre_se_reporte_sur_lui(
    payer, session, banc, agent, regisseur, client
):
    encaissement = payer()
    banc.faire("rembourser", payment_intent=encaissement.tentative.reference, montant=500)
    execution_remboursements.relire(encaissement)
    cloturer_caisse(session_id=session.pk, coupures={}, motif_ecart="", par=regisseur)
    titre = ventes.regulariser_ventes(
        regie=session.regie,
        produit=Produit.objects.get(code="S001"),
        jusqu_au=timezone.localdate(),
        service=ServiceGestionnaire.objects.first(),
        adresse={"adresse_voie": "BP 1", "code_postal": "98800", "ville": "NOUMEA"},
        par=agent,
    ).titre
    rendu = retours.a_reporter().get()
    avant = [solde(numero, exercice=2026).solde for numero in ("47138", "4111")]
    client.force_login(agent)
    acte = reverse("telepaiement:retour_reporter", args=[rendu.pk])
    sans_motif = client.post(acte, {"titre": titre.pk, "motif": ""})

    fin = client.post(acte, {"titre": titre.pk, "motif": "Deux entrées"}, follow=True)

    apres = [solde(numero, exercice=2026).solde for numero in ("47138", "4111")]
    assert sans_motif.status_code == 422
    assert "reportée sur le titre" in fin.content.decode()
    assert (avant, apres, reste_du(titre)) == ([500, 0], [0, 500], 500)
    assert not retours.a_reporter().exists()
    with pytest.raises(ValidationError, match="déjà reportée"):
        retours.reporter(remboursement_id=rendu.pk, titre_id=titre.pk, motif="x", par=agent)
    assert list(verifier()) == []
