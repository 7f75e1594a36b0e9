"""Show protected data in clear, and keep a trace of who saw it."""

from django.core.exceptions import PermissionDenied

from facturier.acces.models import Role, Utilisateur
from facturier.commun import banque
from fournisseurs.journal import consigner
from fournisseurs.models import ActeJournal, DemandeEtablissement, DemandeModification


def reveler_iban(demande: DemandeEtablissement, *, par: Utilisateur) -> str:
    """Return the whole IBAN of a request, in groups of four, and record that `par` saw it.

    Raises:
        PermissionDenied: `par` is not an agent.
    """
    _exiger_agent(par)
    consigner(ActeJournal.IBAN_MONTRE, par=par, sur=demande, iban=demande.iban)
    return banque.afficher_iban(demande.iban)


def reveler_ibans_modification(demande: DemandeModification, *, par: Utilisateur) -> None:
    """Record that `par` is shown the old and the new IBAN of a change of account, in clear.

    Raises:
        PermissionDenied: `par` is not an agent.
    """
    _exiger_agent(par)
    champ = demande.champs.filter(champ="iban").first()
    consigner(
        ActeJournal.IBAN_MONTRE,
        par=par,
        fournisseur=demande.fournisseur,
        sur=demande,
        iban=champ.apres if champ else "",
        ancien_iban=champ.avant if champ else "",
    )


def _exiger_agent(par: Utilisateur) -> None:
    if not par.a_role(Role.AGENT):
        raise PermissionDenied("Seul un agent des finances voit un IBAN en entier.")
