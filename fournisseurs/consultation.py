"""Show protected data in clear, and keep a trace of who saw it."""

from django.core.exceptions import PermissionDenied

from facturier.acces.models import Role, Utilisateur
from facturier.commun import banque
from fournisseurs.journal import consigner
from fournisseurs.models import ActeJournal, DemandeEtablissement


def reveler_iban(demande: DemandeEtablissement, *, par: Utilisateur) -> str:
    """Return the whole IBAN of a request, in groups of four, and record that `par` saw it.

    Raises:
        PermissionDenied: `par` is not an agent.
    """
    if not par.a_role(Role.AGENT):
        raise PermissionDenied("Seul un agent des finances voit un IBAN en entier.")
    consigner(ActeJournal.IBAN_MONTRE, par=par, sur=demande, iban=demande.iban)
    return banque.afficher_iban(demande.iban)
