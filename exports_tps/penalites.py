"""Penalties withheld from a mandat, collected by a titre de recettes (décret 2012-1246, art. 24).

The mandat withholds them on 40173 or 40473; the titre makes them a revenue (7711) owed on 4111;
once the comptable accepts the titre, what is withheld settles it.
"""

from collections.abc import Collection, Iterator

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import TransitionInterdite
from facturier.grand_livre.models import (
    PIECES_SANS_EFFET,
    Deduction,
    Piece,
    Precompte,
    Titre,
)
from facturier.grand_livre.tresorerie import precompter
from facturier.suivi.liquidation import dernieres
from facturier.suivi.mandatement import exiger_agent
from facturier.suivi.models import Facture
from facturier.suivi.querysets import REDUCTIBLES
from telepaiement.models import Produit
from telepaiement.titres import CHAMPS_ADRESSE, DemandeTitre, emettre

COMPTE_PENALITES = "7711"  # « Dédits et pénalités perçus » (M52)
LONGUEUR_REFERENCE = 20  # of an invoice, on the line of its mandat


def penalites_a_titrer() -> QuerySet[Deduction]:
    """Return the penalties withheld by a mandat accepted or paid, that no titre collects."""
    vivants = Precompte.objects.filter(deduction=OuterRef("pk")).exclude(
        titre__etat__in=PIECES_SANS_EFFET
    )
    retenues = Deduction.objects.filter(
        nature=Deduction.Nature.PENALITES, ligne__piece__etat__in=REDUCTIBLES
    )
    return retenues.filter(~Exists(vivants)).select_related("ligne__piece").order_by("pk")


@transaction.atomic
def titrer_penalites(mandat: Piece, *, par: Utilisateur) -> list[Titre]:
    """Issue one titre for each penalty that `mandat` withholds and no titre collects yet.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: the mandat is not accepted by the comptable, or nothing is left.
        ValidationError: no product is on the account of penalties, or the ledger refuses.
    """
    exiger_agent(par)
    verrouille = Piece.objects.select_for_update(of=("self",)).get(pk=mandat.pk)
    retenues = list(penalites_a_titrer().filter(ligne__piece=verrouille))
    if not retenues:
        raise TransitionInterdite(
            "Ce mandat ne retient pas de pénalités à titrer : elles ont déjà leur titre, ou la "
            "Trésorerie ne l’a pas encore accepté."
        )
    produit = Produit.objects.filter(compte=COMPTE_PENALITES).first()
    if produit is None:
        raise ValidationError(
            f"Aucun produit n’est au compte {COMPTE_PENALITES} : chargez les produits des régies."
        )
    motifs = _motifs(verrouille)
    return [_titrer(retenue, produit, motifs, par) for retenue in retenues]


def precompter_titres(titres: Collection[int], *, par: Utilisateur) -> None:
    """Settle, with what is withheld, the titres that the comptable has just accepted."""
    for precompte in _precomptes(titres):
        precompter(
            precompte.titre, precompte.deduction, date_comptable=timezone.localdate(), par=par
        )


def _precomptes(titres: Collection[int]) -> Iterator[Precompte]:
    yield from (
        Precompte.objects.filter(titre__in=list(titres))
        .select_related("titre", "deduction__ligne__piece", "deduction__ligne__compte")
        .order_by("pk")
    )


def _motifs(mandat: Piece) -> dict[str, str]:
    """Return why each invoice of `mandat` is penalised, by its reference on the line."""
    factures = dict(Facture.objects.filter(mandat=mandat.pk).values_list("pk", "numero"))
    return {
        factures[cle][:LONGUEUR_REFERENCE]: liquidation.motif_penalites
        for cle, liquidation in dernieres(factures).items()
    }


def _titrer(
    retenue: Deduction, produit: Produit, motifs: dict[str, str], par: Utilisateur
) -> Titre:
    mandat, numero = retenue.ligne.piece, retenue.ligne.reference_facture
    titre = emettre(
        DemandeTitre(
            tiers=mandat.tiers,
            **{champ: getattr(mandat, champ) for champ in CHAMPS_ADRESSE},
            service=mandat.service,
            produit=produit,
            objet=f"Pénalités de retard, facture {numero}",
            bases_liquidation=f"Retenues sur le mandat {mandat.reference}, facture {numero} : "
            f"{motifs.get(numero, 'pénalités de retard')}. Rien n’est à payer : la retenue règle "
            "ce titre.",
            montant_ht=retenue.montant,
            fonction=retenue.ligne.fonction,
        ),
        par=par,
    )
    Precompte.objects.create(deduction=retenue, titre=titre)
    return titre
