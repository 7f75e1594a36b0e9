"""Receipts of refunds: numbered in the transaction that posts them, kept as issued, mailed."""

import io
from functools import partial

from django.db import transaction
from django.utils import timezone

from facturier.commun import montants
from facturier.commun.heures import jour_et_heure
from facturier.commun.pdf import Document
from facturier.grand_livre.numerotation import prendre_numero
from telepaiement import courriels, originaux, quittances
from telepaiement.models import RecuRemboursement, Remboursement


def emettre(remboursement: Remboursement) -> RecuRemboursement:
    """Issue the receipt of a refund that has just succeeded; called inside its transaction."""
    moment = timezone.now()
    annee = timezone.localtime(moment).year
    regie = remboursement.encaissement.regie
    recu = RecuRemboursement(
        remboursement=remboursement,
        regie=regie,
        annee=annee,
        numero=prendre_numero(f"remboursement-{regie.code}-{annee}"),
        emis_le=moment,
    )
    recu.sha256 = originaux.garder(dessiner(recu))
    recu.save(force_insert=True)
    transaction.on_commit(partial(courriels.envoyer_recu, recu.pk), robust=True)
    return recu


def original(recu: RecuRemboursement) -> bytes:
    """Return the PDF as it was issued.

    Raises:
        facturier.commun.fichiers.DocumentPerdu: the store has lost it.
    """
    return originaux.relire(recu.sha256)


def dessiner(recu: RecuRemboursement) -> bytes:
    """Return the PDF: what was given back, on which payment, to which card or account."""
    remboursement = recu.remboursement
    encaissement = remboursement.encaissement
    discret = quittances.est_discrete(encaissement.quittance)
    moment = timezone.localtime(recu.emis_le)
    sortie = io.BytesIO()
    with Document(
        sortie,
        titre=f"Reçu de remboursement {recu.reference}",
        etabli_le=recu.emis_le,
        reference=f"Reçu de remboursement {recu.reference}",
        emetteur=(recu.regie.libelle, recu.regie.acte),
    ) as pdf:
        pdf.titre(
            f"Reçu de remboursement n° {recu.reference}",
            "Ce reçu diminue d’autant la quittance qu’il désigne.",
        )
        pdf.encadre("Somme rendue", montants.afficher(remboursement.montant))
        pdf.resume(
            [
                *quittances.qui_et_quoi(encaissement, "Rendu", en_discretion=discret),
                *_moyen(remboursement),
                ("Quittance concernée", encaissement.quittance.reference),
                ("Somme qu’elle atteste", montants.afficher(encaissement.montant)),
                *([] if discret else [("Motif", remboursement.motif)]),
                ("Date", f"{jour_et_heure(moment)} (heure de Nouméa)"),
                ("Régie", f"{recu.regie.libelle} ({recu.regie.acte})"),
            ]
        )
    return sortie.getvalue()


def _moyen(remboursement: Remboursement) -> list[tuple[str, str]]:
    """Say where the money went: the card that paid, or an account of which enough is told."""
    ordre, paye = remboursement.virement, quittances.mode_detaille(remboursement.encaissement)
    if ordre is None:
        return [("Sur", paye)]
    compte = f"{ordre.titulaire}, {ordre.iban_masque}"
    return [("Par virement", f"{ordre.reference}, au compte {compte}"), ("Payé par", paye)]
