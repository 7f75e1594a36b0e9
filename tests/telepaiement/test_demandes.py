"""What a debtor asks, what is agreed, and what he pays of it."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from facturier.commun.etats import TransitionInterdite
from facturier.grand_livre.soldes import reste_du
from telepaiement import demandes, echeanciers, remboursements
from telepaiement.caisse import Saisie, annuler_encaissement, encaisser_au_guichet, ouvrir_session
from telepaiement.encaissement import enregistrer
from telepaiement.models import (
    DemandeRedevable,
    Echeance,
    Echeancier,
    EtatDemande,
    EtatEcheancier,
    Mode,
    NatureDemande,
    RelanceEcheance,
    Tentative,
)
from telepaiement.synchronisation import synchroniser
from telepaiement.tentatives import PaiementRefuse, controler_avant_paiement
from telepaiement.verification import echeanciers_faux
from telepaiement.views import compte
from tests.telepaiement.factories import refuser_et_rendre, titre_payable, titres_payables

pytestmark = pytest.mark.django_db
COURRIEL = "usager@essai.example"


def dans(jours):
    return timezone.localdate() + timedelta(days=jours)


@pytest.fixture
def demander(regies):
    """Deposit a request about a titre."""

    def poser(titre, nature=NatureDemande.ECHEANCIER, **champs):
        if nature == NatureDemande.ECHEANCIER:
            champs.setdefault("nombre_souhaite", 3)
        champs = {"texte": "Je ne peux pas tout payer.", "courriel": COURRIEL, **champs}
        return demandes.deposer(titre_id=titre.pk, nature=nature, **champs)

    return poser


@pytest.fixture
def etale(demander, agent):
    """A titre of 12 500 F to be paid in three times: 4 168, 4 166 and 4 166."""
    titre = titre_payable(12_500)
    demande = demander(titre)
    echeances = echeanciers.proposer(12_500, 3, dans(30))
    demandes.accepter(demande, reponse="Accordé.", echeances=echeances, par=agent)
    return titre


def payer_au_guichet(titre, montant, regies, regisseur):
    session = ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)
    saisie = Saisie(mode=Mode.ESPECES, montant=montant, somme_remise=montant)
    return encaisser_au_guichet(session=session, titre_id=titre.pk, saisie=saisie, par=regisseur)


def test_une_demande_se_depose_s_instruit_et_se_refuse_avec_un_motif(
    demander, agent, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        demande = demander(titre_payable(), NatureDemande.CONTESTATION)
        demandes.instruire(demande, par=agent)
        with pytest.raises(ValidationError, match="se motive"):
            demandes.refuser(demande, reponse=" ", par=agent)
        demandes.refuser(demande, reponse="Le tarif est celui du conseil.", par=agent)

    assert [un.acte for un in demande.passages.all()] == ["deposer", "instruire", "refuser"]
    assert [un.to for un in mailoutbox] == [[COURRIEL]] * 2
    assert "Le tarif est celui du conseil." in mailoutbox[1].body
    with pytest.raises(TransitionInterdite):
        demandes.retirer(demande)


def test_une_seule_demande_ouverte_de_chaque_sorte(demander):
    titre = titre_payable()
    demander(titre)
    demander(titre, NatureDemande.CONTESTATION)

    with pytest.raises(ValidationError, match="déjà en cours d’examen"):
        demander(titre)


def test_cinq_demandes_par_jour_au_plus(demander):
    titre = titre_payable()
    for _ in range(5):
        demandes.retirer(demander(titre))

    with pytest.raises(ValidationError, match="attendez demain"):
        demander(titre)


@pytest.mark.parametrize(
    ("echeances", "motif"),
    [
        ([(30, 12_500)], "de 2 à 24"),
        ([(30, 6_000), (60, 6_499)], "il est dû"),
        ([(60, 6_000), (30, 6_500)], "après la précédente"),
        ([(-1, 6_000), (30, 6_500)], "passée"),
    ],
)
def test_un_echeancier_faux_est_refuse_et_ne_laisse_rien(demander, agent, echeances, motif):
    demande = demander(titre_payable(12_500))

    with pytest.raises(ValidationError, match=motif):
        demandes.accepter(
            demande,
            reponse="Accordé.",
            echeances=[(dans(jours), montant) for jours, montant in echeances],
            par=agent,
        )

    assert not Echeancier.objects.exists()
    assert DemandeRedevable.objects.get().etat == EtatDemande.DEPOSEE


def test_une_echeance_se_paie_par_carte_puis_les_autres_et_l_echeancier_se_solde(
    etale, commencer, banc
):
    montants = []
    for nombre in (1, 2):
        tentative = commencer(etale, nombre_echeances=nombre)
        banc.payer(tentative)
        montants.append(synchroniser(tentative, source="retour").encaissement.montant)

    assert montants == [4_168, 8_332]
    assert [un.ecriture.total for un in etale.encaissements.order_by("pk")] == montants
    assert reste_du(etale) == 0
    echeancier = Echeancier.objects.get()
    assert echeancier.etat == EtatEcheancier.SOLDE
    assert [un.acte for un in echeancier.passages.all()] == ["preparer", "accorder", "solder"]


def test_un_choix_d_echeances_inconnu_est_refuse(etale, commencer):
    with pytest.raises(PaiementRefuse, match="n’existe plus"):
        commencer(etale, nombre_echeances=4)


def test_le_guichet_paie_pendant_que_la_page_d_une_echeance_est_ouverte(
    etale, commencer, regies, regisseur
):
    ouverte = commencer(etale, nombre_echeances=1)
    payer_au_guichet(etale, 5_000, regies, regisseur)
    ouverte.refresh_from_db()

    restes = [un.reste for un in echeanciers.suivies(echeanciers.en_cours(etale), reste_du(etale))]

    assert restes == [0, 3_334, 4_166]
    assert "plus ouvert" in controler_avant_paiement(ouverte)
    assert commencer(etale, nombre_echeances=1).montant == 3_334


def test_le_guichet_propose_la_prochaine_echeance(client, etale, regies, regisseur):
    ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)
    client.force_login(regisseur)

    page = client.get(reverse("telepaiement:guichet_titre", args=[etale.pk]), {"mode": "especes"})

    assert page.context["form"].initial["montant"] == 4_168
    assert "Échéancier accordé" in page.content.decode()


def test_un_paiement_annule_rouvre_l_echeancier_solde(etale, regies, regisseur):
    encaissement = payer_au_guichet(etale, 12_500, regies, regisseur)
    assert Echeancier.objects.get().etat == EtatEcheancier.SOLDE

    annuler_encaissement(encaissement_id=encaissement.pk, motif="erreur", par=regisseur)

    assert Echeancier.objects.get().etat == EtatEcheancier.EN_COURS


def test_un_remboursement_rouvre_l_echeancier_solde(etale, encaisser, agent, collegue):
    encaissement = encaisser(titre=etale, nombre_echeances=3)
    assert Echeancier.objects.get().etat == EtatEcheancier.SOLDE
    demande = remboursements.demander(
        encaissement_id=encaissement.pk,
        montant=5_000,
        montant_disponible=12_500,
        motif="payé pour un autre",
        par=agent,
    )

    remboursements.approuver(remboursement_id=demande.pk, par=collegue)

    restes = [un.reste for un in echeanciers.suivies(echeanciers.en_cours(etale), reste_du(etale))]
    assert restes == [0, 834, 4_166]
    assert not list(echeanciers_faux())
    Echeancier.objects.update(etat=EtatEcheancier.SOLDE)
    assert [anomalie.controle for anomalie in echeanciers_faux()] == ["echeancier"]


def test_une_echeance_en_retard_se_dit_et_se_rappelle_une_fois(
    etale, mailoutbox, django_capture_on_commit_callbacks
):
    assert not list(echeanciers.en_retard())

    with (
        time_machine.travel(timezone.now() + timedelta(days=31), tick=False),
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert [(un.pk, echeance.rang) for un, echeance in echeanciers.en_retard(1)] == [
            (Echeancier.objects.get().pk, 1)
        ]
        premiere, seconde = echeanciers.relancer(), echeanciers.relancer()

    assert (premiere["relances"], seconde["relances"]) == (1, 0)
    assert RelanceEcheance.objects.count() == 1
    assert "échéance 1" in mailoutbox[-1].body


def test_un_titre_rendu_par_la_tresorerie_ne_se_paie_ni_ne_se_relance(
    client, etale, agent, regies, regisseur
):
    """The money given stays; what is left waits for another signature, and the payer is told so."""
    payer_au_guichet(etale, 1_000, regies, regisseur)
    refuser_et_rendre(etale, par=agent)
    cles = {"reference": etale.reference, "cle": etale.cle_paiement}

    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        creance = client.post(reverse("telepaiement:accueil"), cles)["Location"]
        page = client.get(creance).content.decode()
        refusee = client.post(creance, {"nombre_echeances": 1}).content.decode()
        en_retard = list(echeanciers.en_retard())

    assert "La Trésorerie a rendu ce titre à la province Sud" in page
    assert "ce qui est déjà payé est gardé" in page
    assert "pas encore signé" not in page
    assert "en retard" not in page.lower()
    assert page.count("En attente") == 3
    assert "par carte</button>" not in page
    assert "La Trésorerie a rendu ce titre" in refusee
    assert en_retard == []


def test_un_titre_rendu_et_paye_en_entier_se_dit_paye(client, agent, regies, regisseur):
    titre = titre_payable(12_500)
    payer_au_guichet(titre, 12_500, regies, regisseur)
    refuser_et_rendre(titre, par=agent)
    cles = {"reference": titre.reference, "cle": titre.cle_paiement}

    page = client.get(client.post(reverse("telepaiement:accueil"), cles)["Location"])

    assert "entièrement payé" in page.content.decode()


def test_un_echeancier_rompu_rend_tout_exigible(etale, agent, commencer):
    echeanciers.rompre(Echeancier.objects.get().pk, motif="Deux retards.", par=agent)

    assert echeanciers.choix(etale, reste_du(etale)) == []
    assert commencer(etale).montant == 12_500


@pytest.mark.deux_moteurs
def test_la_base_garde_ce_qui_fut_demande_et_accorde(etale):
    refus = [
        lambda: Echeance.objects.update(montant=1),
        lambda: Echeance.objects.all()._raw_delete("default"),
        lambda: Echeance.objects.create(
            echeancier=Echeancier.objects.get(), rang=4, le=dans(400), montant=1
        ),
        lambda: Echeancier.objects.update(montant=1),
        lambda: DemandeRedevable.objects.update(texte="autre"),
        lambda: DemandeRedevable.objects.update(reponse="autre"),
        lambda: DemandeRedevable.objects.update(etat=EtatDemande.REFUSEE),
    ]

    for ecrire in refus:
        with pytest.raises(IntegrityError), transaction.atomic():
            ecrire()


@pytest.mark.deux_moteurs
def test_la_base_refuse_un_echeancier_qui_ne_fait_pas_la_somme(demander, agent):
    demande = demander(titre_payable(12_500))
    echeancier = Echeancier.objects.create(
        titre=demande.titre, demande=demande, montant=12_500, accorde_par=agent
    )
    for rang in (1, 2):
        Echeance.objects.create(echeancier=echeancier, rang=rang, le=dans(rang), montant=6_000)

    with pytest.raises(IntegrityError, match="exactement ce qui est dû"), transaction.atomic():
        Echeancier.objects.update(etat=EtatEcheancier.EN_COURS)
    with pytest.raises(IntegrityError, match="avec son échéancier"), transaction.atomic():
        DemandeRedevable.objects.update(
            etat=EtatDemande.ACCEPTEE,
            reponse="oui",
            decidee_par=agent,
            decidee_le=timezone.now(),
        )


@pytest.fixture
def ouvrir_somme(client, regies, banc):
    """Look a titre up with its key; return the address of its page."""

    def chercher(titre):
        donnees = {"reference": titre.reference, "cle": titre.cle_paiement}
        return client.post(reverse("telepaiement:accueil"), donnees)["Location"]

    return chercher


def test_le_redevable_demande_suit_et_retire(client, ouvrir_somme):
    titre = titre_payable()
    ouvrir_somme(titre)
    adresse = reverse("telepaiement:demander", args=[titre.pk, "contestation"])
    assert "tribunal administratif suspend" in client.get(adresse).content.decode()
    assert client.post(adresse, {"texte": ""}).status_code == 422

    suivi = client.post(adresse, {"texte": "Je n’ai rien loué.", "courriel": ""})["Location"]
    texte = client.get(suivi).content.decode()
    client.post(suivi)

    assert "Déposée" in texte
    assert "Retirée" in client.get(suivi).content.decode()


def test_les_demandes_ne_se_lisent_pas_sans_la_cle(client, demander):
    demande = demander(titre_payable())

    for nom, arguments in (
        ("demande", [demande.titre_id, demande.pk]),
        ("demander", [demande.titre_id, "contestation"]),
        ("liens", [demande.titre_id]),
    ):
        reponse = client.get(reverse(f"telepaiement:{nom}", args=arguments))
        assert reponse["Location"] == reverse("telepaiement:accueil")


def test_l_agent_accorde_l_echeancier_propose(client, demander, agent):
    demande = demander(titre_payable(12_500))
    client.force_login(agent)
    adresse = reverse("telepaiement:demande_gestion", args=[demande.pk])
    page = client.get(adresse)
    assert "par le redevable, sans compte" in page.content.decode()
    lot = page.context["lot"]
    donnees = {
        "reponse": "Accordé.",
        "decision": "accepter",
        "echeances-TOTAL_FORMS": len(lot.forms),
        "echeances-INITIAL_FORMS": len(lot.forms),
    }
    for rang, form in enumerate(lot.forms):
        donnees[f"echeances-{rang}-le"] = f"{form.initial['le']:%d/%m/%Y}"
        donnees[f"echeances-{rang}-montant"] = form.initial["montant"]
    fausses = {**donnees, "echeances-0-montant": 1}

    assert client.post(adresse, fausses).status_code == 422
    assert client.post(adresse, donnees).status_code == 302
    assert Echeancier.objects.get().etat == EtatEcheancier.EN_COURS
    assert "Soldé" not in client.get(adresse).content.decode()


def test_la_page_propose_les_echeances_et_le_montant_ne_vient_pas_du_navigateur(
    client, etale, ouvrir_somme
):
    creance = ouvrir_somme(etale)
    assert "prochaine échéance" in client.get(creance).content.decode()

    client.post(creance, {"courriel": "", "echeances": "1", "montant": "1"})
    faux = client.post(creance, {"courriel": "", "echeances": "9"})

    assert Tentative.objects.get().montant == 4_168
    assert faux.status_code == 422


def test_changer_d_echeance_pendant_une_panne_se_dit_sans_trace_technique(
    client, banc, etale, ouvrir_somme
):
    creance = ouvrir_somme(etale)
    client.post(creance, {"courriel": "", "echeances": "1"})
    banc.faire("pannes", panne_api=20)

    reponse = client.post(creance, {"courriel": "", "echeances": "2"})

    texte = reponse.content.decode()
    assert reponse.status_code == 422
    assert "sera d’abord vérifié, pour ne pas payer deux fois" in texte
    assert "APIError" not in texte


def test_un_compte_rattache_par_un_agent_voit_ce_qu_il_doit(
    client, demander, agent, fournisseur, ouvrir_somme
):
    titre = titre_payable()
    client.force_login(fournisseur)
    compte = reverse("telepaiement:compte")
    ouvrir = reverse("telepaiement:compte_titre", args=[titre.pk])
    assert client.post(ouvrir).status_code == 404

    demande = demander(titre, NatureDemande.RATTACHEMENT, demandeur=fournisseur)
    demandes.accepter(demande, reponse="C’est bien elle.", par=agent)

    assert titre.reference in client.get(compte).content.decode()
    assert client.get(client.post(ouvrir)["Location"]).status_code == 200
    demandes.revoquer(demande, motif="départ", par=agent)
    assert client.post(ouvrir).status_code == 404


def test_l_historique_d_un_compte_va_jusqu_a_l_origine_page_par_page(
    client, demander, agent, fournisseur, django_assert_max_num_queries, monkeypatch, regies
):
    titres = titres_payables([100] * 12, tiers=titre_payable().tiers)
    demande = demander(titres[0], NatureDemande.RATTACHEMENT, demandeur=fournisseur)
    demandes.accepter(demande, reponse="C’est bien elle.", par=agent)
    for titre in titres:
        enregistrer(
            titre=titre,
            regie=regies.regie,
            mode=Mode.VIREMENT,
            montant=100,
            moment=timezone.now() - timedelta(days=400),
            reference=f"essai-{titre.pk}",
            par=agent,
            reference_virement="VIR",
        )
    client.force_login(fournisseur)
    monkeypatch.setattr(compte, "LIGNES", 5)
    accueil = client.get(reverse("telepaiement:compte")).content.decode()
    adresse = reverse("telepaiement:compte_historique", args=[titres[0].tiers.code, "paiements"])
    assert f"{adresse}?apres=" in accueil

    vues, suite = [], adresse
    with django_assert_max_num_queries(30):
        while suite:
            page = client.get(suite).content.decode()
            vues += re.findall(r"2026-T-[0-9]{6}", page)
            suivante = re.search(r'href="(\?apres=[0-9]+)"', page)
            suite = f"{adresse}{suivante[1]}" if suivante else ""

    assert vues == [titre.reference for titre in reversed(titres)]
    mouvements = client.get(adresse.replace("paiements", "mouvements")).content.decode()
    assert "Voir plus ancien" in mouvements
    assert client.get(adresse.replace("paiements", "autre")).status_code == 404
    autre = demander(titre_payable(), NatureDemande.RATTACHEMENT, demandeur=fournisseur)
    monkeypatch.setattr(compte, "LIGNES", 1)
    recentes = client.get(reverse("telepaiement:compte")).content.decode()
    anciennes = client.get(f"{reverse('telepaiement:compte')}?demandes={autre.pk}")
    assert f"?demandes={autre.pk}#demandes" in recentes
    assert demande.reference in anciennes.content.decode()
    client.force_login(agent)
    assert client.get(adresse).status_code == 404
