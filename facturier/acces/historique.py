"""The history of an account, told in French."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from facturier.acces.models import PassageUtilisateur, Role, Utilisateur
from facturier.commun.tons import ICONES, Ton


@dataclass(frozen=True, slots=True)
class Etape:
    """One change: what, when, by whom, why."""

    libelle: str
    ton: Ton
    le: datetime
    par: str
    motif: str

    @property
    def icone(self) -> str:
        """The drawing of the tone."""
        return ICONES[self.ton]


PHRASES: dict[str, tuple[Ton, Callable[[PassageUtilisateur], str]]] = {
    "inviter": (Ton.COURS, lambda passage: "Invitation"),
    "relancer": (Ton.COURS, lambda passage: "Invitation renvoyée"),
    "lier": (Ton.COURS, lambda passage: f"Connexion rattachée\u202f: {passage.arrivee}"),
    "delier": (Ton.ATTENTE, lambda passage: f"Connexion détachée\u202f: {passage.depart}"),
    "attribuer": (
        Ton.SUCCES,
        lambda passage: f"Rôle accordé\u202f: {Role(passage.arrivee).label}",
    ),
    "retirer": (Ton.REFUS, lambda passage: f"Rôle retiré\u202f: {Role(passage.depart).label}"),
    "desactiver": (Ton.REFUS, lambda passage: "Compte désactivé"),
    "reactiver": (Ton.SUCCES, lambda passage: "Compte réactivé"),
    "changer_courriel": (Ton.ATTENTE, lambda passage: "Adresse électronique changée"),
    "changer_mot_de_passe": (Ton.NEUTRE, lambda passage: "Mot de passe changé"),
    "affecter": (
        Ton.NEUTRE,
        lambda passage: (
            f"Affectation\u202f: {passage.depart or 'aucun service'} → "
            f"{passage.arrivee or 'aucun service'}"
        ),
    ),
}


def historique(utilisateur: Utilisateur) -> list[Etape]:
    """Return the changes of the account, the latest first."""
    passages = utilisateur.passages.select_related("par").order_by("-pk")
    return [_etape(passage) for passage in passages]


def _etape(passage: PassageUtilisateur) -> Etape:
    ton, phrase = PHRASES[passage.acte]
    return Etape(phrase(passage), ton, passage.le, str(passage.par), passage.motif)
