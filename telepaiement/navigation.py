"""What the payments offer to the shell."""

from collections.abc import Iterator

from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.navigation import GROUPE_PIECES, Carte, Entree
from facturier.commun.tons import Ton
from facturier.grand_livre.exercices import a_ouvrir, commande_d_ouverture
from facturier.grand_livre.models import EtatPiece, Titre
from telepaiement import (
    apurements,
    contestations,
    echeanciers,
    lettres,
    lettres_reglement,
    retours,
)
from telepaiement.alertes import regies_en_alerte
from telepaiement.classement import a_classer
from telepaiement.models import (
    DEMANDES_OUVERTES,
    DemandeRedevable,
    Encaissement,
    EtatImputation,
    EtatLitige,
    EtatRemboursement,
    EtatVersement,
    EvenementRecu,
    ImputationVersement,
    Litige,
    Remboursement,
    Tentative,
    Versement,
)
from telepaiement.position import a_recevoir
from telepaiement.rapprochement import a_rapprocher
from telepaiement.sommes_a_rendre import a_rendre_sans_paiement, titres_en_trop
from telepaiement.versements import non_verses

ENTREES = (
    Entree(
        "Titres",
        "telepaiement:titres",
        {Role.AGENT, Role.ORDONNATEUR, Role.COMPTABLE},
        30,
        groupe=GROUPE_PIECES,
    ),
    Entree("Ce que je dois", "telepaiement:compte", {Role.FOURNISSEUR}, 25),
    Entree(
        "Demandes des redevables",
        "telepaiement:demandes",
        {Role.AGENT, Role.COMPTABLE},
        31,
        groupe=GROUPE_PIECES,
    ),
    Entree("Guichet", "telepaiement:guichet", {Role.REGISSEUR}, 41),
    Entree(
        "Régies",
        "telepaiement:regies",
        {Role.AGENT, Role.ORDONNATEUR, Role.COMPTABLE, Role.REGISSEUR},
        43,
    ),
    Entree("Versements et banque", "telepaiement:versements", {Role.AGENT, Role.COMPTABLE}, 42),
)


def cartes(utilisateur: Utilisateur) -> Iterator[Carte]:
    """Yield the work lists of a régisseur and of the finance staff."""
    if utilisateur.a_role(Role.REGISSEUR):
        yield Carte("Encaisser au guichet", "telepaiement:guichet", ordre=41)
    if utilisateur.a_role(Role.REGISSEUR, Role.AGENT, Role.COMPTABLE) and (
        codes := regies_en_alerte(utilisateur)
    ):
        yield Carte(
            "Régies en alerte",
            "telepaiement:regies",
            nombre=len(codes),
            detail="Encaisse, déficit, versement, remise de service, cautionnement ou quitus à "
            "régler.",
            ton=Ton.REFUS,
            ordre=12,
        )
    if utilisateur.a_role(Role.AGENT, Role.COMPTABLE, Role.ADMINISTRATEUR):
        yield from _exercice()
    if utilisateur.a_role(Role.AGENT, Role.COMPTABLE):
        yield from _a_verifier()
        yield from _demandes()
        yield from _apres_le_paiement()
        yield from _lettres()
        yield from _a_classer(utilisateur)
        yield from _a_rendre()
    if not utilisateur.a_role(Role.AGENT):
        return
    yield Carte(
        "Trop-perçus à rendre",
        "telepaiement:trop_percus",
        nombre=Encaissement.objects.en_trop().count(),
        detail="Sommes reçues au-delà de la dette.",
        ton=Ton.ATTENTE,
        ordre=42,
    )
    yield from _a_conserver()
    yield Carte(
        "Titres à mettre en bordereau",
        "telepaiement:titres",
        nombre=Titre.objects.a_mettre_en_bordereau().count(),
        detail="Émis, libres de tout bordereau.",
        ton=Ton.COURS,
        recherche=f"etat={EtatPiece.EMISE}",
        ordre=43,
    )


def _a_conserver() -> Iterator[Carte]:
    """Yield the excédents that nobody claimed in time; nothing without any."""
    if conservables := apurements.nombre_conservables():
        yield Carte(
            "Excédents à conserver",
            "telepaiement:excedents",
            nombre=conservables,
            detail="Cherchés en vain : leur titre reste à émettre.",
            ton=Ton.ATTENTE,
            ordre=42,
        )


def _exercice() -> Iterator[Carte]:
    """Yield the exercice that has to be opened, with the command that does it."""
    if annee := a_ouvrir(timezone.localdate()):
        yield Carte(
            f"Exercice {annee} à ouvrir",
            "accueil:aide",
            detail="Sans lui, rien ne s’encaisse ni ne se mandate. L’exploitation l’ouvre par "
            f"« {commande_d_ouverture(annee)} ».",
            ton=Ton.REFUS,
            ordre=9,
        )


def _a_verifier() -> Iterator[Carte]:
    """Yield what the gateway answered that nobody understands; nothing when all is clear."""
    a_verifier = Tentative.objects.a_decider().count()
    if bloques := EvenementRecu.objects.bloques(timezone.now()).count():
        yield Carte(
            "Messages de la banque non traités",
            "telepaiement:paiements_a_verifier",
            nombre=bloques,
            detail="Ils échouent depuis plus d’un jour : prévenez l’exploitation.",
            ton=Ton.REFUS,
            ordre=10,
        )
    if a_verifier:
        yield Carte(
            "Paiements à vérifier",
            "telepaiement:paiements_a_verifier",
            nombre=a_verifier,
            detail="La banque a donné une réponse à examiner.",
            ton=Ton.REFUS,
            ordre=10,
        )


