"""Notices by choice, read in the application; returns acknowledged in time or reminded of."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Role
from facturier.suivi import accuses, avancement, instruction, notifications
from facturier.suivi.models import Abonnement, Avis, EnvoiAvis, RetourFournisseur, TypeAvis
from tests.suivi.factories import FactureFactory, acteur, retour

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.deux_moteurs,
    pytest.mark.usefixtures("referentiel"),
]


def client_de(utilisateur):
    client = Client()
    client.force_login(utilisateur)
    return client


def vouloir(type_avis, envoi):
    Abonnement.objects.create(
        utilisateur=acteur(Role.FOURNISSEUR), type_avis=type_avis, envoi=envoi
    )


def suspendue(agent, jours=0):
    """Return an invoice sent back so many days ago, and its return."""
    with time_machine.travel(timezone.now() - timedelta(days=jours), tick=False):
        facture = FactureFactory(recue=True, date_emission=timezone.localdate())
        rendu = instruction.suspendre(facture, retour("JUSTIF_ABS"), par=agent)
    return facture, rendu


def test_un_avis_part_tout_de_suite_et_se_lit_dans_l_espace(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        facture = FactureFactory(deposee=True)

    avis = Avis.objects.get()

    assert (avis.facture, avis.type_avis, avis.envoi) == (facture, "depot", "immediat")
    assert avis.envoye_le is not None
    assert len(mail.outbox) == 1


def test_qui_ne_veut_pas_de_courriel_garde_l_avis(django_capture_on_commit_callbacks):
    FactureFactory()
    vouloir(TypeAvis.DEPOT, EnvoiAvis.AUCUN)
    with django_capture_on_commit_callbacks(execute=True):
        FactureFactory(deposee=True)

    assert mail.outbox == []
    assert Avis.objects.get().lu_le is None


def test_le_recapitulatif_part_une_fois_avec_tout(django_capture_on_commit_callbacks):
    FactureFactory()
    vouloir(TypeAvis.DEPOT, EnvoiAvis.QUOTIDIEN)
    with django_capture_on_commit_callbacks(execute=True):
        factures = FactureFactory.create_batch(2, deposee=True)

    envois = [notifications.recapituler(), notifications.recapituler()]

    assert envois == [1, 0]
    assert len(mail.outbox) == 1
    assert all(facture.numero in mail.outbox[0].body for facture in factures)
    assert "2 avis" in mail.outbox[0].subject


def test_une_messagerie_en_panne_ne_perd_pas_le_recapitulatif(monkeypatch):
    FactureFactory()
    vouloir(TypeAvis.DEPOT, EnvoiAvis.QUOTIDIEN)
    FactureFactory(deposee=True)
    monkeypatch.setattr("django.core.mail.EmailMessage.send", _en_panne)

    with pytest.raises(ConnectionError):
        notifications.recapituler()

    monkeypatch.undo()
    assert notifications.recapituler() == 1


def _en_panne(message):
    raise ConnectionError("panne")


def test_un_acte_annule_ne_laisse_pas_d_avis():
    facture = FactureFactory(prise_en_charge=True)
    Avis.objects.all().delete()

    with transaction.atomic():
        notifications.prevenir(facture, TypeAvis.PAIEMENT)
        transaction.set_rollback(True)

    assert not Avis.objects.exists()


def test_ouvrir_la_facture_lit_ses_avis_et_pas_les_autres():
    facture = FactureFactory(deposee=True)
    autre = FactureFactory(deposee=True)

    client_de(acteur(Role.FOURNISSEUR)).get(reverse("suivi:detail", args=[facture.pk]))

    assert list(Avis.objects.filter(lu_le=None).values_list("facture", flat=True)) == [autre.pk]


def test_la_page_des_avis_compte_les_non_lus_et_les_lit_tous():
    FactureFactory.create_batch(3, deposee=True)
    client = client_de(acteur(Role.FOURNISSEUR))

    avant = client.get(reverse("suivi:avis")).text
    client.post(reverse("suivi:tout_lire"))
    apres = client.get(reverse("suivi:avis")).text

    assert "3 avis non lus" in avant
    assert "Tout est lu" in apres


def test_chacun_ne_lit_que_ses_avis(intrus):
    intrus.attribuer(Role.FOURNISSEUR)
    FactureFactory(deposee=True)

    page = client_de(intrus).get(reverse("suivi:avis")).text
    client_de(intrus).post(reverse("suivi:tout_lire"))

    assert "Aucun avis" in page
    assert Avis.objects.filter(lu_le=None).count() == 1


def test_le_choix_de_chaque_avis_se_garde():
    utilisateur = acteur(Role.FOURNISSEUR)
    choix = dict.fromkeys(TypeAvis.values, "immediat") | {"message": "aucun", "depot": "quotidien"}
    client = client_de(utilisateur)

    client.post(reverse("suivi:choisir_avis"), choix)
    client.post(reverse("suivi:choisir_avis"), choix)
    refus = client.post(reverse("suivi:choisir_avis"), choix | {"depot": "jamais"})

    gardes = dict(utilisateur.abonnements.values_list("type_avis", "envoi"))
    assert gardes == choix
    assert refus.status_code == 422


def test_un_lot_previent_en_autant_de_requetes(django_assert_max_num_queries):
    factures = FactureFactory.create_batch(5, deposee=True)
    with django_assert_max_num_queries(10) as une:
        notifications.prevenir_lot([factures[0].pk], TypeAvis.PAIEMENT)

    with django_assert_max_num_queries(len(une)):
        notifications.prevenir_lot([facture.pk for facture in factures], TypeAvis.PAIEMENT)


def test_le_fournisseur_dit_qu_il_a_lu_une_demande(agent):
    facture, rendu = suspendue(agent)
    client = client_de(acteur(Role.FOURNISSEUR))

    client.post(reverse("suivi:accuser_retour", args=[facture.pk, rendu.pk]))
    page = client.get(reverse("suivi:detail", args=[facture.pk])).text

    rendu.refresh_from_db()
    assert rendu.accuse_par == acteur(Role.FOURNISSEUR)
    assert "J’ai lu cette demande" not in page


def test_un_accuse_ne_se_donne_qu_une_fois_et_ne_se_reprend_pas(agent, intrus):
    _, rendu = suspendue(agent)
    accuses.accuser(rendu, par=acteur(Role.FOURNISSEUR))

    with pytest.raises(ValidationError):
        accuses.accuser(rendu, par=acteur(Role.FOURNISSEUR))
    with pytest.raises(IntegrityError), transaction.atomic():
        RetourFournisseur.objects.update(accuse_le=None, accuse_par=None)
    with pytest.raises(PermissionDenied):
        accuses.accuser(rendu, par=intrus)


def test_une_demande_non_lue_est_rappelee_une_fois_et_l_agent_le_voit(
    agent, django_capture_on_commit_callbacks
):
    facture, rendu = suspendue(agent, jours=8)
    mail.outbox.clear()

    with django_capture_on_commit_callbacks(execute=True):
        rappels = [accuses.rappeler(), accuses.rappeler()]
    page = client_de(agent).get(reverse("suivi:retours_non_lus")).text
    detail = client_de(agent).get(reverse("suivi:gestion_detail", args=[facture.pk])).text

    rendu.refresh_from_db()
    assert rappels == [1, 0]
    assert [message.subject for message in mail.outbox] == [
        f"Facture {facture.numero}\u202f: une demande de la province n’a pas été lue"
    ]
    assert facture.numero in page
    assert "Pas encore lu par le fournisseur" in detail
    assert rendu.relance_le is not None


def test_ce_qui_est_lu_repondu_recent_ou_retire_n_est_pas_rappele(agent):
    par = acteur(Role.FOURNISSEUR)
    suspendue(agent, jours=6)
    _, lue = suspendue(agent, jours=9)
    accuses.accuser(lue, par=par)
    repondue, _ = suspendue(agent, jours=9)
    instruction.completer(repondue, reponse="Voici", par=par)
    retiree, _ = suspendue(agent, jours=9)
    instruction.retirer(retiree, motif="Erreur", par=par)

    assert accuses.rappeler() == 0


def test_un_rejet_attend_aussi_qu_on_l_ait_lu(agent):
    with time_machine.travel(timezone.now() - timedelta(days=8), tick=False):
        facture = FactureFactory(recue=True, date_emission=timezone.localdate())
        instruction.rejeter(facture, retour("NON_CONFORME"), par=agent)

    assert accuses.rappeler() == 1


def test_un_service_ne_voit_que_ses_demandes_non_lues(agent, service):
    suspendue(agent, jours=9)

    page = client_de(service).get(reverse("suivi:retours_non_lus")).text

    assert "Tout est lu" in page


def test_payer_un_lot_garde_un_avis_par_facture():
    factures = FactureFactory.create_batch(2, prise_en_charge=True)
    paiement = avancement.PaiementMandat(timezone.localdate())

    avancement.constater_paiement(
        {facture.mandat_id: paiement for facture in factures}, par=acteur(Role.COMPTABLE)
    )

    assert Avis.objects.filter(type_avis="paiement").count() == 2
