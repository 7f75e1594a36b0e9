"""What invoice tracking offers to the menu and to the dashboard."""

from collections.abc import Iterable, Iterator

from facturier.acces.models import Role, Utilisateur
from facturier.commun.navigation import GROUPE_FACTURES, GROUPE_PIECES, Carte, Entree
from facturier.commun.tons import Ton
from facturier.suivi.accuses import sans_accuse
from facturier.suivi.etats import ACTES_PRINCIPAUX, ATTENDENT_FOURNISSEUR, TRANSITIONS, EtatFacture
from facturier.suivi.models import ROLES_DES_BUREAUX, Avis, Facture
from facturier.suivi.rapports import ROLES_RAPPORTS

ENTREES = [
    Entree("Mes factures", "suivi:liste", roles={Role.FOURNISSEUR}, ordre=10),
    Entree("Déposer une facture", "suivi:deposer", roles={Role.FOURNISSEUR}, ordre=20),
    Entree(
        "Factures",
        "suivi:gestion_liste",
        roles={Role.AGENT, Role.SERVICE, Role.ORDONNATEUR, Role.COMPTABLE},
        ordre=10,
        groupe=GROUPE_FACTURES,
    ),
    Entree("Mes commandes", "suivi:mes_commandes", roles={Role.FOURNISSEUR}, ordre=30),
    Entree(
        "Commandes",
        "suivi:commandes",
        roles={Role.AGENT, Role.SERVICE, Role.ORDONNATEUR},
        ordre=15,
        groupe=GROUPE_FACTURES,
    ),
    Entree("Rapports", "suivi:rapports", roles=set(ROLES_RAPPORTS), ordre=65),
    Entree(
        "Intérêts moratoires",
        "suivi:interets",
        roles={Role.AGENT, Role.ORDONNATEUR, Role.ADMINISTRATEUR},
        ordre=60,
        groupe=GROUPE_FACTURES,
    ),
    Entree(
        "Mandats",
        "suivi:mandats",
        roles={Role.AGENT, Role.ORDONNATEUR},
        ordre=20,
        groupe=GROUPE_PIECES,
    ),
    Entree(
        "Crédits",
        "suivi:credits",
        roles={Role.AGENT, Role.ORDONNATEUR},
        ordre=55,
        groupe=GROUPE_PIECES,
    ),
]
A_FAIRE = {
    EtatFacture.DEPOSEE: "Factures à recevoir",
    EtatFacture.RECUE: "Factures à envoyer en certification",
    EtatFacture.A_REORIENTER: "Factures à réorienter",
    EtatFacture.EN_CERTIFICATION: "Services faits à certifier",
    EtatFacture.COMPLETEE: "Réponses de fournisseurs à lire",
    EtatFacture.SERVICE_FAIT: "Factures à liquider",
    EtatFacture.REJETEE_TPS: "Mandats rejetés par la Trésorerie",
}


def cartes(utilisateur: Utilisateur) -> Iterable[Carte]:
    """Return the work lists on which `utilisateur` has something to do, in a few queries."""
    visibles = Facture.objects.visibles_par(utilisateur)
    nombres = {ligne["etat"]: ligne["nombre"] for ligne in visibles.comptees_par_etat()}
    if utilisateur.a_role(Role.FOURNISSEUR):
        yield Carte(
            "Factures à compléter",
            "suivi:liste",
            nombre=sum(nombres.get(etat, 0) for etat in ATTENDENT_FOURNISSEUR),
            ton=Ton.ATTENTE,
            recherche="etat=a_completer",
            ordre=10,
        )
        yield Carte(
            "Avis non lus",
            "suivi:avis",
            nombre=Avis.objects.filter(utilisateur=utilisateur, lu_le__isnull=True).count(),
            ordre=11,
        )
    for etat, libelle in A_FAIRE.items():
        roles = TRANSITIONS[ACTES_PRINCIPAUX[etat]].roles - {Role.FOURNISSEUR}
        if utilisateur.a_role(*roles):
            yield Carte(
                libelle,
                "suivi:gestion_liste",
                nombre=nombres.get(etat, 0),
                recherche=f"etat={etat}&ordre=anciennes",
                ordre=20,
            )
    for bureau, chargees in ROLES_DES_BUREAUX.items():
        if utilisateur.a_role(*chargees) and (nombre := visibles.a_reprendre(bureau).count()):
            yield Carte(
                f"Rejets de la Trésorerie : {bureau.label.lower()}",
                "suivi:gestion_liste",
                nombre=nombre,
                ton=Ton.REFUS,
                recherche=f"bureau={bureau}",
                ordre=22,
            )
    if utilisateur.a_role(Role.AGENT, Role.SERVICE):
        yield Carte(
            "Demandes que le fournisseur n’a pas lues",
            "suivi:retours_non_lus",
            nombre=sans_accuse().filter(facture__in=visibles).count(),
            ton=Ton.ATTENTE,
            ordre=25,
        )
    if utilisateur.a_role(Role.AGENT):
        yield from _cartes_de_mandat()


def _cartes_de_mandat() -> Iterator[Carte]:
    """Yield what waits for a mandat, or for its réduction."""
    if nombre := Facture.objects.avoirs_a_reduire().count():
        yield Carte(
            "Avoirs à déduire d’un mandat",
            "suivi:gestion_liste",
            nombre=nombre,
            detail="Acceptés après le mandat : réduisez-le.",
            ton=Ton.ATTENTE,
            recherche="etat=avoirs_a_reduire",
            ordre=29,
        )
    yield Carte(
        "Factures à mandater",
        "suivi:mandater",
        nombre=Facture.objects.a_mandater().count(),
        ordre=30,
    )
