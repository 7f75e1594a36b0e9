"""Rejections of the treasury, brought back to the desk that can answer, by their reason."""

from collections.abc import Collection, Mapping

from facturier.commun.insertion import inserer_sauf_connus
from facturier.suivi.models import Bureau, Facture, RepriseRejet

# Words of the reasons (pes_v2, §8, and the visa page), the first that is found tells the desk.
MOTS = (
    ("service fait", Bureau.SERVICE),
    ("réception", Bureau.SERVICE),
    ("domiciliation", Bureau.TIERS),
    ("bancaire", Bureau.TIERS),
    ("iban", Bureau.TIERS),
    ("créancier", Bureau.TIERS),
    ("donneur d’ordre", Bureau.ORDONNATEUR),
    ("ordonnateur", Bureau.ORDONNATEUR),
    ("signature", Bureau.ORDONNATEUR),
)


def bureau_de(motif: str) -> Bureau:
    """Return the desk of a reason; liquidation, when its words name no other."""
    texte = motif.lower().replace("'", "’")
    return next((bureau for mot, bureau in MOTS if mot in texte), Bureau.LIQUIDATION)


def ouvrir(factures: Collection[int], motifs: Mapping[int, str]) -> None:
    """Make the task of each invoice whose mandat was rejected; `motifs` is by mandat."""
    lues = Facture.objects.filter(pk__in=factures).values_list("pk", "mandat_id")
    inserer_sauf_connus(
        [
            RepriseRejet(
                facture_id=cle,
                mandat_id=mandat,
                bureau=bureau_de(motifs[mandat]),
                motif=motifs[mandat][:500],
            )
            for cle, mandat in lues
            if mandat is not None
        ],
        unique="reprise_rejet_unique",
    )


def reprise_de(facture: Facture) -> RepriseRejet | None:
    """Return the last rejection of an invoice."""
    derniere: RepriseRejet | None = facture.reprises.select_related("mandat").order_by("pk").last()
    return derniere
