"""A contestation that is accepted leads to the correction of its titre, and the debtor sees it."""

import io
import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from exports_tps import decisions
from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir_lot
from facturier.grand_livre.documents import ranger_justificatif
from facturier.grand_livre.models import Piece
from facturier.grand_livre.soldes import reste_du
from telepaiement import apurements, contestations, demandes, titres
from telepaiement.models import NatureDemande, SuiteContestation
from telepaiement.reductions import reduire_titre
from tests.grand_livre.factories import titre
from tests.telepaiement.factories import refuser_et_rendre, titre_payable, titres_payables
from tests.telepaiement.test_apurements import imputee as imputee  # noqa: PLC0414
from tests.telepaiement.test_apurements import sans_delai as sans_delai  # noqa: PLC0414
from tests.telepaiement.test_concurrence import reduire
from tests.telepaiement.test_imputations import ecarter as ecarter  # noqa: PLC0414

pytestmark = pytest.mark.django_db
COURRIEL = "usager@essai.example"


@pytest.fixture
def contester(regies):
    """Contest a titre with its key."""

    def faire(titre):
        return demandes.deposer(
            titre_id=titre.pk,
            nature=NatureDemande.CONTESTATION,
            texte="Je n’ai pas occupé ce local.",
            courriel=COURRIEL,
        )

    return faire


def test_accepter_mene_a_la_reduction_que_le_redevable_voit(
    contester, agent, client, mailoutbox, django_capture_on_commit_callbacks
):
    titre = titre_payable(12_500)
    for acte in ("transmettre", "prendre_en_charge"):
        franchir_lot(Piece, [titre.pk], acte, par=Utilisateur.objects.systeme())
    demande = contester(titre)
    client.force_login(agent)
    page = reverse("telepaiement:demande_gestion", args=[demande.pk])

    reponse = client.post(page, {"reponse": "Vous avez raison.", "decision": "accepter"})

    formulaire = client.get(reponse["Location"]).content.decode()
    attend = client.get(page).content.decode()
    liste = client.get(reverse("telepaiement:demandes")).content.decode()
    assert reponse["Location"] == reverse("telepaiement:titre_reduire", args=[titre.pk])
    assert f"Contestation {demande.reference} acceptée" in formulaire
    assert "le titre n’a pas changé" in attend
    assert "titre à corriger" in liste
    with django_capture_on_commit_callbacks(execute=True):
        reduire_titre(
            titre, montant_ht=2_500, motif="Erreur", justificatifs=[_decision()], par=agent
        )
    suite = SuiteContestation.objects.get()
    assert (suite.demande, suite.nature, suite.montant) == (demande, "reduction", 2_500)
    assert reste_du(titre) == 10_000
    assert "Suite donnée" in client.get(page).content.decode()
    assert re.search(r"réduit de 2\s500", mailoutbox[-1].body)
    assert list(contestations.sans_suite()) == []
    _voir_comme_redevable(client, titre, demande, "Titre réduit de")


def _decision():
    fichier = io.BytesIO(b"%PDF-1.4\n% decision\n")
    return ranger_justificatif(fichier, nom="decision.pdf", genre="decision")


def _voir_comme_redevable(client, titre, demande, attendu):
    client.logout()
    client.post(
        reverse("telepaiement:accueil"), {"reference": titre.reference, "cle": titre.cle_paiement}
    )
    adresse = reverse("telepaiement:demande", args=[titre.pk, demande.pk])
    assert attendu in client.get(adresse).content.decode()


def test_une_reduction_entiere_annule_le_titre(contester, agent):
    titre = titre_payable()
    demandes.accepter(contester(titre), reponse="Vous avez raison.", par=agent)

    reduire(titre, 12_500, agent)

    suite = SuiteContestation.objects.get()
    assert (suite.nature, suite.montant, reste_du(titre)) == ("annulation", 12_500, 0)


def test_un_titre_laisse_inchange_dit_pourquoi(contester, agent, client):
    titre = titre_payable()
    demande = contester(titre)
    with pytest.raises(ValidationError, match="n’attend pas"):
        contestations.laisser(demande, motif="Déjà réduit", par=agent)
    with pytest.raises(IntegrityError, match="contestation acceptée"), transaction.atomic():
        SuiteContestation.objects.create(
            demande=demande, nature="sans_changement", motif="Non", par=agent
        )
    demandes.accepter(demande, reponse="Nous reprenons le calcul.", par=agent)
    client.force_login(agent)
    page = client.get(reverse("telepaiement:demande_gestion", args=[demande.pk])).content.decode()
    acte = reverse("telepaiement:demande_laisser", args=[demande.pk])
    vide = client.post(acte, {"motif": ""})

    client.post(acte, {"motif": "Le calcul repris donne la même somme."})

    assert "une fois qu’il est pris en charge" in page
    assert vide.status_code == 422
    assert client.get(acte).status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        SuiteContestation.objects.all().delete()
    _voir_comme_redevable(client, titre, demande, "Titre inchangé\u202f: Le calcul repris")


