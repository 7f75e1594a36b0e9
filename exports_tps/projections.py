"""What the format names differently from the ledger: from which column each field of PES comes.

TGC travels in MtTVA, a RIDET is NatIdTiers 08, a tiers of New Caledonia or of France is a resident,
another has the INSEE code of his country (pes_v2, §3 and §11). A long name goes on in ComplNom.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain, islice

from django.db.models import BigIntegerField, Case, Value, When
from django.db.models.functions import Coalesce

from exports_tps.beneficiaires import Part, versements
from exports_tps.pes.bordereau import PieceEcrite
from exports_tps.pes.communs import Adresse, CompteBancaire, ReferencePJ
from exports_tps.pes.depense import (
    DelaiGlobalPaiement,
    LigneMandat,
    Mandat,
    RattachementDepense,
    TiersDepense,
)
from exports_tps.pes.latin1 import ajuster
from exports_tps.pes.projection import Colonne, Fourni, Projection, Rangee
from exports_tps.pes.recette import LigneTitre, RattachementRecette, TiersRecette, Titre
from exports_tps.pieces_jointes import nom_accepte
from facturier.commun.pays import code_insee
from facturier.grand_livre.models import (
    CORRECTIF,
    EXERCICE_ANTERIEUR,
    SensPiece,
)

LONGUEUR_NOM, LONGUEUR_FACTURE = 38, 20
RIDET = "08"
ELECTRONIQUE = "01"
TYPE_PJ = {SensPiece.DEPENSE: "003", SensPiece.RECETTE: "002"}
SANS_EDITION = "04"  # the province prints and sends the avis itself

MEME_COTE, AUTRE_COTE, ENCAISSEMENT = "01", "02", "03"  # NatPceOrig
ORIGINES = {  # RattachPiece, from the pièce that one names, or from the receipt
    "origine_nature": Case(
        When(numero_encaisse__isnull=False, then=Value(ENCAISSEMENT)),
        When(type_piece=CORRECTIF, nature_piece=EXERCICE_ANTERIEUR, then=Value(AUTRE_COTE)),
        default=Value(MEME_COTE),
    ),
    "origine_exercice": Coalesce("piece_origine__exercice_id", "exercice_encaisse"),
    "origine_numero": Coalesce(
        "piece_origine__numero", "numero_encaisse", output_field=BigIntegerField()
    ),
}
COLONNES_PIECE = (
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
    "pays",
    "mode_reglement",
    "iban",
    "bic",
    "titulaire_compte",
    "debut_delai",
    "fin_delai",
    "duree_delai",
    "code_produit",
    "origine_nature",
    "origine_exercice",
    "origine_numero",
    "tiers__code",
    "tiers__categorie",
    "tiers__nature_juridique",
    "tiers__civilite",
    "tiers__prenom",
)
COLONNES_CONTROLE = (  # what the checks before signing look at, besides
    "tiers_id",
    "exercice_id",
    "sens",
    "montant_ht",
    "montant_tgc",
    "bases_liquidation",
    "a_compte_verifie",
)
COLONNES_LIGNE = (
    "piece_id",
    "pk",
    "rang",
    "compte__numero",
    "fonction",
    "operation",
    "libelle",
    "reference_facture",
    "montant_ht",
    "montant_tgc",
)
COLONNES_REFERENCE = (
    "piece_id",
    "justificatif__identifiant",
    "justificatif__nom",
    "justificatif__type_mime",
)


@dataclass(slots=True)
class PieceLue:
    """A pièce as the ledger has it: one row, those of its lines and of its documents."""

    piece: Rangee
    controle: Rangee
    lignes: list[Rangee]
    references: list[Rangee]
    parts: list[Part]


# --- Columns -----------------------------------------------------------------------------------
FACTURE_ET_OBJET, NOM_ET_TYPE = "facture_et_objet", "nom_et_type"  # fields made of two columns
LIGNE_ORIGINE = "ligne_origine"  # the same rank; a receipt is named without its line
COLONNES_VERSEMENT = ("numero_ligne", "ht", "tgc", "cause", FACTURE_ET_OBJET, LIGNE_ORIGINE)
COLONNES = (*COLONNES_PIECE, *COLONNES_LIGNE, *COLONNES_VERSEMENT)
HT, TGC = COLONNES.index("ht"), COLONNES.index("tgc")
OBJET, NOM = COLONNES.index("objet"), COLONNES.index("nom_tiers")
ORIGINE = COLONNES.index("origine_nature")


def _texte(nom: str, longueur: int) -> Colonne:
    return Colonne(nom, partial(ajuster, longueur=longueur))


def _facultative(nom: str) -> Colonne:
    return Colonne(nom, lambda valeur: valeur or None)


def _nom(nom_tiers: str) -> str:
    return (ajuster(nom_tiers, 2 * LONGUEUR_NOM) or "")[:LONGUEUR_NOM].rstrip()


def _suite_du_nom(nom_tiers: str) -> str | None:
    return (ajuster(nom_tiers, 2 * LONGUEUR_NOM) or "")[LONGUEUR_NOM:].strip() or None


def _libelle_virement(facture_et_objet: tuple[str, str]) -> str | None:
    facture = ajuster(facture_et_objet[0], LONGUEUR_FACTURE)
    return ajuster(f"Facture {facture}" if facture else facture_et_objet[1], 70)


IDENTITE = {
    "identifiant": _facultative("ridet"),
    "nature_identifiant": Colonne("ridet", lambda ridet: RIDET if ridet else None),
    "reference": _texte("tiers__code", 30),
    "categorie": Colonne("tiers__categorie"),
    "nature_juridique": Colonne("tiers__nature_juridique"),
    "civilite": _texte("tiers__civilite", 10),
    "nom": Colonne("nom_tiers", _nom),
    "complement_nom": Colonne("nom_tiers", _suite_du_nom),
    "prenom": _texte("tiers__prenom", LONGUEUR_NOM),
}
ADRESSE = {
    "type": "1",
    "adresse1": _texte("adresse_complement", 38),
    "adresse2": _texte("adresse_voie", 38),
    "code_postal": Colonne("code_postal"),
    "ville": _texte("ville", 38),
    "est_non_resident": Colonne("pays", bool),
    "code_pays": Colonne("pays", code_insee),
}
COMPTE = {
    "bic": _facultative("bic"),
    "iban": Colonne("iban"),
    "titulaire": _texte("titulaire_compte", 32),
}
DELAI = {
    "est_non_eligible": False,
    "date_debut": Colonne("debut_delai"),
    "date_fin": Colonne("fin_delai"),
    "duree": Colonne("duree_delai"),
}
RATTACHEMENT = {  # what a pièce reduces, cancels, issues again or regularises
    "nature": Colonne("origine_nature"),
    "exercice": Colonne("origine_exercice"),
    "numero_piece": Colonne("origine_numero"),
    "numero_ligne": _facultative(LIGNE_ORIGINE),
}
PIECE = {
    "code_service": _texte("service__code", 10),
    "numero": Colonne("numero"),
    "type": Colonne("type_piece"),
    "nature": Colonne("nature_piece"),
    "references_pj": Fourni(),
    "lignes": Fourni(),
}
LIGNE = {
    "numero": Colonne("numero_ligne"),
    "nature": Colonne("compte__numero"),
    "fonction": _facultative("fonction"),
    "operation": _facultative("operation"),
    "est_tva_intracommunautaire": False,
    "montant_ht": Colonne("ht"),
    "montant_tva": _facultative("tgc"),
}


# --- Projections -------------------------------------------------------------------------------
def _mandat() -> Projection:
    delai = Projection(
        DelaiGlobalPaiement, COLONNES_PIECE, DELAI, si=("debut_delai", "fin_delai", "duree_delai")
    )
    sources = PIECE | {"objet": _texte("objet", 100), "delai_global_paiement": delai}
    return Projection(Mandat, COLONNES_PIECE, sources)


def _ligne_mandat() -> Projection:
    tiers = IDENTITE | {
        "adresse": Projection(Adresse, COLONNES, ADRESSE),
        "compte": Projection(CompteBancaire, COLONNES, COMPTE, si=("iban",)),
    }
    sources = LIGNE | {
        "facture": _texte("reference_facture", LONGUEUR_FACTURE),
        "libelle_virement1": Colonne(FACTURE_ET_OBJET, _libelle_virement),
        "libelle_virement2": _texte("cause", 70),
        "mode_reglement": Colonne("mode_reglement"),
        "rattachement": Projection(
            RattachementDepense, COLONNES, RATTACHEMENT, si=("origine_numero",)
        ),
        "tiers": Projection(TiersDepense, COLONNES, tiers),
    }
    return Projection(LigneMandat, COLONNES, sources)


def _titre() -> Projection:
    sources = PIECE | {"objet": _texte("objet", 160), "edition": SANS_EDITION}
    return Projection(Titre, COLONNES_PIECE, sources)


def _ligne_titre() -> Projection:
    tiers = IDENTITE | {"type": "01", "adresse": Projection(Adresse, COLONNES, ADRESSE)}
    sources = LIGNE | {
        "objet": _texte("libelle", 160),
        "code_produit": Colonne("code_produit"),
        "est_majoree": False,
        "rattachement": Projection(
            RattachementRecette, COLONNES, RATTACHEMENT, si=("origine_numero",)
        ),
        "tiers": Projection(TiersRecette, COLONNES, tiers),
    }
    return Projection(LigneTitre, COLONNES, sources)


def _reference(sens: str) -> Projection:
    sources = {
        "support": ELECTRONIQUE,
        "identifiant_unique": Colonne("justificatif__identifiant"),
        "nom": Colonne(NOM_ET_TYPE, lambda nom_et_type: nom_accepte(*nom_et_type)),
        "type": TYPE_PJ[SensPiece(sens)],
    }
    return Projection(ReferencePJ, (*COLONNES_REFERENCE, NOM_ET_TYPE), sources)


@cache
def ecrivain_pieces(sens: str) -> Callable[[Sequence[PieceLue]], list[PieceEcrite]]:
    """Return what writes pièces of `sens`, many at once."""
    est_depense = sens == SensPiece.DEPENSE
    piece, ligne = (_mandat(), _ligne_mandat()) if est_depense else (_titre(), _ligne_titre())
    reference = _reference(sens)

    def ecrire(lues: Sequence[PieceLue]) -> list[PieceEcrite]:
        references = reference.ecrire("PJRef", [(*r, r[2:4]) for p in lues for r in p.references])
        rangees = [list(_rangees(lue)) for lue in lues]
        lignes = ligne.ecrire("LigneDePiece", list(chain.from_iterable(rangees)))
        textes = piece.ecrire(
            "Piece",
            [lue.piece for lue in lues],
            _reunir(references, [len(lue.references) for lue in lues]),
            _reunir(lignes, [len(siennes) for siennes in rangees]),
        )
        return [
            PieceEcrite(texte, sum([r[HT] for r in siennes]), sum([r[TGC] for r in siennes]))
            for texte, siennes in zip(textes, rangees, strict=True)
        ]

    return ecrire


def _reunir(textes: Iterable[str], nombres: Iterable[int]) -> list[str]:
    """Join as many of `textes` as each of `nombres` says."""
    restants = iter(textes)
    return ["".join(islice(restants, nombre)) for nombre in nombres]


def _rangees(lue: PieceLue) -> Iterator[Rangee]:
    """Yield one row for each payee of each line, numbered on through the pièce."""
    numero = 0
    for ligne in lue.lignes:
        _, cle, rang, *_, libelle, facture, ht, tgc = ligne
        origine = "" if lue.piece[ORIGINE] == ENCAISSEMENT else str(rang)
        fin = ((facture, lue.piece[OBJET]), origine)
        if not lue.parts:
            numero += 1
            yield (*lue.piece, *ligne, numero, ht, tgc, libelle, *fin)
            continue
        parts = [part for part in lue.parts if part["ligne_id"] == cle]
        for versement in versements(ht, tgc, parts):
            numero += 1
            part = versement.part or {}
            # The payee takes the place of the tiers, who is named as the cause of the payment.
            piece = (part.get(nom, v) for nom, v in zip(COLONNES_PIECE, lue.piece, strict=True))
            nom = f"{part['creance']} {lue.piece[NOM]}".strip() if part else ""
            cause = f"{nom}, {part['motif']}" if part else libelle
            yield (*piece, *ligne, numero, versement.ht, versement.tgc, cause, *fin)
