"""What the payments offer to the shell."""

from collections.abc import Iterator

from facturier.acces.models import Role, Utilisateur
from facturier.commun.navigation import GROUPE_PIECES, Carte, Entree
from facturier.commun.tons import Ton
from facturier.grand_livre.models import EtatPiece, Titre
from telepaiement.models import Encaissement, EtatTentative, Tentative

ENTREES = (
    Entree(
        "Titres",
        "telepaiement:titres",
        {Role.AGENT, Role.ORDONNATEUR, Role.COMPTABLE},
        30,
        groupe=GROUPE_PIECES,
    ),
    Entree("Guichet", "telepaiement:guichet", {Role.REGISSEUR}, 41),
)


def cartes(utilisateur: Utilisateur) -> Iterator[Carte]:
    """Yield the work lists of a régisseur and of the finance staff."""
    if utilisateur.a_role(Role.REGISSEUR):
        yield Carte("Encaisser au guichet", "telepaiement:guichet", ordre=41)
    if not utilisateur.a_role(Role.AGENT):
        return
    a_verifier = Tentative.objects.filter(etat=EtatTentative.A_VERIFIER).count()
    if a_verifier:
        yield Carte(
            "Paiements à vérifier",
            "telepaiement:paiements_a_verifier",
            nombre=a_verifier,
            detail="La banque a donné une réponse à examiner.",
            ton=Ton.REFUS,
            ordre=10,
        )
    yield Carte(
        "Trop-perçus à rendre",
        "telepaiement:trop_percus",
        nombre=Encaissement.objects.en_trop().count(),
        detail="Sommes reçues au-delà de la dette.",
        ton=Ton.ATTENTE,
        ordre=42,
    )
    yield Carte(
        "Titres à mettre en bordereau",
        "telepaiement:titres",
        nombre=Titre.objects.a_mettre_en_bordereau().count(),
        detail="Émis, libres de tout bordereau.",
        ton=Ton.COURS,
        recherche=f"etat={EtatPiece.EMISE}",
        ordre=43,
    )
