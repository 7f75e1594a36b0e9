"""Pièces of the ledger as PES records: one streamed query, lines and documents by chunks.

What the format names differently is decided here: TGC travels in MtTVA, a RIDET is NatIdTiers 08,
a tiers of New Caledonia or of France is a resident (pes_v2, §3 and §11).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any

from django.db.models import Sum

from exports_tps.beneficiaires import Part, Versement, parts_par_ligne, versements
from exports_tps.pes.communs import Adresse, CompteBancaire, ReferencePJ
from exports_tps.pes.depense import (
    BordereauDepense,
    DelaiGlobalPaiement,
    LigneMandat,
    Mandat,
    TiersDepense,
)
from exports_tps.pes.ecriture import ecrire
from exports_tps.pes.latin1 import ajuster
from exports_tps.pes.messages import ErreurPES
from exports_tps.pes.pieces_jointes import FichePJ
from exports_tps.pes.recette import BordereauRecette, LigneTitre, TiersRecette, Titre
from exports_tps.pieces_jointes import nom_accepte
from facturier.grand_livre.models import (
    Bordereau,
    LignePiece,
    Piece,
    PieceJustificative,
    RattachementPiece,
    SensPiece,
)

LOT = 1000  # pièces whose lines and documents are read together
LONGUEUR_NOM = 38
RIDET = "08"
ELECTRONIQUE = "01"
TYPE_PJ = {SensPiece.DEPENSE: "003", SensPiece.RECETTE: "002"}
SANS_EDITION = "04"  # the province prints and sends the avis itself

CHAMPS_PIECE = (
    "pk",
    "numero",
    "type_piece",
    "nature_piece",
    "objet",
    "service__code",
    "nom_tiers",
    "ridet",
    "adresse_complement",
    "adresse_voie",
    "code_postal",
    "ville",
    "mode_reglement",
    "iban",
    "bic",
    "titulaire_compte",
    "debut_delai",
    "fin_delai",
    "duree_delai",
    "code_produit",
    "tiers__code",
    "tiers__categorie",
    "tiers__nature_juridique",
    "tiers__civilite",
    "tiers__prenom",
)
Ligne = dict[str, Any]


def tete_pes(bordereau: Bordereau) -> BordereauDepense | BordereauRecette:
    """Return the head of `bordereau`: number of pièces, totals, cumulative amount of the year."""
    totaux = bordereau.pieces.aggregate(ht=Sum("montant_ht"), tgc=Sum("montant_tgc"))
    classe = BordereauDepense if bordereau.sens == SensPiece.DEPENSE else BordereauRecette
    return classe(
        exercice=bordereau.exercice_id,
        numero=bordereau.numero,
        date_emission=bordereau.date_emission,
        type=bordereau.type_bordereau,
        nombre_pieces=bordereau.pieces.count(),
        cumul_annuel=cumul_annuel(bordereau),
        montant_ht=totaux["ht"] or 0,
        montant_tva=totaux["tgc"] or None,
    )


def cumul_annuel(bordereau: Bordereau) -> int:
    """Return the francs, tax included, of the bordereaux of the year up to this one."""
    cumul = Piece.objects.filter(
        bordereau__exercice=bordereau.exercice_id,
        bordereau__budget=bordereau.budget_id,
        bordereau__sens=bordereau.sens,
        bordereau__numero__lte=bordereau.numero,
    ).aggregate(ht=Sum("montant_ht", default=0), tgc=Sum("montant_tgc", default=0))
    return int(cumul["ht"] + cumul["tgc"])


def pieces_pes(bordereau: Bordereau) -> Iterator[Mandat | Titre]:
    """Yield the pièces of `bordereau` by number: 1 query, then 3 a thousand pièces.

    Raises:
        exports_tps.pes.messages.CaractereRefuse: a text has no equivalent in Latin-1.
    """
    for _, fabriquer in _fabriques(bordereau):
        yield fabriquer()


def refus_du_format(bordereau: Bordereau) -> Iterator[tuple[int, str]]:
    """Yield the number of each pièce that the format refuses, and why, in French."""
    for numero, fabriquer in _fabriques(bordereau):
        try:
            ecrire("Piece", fabriquer())
        except ErreurPES as erreur:
            yield numero, str(erreur)


def _fabriques(bordereau: Bordereau) -> Iterator[tuple[int, Callable[[], Mandat | Titre]]]:
    """Yield the number of each pièce and what makes its record."""
    est_depense = bordereau.sens == SensPiece.DEPENSE
    lignes_lues = bordereau.pieces.order_by("numero").values(*CHAMPS_PIECE)
    pieces = lignes_lues.iterator(chunk_size=LOT)
    while lot := list(islice(pieces, LOT)):
        cles = [piece["pk"] for piece in lot]
        lignes, references = _lignes(cles), _references(cles, bordereau.sens)
        parts = parts_par_ligne(cles) if est_depense else {}
        faire = partial(_mandat, parts=parts) if est_depense else _titre
        for piece in lot:
            cle = piece["pk"]
            yield piece["numero"], partial(faire, piece, lignes[cle], references[cle])


def fiche_pj(justificatif: PieceJustificative, sens: str) -> FichePJ:
    """Return the fiche of a document sent with a pièce of `sens`."""
    return FichePJ(
        identifiant_unique=justificatif.identifiant,
        nom=nom_accepte(justificatif.nom, justificatif.type_mime),
        type=TYPE_PJ[SensPiece(sens)],
        description=justificatif.get_genre_display(),
    )


def _lignes(pieces: Iterable[int]) -> dict[int, list[Ligne]]:
    groupes: dict[int, list[Ligne]] = defaultdict(list)
    champs = (
        "pk",
        "piece_id",
        "rang",
        "compte__numero",
        "fonction",
        "operation",
        "libelle",
        "reference_facture",
        "montant_ht",
        "montant_tgc",
    )
    for ligne in (
        LignePiece.objects.filter(piece__in=pieces).order_by("piece", "rang").values(*champs)
    ):
        groupes[ligne["piece_id"]].append(ligne)
    return groupes


def _references(pieces: Iterable[int], sens: str) -> dict[int, tuple[ReferencePJ, ...]]:
    groupes: dict[int, tuple[ReferencePJ, ...]] = defaultdict(tuple)
    rattachements = (
        RattachementPiece.objects.filter(piece__in=pieces)
        .order_by("piece", "rang", "pk")
        .values_list(
            "piece_id",
            "justificatif__identifiant",
            "justificatif__nom",
            "justificatif__type_mime",
        )
    )
    for piece, identifiant, nom, type_mime in rattachements:
        groupes[piece] += (
            ReferencePJ(
                support=ELECTRONIQUE,
                identifiant_unique=identifiant,
                nom=nom_accepte(nom, type_mime),
                type=TYPE_PJ[SensPiece(sens)],
            ),
        )
    return groupes


def _mandat(
    piece: Ligne,
    lignes: list[Ligne],
    references: tuple[ReferencePJ, ...],
    *,
    parts: Mapping[int, list[Part]],
) -> Mandat:
    tiers = _tiers(piece)
    partages = (
        (ligne, versement)
        for ligne in lignes
        for versement in versements(
            ligne["montant_ht"], ligne["montant_tgc"], parts.get(ligne["pk"], ())
        )
    )
    return Mandat(
        code_service=ajuster(piece["service__code"], 10),
        numero=piece["numero"],
        type=piece["type_piece"],
        nature=piece["nature_piece"],
        objet=ajuster(piece["objet"], 100),
        references_pj=references,
        delai_global_paiement=_delai(piece),
        lignes=tuple(
            _ligne_mandat(numero, piece, ligne, versement, tiers)
            for numero, (ligne, versement) in enumerate(partages, start=1)
        ),
    )


def _tiers(identite: Ligne) -> TiersDepense:
    return TiersDepense(**_identite(identite), adresse=_adresse(identite), compte=_compte(identite))


def _ligne_mandat(
    numero: int, piece: Ligne, ligne: Ligne, versement: Versement, tiers: TiersDepense
) -> LigneMandat:
    facture = ajuster(ligne["reference_facture"], 20)
    part = versement.part
    return LigneMandat(
        numero=numero,
        nature=ligne["compte__numero"],
        fonction=ligne["fonction"] or None,
        operation=ligne["operation"] or None,
        facture=facture,
        libelle_virement1=ajuster(f"Facture {facture}" if facture else piece["objet"], 70),
        libelle_virement2=ajuster(_cause(piece, part) if part else ligne["libelle"], 70),
        mode_reglement=piece["mode_reglement"],
        est_tva_intracommunautaire=False,
        montant_ht=versement.ht,
        montant_tva=versement.tgc or None,
        tiers=_tiers(part) if part else tiers,
    )


def _cause(piece: Ligne, part: Part) -> str:
    """Tell a payee who is not the creditor whose debt he is paid, and why."""
    return f"{part['creance']} {piece['nom_tiers']}, {part['motif']}"


def _titre(piece: Ligne, lignes: list[Ligne], references: tuple[ReferencePJ, ...]) -> Titre:
    tiers = TiersRecette(**_identite(piece), type="01", adresse=_adresse(piece))
    return Titre(
        code_service=ajuster(piece["service__code"], 10),
        numero=piece["numero"],
        type=piece["type_piece"],
        nature=piece["nature_piece"],
        edition=SANS_EDITION,
        objet=ajuster(piece["objet"], 160),
        references_pj=references,
        lignes=tuple(
            LigneTitre(
                numero=ligne["rang"],
                objet=ajuster(ligne["libelle"], 160),
                code_produit=piece["code_produit"],
                nature=ligne["compte__numero"],
                fonction=ligne["fonction"] or None,
                operation=ligne["operation"] or None,
                est_majoree=False,
                est_tva_intracommunautaire=False,
                montant_ht=ligne["montant_ht"],
                montant_tva=ligne["montant_tgc"] or None,
                tiers=(tiers,),
            )
            for ligne in lignes
        ),
    )


def _identite(piece: Ligne) -> dict[str, Any]:
    """Fields of InfoTiers common to both domains; a long name goes on in ComplNom."""
    nom = ajuster(piece["nom_tiers"], 2 * LONGUEUR_NOM) or ""
    ridet = piece["ridet"]
    return {
        "identifiant": ridet or None,
        "nature_identifiant": RIDET if ridet else None,
        "reference": ajuster(piece["tiers__code"], 30),
        "categorie": piece["tiers__categorie"],
        "nature_juridique": piece["tiers__nature_juridique"],
        "civilite": ajuster(piece["tiers__civilite"], 10),
        "nom": nom[:LONGUEUR_NOM].rstrip(),
        "complement_nom": nom[LONGUEUR_NOM:].strip() or None,
        "prenom": ajuster(piece["tiers__prenom"], LONGUEUR_NOM),
    }


def _adresse(piece: Ligne) -> Adresse:
    return Adresse(
        type="1",
        adresse1=ajuster(piece["adresse_complement"], 38),
        adresse2=ajuster(piece["adresse_voie"], 38) or "",
        code_postal=piece["code_postal"],
        ville=ajuster(piece["ville"], 38) or "",
        est_non_resident=False,
    )


def _compte(piece: Ligne) -> CompteBancaire | None:
    if not piece["iban"]:
        return None
    return CompteBancaire(
        bic=piece["bic"] or None,
        iban=piece["iban"],
        titulaire=ajuster(piece["titulaire_compte"], 32) or "",
    )


def _delai(piece: Ligne) -> DelaiGlobalPaiement | None:
    if not (piece["debut_delai"] and piece["fin_delai"] and piece["duree_delai"]):
        return None
    return DelaiGlobalPaiement(
        est_non_eligible=False,
        date_debut=piece["debut_delai"],
        date_fin=piece["fin_delai"],
        duree=piece["duree_delai"],
    )
