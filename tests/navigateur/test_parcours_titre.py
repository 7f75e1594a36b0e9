"""A titre de recettes, from its issue to the receipts, in a real browser."""

import re
from collections.abc import Callable

from facturier.accueil.passerelle_banc import CARTES
from facturier.grand_livre.models import Titre
from telepaiement.models import Quittance
from tests.navigateur.visite import AGATHE, ODILE, REMI, Visite, dernier_courriel
from tests.telepaiement.conftest import CARTE_3DS, Banc

COURRIEL = "maelle.fougere@usager.example"
OBJET = "Redevance de terrasse, année 2026"
SONORISATION = "Location de sonorisation"
TITRE = {
    "Code du débiteur": "DEB-0001",
    "Complément d’adresse": "Appartement 12",
    "Voie ou boîte postale": "5 rue des Goyaviers",
    "Code postal": "98800",
    "Commune": "Nouméa",
    "Fonction": "933",
    "Bases de liquidation": "Terrasse de 25 m², délibération 12-2026 : 1 800 F CFP par m².",
}


def test_un_titre_va_de_son_emission_a_ses_quittances(
    visite: Visite,
    demonstration: None,
    banc_relie: Banc,
    faire_repondre_la_tresorerie: Callable[[], None],
) -> None:
    emettre_les_titres(visite)
    signer_et_transmettre(visite)
    faire_repondre_la_tresorerie()
    lire_l_avis(visite)
    retrouver_la_somme_au_clavier(visite)
    payer_par_carte(visite)
    verifier_la_quittance(visite)
    ouvrir_la_caisse(visite)
    encaisser_en_especes(visite)
    voir_les_titres_payes(visite)


def emettre_les_titres(visite: Visite) -> None:
    """An agent issues two titres: an error first, told with the summary."""
    visite.entrer(AGATHE)
    visite.page.goto("/gestion/titres/")
    visite.examiner("titres-aucun")
    visite.suivre("Émettre un titre")
    visite.presser("Émettre le titre")
    visite.attendre("erreurs sont à corriger")
    visite.examiner("titre-creer-refuse")
    for objet, montant in ((OBJET, "45 000"), (SONORISATION, "12 500")):
        visite.page.goto("/gestion/titres/creer/")
        saisir_le_titre(visite, objet, montant)
        visite.presser("Émettre le titre")
        visite.attendre("est émis")
    visite.examiner("titre-emis")


def saisir_le_titre(visite: Visite, objet: str, montant: str) -> None:
    """Fill in the form of a titre."""
    for libelle, valeur in TITRE.items():
        visite.remplir(libelle, valeur)
    visite.page.get_by_label("Objet", exact=True).fill(objet)
    visite.page.get_by_label("Produit").select_option(index=1)
    visite.page.get_by_label("Service gestionnaire").select_option(index=1)
    visite.remplir("Montant hors taxe", montant)


def signer_et_transmettre(visite: Visite) -> None:
    """Both titres on a bordereau, signed, then sent to the treasury."""
    visite.page.goto("/gestion/titres/")
    for case in visite.page.get_by_role("checkbox").all():
        case.check()
    visite.examiner("titres")
    visite.presser("Mettre les titres choisis en bordereau")
    visite.attendre("attend sa signature")
    visite.entrer(ODILE)
    visite.page.goto("/gestion/bordereaux/")
    visite.page.locator("table a.reference").first.click()
    visite.suivre("Examiner et signer")
    visite.examiner("bordereau-recettes-signer")
    visite.presser("Signer le bordereau")
    visite.attendre("ses pièces sont exécutoires")
    visite.entrer(AGATHE)
    visite.page.goto("/gestion/bordereaux/")
    visite.page.locator("table a.reference").first.click()
    visite.presser("Constituer le flux")
    visite.presser("Transmettre à la Trésorerie")
    visite.attendre("Preuves d’envoi")


def lire_l_avis(visite: Visite) -> None:
    """The avis des sommes à payer bears what the payer needs, and how to contest."""
    titre = Titre.objects.get(objet=OBJET)
    visite.page.goto(f"/gestion/titres/{titre.pk}/")
    visite.attendre("Pris en charge")
    visite.examiner("titre-pris-en-charge")
    texte = visite.telecharger("Avis des sommes à payer", "avis")
    assert titre.reference in texte
    assert "45 000 F CFP" in texte
    assert re.search(r"recours|contester", texte)


