"""What the shell shows of suppliers: menu entries, and cards of the dashboard."""

from collections.abc import Iterator

from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.navigation import GROUPE_FOURNISSEURS, Carte, Entree
from facturier.commun.tons import Ton
from fournisseurs.expirations import bientot_perimes
from fournisseurs.liste_travail import nombre_a_traiter
from fournisseurs.models import (
    ROLES_GESTION,
    ROLES_LECTURE,
    Doublon,
    Droit,
    Etablissement,
    EtatDemande,
    EtatFusion,
    EtatModification,
    Fusion,
    Habilitation,
    Opposition,
)

CARTES_A_COMPLETER = 5
CARTES_EXPIRATIONS = 5
ENTREES = [
    Entree("Mes établissements", "fournisseurs:accueil", roles={Role.FOURNISSEUR}, ordre=20),
    Entree(
        "Demandes",
        "fournisseurs:gestion_demandes",
        roles={Role.AGENT},
        ordre=66,
        toutes_directions=True,
        groupe=GROUPE_FOURNISSEURS,
    ),
    Entree(
        "Tiers",
        "fournisseurs:gestion_tiers",
        roles=set(ROLES_LECTURE),
        ordre=70,
        groupe=GROUPE_FOURNISSEURS,
    ),
    Entree(
        "Oppositions",
        "fournisseurs:oppositions",
        roles=set(ROLES_GESTION),
        ordre=72,
        toutes_directions=True,
        groupe=GROUPE_FOURNISSEURS,
    ),
    Entree("Journal de sécurité", "fournisseurs:journal_securite", roles={Role.SECURITE}, ordre=80),
]


def cartes(utilisateur: Utilisateur) -> Iterator[Carte]:
    """Yield the requests to decide on, or what a supplier has to start with."""
    if utilisateur.a_role(Role.AGENT) and utilisateur.voit_toutes_les_directions:
        yield Carte(
            "Demandes des fournisseurs à traiter",
            "fournisseurs:gestion_demandes",
            nombre=nombre_a_traiter(),
            ton=Ton.ATTENTE,
            ordre=30,
        )
        yield Carte(
            "Oppositions et cessions à valider",
            "fournisseurs:oppositions",
            nombre=Opposition.objects.a_decider().count(),
            recherche="vue=a_decider",
            ton=Ton.ATTENTE,
            ordre=35,
        )
        yield Carte(
            "Doublons de tiers à examiner",
            "fournisseurs:doublons",
            nombre=Doublon.objects.a_examiner().count(),
            ton=Ton.ATTENTE,
            ordre=70,
        )
        yield Carte(
            "Fusions de tiers à valider",
            "fournisseurs:fusions",
            nombre=Fusion.objects.filter(etat=EtatFusion.PROPOSEE)
            .exclude(proposee_par=utilisateur)
            .count(),
            ton=Ton.ATTENTE,
            ordre=71,
        )
    if utilisateur.a_role(Role.SECURITE):
        yield Carte(
            "Journal de sécurité",
            "fournisseurs:journal_securite",
            detail="Qui a vu ou changé des coordonnées bancaires.",
            ordre=40,
        )
    if utilisateur.a_role(Role.FOURNISSEUR) and not utilisateur.est_systeme:
        yield from _a_completer(utilisateur)
        yield from _expirations(utilisateur)
        nombre = Habilitation.objects.en_vigueur().de(utilisateur).count()
        detail = "" if nombre else "Rattachez le premier pour déposer une facture."
        yield Carte("Mes établissements", "fournisseurs:accueil", detail=detail, ordre=20)


def _a_completer(utilisateur: Utilisateur) -> Iterator[Carte]:
    """Yield the requests of one's own that an agent sent back, each with the way to answer."""
    listes = (
        ("completer_demande", utilisateur.demandes.filter(etat=EtatDemande.INCOMPLETE)),
        (
            "completer_modification",
            utilisateur.modifications.filter(etat=EtatModification.INCOMPLETE),
        ),
    )
    for page, demandes in listes:
        for demande in demandes.order_by("pk")[:CARTES_A_COMPLETER]:
            yield Carte(
                "Demande à compléter",
                f"fournisseurs:{page}",
                detail=str(demande),
                ton=Ton.ATTENTE,
                parametres={"pk": demande.pk},
                ordre=10,
            )


def _expirations(utilisateur: Utilisateur) -> Iterator[Carte]:
    """Yield the documents about to run out of the établissements whose data one manages."""
    geres = Etablissement.objects.visibles_par(utilisateur, Droit.GERER_DONNEES)
    documents = bientot_perimes(timezone.localdate()).filter(etablissement__in=geres.values("pk"))
    for document in documents.order_by("valable_jusqu_au", "pk")[:CARTES_EXPIRATIONS]:
        yield Carte(
            "Document qui expire bientôt",
            "fournisseurs:documents",
            detail=f"{document.get_genre_display()} de {document.etablissement.denomination}, "
            f"valable jusqu’au {document.valable_jusqu_au:%d/%m/%Y}. Rien à envoyer aujourd’hui.",
            parametres={"ridet": document.etablissement.ridet},
            ordre=12,
        )
