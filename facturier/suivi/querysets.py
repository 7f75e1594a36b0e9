"""Questions about many invoices."""

from datetime import date, datetime, time, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Count, Min, OuterRef, Q, Subquery, Sum
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.grand_livre.models import PIECES_SANS_EFFET, EtatPiece
from facturier.suivi.etats import (
    ACTES_PRINCIPAUX,
    SANS_EFFET,
    TERMINAUX,
    TRANSITIONS,
    EtatFacture,
)
from fournisseurs.models import Habilitation

# Accepted, an avoir waits for nobody: it is deducted when its invoice is liquidated.
AVOIR_ACCEPTE = Q(nature="avoir", etat=EtatFacture.SERVICE_FAIT)
REDUCTIBLES = (EtatPiece.PRISE_EN_CHARGE, EtatPiece.PAYEE)  # a mandat corrected by a réduction
ROLES_DE_GESTION = (Role.AGENT, Role.ORDONNATEUR, Role.ADMINISTRATEUR)


class FactureQuerySet(models.QuerySet[Any]):
    """Invoices by reader, by state, by age."""

    def visibles_par(self, utilisateur: Utilisateur) -> Self:
        """Keep what `utilisateur` may read: a foreign invoice must answer 404.

        Finance staff see every deposited invoice, a service its own, the comptable those that
        reached it, a supplier those of its établissements (drafts included).
        """
        habilitations = Habilitation.objects.en_vigueur().de(utilisateur)
        droits = Q(etablissement__in=habilitations.values("etablissement"))
        deposees = ~Q(etat=EtatFacture.BROUILLON)
        if utilisateur.a_role(*ROLES_DE_GESTION):
            droits |= deposees
        if utilisateur.a_role(Role.COMPTABLE):
            droits |= deposees & Q(mandat__isnull=False)
        if utilisateur.a_role(Role.SERVICE) and utilisateur.service_id is not None:
            droits |= deposees & Q(service=utilisateur.service_id)
        return self.filter(droits)

    def deposees(self) -> Self:
        """Leave the drafts out."""
        return self.exclude(etat=EtatFacture.BROUILLON)

    def vivantes(self) -> Self:
        """Keep the invoices that claim something: neither draft, nor rejected, nor withdrawn."""
        return self.exclude(etat__in=SANS_EFFET)

    def du_meme_fournisseur(self, facture: Any) -> Self:
        """Keep the other invoices of the supplier of `facture`, on both sides of a merge.

        A deposited invoice keeps the supplier of its day; its établissement follows the merge.
        """
        return self.filter(
            Q(fournisseur=facture.fournisseur_id)
            | Q(etablissement__fournisseur=facture.etablissement.fournisseur_id)
        ).exclude(pk=facture.pk)

    def en_cours(self) -> Self:
        """Keep the invoices on which someone still has something to do."""
        return self.deposees().exclude(etat__in=TERMINAUX)

    def a_traiter_par(self, utilisateur: Utilisateur) -> Self:
        """Keep those that wait for an act of `utilisateur`, among those that he sees."""
        attendus = [
            etat
            for etat, acte in ACTES_PRINCIPAUX.items()
            if utilisateur.a_role(*TRANSITIONS[acte].roles - {Role.FOURNISSEUR})
        ]
        a_faire = Q(etat__in=attendus)
        if utilisateur.a_role(Role.AGENT):
            a_faire |= Q(etat=EtatFacture.LIQUIDEE, mandat__isnull=True)
        return self.filter(a_faire).exclude(AVOIR_ACCEPTE)

    def prises_par(self, utilisateur: Utilisateur | None) -> Self:
        """Keep those that `utilisateur` holds and can still act on; None: that nobody holds."""
        if utilisateur is None:
            return self.filter(affectee_a__isnull=True)
        return self.filter(affectee_a=utilisateur).exclude(etat__in=TERMINAUX)

    def a_reprendre(self, bureau: str) -> Self:
        """Keep those whose last mandat the treasury rejected for a reason of that desk."""
        reprises = self.model._meta.get_field("reprises").related_model._base_manager
        derniere = reprises.filter(facture=OuterRef("pk")).order_by("-pk").values("bureau")[:1]
        rejetees = self.filter(etat=EtatFacture.REJETEE_TPS)
        return rejetees.annotate(bureau=Subquery(derniere)).filter(bureau=bureau)

    def avoirs_a_reduire(self) -> Self:
        """Keep the avoirs agreed too late for the mandat, accepted or paid, of their invoice.

        Those that a living réduction of it holds are left out.
        """
        fondees = self.model._meta.get_field("reductions").related_model._base_manager
        vivantes = fondees.exclude(reduction__etat__in=PIECES_SANS_EFFET)
        return self.filter(AVOIR_ACCEPTE, facture_corrigee__mandat__etat__in=REDUCTIBLES).exclude(
            pk__in=vivantes.values("avoir")
        )

    def a_mandater(self) -> Self:
        """Keep the liquidated invoices that no mandat pays yet."""
        return self.filter(etat=EtatFacture.LIQUIDEE, mandat__isnull=True)

    def deposees_avant(self, jours: int) -> Self:
        """Keep the invoices deposited more than `jours` days ago."""
        return self.filter(deposee_le__lt=timezone.now() - timedelta(days=jours))

    def deposees_entre(self, debut: date | None, fin: date | None) -> Self:
        """Keep the invoices deposited from day `debut` to day `fin` (Nouméa), both included."""
        lignes = self
        if debut is not None:
            lignes = lignes.filter(deposee_le__gte=_minuit(debut))
        if fin is not None:
            lignes = lignes.filter(deposee_le__lt=_minuit(fin + timedelta(days=1)))
        return lignes

    def portant_le_numero(self, recherche: str) -> Self:
        """Keep those whose number, or that of their order, contains what was typed."""
        compact = "".join(recherche.split()).upper()
        return self.filter(
            Q(numero_normalise__contains=compact) | Q(bon_commande__numero__icontains=recherche)
        )

    def correspondant_a(self, recherche: str) -> Self:
        """Keep those whose number, order, supplier or RIDET contains what was typed."""
        compact = "".join(recherche.split()).upper()
        return self.filter(
            Q(numero_normalise__contains=compact)
            | Q(bon_commande__numero__icontains=recherche)
            | Q(etablissement__denomination__icontains=recherche)
            | Q(etablissement__ridet__contains=compact.replace(".", ""))
        )

    def comptees_par_etat(self) -> list[dict[str, Any]]:
        """Return one row a state: `etat`, `nombre`, `montant` (francs), `plus_ancienne`."""
        return list(
            self.exclude(AVOIR_ACCEPTE)
            .order_by()
            .values("etat")
            .annotate(
                nombre=Count("pk"), montant=Sum("montant_ttc"), plus_ancienne=Min("deposee_le")
            )
        )


def _minuit(jour: date) -> datetime:
    return timezone.make_aware(datetime.combine(jour, time.min))