def _demandes() -> Iterator[Carte]:
    """Yield what debtors ask, and the instalments that they do not pay; nothing without any."""
    cartes_possibles = (
        Carte(
            "Demandes de redevables",
            "telepaiement:demandes",
            nombre=DemandeRedevable.objects.filter(etat__in=DEMANDES_OUVERTES).count(),
            detail="Contestations et échéanciers : ils attendent une réponse.",
            ton=Ton.ATTENTE,
            ordre=13,
        ),
        Carte(
            "Contestations sans suite",
            "telepaiement:demandes",
            nombre=contestations.sans_suite().count(),
            detail="Acceptées, leur titre n’est pas encore corrigé.",
            ton=Ton.ATTENTE,
            ordre=13,
        ),
        Carte(
            "Échéances en retard",
            "telepaiement:demandes",
            nombre=echeanciers.tous_en_retard().count(),
            detail="Échéanciers accordés, non respectés.",
            ton=Ton.REFUS,
            ordre=14,
        ),
    )
    yield from (carte for carte in cartes_possibles if carte.nombre)


def _apres_le_paiement() -> Iterator[Carte]:
    """Yield what waits for somebody once money was received; nothing when all is in order."""
    cartes_possibles = (
        Carte(
            "Litiges à défendre",
            "telepaiement:litiges",
            nombre=Litige.objects.filter(etat=EtatLitige.OUVERT).count(),
            detail="Un payeur conteste : la banque attend des preuves.",
            ton=Ton.REFUS,
            ordre=11,
        ),
        Carte(
            "Versements en écart",
            "telepaiement:versements",
            nombre=Versement.objects.filter(etat=EtatVersement.EN_ECART).count(),
            detail="Mis de côté : ils ne correspondent pas à leurs lignes.",
            ton=Ton.REFUS,
            recherche=f"etat={EtatVersement.EN_ECART}",
            ordre=12,
        ),
        Carte(
            "Remboursements à approuver",
            "telepaiement:remboursements",
            nombre=Remboursement.objects.filter(etat=EtatRemboursement.DEMANDE).count(),
            detail="Demandés par un collègue.",
            ton=Ton.ATTENTE,
            recherche=f"etat={EtatRemboursement.DEMANDE}",
            ordre=44,
        ),
        Carte(
            "Versements de régies à recevoir",
            "telepaiement:regies",
            nombre=a_recevoir().count(),
            detail="Établis par les régisseurs : le récépissé de la Trésorerie reste à saisir.",
            ton=Ton.ATTENTE,
            ordre=45,
        ),
        Carte(
            "Mouvements bancaires à rapprocher",
            "telepaiement:banque",
            nombre=a_rapprocher().count(),
            detail="Reçus à la banque, rattachés à rien.",
            ton=Ton.ATTENTE,
            ordre=45,
        ),
        Carte(
            "Cartes payées, non versées",
            "telepaiement:versements_attendus",
            nombre=non_verses().count(),
            detail="Depuis plus de sept jours.",
            ton=Ton.REFUS,
            ordre=46,
        ),
    )
    yield from (carte for carte in cartes_possibles if carte.nombre)


def _lettres() -> Iterator[Carte]:
    """Yield the letters that nobody posted yet; nothing when all left."""
    if nombre := lettres.a_poster().count() + lettres_reglement.a_poster().count():
        yield Carte(
            "Lettres à poster",
            "telepaiement:litiges",
            nombre=nombre,
            detail="Paiements repris par la banque ou règlements annulés, de débiteurs sans "
            "adresse électronique.",
            ton=Ton.ATTENTE,
            recherche="lettre=a_poster",
            ordre=13,
        )


def _a_classer(utilisateur: Utilisateur) -> Iterator[Carte]:
    """Yield what was received, or taken, for something nobody knows; nothing when all is clear."""
    demandees = ImputationVersement.objects.filter(etat=EtatImputation.DEMANDEE)
    cartes_possibles = (
        Carte(
            "Imputations à approuver",
            "telepaiement:imputations",
            nombre=demandees.exclude(demande_par=utilisateur).count(),
            detail="Ce que rien n’explique dans un versement, demandées par un collègue.",
            ton=Ton.ATTENTE,
            ordre=44,
        ),
        Carte(
            "Recettes à classer",
            "telepaiement:recettes_a_classer",
            nombre=a_classer().count(),
            detail="Reçues sur un feuillet ou par virement, leur titre ne se retrouve pas.",
            ton=Ton.ATTENTE,
            ordre=47,
        ),
    )
    yield from (carte for carte in cartes_possibles if carte.nombre)


def _a_rendre() -> Iterator[Carte]:
    """Yield what waits for somebody on the way back to a payer; nothing when all is in order."""
    cartes_possibles = (
        Carte(
            "Titres à rendre",
            "telepaiement:trop_percus",
            nombre=len(a_rendre_sans_paiement(titres_en_trop())),
            detail="Réglés sans carte ni caisse, puis réduits : la Trésorerie rend.",
            ton=Ton.ATTENTE,
            ordre=44,
        ),
        Carte(
            "Virements à faire",
            "telepaiement:remboursements",
            nombre=Remboursement.objects.filter(
                etat=EtatRemboursement.TRANSMIS, virement__isnull=False
            ).count(),
            detail="Sommes à rendre, approuvées : le comptable les vire.",
            ton=Ton.ATTENTE,
            recherche=f"etat={EtatRemboursement.TRANSMIS}",
            ordre=44,
        ),
        Carte(
            "Ventes rendues à reporter",
            "telepaiement:remboursements",
            nombre=retours.a_reporter().count(),
            detail="Rendues chez le prestataire après leur titre.",
            ton=Ton.ATTENTE,
            ordre=44,
        ),
    )
    yield from (carte for carte in cartes_possibles if carte.nombre)
