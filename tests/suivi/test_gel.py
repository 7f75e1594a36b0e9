"""Payments wait while a bank account is changing; a mandat under way is flagged, not changed."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from exports_tps.a_signer import lire_a_signer
from exports_tps.signature import signer_bordereau
from facturier.acces.models import Utilisateur
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import Mandat
from facturier.suivi.mandatement import mandater
from fournisseurs.modifications.application import appliquer_modifications
from fournisseurs.modifications.depot import deposer, preparer, retirer
from fournisseurs.modifications.instruction import approuver, contester, controler
from tests.fournisseurs.factories import (
    IBAN_NOUVEAU,
    confirmer_au_telephone,
    creer_agent,
    preuve,
)
from tests.suivi.factories import FactureFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
GEL = "changement de compte bancaire est en cours"


def demander_un_compte(facture, agent, iban=IBAN_NOUVEAU):
    """Enter a change of account at the counter."""
    demande = preparer(
        etablissement=facture.etablissement,
        genre="compte_principal",
        saisies={"iban": iban, "titulaire": "Pépinière du Cagou"},
        preuves=[preuve("rib")],
        par=agent,
        canal="guichet",
    )
    return deposer(demande, par=agent)


def controle(bordereau, libelle):
    return next(c for c in lire_a_signer(bordereau).controles if c.libelle == libelle)


def en_bordereau(*factures, agent):
    """Put the mandats of invoices in one bordereau."""
    jour = Mandat.objects.get(pk=factures[0].mandat_id).date_emission
    pieces = [facture.mandat_id for facture in factures]
    return creer_bordereau(sens="depense", pieces=pieces, date_emission=jour, par=agent)


def test_rien_ne_se_mandate_pendant_un_changement_de_compte(agent):
    facture = FactureFactory(liquidee=True)
    demande = demander_un_compte(facture, creer_agent())

    with pytest.raises(ValidationError, match=GEL):
        mandater([facture.pk], par=agent)

    retirer(demande, par=demande.demandeur)
    assert mandater([facture.pk], par=agent).iban


def test_la_page_ou_l_on_mandate_le_dit(client, agent):
    facture = FactureFactory(liquidee=True)
    demander_un_compte(facture, creer_agent())
    client.force_login(agent)

    page = client.get(reverse("suivi:mandater")).content.decode()
    refus = client.post(reverse("suivi:mandater"), {"factures": [facture.pk]})

    assert "Compte en cours de changement" in page
    assert refus.status_code == 422


def test_un_mandat_en_cours_garde_son_compte_et_se_signale(client, agent, ordonnateur):
    facture = FactureFactory(mandat_emis=True)
    mandat = Mandat.objects.get(pk=facture.mandat_id)
    bordereau = en_bordereau(facture, agent=agent)
    demander_un_compte(facture, creer_agent())
    client.force_login(ordonnateur)

    page = client.get(reverse("suivi:mandat", args=[mandat.pk])).content.decode()
    signer = client.get(reverse("exports_tps:signer", args=[bordereau.pk])).content.decode()

    assert GEL in page.replace("de ce tiers ", "")
    assert "À surveiller" in signer
    assert controle(bordereau, "Aucun changement de compte en cours").nombre == 1
    assert not lire_a_signer(bordereau).anomalies
    assert Mandat.objects.get(pk=mandat.pk).iban == mandat.iban
    assert signer_bordereau(bordereau, par=ordonnateur).etat == "signe"


def test_un_mandat_sur_un_compte_conteste_ne_se_signe_pas(agent, ordonnateur):
    ancienne = FactureFactory(liquidee=True)
    demande = demander_un_compte(ancienne, creer_agent())
    confirmer_au_telephone(demande)
    controler(demande, par=creer_agent())
    approuver(demande, par=creer_agent())
    appliquer_modifications(timezone.now() + timedelta(hours=49))
    mandat = mandater([ancienne.pk], par=agent)
    assert mandat.iban == IBAN_NOUVEAU
    ancienne.refresh_from_db()
    bordereau = en_bordereau(ancienne, agent=agent)

    contester(demande, par=Utilisateur.objects.systeme(), motif="Ce n’est pas moi.")

    assert controle(bordereau, "Compte non contesté").nombre == 1
    with pytest.raises(ValidationError, match="contestée ; annulez le mandat"):
        signer_bordereau(bordereau, par=ordonnateur)


def test_le_nombre_de_requetes_du_controle_ne_depend_pas_des_mandats(
    agent, django_assert_num_queries
):
    un = en_bordereau(FactureFactory(mandat_emis=True), agent=agent)
    trois = en_bordereau(*FactureFactory.create_batch(3, mandat_emis=True), agent=agent)
    with CaptureQueriesContext(connection) as requetes:
        lire_a_signer(un)

    with django_assert_num_queries(len(requetes)):
        lire_a_signer(trois)
