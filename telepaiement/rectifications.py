"""A versement that the treasury received and finds wrong: corrected by new rows, never edited."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, F, Sum, When
from django.urls import reverse
from django.utils import timezone

from facturier.acces.alertes import courriels_des, prevenir
from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit
from facturier.commun.montants import afficher
from facturier.grand_livre.regies import rectifier_versement
from telepaiement.models import EtatVersementRegie, RectificationVersement, VersementRegie
from telepaiement.nominations import en_fonction

EXCEDENT = RectificationVersement.Nature.EXCEDENT


def especes_reelles(versement: VersementRegie) -> int:
    """Return the cash of a versement as it was found, rectifications counted, in whole francs."""
    signe = Case(When(nature=EXCEDENT, then=F("montant")), default=-F("montant"))
    ecarts = versement.rectifications.aggregate(total=Sum(signe, default=0))
    return int(versement.especes + ecarts["total"])


@transaction.atomic
def rectifier(
    *, versement_id: int, nature: str, montant: int, motif: str, par: Utilisateur
) -> RectificationVersement:
    """Record what the treasury finds wrong in the cash of a versement, and post the difference.

    What lacks is a déficit that the régisseur makes up for (D 429, C 515); too much waits to be
    classed (D 515, C 4718). The régisseur and the finances are told by mail.

    Args:
        nature: one of `RectificationVersement.Nature`.
        montant: whole francs; what lacks is at most the cash that is left.

    Raises:
        ActeInterdit: `par` is not the comptable.
        ValidationError: no reason, a versement that is not received, or more than its cash.
        facturier.grand_livre.passation.EcritureRefusee: the ledger refuses the entry.
    """
    if not par.a_role(Role.COMPTABLE):
        raise ActeInterdit("La rectification d’un versement reçu revient au comptable.")
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez ce qui a été constaté."})
    versement = (
        VersementRegie.objects.select_for_update(of=("self",))
        .select_related("regie")
        .get(pk=versement_id)
    )
    if versement.etat != EtatVersementRegie.RECU:
        raise ValidationError(
            "Seul un versement reçu se rectifie : avant, le régisseur l’annule et le refait."
        )
    reelles = especes_reelles(versement)
    if nature != EXCEDENT and not 0 < montant <= reelles:
        raise ValidationError({"montant": f"Le montant va de 1 F à {afficher(reelles)}."})
    if montant <= 0:
        raise ValidationError({"montant": "Le montant est d’au moins 1 F."})
    jour, rang = timezone.localdate(), versement.rectifications.count() + 1
    rectification = RectificationVersement(
        versement=versement,
        nature=nature,
        montant=montant,
        motif=motif.strip()[:200],
        jour=jour,
        par=par,
    )
    rectification.ecriture = rectifier_versement(
        ecart=rectification.ecart,
        date_comptable=jour,
        reference=f"{versement.reference}-{rang}",
        par=par,
    )
    rectification.save(force_insert=True)
    _prevenir(rectification)
    return rectification


def _prevenir(rectification: RectificationVersement) -> None:
    """Tell the people of the régie, and the finances, what was found and what follows."""
    regie = rectification.versement.regie
    nommes = [un.personne.email for un in en_fonction(regie, timezone.localdate())]
    page = reverse("telepaiement:regie", args=[regie.code])
    prevenir(
        sorted({*courriels_des(Role.AGENT), *nommes}),
        "telepaiement/courriels/versement_rectifie.txt",
        {
            "rectification": rectification,
            "est_un_deficit": rectification.nature != EXCEDENT,
            "adresse": f"{settings.ADRESSE_PUBLIQUE}{page}",
        },
    )
