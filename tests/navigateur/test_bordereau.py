"""A bordereau from its preparation to its payment, on the screens of all who act on it."""

import shutil
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from exports_tps import cles
from facturier.acces.models import Role, ServiceGestionnaire
from facturier.grand_livre.models import Bordereau, EtatPiece
from tests.exports_tps.factories import mandat_documente
from tests.grand_livre.factories import mandat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def cles_de_demonstration(tmp_path_factory):
    """Keys made once: they are slow to make."""
    dossier = tmp_path_factory.mktemp("cles") / cles.DOSSIER
    cles._creer_demonstration(dossier)
    return dossier


@pytest.fixture
def gens(personne, agent, ordonnateur, comptable, administrateur):
    """All who act: Odile signs by délégation of Sonia, Solange gives the visa of her direction."""
    solange = personne("Solange", Role.SERVICE)
    solange.service = ServiceGestionnaire.objects.get(code="DEFE")
    solange.save()
    return {
        "agent": agent,
        "delegataire": ordonnateur,
        "comptable": comptable,
        "administrateur": administrateur,
        "viseur": solange,
        "titulaire": personne("Sonia", Role.ORDONNATEUR),
    }


def test_un_bordereau_va_de_sa_preparation_au_paiement(
    reference, settings, cles_de_demonstration, visite, entrer, gens
):
    shutil.copytree(cles_de_demonstration, settings.CLES_RACINE / cles.DOSSIER)
    regler(visite, entrer, gens)
    preparer(visite, entrer, gens)
    bordereau = Bordereau.objects.get()
    renvoyer_puis_corriger(visite, entrer, gens, bordereau)
    signer_apres_lecture(visite, entrer, gens, bordereau)
    envoyer_et_payer(visite, entrer, gens, bordereau)


def regler(visite, entrer, gens):
    """The administrateur opens a circuit; the ordonnateur delegates, up to a ceiling."""
    entrer(gens["administrateur"], "/gestion/parapheur/circuits/nouveau/")
    visite.remplir("Nom du circuit", "Tous les mandats")
    visite.choisir("Visa 1 : rôle", "Service gestionnaire")
    visite.remplir("Visa 1 : nom", "Visa de la direction")
    visite.examiner("circuit-nouveau")
    visite.presser("Ouvrir le circuit")
    visite.examiner("circuits")
    entrer(gens["titulaire"], "/gestion/parapheur/pouvoirs/deleguer/")
    visite.choisir("Délégataire", "Odile Fictif")
    visite.remplir("Acte", "Arrêté 2026-12")
    jour = timezone.localdate()
    visite.remplir("Du", f"{jour}")
    visite.remplir("Au", f"{jour + timedelta(days=30)}")
    visite.remplir("Plafond TTC par bordereau", "300 000")
    visite.examiner("deleguer")
    visite.presser("Donner la délégation")
    visite.attendre("La délégation est enregistrée")
    visite.examiner("pouvoirs")


def preparer(visite, entrer, gens):
    """The agent sees what is ready and what is not, lists what is, and presents it."""
    for _ in range(3):
        mandat_documente(gens["agent"])
    mandat(gens["agent"])
    entrer(gens["agent"], "/gestion/preparation/")
    visite.attendre("Pourquoi est-ce bloqué")
    visite.examiner("preparation")
    visite.suivre("Cocher les 3 pièces prêtes")
    visite.presser("Créer le bordereau des pièces cochées")
    visite.suivre("Comparer les profils d’export")
    visite.examiner("profils")
    visite.page.go_back()
    visite.presser("Présenter au parapheur")
    visite.attendre("Visa de la direction : attendu")
    visite.examiner("bordereau-presente")


def renvoyer_puis_corriger(visite, entrer, gens, bordereau):
    """The direction sends it back; the agent, told by mail, takes a mandat out and tries again."""
    entrer(gens["viseur"], "/gestion/parapheur/")
    visite.examiner("parapheur-viseur")
    visite.suivre(bordereau.reference)
    visite.examiner("viser")
    visite.suivre("Renvoyer avec un commentaire")
    visite.presser("Renvoyer le bordereau")
    visite.attendre("à corriger")
    visite.remplir("Ce qui est à corriger", "Le premier mandat attend un avoir.")
    visite.presser("Renvoyer le bordereau")
    visite.attendre("est renvoyé")
    assert "Le premier mandat attend un avoir." in mail.outbox[-1].body
    entrer(gens["agent"], f"/gestion/bordereaux/{bordereau.pk}/")
    visite.attendre("Le premier mandat attend un avoir.")
    visite.examiner("bordereau-renvoye")
    visite.suivre(f"Retirer {bordereau.pieces.order_by('numero').first().reference}")
    visite.presser("Retirer la pièce")
    visite.presser("Présenter au parapheur")
    entrer(gens["viseur"], f"/gestion/bordereaux/{bordereau.pk}/viser/")
    visite.remplir("Observation", "Corrigé.")
    visite.presser("Donner mon visa")
    visite.attendre("votre visa est donné")


def signer_apres_lecture(visite, entrer, gens, bordereau):
    """The délégataire reads it, a pièce and its documents with it, then signs with a box."""
    entrer(gens["delegataire"], "/gestion/parapheur/")
    visite.attendre("À lire")
    visite.suivre(bordereau.reference)
    visite.attendre("par délégation de Sonia Fictif (Arrêté 2026-12)")
    visite.examiner("signer")
    visite.suivre(bordereau.pieces.first().reference)
    visite.examiner("lire-piece")
    visite.page.go_back()
    visite.presser("Je l’ai lu")
    visite.au_clavier(f"Signer le bordereau {bordereau.reference}")
    visite.page.keyboard.press("Space")
    visite.examiner("parapheur-signataire")
    visite.presser("Signer ce qui est coché")
    visite.attendre("Leurs pièces sont exécutoires")
    bordereau.refresh_from_db()
    assert bordereau.signatures.get().delegation.delegant == gens["titulaire"]


def envoyer_et_payer(visite, entrer, gens, bordereau):
    """The file leaves; the comptable takes a mandat in charge, then pays it."""
    piece = bordereau.pieces.first()
    entrer(gens["agent"], f"/gestion/bordereaux/{bordereau.pk}/")
    visite.examiner("bordereau-signe")
    visite.presser("Constituer le flux")
    visite.presser("Transmettre à la Trésorerie")
    visite.attendre("Preuves d’envoi")
    visite.examiner("flux-transmis")
    entrer(gens["comptable"], "/tps/")
    visite.examiner("tps")
    visite.suivre(piece.reference)
    visite.examiner("tps-piece")
    visite.suivre("Prendre en charge")
    visite.presser("Prendre en charge")
    visite.suivre("Enregistrer un paiement")
    visite.examiner("payer")
    visite.remplir("Référence du virement", "VIR-1")
    visite.remplir("Date du paiement", "2026-11-22")
    visite.presser("Enregistrer un paiement")
    visite.attendre("paiement enregistré")
    visite.page.goto("/gestion/flux/tableau/")
    visite.examiner("tableau-flux")
    piece.refresh_from_db()
    assert piece.etat == EtatPiece.PAYEE
