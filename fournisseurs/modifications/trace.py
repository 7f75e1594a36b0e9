"""What the journal of bank data keeps of a request to change an account."""

from facturier.acces.models import Utilisateur
from fournisseurs.journal import consigner
from fournisseurs.models import ActeJournal, DemandeModification


def consigner_acte(
    acte: ActeJournal, demande: DemandeModification, *, par: Utilisateur, motif: str = ""
) -> None:
    """Record an act on a change of account, or of contacts; other data leave no trace there.

    Call it last of all in the transaction of the act.
    """
    if not demande.est_sensible:
        return
    champ = demande.champs.filter(champ="iban").first()
    consigner(
        acte,
        par=par,
        fournisseur=demande.fournisseur,
        sur=demande,
        iban=champ.apres if champ else "",
        ancien_iban=champ.avant if champ else "",
        motif=motif,
    )