@pytest.mark.deux_moteurs
@pytest.mark.parametrize("accepte_dabord", [True, False])
def test_un_titre_rendu_se_conteste_et_son_annulation_repond(
    imputee,
    contester,
    agent,
    comptable,
    client,
    mailoutbox,
    django_capture_on_commit_callbacks,
    accepte_dabord,
):
    titre = titre_payable(7_000)
    fait = apurements.regler_titre(
        imputee, titre_id=titre.pk, montant=7_000, motif="x", par=comptable
    )
    refuser_et_rendre(titre, par=agent)
    client.post(
        reverse("telepaiement:accueil"), {"reference": titre.reference, "cle": titre.cle_paiement}
    )
    lien = reverse("telepaiement:demander", args=[titre.pk, "contestation"])
    offerte = client.get(reverse("telepaiement:creance", args=[titre.pk])).text
    deposee = client.post(lien, {"texte": "Ce n’est pas moi.", "courriel": COURRIEL})
    demande = titre.demandes.get()
    client.force_login(agent)

    def accepter():
        demandes.accepter(demande, reponse="Vous avez raison.", par=agent)
        return client.get(reverse("telepaiement:demande_gestion", args=[demande.pk])).text

    with django_capture_on_commit_callbacks(execute=True):
        page = accepter() if accepte_dabord else ""
        apurements.annuler(fait.pk, motif="Autre débiteur", par=agent)
        titres.annuler(titre.pk, motif="Débiteur erroné", par=agent)
        page = page or accepter()

    assert lien in offerte
    assert deposee.status_code == 302
    suite = SuiteContestation.objects.get()
    assert (suite.nature, suite.montant, suite.reduction) == ("annulation", 7_000, None)
    assert "Ce titre est annulé" in mailoutbox[-1].body
    assert ("La Trésorerie l’a rendu" in page) == accepte_dabord
    assert list(contestations.sans_suite()) == []


@pytest.mark.parametrize("acte", ["", "annuler"])
def test_ce_qui_n_admet_aucune_demande_n_en_offre_pas(client, agent, regies, acte):
    du = titre(agent)
    if acte:
        titres.annuler(du.pk, motif="Erreur", par=agent)
    client.force_login(agent)
    client.post(
        reverse("telepaiement:accueil"), {"reference": du.reference, "cle": du.cle_paiement}
    )

    page = client.get(reverse("telepaiement:creance", args=[du.pk])).text

    assert du.reference in page
    assert "contestation" not in page
    assert "rattachement" not in page


@pytest.mark.deux_moteurs
@pytest.mark.parametrize("accepte_dabord", [True, False])
def test_le_rejet_par_la_tresorerie_repond_a_la_contestation_acceptee(
    contester, agent, client, mailoutbox, django_capture_on_commit_callbacks, accepte_dabord
):
    conteste, autre = titres_payables([7_000, 9_000])
    demande = contester(conteste)
    par = Utilisateur.objects.systeme()
    franchir_lot(Piece, [conteste.pk, autre.pk], "transmettre", par=par)
    actes = [
        lambda: demandes.accepter(demande, reponse="Vous avez raison.", par=agent),
        lambda: decisions.rejeter(
            {conteste.pk: "Débiteur erroné", autre.pk: "Débiteur erroné"},
            date_rejet=timezone.localdate(),
            par=par,
        ),
    ]

    with django_capture_on_commit_callbacks(execute=True):
        for acte in actes if accepte_dabord else reversed(actes):
            acte()

    suite = SuiteContestation.objects.get()
    assert (suite.nature, suite.montant, suite.reduction) == ("rejet", 7_000, None)
    assert "La Trésorerie l’a rejeté" in mailoutbox[-1].body
    assert list(contestations.sans_suite()) == []
    client.force_login(agent)
    page = client.get(reverse("telepaiement:demande_gestion", args=[demande.pk])).text
    assert "Laisser le titre inchangé" not in page
    _voir_comme_redevable(client, conteste, demande, "Titre rejeté par la Trésorerie le")
