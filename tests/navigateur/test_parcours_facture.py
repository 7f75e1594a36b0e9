"""An invoice, from the supplier's first visit to the day it is paid, in a real browser."""

import re
from collections.abc import Callable

from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from facturier.accueil.facture_type import FactureType, document_de_preuve, editer
from facturier.commun.banque import cle_rib
from facturier.suivi.models import Facture
from tests.navigateur.visite import (
    AGATHE,
    AUGUSTIN,
    CORINNE,
    ODILE,
    SERGE,
    Visite,
    dernier_courriel,
)

NADIA = "nadia.fictive@fournisseur.example"
SECRET = "huit-palmiers-bleus"
RIDET = "9000506001"
NUMERO = "LF-2026-0042"
SERVICE = (
    "Service des moyens des collèges (Direction de l’éducation, de la formation et de l’emploi)"
)
ETABLISSEMENT = {
    "RIDET": RIDET,
    "Dénomination de l’établissement": "Lagon Fournitures",
    "Voie ou boîte postale": "12 rue des Essais",
    "Code postal": "98800",
    "Commune": "Nouméa",
    "Votre fonction dans l’entreprise": "Gérante",
    "Code banque": "17499",
    "Code guichet": "00000",
    "Numéro de compte": "00000000501",
    "Titulaire du compte": "Lagon Fournitures",
}


def facturx() -> bytes:
    """Draw the invoice of the journey, its data inside."""
    return editer(
        FactureType(
            numero=NUMERO,
            date=timezone.localdate(),
            emetteur="Lagon Fournitures",
            ridet=RIDET,
            adresse="12 rue des Essais",
            objet="Fournitures scolaires des collèges",
            montant_ht=250_000,
            montant_tgc=27_500,
            taux=11,
        )
    )


def test_une_facture_va_du_premier_contact_au_paiement(
    visite: Visite,
    demonstration: None,
    faire_repondre_la_tresorerie: Callable[[], None],
) -> None:
    creer_son_compte(visite)
    demander_un_etablissement(visite)
    accepter_la_demande(visite)
    deposer_la_facture(visite)
    telecharger_le_certificat(visite)
    recevoir_au_clavier(visite)
    certifier_le_service_fait(visite)
    liquider(visite)
    mandater(visite)
    signer_le_bordereau(visite)
    transmettre_le_flux(visite)
    faire_repondre_la_tresorerie()
    voir_la_facture_payee(visite)
    lire_son_releve(visite)
    voir_ce_que_voit_le_comptable(visite)


def creer_son_compte(visite: Visite) -> None:
    """Sign up, follow the link of the mail, log in."""
    page = visite.page
    page.goto("/")
    page.goto("/compte/signup/")
    visite.remplir("Prénom", "Nadia")
    page.get_by_label("Nom", exact=True).fill("Fictive")
    visite.remplir("Adresse électronique", NADIA)
    page.get_by_label("Mot de passe", exact=True).fill(SECRET)
    visite.remplir("Mot de passe, une seconde fois", SECRET)
    visite.presser("Créer mon compte")
    visite.attendre(NADIA)
    visite.examiner("compte-a-confirmer")
    lien = re.search(r"http://\S+", str(mail.outbox[-1].body))
    assert lien is not None
    page.goto(lien[0])
    visite.examiner("compte-confirmation")
    visite.presser("Oui, confirmer cette adresse")
    visite.entrer(NADIA, SECRET)


def demander_un_etablissement(visite: Visite) -> None:
    """Send the request with a wrong key first, then corrected."""
    page = visite.page
    page.goto("/fournisseur/")
    visite.examiner("fournisseur-sans-etablissement")
    visite.suivre("Rattacher un établissement")
    for libelle, valeur in ETABLISSEMENT.items():
        visite.remplir(libelle, valeur)
    visite.remplir("Clé RIB", "11")
    joindre_les_preuves(visite)
    visite.presser("Envoyer la demande")
    expect(page).to_have_title(re.compile("^Erreur"))
    visite.attendre("Une erreur est à corriger")
    visite.examiner("demande-refusee")
    visite.remplir("Clé RIB", cle_rib("17499", "00000", "00000000501"))
    joindre_les_preuves(visite)
    visite.presser("Envoyer la demande")
    visite.attendre("Votre demande est déposée")
    visite.examiner("demande-deposee")


