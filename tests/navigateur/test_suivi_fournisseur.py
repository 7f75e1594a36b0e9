"""A supplier finds an invoice, keeps the view, answers; the staff and the public read delays."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from facturier.acces.models import Role
from facturier.suivi import instruction
from facturier.suivi.models import Attestation, Facture, RetourFournisseur, VueEnregistree
from tests.navigateur.visite import Visite
from tests.suivi.factories import FactureFactory, acteur, retour
from tests.suivi.lecture.echantillons import photo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def factures(reference, settings, agent):
    """One invoice sent back, one mandated late, one paid."""
    for nom in ("motifs_retour.json", "exigences_pieces.json"):
        call_command("loaddata", settings.RACINE / "fixtures" / nom, verbosity=0)
    rendue = FactureFactory(recue=True, numero="RENDUE-1")
    instruction.suspendre(
        rendue, retour("JUSTIF_ABS", commentaire="Le bon de livraison"), par=agent
    )
    with time_machine.travel(timezone.now() - timedelta(days=60), tick=False):
        FactureFactory(mandatee=True, numero="MANDATEE-1", date_emission=timezone.localdate())
    FactureFactory(payee=True, numero="PAYEE-1")


def test_un_fournisseur_retrouve_comprend_et_fait_valoir_ses_factures(
    factures, visite: Visite, entrer
):
    page = visite.page
    entrer(acteur(Role.FOURNISSEUR), "/factures/")
    visite.examiner("suivi-liste")
    visite.choisir("État", "À compléter par vous")
    visite.presser("Filtrer")
    page.get_by_text("Mes vues enregistrées").click()
    visite.remplir("Nom de la vue", "À faire")
    visite.presser("Enregistrer ces filtres")
    visite.attendre("La vue « À faire » est enregistrée.")

    page.get_by_role("table").get_by_role("link", name="RENDUE-1").click()
    visite.examiner("suivi-rendue")
    visite.presser("J’ai lu cette demande")
    visite.attendre("La province sait que vous l’avez lu.")

    page.goto("/factures/?q=MANDATEE")
    page.get_by_role("table").get_by_role("link", name="MANDATEE-1").click()
    visite.examiner("suivi-mandatee")
    with page.expect_download():
        visite.presser("Obtenir l’attestation (PDF)")

    deposer_un_avoir_photographie(visite)

    page.goto("/factures/avis/")
    visite.examiner("suivi-avis")
    assert VueEnregistree.objects.get().parametres == "etat=a_completer"
    assert RetourFournisseur.objects.get().accuse_par == acteur(Role.FOURNISSEUR)
    assert Attestation.objects.get().montant == 111_000


def deposer_un_avoir_photographie(visite: Visite) -> None:
    """Two photos of a paper avoir are its pages; what it corrects shows it."""
    page = visite.page
    etablissement = Facture.objects.get(numero="MANDATEE-1").etablissement
    page.goto("/factures/deposer/")
    page.get_by_label("Établissement").select_option(str(etablissement.pk))
    page.get_by_label("Fichier de la facture").set_input_files(
        [
            {"name": f"{nom}.jpg", "mimeType": "image/jpeg", "buffer": photo(texte=nom)}
            for nom in ("Recto", "Verso")
        ]
    )
    visite.presser("Lire le fichier et continuer")
    visite.attendre("Cette facture est photographiée")
    page.get_by_label("Avoir", exact=True).check()
    visite.remplir("Numéro de la facture corrigée", "mandatee-1")
    visite.remplir("Numéro du document", "AVOIR-1")
    visite.remplir("Date du document", f"{timezone.localdate():%Y-%m-%d}")
    visite.remplir("Montant hors taxe", "11 000")
    page.get_by_label("TGC", exact=True).fill("0")
    visite.remplir("Montant TTC", "11 000")
    visite.presser("Continuer")
    visite.attendre("Il sera déduit de la facture MANDATEE-1")
    visite.examiner("avoir-verifier")
    visite.presser("Déposer l’avoir")
    page.goto(Facture.objects.get(numero="MANDATEE-1").get_absolute_url())
    visite.attendre("AVOIR-1")
    visite.examiner("suivi-facture-et-avoir")


def test_les_rapports_et_l_observatoire_se_lisent_a_toutes_les_largeurs(
    factures, visite: Visite, entrer, agent
):
    entrer(agent, "/gestion/rapports/")
    visite.examiner("rapports")
    for code in ("delais", "stock", "rejets", "paiements", "fin-exercice"):
        visite.page.goto(f"/gestion/rapports/{code}/")
        visite.examiner(f"rapport-{code}")
    visite.page.goto("/observatoire/")
    visite.examiner("observatoire")
