"""The bon de commande as a document: the province issues it, from its own engagement."""

import io
from datetime import datetime

from facturier.commun.montants import afficher
from facturier.commun.pays import lignes_d_enveloppe
from facturier.commun.pdf import Document
from facturier.suivi.models import BonCommande


def editer_commande(commande: BonCommande, *, etabli_le: datetime) -> io.BytesIO:
    """Return the PDF of `commande`, ready to be read; same input, same bytes."""
    sortie = io.BytesIO()
    fournisseur = commande.fournisseur
    with Document(
        sortie,
        titre=f"Bon de commande {commande.numero}",
        etabli_le=etabli_le,
        reference=commande.numero,
    ) as pdf:
        pdf.adresse([fournisseur.tiers.nom_complet, *lignes_d_enveloppe(fournisseur)])
        pdf.titre(f"Bon de commande {commande.numero}", commande.objet)
        pdf.encadre("Montant engagé TTC", afficher(commande.montant_engage))
        pdf.resume(
            [
                ("Date de la commande", f"{commande.date_commande:%d/%m/%Y}"),
                ("Service", str(commande.service)),
                ("Direction", commande.service.direction),
                ("Imputation", f"compte {commande.compte}, fonction {commande.fonction}"),
            ]
        )
    sortie.seek(0)
    return sortie