def joindre_les_preuves(visite: Visite) -> None:
    """Attach the two documents that every request needs."""
    for libelle in ("Avis de situation au RIDET", "Relevé d’identité bancaire"):
        visite.page.get_by_label(libelle).first.set_input_files(
            {
                "name": f"{libelle}.pdf",
                "mimeType": "application/pdf",
                "buffer": document_de_preuve(libelle, RIDET, "Lagon Fournitures"),
            }
        )


def accepter_la_demande(visite: Visite) -> None:
    """An agent compares the declaration with the documents, and accepts."""
    visite.entrer(AGATHE)
    visite.examiner("tableau-agent")
    visite.page.goto("/gestion/tiers/demandes/")
    visite.examiner("gestion-demandes")
    visite.suivre("Lagon Fournitures")
    visite.examiner("gestion-demande")
    visite.presser("Accepter la demande")
    visite.attendre("est rattaché")
    assert "Lagon Fournitures" in dernier_courriel(NADIA)


def deposer_la_facture(visite: Visite) -> None:
    """Give the file, check what was read, choose the service that was forgotten, deposit."""
    page = visite.page
    visite.entrer(NADIA, SECRET)
    visite.examiner("tableau-fournisseur")
    page.goto("/factures/")
    visite.examiner("factures-aucune")
    page.goto("/factures/deposer/")
    visite.presser("Lire le fichier et continuer")
    visite.attendre("à corriger")
    visite.examiner("deposer-refuse")
    page.get_by_label("Fichier de la facture").set_input_files(
        {"name": f"{NUMERO}.pdf", "mimeType": "application/pdf", "buffer": facturx()}
    )
    visite.presser("Lire le fichier et continuer")
    assert page.get_by_label("Numéro du document").input_value() == NUMERO
    assert page.get_by_text("lu dans le fichier").count() >= 5
    visite.examiner("deposer-donnees")
    visite.presser("Continuer")
    visite.attendre("1 point à corriger avant le dépôt")
    visite.examiner("deposer-verifier-refuse")
    visite.suivre("Modifier ces données")
    visite.choisir("Service qui a commandé", SERVICE)
    visite.presser("Continuer")
    visite.examiner("deposer-verifier")
    visite.presser("Déposer la facture")
    visite.attendre("Cette date est opposable")
    visite.examiner("deposer-fait")


def telecharger_le_certificat(visite: Visite) -> None:
    """The certificate says the number, the amount and the code; anyone may check the code."""
    texte = visite.telecharger("Télécharger le certificat de dépôt", "certificat")
    code = Facture.objects.get(numero=NUMERO).code_verification
    assert NUMERO in texte
    assert code in texte
    visite.page.goto("/factures/verification/")
    visite.remplir("Code de vérification", code)
    visite.presser("Vérifier")
    visite.attendre("Ce certificat est authentique")
    visite.examiner("certificat-authentique")


def recevoir_au_clavier(visite: Visite) -> None:
    """An agent receives the invoice and asks for the certification, without a mouse."""
    visite.entrer(AGATHE)
    visite.page.goto("/gestion/factures/")
    visite.examiner("gestion-factures")
    visite.au_clavier(NUMERO)
    visite.page.keyboard.press("Enter")
    visite.attendre("La facture")
    visite.examiner("gestion-facture-deposee")
    for acte in ("Accuser réception", "Demander la certification du service fait"):
        visite.page.get_by_role("link", name=acte).wait_for()
        visite.au_clavier(acte)
        visite.page.keyboard.press("Enter")
        visite.page.get_by_role("button", name=acte).wait_for()
        visite.examiner(f"acte-{acte.split()[0].lower()}")
        visite.au_clavier(acte)
        visite.page.keyboard.press("Enter")
        visite.attendre(f"Facture {NUMERO} : ")


def certifier_le_service_fait(visite: Visite) -> None:
    """The service that ordered certifies; a day to come is refused."""
    visite.entrer(SERGE)
    visite.examiner("tableau-service")
    visite.page.goto("/gestion/factures/")
    visite.suivre(NUMERO)
    visite.suivre("Certifier le service fait")
    visite.remplir("Date du service fait", "2031-01-01")
    visite.presser("Certifier le service fait")
    visite.attendre("Une erreur est à corriger")
    visite.examiner("acte-certifier-refuse")
    visite.remplir("Date du service fait", timezone.localdate().isoformat())
    visite.presser("Certifier le service fait")
    visite.attendre(f"Facture {NUMERO} : ")