def retrouver_la_somme_au_clavier(visite: Visite) -> None:
    """On a telephone, without a mouse: a wrong key, then the right one."""
    page, titre = visite.page, Titre.objects.get(objet=OBJET)
    page.context.clear_cookies()
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/payer/")
    visite.au_clavier("Référence du titre")
    page.keyboard.type(titre.reference)
    visite.au_clavier("Clé de paiement")
    page.keyboard.type("ABCDEFGHJK")
    page.keyboard.press("Enter")
    visite.attendre("Aucune somme à payer ne correspond")
    visite.examiner("payer-cle-fausse")
    visite.au_clavier("Clé de paiement")
    page.keyboard.press("Control+a")
    page.keyboard.type(titre.cle_paiement.lower())
    visite.au_clavier("Continuer")
    page.keyboard.press("Enter")
    visite.attendre(OBJET)
    visite.examiner("payer-somme")


def payer_par_carte(visite: Visite) -> None:
    """A card is refused; another, which the bank authenticates, pays."""
    page = visite.page
    visite.remplir("Adresse électronique", COURRIEL)
    visite.presser("Payer 45")
    taper_la_carte(visite, CARTES["stripe"][0])
    page.locator("#carte-erreur").get_by_text("refusée").wait_for()
    visite.examiner("payer-carte-refusee")
    taper_la_carte(visite, CARTE_3DS)
    page.get_by_role("button", name="Autoriser").click()
    page.get_by_role("heading", name="Votre paiement est reçu").wait_for()
    visite.examiner("payer-recu")
    quittance = Quittance.objects.get(encaissement__titre__objet=OBJET)
    texte = visite.telecharger("Télécharger la quittance", "quittance")
    assert quittance.reference in texte
    assert quittance.code in texte
    assert "Mme Maëlle Fougère" in texte
    assert quittance.reference in dernier_courriel(COURRIEL)


def taper_la_carte(visite: Visite, numero: str) -> None:
    """Type a card in the gateway's fields and pay."""
    page = visite.page
    page.get_by_label("Numéro de carte").fill(numero)
    page.get_by_label("Date d’expiration").fill("1239")
    page.get_by_label("Code de sécurité").fill("123")
    visite.presser("Payer 45")


def verifier_la_quittance(visite: Visite) -> None:
    """Anyone checks a receipt by its code."""
    visite.page.goto("/payer/quittance/")
    visite.remplir("Code de vérification", "AAAAAAAAAAAA")
    visite.presser("Vérifier")
    visite.page.get_by_role("alert").first.wait_for()
    visite.examiner("quittance-inconnue")
    visite.remplir("Code de vérification", Quittance.objects.get().code)
    visite.presser("Vérifier")
    visite.attendre("Cette quittance est authentique")
    visite.examiner("quittance-authentique")


def ouvrir_la_caisse(visite: Visite) -> None:
    """The régisseur opens the till."""
    visite.entrer(REMI)
    visite.examiner("tableau-regisseur")
    visite.page.goto("/guichet/")
    visite.choisir("Guichet", "Guichet 1 du centre administratif")
    visite.remplir("Fonds de caisse", "20 000")
    visite.examiner("guichet-ouverture")
    visite.presser("Ouvrir la caisse")
    visite.attendre("Espèces dans la caisse")
    visite.examiner("guichet")


def encaisser_en_especes(visite: Visite) -> None:
    """Too little cash first, then a note that asks for change."""
    visite.remplir("Référence, nom du débiteur", "Fougère")
    visite.presser("Chercher")
    visite.examiner("guichet-recherche")
    visite.suivre(Titre.objects.get(objet=SONORISATION).reference)
    visite.attendre("Encaisser le titre")
    visite.examiner("guichet-titre")
    visite.suivre("Espèces")
    visite.remplir("Somme remise", "10 000")
    visite.presser("Vérifier avant d’encaisser")
    visite.attendre("à corriger")
    visite.examiner("guichet-titre-refuse")
    visite.remplir("Somme remise", "15 000")
    visite.presser("Vérifier avant d’encaisser")
    visite.attendre("Monnaie à rendre")
    visite.examiner("guichet-confirmer")
    visite.presser("Confirmer et émettre la quittance")
    visite.attendre("Rendez 2 500 F CFP")
    visite.examiner("guichet-encaisse")
    assert "Espèces" in visite.telecharger("Imprimer la quittance", "quittance-guichet")
    visite.page.goto("/guichet/journal/")
    visite.examiner("guichet-journal")


def voir_les_titres_payes(visite: Visite) -> None:
    """Staff sees both titres settled."""
    visite.entrer(AGATHE)
    visite.page.goto("/gestion/titres/")
    visite.examiner("titres-payes")
    visite.suivre(Titre.objects.get(objet=OBJET).reference)
    visite.attendre("Paiements en ligne")
    assert visite.page.get_by_text("Annulé").count() == 0
    visite.examiner("titre-paye")
