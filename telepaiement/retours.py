"""Sales that the provider gave back after their titre, in part or whole: the titre is owed again.

Such a refund is made in the panel of the provider; it debits 47138, which the titre has cleared.
Put on the titre, it is owed again: another payment settles it, or a reduction.
"""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.causes import phrase_de_la_base
from facturier.commun.etats import ActeInterdit
from facturier.grand_livre.models import Titre
from facturier.grand_livre.regies import reporter_retour
from telepaiement import execution_remboursements
from telepaiement.models import EtatRemboursement, LigneRegularisee, Remboursement, RetourVente


def a_reporter() -> QuerySet[Remboursement]:
    """Return the refunds of sales that a titre bears and that it does not know, oldest first."""
    regularisees = LigneRegularisee.objects.filter(ligne__vente=OuterRef("encaissement__vente"))
    return (
        Remboursement.objects.filter(
            Exists(regularisees),
            etat=EtatRemboursement.REUSSI,
            retour__isnull=True,
            montant__gt=F("trop_percu"),
        )
        .select_related("encaissement__vente", "encaissement__quittance__regie")
        .order_by("pk")
    )


def titres_possibles(remboursement: Remboursement) -> QuerySet[Titre]:
    """Return the titres that bear the sale which was given back."""
    lignes = LigneRegularisee.objects.filter(ligne__vente=remboursement.encaissement.vente_id)
    titres: QuerySet[Titre] = Titre.objects.filter(pk__in=lignes.values("regularisation__titre"))
    return titres.order_by("pk")


def reporter(*, remboursement_id: int, titre_id: int, motif: str, par: Utilisateur) -> RetourVente:
    """Put a refund on a titre of its sale, which is owed as much again.

    Raises:
        ActeInterdit: `par` is neither finance staff nor comptable.
        ValidationError: no reason, not such a refund, or a titre of another sale.
    """
    if not par.a_role(Role.AGENT, Role.COMPTABLE):
        raise ActeInterdit("Une vente rendue se reporte aux finances.")
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi cette somme est reportée."})
    try:
        with transaction.atomic():
            titre = Titre.objects.select_for_update(of=("self",)).get(pk=titre_id)
            remboursement = execution_remboursements.verrouiller(remboursement_id)
            if not a_reporter().filter(pk=remboursement_id).exists():
                raise ValidationError("Cette somme est déjà reportée : rechargez la page.")
            if not titres_possibles(remboursement).filter(pk=titre_id).exists():
                raise ValidationError({"titre": "Ce titre ne régularise pas cette vente."})
            ecriture = reporter_retour(
                titre,
                montant=remboursement.montant - remboursement.trop_percu,
                date_comptable=timezone.localdate(),
                reference=str(remboursement.pk),
                par=par,
            )
            return RetourVente.objects.create(
                remboursement=remboursement,
                titre=titre,
                ecriture=ecriture,
                motif=motif.strip()[:200],
                par=par,
            )
    except IntegrityError as erreur:
        raise ValidationError(phrase_de_la_base(erreur)) from erreur
