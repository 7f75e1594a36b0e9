"""From the order to the réduction: received in part, liquidated less, refused, corrected."""

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from exports_tps import decisions
from facturier.acces.models import Role
from facturier.grand_livre.models import Mandat
from facturier.grand_livre.soldes import reste_du
from facturier.grand_livre.verification import verifier
from facturier.suivi.models import BonCommande
from tests.fournisseurs.factories import PDF
from tests.navigateur.visite import Visite
from tests.suivi.factories import (
    BonCommandeFactory,
    EtablissementFactory,
    FactureFactory,
    acteur,
    remettre_a_la_tresorerie,
)

pytestmark = pytest.mark.django_db(transaction=True)
ACTE = {"name": "acte.pdf", "mimeType": "application/pdf", "buffer": PDF}


@pytest.fixture
def commande(reference) -> BonCommande:
    """An order, and the lists that the acts read."""
    for nom in ("motifs_retour.json", "exigences_pieces.json"):
        call_command("loaddata", settings.RACINE / "fixtures" / nom, verbosity=0)
    etablissement = EtablissementFactory.create()
    return BonCommandeFactory.create(fournisseur=etablissement.fournisseur)


def recevoir(visite: Visite) -> None:
    """Record a part of what was ordered, a refusal first."""
    visite.attendre("Rien n’est encore reçu")
    visite.suivre("Constater une réception")
    visite.presser("Enregistrer")
    visite.attendre("à corriger")
    visite.examiner("reception-refusee")
    visite.remplir("Reçu le", timezone.localdate().isoformat())
    visite.remplir("Ce qui a été reçu", "Vingt cartons de papier")
    visite.remplir("Montant reçu TTC", "60 000")
    visite.presser("Enregistrer")
    visite.attendre("Vingt cartons de papier")
    visite.page.get_by_role("link", name="Annuler la réception").wait_for()
    visite.examiner("commande-recue-en-partie")


def liquider(visite: Visite) -> None:
    """Keep a guarantee and penalties back, a refusal first."""
    visite.remplir("Retenue de garantie, en %", "5")
    visite.remplir("Pénalités de retard", "3 000")
    visite.presser("Liquider")
    visite.attendre("à corriger")
    visite.examiner("liquidation-refusee")
    visite.remplir("Motif des pénalités", "6 jours de retard à 500 F")
    visite.presser("Liquider")
    visite.attendre("Retenue de garantie, 5 %")
    visite.examiner("facture-liquidee")


def apprendre(visite: Visite) -> None:
    """Read why the mandat is suspended, and make a rule of it."""
    visite.attendre("Motif de la Trésorerie")
    visite.examiner("pourquoi-suspendu")
    visite.suivre("En faire une règle")
    visite.examiner("regle-nouvelle")
    visite.presser("Mettre la règle en vigueur")
    visite.attendre("La règle est en vigueur")
    visite.examiner("regles")


def requerir(visite: Visite) -> None:
    """Have the comptable pay, as the ordonnateur may."""
    visite.suivre("Requérir le comptable de payer")
    visite.examiner("requisition")
    visite.remplir("Numéro de l’acte", "2026-17")
    visite.remplir("Date de l’acte", timezone.localdate().isoformat())
    visite.remplir("Motif", "Le service est fait et les crédits sont ouverts.")
    visite.page.get_by_label("Acte signé").set_input_files([ACTE])
    visite.presser("Enregistrer la réquisition")
    visite.attendre("2026-17")


def reduire(visite: Visite) -> None:
    """Take a part of the mandat back."""
    visite.suivre("Réduire ou annuler ce mandat")
    visite.remplir("Montant hors taxe à réduire", "10 000")
    visite.remplir("TGC à réduire", "1 100")
    visite.remplir("Motif", "Deux cartons rendus")
    visite.examiner("reduction")
    visite.page.get_by_label("Acte qui fonde la réduction").set_input_files([ACTE])
    visite.presser("Émettre la réduction")
    visite.attendre("Elles sont au mandat")
    visite.examiner("mandat-de-reduction")


def test_une_facture_se_liquide_se_bloque_et_se_corrige(visite: Visite, commande, entrer):
    agent, comptable = acteur(Role.AGENT), acteur(Role.COMPTABLE)
    entrer(acteur(Role.SERVICE, commande.service), f"/gestion/commandes/{commande.pk}/")
    recevoir(visite)
    facture = FactureFactory(
        certifiee=True,
        bon_commande=commande,
        etablissement=commande.fournisseur.etablissements.get(),
    )
    entrer(agent, f"/gestion/factures/{facture.pk}/liquider/")
    liquider(visite)
    visite.page.goto("/gestion/mandats/nouveau/")
    visite.page.get_by_label(f"Facture {facture.numero}").check()
    visite.presser("Émettre le mandat")
    visite.attendre("À verser")
    visite.examiner("mandat-avec-deductions")

    mandat = Mandat.objects.get()
    remettre_a_la_tresorerie(mandat)
    decisions.suspendre({mandat.pk: "Imputation inexacte"}, par=comptable)
    visite.page.goto(f"/gestion/mandats/{mandat.pk}/")
    visite.suivre("Pourquoi ce mandat est-il bloqué ?")
    apprendre(visite)
    entrer(acteur(Role.ORDONNATEUR), f"/gestion/pourquoi/mandats/{mandat.pk}/")
    requerir(visite)

    decisions.prendre_en_charge([mandat.pk], par=comptable)
    entrer(agent, f"/gestion/mandats/{mandat.pk}/")
    reduire(visite)
    assert reste_du(mandat) == 102_450 - 11_100
    assert list(verifier()) == []
