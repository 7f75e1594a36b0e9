"""A document that runs out is announced thirty days before, once."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from facturier.celery import application
from fournisseurs.expirations import annoncer_expirations
from fournisseurs.models import Justificatif
from fournisseurs.tasks import annoncer_les_expirations, appliquer_les_modifications
from tests.fournisseurs.factories import DemandeEtablissementFactory, FournisseurFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def dans(jours):
    return timezone.localdate() + timedelta(days=jours)


def test_un_avis_est_annonce_trente_jours_avant_a_qui_gere_les_donnees(mailoutbox):
    fiche = FournisseurFactory()
    assert annoncer_expirations(dans(59))["documents"] == 0

    bilan = annoncer_expirations(dans(60))

    habilitation = fiche.etablissements.get().habilitations.get()
    assert bilan == {"etablissements": 1, "documents": 1}
    assert mailoutbox[-1].to == [habilitation.representant.utilisateur.email]
    assert "Avis de situation" in mailoutbox[-1].body


def test_une_expiration_prochaine_se_voit_aussi_au_tableau_de_bord(client, intrus, mailoutbox):
    fiche = FournisseurFactory()
    fiche.justificatifs.filter(genre="avis_ridet").update(valable_jusqu_au=dans(20))
    annoncer_expirations()  # told by mail already: a mail is lost
    gerant = fiche.etablissements.get().habilitations.get().representant.utilisateur
    pages = {}
    for qui in (gerant, intrus):
        client.force_login(qui)
        pages[qui] = client.get("/tableau/").content.decode()

    assert "Document qui expire bientôt" in pages[gerant]
    assert f"valable jusqu’au {dans(20):%d/%m/%Y}" in pages[gerant]
    assert "expire bientôt" not in pages[intrus]


def test_une_expiration_ne_s_annonce_qu_une_fois(mailoutbox):
    FournisseurFactory()
    annoncer_expirations(dans(70))
    mailoutbox.clear()

    annoncer_expirations(dans(71))

    assert mailoutbox == []


def test_un_document_remplace_par_un_plus_recent_ne_s_annonce_pas():
    fiche = FournisseurFactory()
    avis = Justificatif.objects.get(genre="avis_ridet")
    Justificatif.objects.create(
        genre="avis_ridet",
        fournisseur=fiche,
        etablissement=avis.etablissement,
        valable_jusqu_au=dans(200),
        depose_par=avis.depose_par,
        nom="avis-recent.pdf",
        sha256=avis.sha256,
        type_mime=avis.type_mime,
        taille=avis.taille,
    )

    assert annoncer_expirations(dans(70))["documents"] == 0


def test_un_document_perime_ou_jamais_verifie_ne_s_annonce_pas():
    FournisseurFactory()
    DemandeEtablissementFactory()

    assert annoncer_expirations(dans(91))["documents"] == 0
    assert annoncer_expirations(dans(70))["documents"] == 1


def test_un_document_sait_s_il_expire_bientot_ou_est_perime():
    FournisseurFactory()
    avis = Justificatif.objects.get(genre="avis_ridet")
    assert not avis.expire_bientot

    avis.valable_jusqu_au = dans(10)
    assert avis.expire_bientot
    avis.valable_jusqu_au = dans(-1)
    assert avis.est_perime


def test_les_taches_et_les_commandes_sont_prevues(capsys):
    taches = {ligne["task"] for ligne in application.conf.beat_schedule.values()}

    call_command("annoncer_expirations", "--json")
    call_command("appliquer_modifications")

    assert {"fournisseurs.annoncer_expirations", "fournisseurs.appliquer_modifications"} <= taches
    assert annoncer_les_expirations() == {"etablissements": 0, "documents": 0}
    assert appliquer_les_modifications()["appliquees"] == 0
    assert "appliquees : 0" in capsys.readouterr().out
