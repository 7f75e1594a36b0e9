"""All that the controls of a mandat look at, read for many mandats at once: no query per mandat."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from exports_tps.documents_refuses import en_suspens
from exports_tps.models import Requisition
from exports_tps.prealable import Controle, controler_pieces
from facturier.grand_livre.credits import LigneDeCredits, lecteur_de_credits
from facturier.grand_livre.models import (
    Compte,
    LignePiece,
    PassageBordereau,
    Piece,
    PieceJustificative,
    RattachementPiece,
    SensPiece,
)
from facturier.suivi.exigences import manquantes, rangs_paiement, retenir
from facturier.suivi.models import BonCommande, ExigencePiece, Facture, RangPaiement
from facturier.suivi.rapprochement import Rapprochement, rapprocher_toutes

Imputation = tuple[str, str]  # account, function


@dataclass(slots=True)
class Dossier:
    """One mandat with what its controls need."""

    mandat: Piece
    factures: list[Facture] = field(default_factory=list)
    imputations: list[Imputation] = field(default_factory=list)
    comptes_connus: set[str] = field(default_factory=set)
    credits: Callable[[str, str], LigneDeCredits | None] = lambda *_: None
    engagements: dict[BonCommande, Rapprochement] = field(default_factory=dict)
    genres: set[str] = field(default_factory=set)
    absentes: list[ExigencePiece] = field(default_factory=list)
    suspendus: list[PieceJustificative] = field(default_factory=list)
    controles: list[Controle] = field(default_factory=list)
    requisition: Requisition | None = None
    signature: PassageBordereau | None = None

    @property
    def commande(self) -> BonCommande | None:
        """The order that the mandat pays, if any."""
        return next((f.bon_commande for f in self.factures if f.bon_commande), None)


def dossiers_de(mandats: Sequence[Piece]) -> list[Dossier]:
    """Return the dossier of each mandat, in the same order.

    The number of queries depends on the budgets and years concerned, not on the mandats.
    """
    dossiers = {mandat.pk: Dossier(mandat) for mandat in mandats}
    _lire_factures(dossiers)
    _lire_imputations(dossiers)
    _lire_documents(dossiers)
    controles = controler_pieces(Piece.objects.filter(pk__in=dossiers), SensPiece.DEPENSE)
    requisitions = Requisition.objects.filter(mandat__in=dossiers).select_related("requise_par")
    for requisition in requisitions:
        dossiers[requisition.mandat_id].requisition = requisition
    signatures = PassageBordereau.objects.filter(
        bordereau__in={m.bordereau_id for m in mandats if m.bordereau_id}, acte="signer"
    )
    signees = {s.bordereau_id: s for s in signatures.select_related("par").order_by("pk")}
    for cle, dossier in dossiers.items():
        dossier.controles = controles[cle]
        dossier.signature = signees.get(dossier.mandat.bordereau_id or 0)
    return list(dossiers.values())


def _lire_factures(dossiers: dict[int, Dossier]) -> None:
    """Read the invoices, the engagements of their orders, and what the orders were paid before."""
    factures = Facture.objects.filter(mandat__in=dossiers).select_related(
        "bon_commande",
        "service",
        "service_fait__certifie_par",
        "etablissement__fournisseur__tiers",
    )
    for facture in factures.order_by("pk"):
        dossiers[facture.mandat_id].factures.append(facture)
    commandes = {f.bon_commande for d in dossiers.values() for f in d.factures if f.bon_commande}
    engagements = rapprocher_toutes(commandes)
    for dossier in dossiers.values():
        siennes = {f.bon_commande for f in dossier.factures}
        dossier.engagements = {c: fait for c, fait in engagements.items() if c in siennes}


def _lire_imputations(dossiers: dict[int, Dossier]) -> None:
    """Read accounts and functions, whether they exist that year, and the credits they consume."""
    lignes = LignePiece.objects.filter(piece__in=dossiers).order_by("piece", "rang")
    for piece, compte, fonction in lignes.values_list("piece", "compte__numero", "fonction"):
        dossiers[piece].imputations.append((compte, fonction))
    connus: dict[int, set[str]] = defaultdict(set)
    comptes = Compte.objects.filter(
        exercice__in={d.mandat.exercice_id for d in dossiers.values()},
        numero__in={compte for d in dossiers.values() for compte, _ in d.imputations},
        est_imputable=True,
    )
    for exercice, numero in comptes.values_list("exercice", "numero"):
        connus[exercice].add(numero)
    lecteurs = {
        cle: lecteur_de_credits(*cle)
        for cle in {(d.mandat.exercice_id, d.mandat.budget_id) for d in dossiers.values()}
    }
    for dossier in dossiers.values():
        mandat = dossier.mandat
        dossier.comptes_connus = connus[mandat.exercice_id]
        dossier.credits = lecteurs[mandat.exercice_id, mandat.budget_id]


def _lire_documents(dossiers: dict[int, Dossier]) -> None:
    """Read the kinds of documents attached, those that lack, and those refused that wait."""
    liens = RattachementPiece.objects.filter(piece__in=dossiers)
    for piece, genre in liens.values_list("piece", "justificatif__genre"):
        dossiers[piece].genres.add(genre)
    for piece, refuses in en_suspens(dossiers).items():
        dossiers[piece].suspendus = refuses
    toutes = list(ExigencePiece.objects.all())
    rangs = rangs_paiement({c: d.commande for c, d in dossiers.items() if d.commande})
    for cle, dossier in dossiers.items():
        if not dossier.factures:
            continue
        exigees = retenir(
            toutes,
            type_depense=dossier.factures[0].type_depense,
            rang=rangs.get(cle, RangPaiement.PREMIER),
            commande=dossier.commande,
            au=dossier.mandat.date_emission,
        )
        dossier.absentes = manquantes(exigees, dossier.genres)
