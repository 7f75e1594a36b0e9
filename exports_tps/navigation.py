"""What the shell shows of the exchanges with the treasury: menu entries and dashboard cards."""

from collections.abc import Iterator

from exports_tps.disjoncteur import etat_transport
from exports_tps.models import EtatFlux, Flux
from exports_tps.parapheur import bordereaux_attendus, depots_attendus
from exports_tps.penalites import penalites_a_titrer
from exports_tps.recettes_percues import a_regulariser
from exports_tps.remises import a_remettre
from exports_tps.repartition import documents_refuses
from exports_tps.reserves import messages_a_examiner
from facturier.acces.models import Role, Utilisateur
from facturier.commun.navigation import GROUPE_PIECES, Carte, Entree
from facturier.commun.tons import Ton
from facturier.grand_livre.models import (
    VISEURS,
    Bordereau,
    EtatBordereau,
    EtatPiece,
    Piece,
)

AGENT, ORDONNATEUR, COMPTABLE = Role.AGENT, Role.ORDONNATEUR, Role.COMPTABLE
CONSULTENT = {COMPTABLE, Role.ADMINISTRATEUR}
ENTREES = [
    Entree(
        "Préparation",
        "exports_tps:preparation",
        roles={AGENT},
        ordre=38,
        groupe=GROUPE_PIECES,
    ),
    Entree(
        "Bordereaux",
        "exports_tps:bordereaux",
        roles={AGENT, ORDONNATEUR},
        ordre=40,
        groupe=GROUPE_PIECES,
    ),
    Entree("Parapheur", "exports_tps:parapheur", roles=VISEURS, ordre=42, groupe=GROUPE_PIECES),
    Entree("Circuits", "exports_tps:circuits", roles={Role.ADMINISTRATEUR}, ordre=43),
    Entree("Délégations", "exports_tps:pouvoirs", roles=CONSULTENT, ordre=44),
    Entree(
        "Flux",
        "exports_tps:flux_liste",
        roles={AGENT, ORDONNATEUR, COMPTABLE},
        ordre=50,
        groupe=GROUPE_PIECES,
    ),
    Entree("Trésorerie", "exports_tps:tps", roles={COMPTABLE}, ordre=30),
]


def cartes(utilisateur: Utilisateur) -> Iterator[Carte]:
    """Yield the work lists of whoever asks."""
    if utilisateur.a_role(Role.AGENT):
        yield from _cartes_agent()
    if utilisateur.a_role(*VISEURS):
        attendus = bordereaux_attendus(utilisateur).count() + depots_attendus(utilisateur).count()
        yield Carte(
            "Bordereaux et fichiers à viser ou à signer",
            "exports_tps:parapheur",
            nombre=attendus,
            ton=Ton.ATTENTE,
            ordre=10,
        )
    if utilisateur.a_role(Role.COMPTABLE):
        yield Carte(
            "Pièces à viser",
            "exports_tps:tps",
            nombre=Piece.objects.filter(etat=EtatPiece.TRANSMISE).count(),
            ton=Ton.ATTENTE,
            recherche=f"etat={EtatPiece.TRANSMISE}",
            ordre=10,
        )


def _cartes_agent() -> Iterator[Carte]:
    yield Carte(
        "Pièces à mettre en bordereau",
        "exports_tps:preparation",
        nombre=Piece.objects.a_mettre_en_bordereau().count(),
        ton=Ton.ATTENTE,
        ordre=50,
    )
    renvoyes = Bordereau.objects.filter(
        etat=EtatBordereau.OUVERT, presentations__visas__decision="renvoye"
    )
    yield Carte(
        "Bordereaux renvoyés par le parapheur",
        "exports_tps:bordereaux",
        nombre=renvoyes.distinct().count(),
        ton=Ton.REFUS,
        recherche=f"etat={EtatBordereau.OUVERT}",
        ordre=49,
    )
    yield from _cartes_titres()
    yield _bordereaux("Bordereaux signés", EtatBordereau.SIGNE, 51)
    yield from _cartes_tresorerie()


def _cartes_tresorerie() -> Iterator[Carte]:
    """Yield what is to be sent to the treasury, and what it answered."""
    yield Carte(
        "Flux à transmettre",
        "exports_tps:flux_liste",
        nombre=Flux.objects.filter(etat=EtatFlux.CONSTITUE).count(),
        ton=Ton.ATTENTE,
        recherche=f"etat={EtatFlux.CONSTITUE}",
        ordre=52,
    )
    yield Carte(
        "Pannes d’envoi à la Trésorerie",
        "exports_tps:flux_liste",
        nombre=etat_transport().pannes,
        ton=Ton.REFUS,
        ordre=52,
    )
    yield Carte(
        "Réponses de la Trésorerie à examiner",
        "exports_tps:messages",
        nombre=messages_a_examiner().count(),
        ton=Ton.REFUS,
        recherche="etat=reserve",
        ordre=53,
    )
    yield Carte(
        "Documents refusés à traiter",
        "exports_tps:documents_refuses",
        nombre=documents_refuses().count(),
        ton=Ton.REFUS,
        ordre=53,
    )


def _cartes_titres() -> Iterator[Carte]:
    """Yield what asks for a titre, or for one to be presented again, when something does."""
    if nombre := penalites_a_titrer().count():
        yield Carte(
            "Pénalités retenues, sans titre",
            "exports_tps:penalites",
            nombre=nombre,
            detail="Un titre de recettes doit les recouvrer.",
            ton=Ton.ATTENTE,
            ordre=49,
        )
    if nombre := a_regulariser().count():
        yield Carte(
            "Recettes perçues avant titre",
            "exports_tps:recettes_percues",
            nombre=nombre,
            detail="Un titre de régularisation est à émettre.",
            ton=Ton.ATTENTE,
            ordre=49,
        )
    if nombre := a_remettre().count():
        yield Carte(
            "Titres réglés et refusés",
            "exports_tps:titres_refuses",
            nombre=nombre,
            detail="À présenter de nouveau à la Trésorerie.",
            ton=Ton.REFUS,
            ordre=49,
        )


def _bordereaux(libelle: str, etat: EtatBordereau, ordre: int) -> Carte:
    return Carte(
        libelle,
        "exports_tps:bordereaux",
        nombre=Bordereau.objects.filter(etat=etat).count(),
        ton=Ton.ATTENTE,
        recherche=f"etat={etat}",
        ordre=ordre,
    )
