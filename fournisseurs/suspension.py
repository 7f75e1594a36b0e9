"""Suspend a supplier, and make him active again."""

from facturier.acces.models import Utilisateur
from facturier.commun.etats import TransitionInterdite, franchir
from fournisseurs.models import Fournisseur


def suspendre(fournisseur: Fournisseur, *, par: Utilisateur, motif: str) -> None:
    """Suspend a supplier for `motif`: no account of his may be taken for a new mandat.

    Raises:
        TransitionInterdite: already suspended, or no reason given.
        ActeInterdit: `par` is not an agent.
    """
    _franchir_avec_motif(fournisseur, "suspendre", par=par, motif=motif)


def reactiver(fournisseur: Fournisseur, *, par: Utilisateur, motif: str) -> None:
    """Make a suspended supplier active again, for `motif`.

    Raises:
        TransitionInterdite: not suspended, or no reason given.
        ActeInterdit: `par` is not an agent.
    """
    _franchir_avec_motif(fournisseur, "reactiver", par=par, motif=motif)


def _franchir_avec_motif(
    fournisseur: Fournisseur, acte: str, *, par: Utilisateur, motif: str
) -> None:
    if not motif.strip():
        raise TransitionInterdite("Indiquez le motif : il reste dans l’historique de la fiche.")
    franchir(fournisseur, acte, par=par, motif=motif.strip())
