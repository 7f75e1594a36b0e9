"""A notified act: entered by one agent, validated by another, served by the mandat, checked."""

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from facturier.acces.models import Role
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import Mandat, PartCedee
from facturier.suivi import mandatement
from fournisseurs.models import Opposition
from fournisseurs.oppositions import valider_opposition
from tests.fournisseurs.factories import (
    PDF,
    OppositionFactory,
    UtilisateurFactory,
    creer_agent,
    creer_banque,
)
from tests.navigateur.visite import Visite
from tests.suivi.factories import FactureFactory

pytestmark = pytest.mark.django_db(transaction=True)
ACTE = {"name": "acte.pdf", "mimeType": "application/pdf", "buffer": PDF}
CONTROLE = "Caractère libératoire : oppositions et cessions"


@pytest.fixture
def facture(reference):
    """A liquidated invoice of 111 000 F."""
    for nom in ("motifs_retour.json", "exigences_pieces.json"):
        call_command("loaddata", settings.RACINE / "fixtures" / nom, verbosity=0)
    return FactureFactory(liquidee=True)


def saisir(visite: Visite, code: str, banque: str) -> None:
    """Enter a cession of 40 000 F, a refusal first."""
    page = visite.page
    page.goto(f"/gestion/tiers/{code}/")
    visite.suivre("Enregistrer une opposition ou une cession")
    visite.presser("Enregistrer")
    visite.attendre("à corriger")
    visite.examiner("opposition-refusee")
    page.get_by_label("Cession de créance").check()
    visite.remplir("Code du bénéficiaire", banque)
    visite.remplir("Référence de la notification", "Acte fictif 12")
    visite.remplir("Notifiée le", timezone.localdate().isoformat())
    visite.remplir("Montant maximal", "40 000")
    page.get_by_label("Acte notifié").set_input_files([ACTE])
    visite.presser("Enregistrer")
    visite.attendre("attend la validation d’un autre agent")
    assert page.get_by_role("link", name="Valider").count() == 0
    visite.examiner("opposition-a-valider")


def mandater(visite: Visite, numero: str) -> None:
    """Issue the mandat as it is proposed."""
    visite.page.goto("/gestion/mandats/nouveau/")
    visite.attendre("Opposition ou cession")
    visite.page.get_by_label(f"Facture {numero}").check()
    visite.presser("Émettre le mandat")
    visite.attendre("Qui payer ?")
    visite.attendre("Banque fictive")
    visite.examiner("mandat-qui-payer")
    visite.presser("Émettre le mandat")


def test_un_acte_notifie_se_saisit_se_contresigne_et_se_paie(visite: Visite, facture, entrer):
    saisie, validation = creer_agent(), creer_agent()
    code, banque = facture.fournisseur.tiers.code, creer_banque().tiers.code

    entrer(saisie, "/tableau/")
    saisir(visite, code, banque)
    opposition = Opposition.objects.get()
    entrer(validation, f"/gestion/oppositions/{opposition.pk}/")
    visite.suivre("Valider")
    visite.presser("Valider")
    visite.attendre("En vigueur")
    visite.examiner("opposition-en-vigueur")
    mandater(visite, facture.numero)
    mandat = Mandat.objects.get()
    visite.page.goto(f"/gestion/mandats/{mandat.pk}/")
    visite.attendre("Banque fictive")
    visite.examiner("mandat-opposition")

    part = PartCedee.objects.get()
    assert (part.creance, part.montant, part.nom_tiers) == (
        opposition.numero,
        40_000,
        "Banque fictive",
    )


def test_le_controle_du_bordereau_connait_une_opposition_notifiee_apres_le_mandat(
    visite: Visite, facture, entrer
):
    agent = creer_agent()
    mandat = mandatement.mandater([facture.pk], par=agent)
    bordereau = creer_bordereau(
        sens="depense", pieces=[mandat.pk], date_emission=mandat.date_emission, par=agent
    )
    opposition = OppositionFactory(fournisseur=facture.fournisseur, a_valider=True)
    adresse = f"/gestion/bordereaux/{bordereau.pk}/"

    entrer(UtilisateurFactory(role=Role.ORDONNATEUR), adresse)
    visite.attendre(CONTROLE)
    visite.attendre("attend sa validation")
    visite.examiner("bordereau-opposition")
    valider_opposition(opposition, par=creer_agent())
    visite.page.goto(adresse)

    visite.attendre("n’est pas servie")
