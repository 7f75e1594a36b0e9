"""A flux made by mistake is set aside until its copy is engaged; what it held is free again."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from exports_tps import transmission
from exports_tps.constitution import ecarter_flux
from exports_tps.depots import deposer_pes, signer_depot
from exports_tps.models import EtatFlux, Flux
from exports_tps.repartition import constituer
from exports_tps.retrait_signature import retirer_signature
from exports_tps.transmission import EnvoiImpossible, transmettre
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.grand_livre.models import Bordereau
from tests.exports_tps.factories import flux_constitue
from tests.exports_tps.test_depots import deposer, pes_externe

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


def test_un_flux_constitue_par_erreur_s_ecarte(agent, ordonnateur, client):
    flux = flux_constitue(agent, ordonnateur)
    page = reverse("exports_tps:ecarter_flux", args=[flux.pk])
    client.force_login(agent)

    assert page in client.get(flux.get_absolute_url()).content.decode()
    assert client.post(page, {"motif": " "}).status_code == 422
    client.post(page, {"motif": "Mauvais bordereau."})
    flux.refresh_from_db()

    assert (flux.etat, flux.passages.latest("pk").motif) == ("en_erreur", "Mauvais bordereau.")
    assert page not in client.get(flux.get_absolute_url()).content.decode()
    bordereau = Bordereau.objects.get()
    [suivant] = constituer([bordereau], par=agent)
    assert suivant.lignes.filter(justificatif__isnull=False).count() == 1
    ecarter_flux(suivant, motif="Encore.", par=agent)
    assert retirer_signature(bordereau, motif="À corriger.", par=ordonnateur).etat == "ouvert"


def test_ce_qui_est_engage_ne_s_ecarte_plus(agent, ordonnateur, comptable):
    flux = flux_constitue(agent, ordonnateur)
    with pytest.raises(ActeInterdit):
        ecarter_flux(flux, motif="Non.", par=comptable)
    flux.transmissions.create(
        tentee_le=flux.constitue_le, destination="x", issue="engagee", sha256=flux.sha256
    )

    with pytest.raises(TransitionInterdite, match="déjà chez le destinataire"):
        ecarter_flux(flux, motif="Trop tard.", par=agent)
    with pytest.raises(IntegrityError, match="ne s’écarte plus"), transaction.atomic():
        Flux.objects.filter(pk=flux.pk).update(etat=EtatFlux.EN_ERREUR)


def test_un_flux_ecarte_pendant_son_envoi_ne_part_pas(agent, ordonnateur, settings, monkeypatch):
    flux = flux_constitue(agent, ordonnateur)
    noter = transmission._noter

    def apres_l_ecart(envoye, *arguments, **champs):
        ecarter_flux(Flux.objects.get(pk=envoye.pk), motif="Arrêtez.", par=agent)
        return noter(envoye, *arguments, **champs)

    monkeypatch.setattr(transmission, "_noter", apres_l_ecart)
    with pytest.raises(EnvoiImpossible, match="vient d’être écarté"):
        transmettre(flux, par=agent)

    assert list(settings.TPS_ENVOIS.iterdir()) == []


def test_un_fichier_depose_par_erreur_rend_ses_numeros(agent, ordonnateur):
    flux = deposer(agent)
    signer_depot(flux, par=ordonnateur)
    errone = pes_externe(nom="CORRIGE")

    with pytest.raises(ValidationError, match="Numéros déjà employés"):
        deposer(agent, errone)
    ecarter_flux(flux, motif="Mauvais export.", par=agent)

    with pytest.raises(ValidationError, match="a été écarté"):
        deposer_pes(BytesIO(pes_externe()), nom="export.xml", par=agent)
    assert deposer(agent, errone).etat == EtatFlux.EN_CONSTITUTION
