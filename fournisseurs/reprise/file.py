"""Imports handed in on the page: carried on by a task, whatever stopped the last one."""

import structlog

from facturier.acces.alertes import signaler_document_perdu
from facturier.commun.fichiers import DocumentPerdu
from fournisseurs.models import EtatImportation, Importation
from fournisseurs.reprise.colonnes import FichierIllisible
from fournisseurs.reprise.depot import chemin_du_fichier
from fournisseurs.reprise.importation import (
    ImportationAilleurs,
    essayer,
    poursuivre,
)

journal = structlog.get_logger(__name__)


def avancer(cle: int) -> None:
    """Try the import that waits for it, or carry on the one begun; nothing for any other state."""
    importation = Importation.objects.select_related("deposee_par", "lancee_par").get(pk=cle)
    try:
        chemin = chemin_du_fichier(importation)
        if importation.etat == EtatImportation.DEPOSEE:
            essayer(importation, chemin, par=importation.deposee_par)
        elif importation.etat == EtatImportation.EN_COURS and importation.lancee_par:
            poursuivre(importation, chemin, par=importation.lancee_par)
    except DocumentPerdu as perdu:
        signaler_document_perdu(perdu)  # it goes on once the file is back
    except (FichierIllisible, ImportationAilleurs) as refus:
        journal.warning("importation_arretee", importation=cle, raison=str(refus))


def avancer_toutes() -> int:
    """Carry on every import that nobody carries on any more; return how many."""
    cles = list(Importation.objects.a_avancer().order_by("pk").values_list("pk", flat=True))
    for cle in cles:
        avancer(cle)
    return len(cles)
