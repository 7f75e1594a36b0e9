"""The proofs of a request on the page of the agent who decides: which ones, which is shown."""

from typing import Any

from facturier.acces.controle import RequeteConnectee
from facturier.commun.reception import TYPES_ACCEPTES
from fournisseurs.models import DemandeEtablissement, DemandeModification, Justificatif


def preuves_montrees(
    requete: RequeteConnectee, demande: DemandeEtablissement | DemandeModification
) -> dict[str, Any]:
    """Return the proofs of `demande`, and the one to show beside what it proves.

    That is the one the address names (`piece`), else the first, but a RIB: it tells an account in
    full, so that one asks for it, and the journal says who did.
    """
    preuves = [*demande.justificatifs.all(), *demande.reemployes.all()]
    choisie = requete.GET.get("piece", "")
    montrables = [
        preuve
        for preuve in preuves
        if preuve.type_mime in TYPES_ACCEPTES and preuve.analyse != Justificatif.Analyse.INFECTE
    ]
    designees = [preuve for preuve in montrables if str(preuve.pk) == choisie]
    autres = [preuve for preuve in montrables if preuve.genre != Justificatif.Genre.RIB]
    return {"preuves": preuves, "montree": next(iter(designees or autres), None)}