def liquider(visite: Visite) -> None:
    """Another agent fixes the debt and its imputation."""
    visite.entrer(AUGUSTIN)
    visite.page.goto("/gestion/factures/")
    visite.suivre(NUMERO)
    visite.page.get_by_role("link", name="Liquider").click()
    visite.remplir("Compte", "6067")
    visite.remplir("Fonction", "221")
    visite.examiner("acte-liquider")
    visite.presser("Liquider")
    visite.attendre(f"Facture {NUMERO} : ")
    visite.examiner("gestion-facture-liquidee")


def mandater(visite: Visite) -> None:
    """A mandat, then its bordereau."""
    visite.entrer(AGATHE)
    visite.page.goto("/gestion/mandats/nouveau/")
    visite.page.get_by_label(NUMERO).first.check()
    visite.examiner("mandater")
    visite.presser("Émettre le mandat")
    visite.attendre("est émis")
    visite.examiner("mandat")
    visite.suivre("Pourquoi ce mandat est-il bloqué ?")
    visite.attendre("Mettez-le en bordereau (")
    visite.examiner("pourquoi-bloque")
    visite.page.goto("/gestion/mandats/bordereau/")
    visite.examiner("mandats-bordereau")
    visite.presser("Créer le bordereau")
    visite.attendre("attend sa signature")
    visite.examiner("mandats")


def signer_le_bordereau(visite: Visite) -> None:
    """The ordonnateur sees what she signs, reads it as a PDF, signs."""
    visite.entrer(ODILE)
    visite.examiner("tableau-ordonnateur")
    visite.page.goto("/gestion/bordereaux/")
    visite.examiner("bordereaux")
    visite.page.locator("table a.reference").first.click()
    visite.examiner("bordereau-ouvert")
    visite.suivre("Examiner et signer")
    visite.attendre("277 500 F CFP")
    assert "Lagon Fournitures" in visite.telecharger("Lire le bordereau", "bordereau")
    visite.examiner("bordereau-signer")
    visite.presser("Signer le bordereau")
    visite.attendre("ses pièces sont exécutoires")
    visite.examiner("bordereau-signe")


def transmettre_le_flux(visite: Visite) -> None:
    """An agent constitutes the flux and sends it."""
    visite.entrer(AGATHE)
    visite.page.goto("/gestion/bordereaux/")
    visite.page.locator("table a.reference").first.click()
    visite.presser("Constituer le flux")
    visite.attendre("vous pouvez le transmettre")
    visite.examiner("flux-constitue")
    visite.presser("Transmettre à la Trésorerie")
    visite.attendre("Preuves d’envoi")
    visite.examiner("flux-transmis")


def voir_la_facture_payee(visite: Visite) -> None:
    """The supplier, on a telephone, sees the payment, the story and both clocks."""
    assert NUMERO in dernier_courriel(NADIA)
    visite.entrer(NADIA, SECRET)
    visite.page.set_viewport_size({"width": 360, "height": 800})
    visite.page.goto("/factures/")
    visite.suivre(NUMERO)
    visite.attendre("Payée le")
    assert visite.page.locator(".chronologie > li:not(.a-venir)").count() >= 8
    visite.attendre("Délai de mandatement")
    visite.attendre("Délai de la Trésorerie")
    visite.examiner("facture-payee")
    visite.page.goto("/factures/")
    visite.examiner("factures")
    visite.entrer(AGATHE)
    visite.page.goto("/gestion/factures/")
    visite.examiner("liste-de-travail")
    visite.suivre(NUMERO)
    visite.examiner("gestion-facture-payee")
    visite.page.goto("/gestion/flux/")
    visite.examiner("flux-liste")
    visite.suivre("Flux 1")
    visite.attendre("Réponses de la Trésorerie")
    visite.examiner("flux-repondu")


def lire_son_releve(visite: Visite) -> None:
    """The supplier reads what was owed and paid, on screen and as a PDF."""
    visite.entrer(NADIA, SECRET)
    visite.page.goto("/fournisseur/")
    visite.examiner("etablissements")
    visite.suivre("Ce qu’on me doit")
    visite.examiner("releve")
    assert "277 500 F CFP" in visite.telecharger("PDF", "releve")
    visite.page.goto(f"/fournisseur/etablissements/{RIDET}/")
    visite.examiner("etablissement")


def voir_ce_que_voit_le_comptable(visite: Visite) -> None:
    """The comptable sees the mandat that was paid, and its proofs."""
    visite.entrer(CORINNE)
    visite.page.goto("/tps/?etat=payee")
    visite.examiner("tps")
    visite.page.locator("table a").first.click()
    visite.attendre("2026-M-000001")
    visite.examiner("tps-piece")
