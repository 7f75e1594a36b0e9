"""Dépense: head, bordereau, mandat and its lines (README of the format, §3)."""

from __future__ import annotations

from datetime import date

from exports_tps.pes import types
from exports_tps.pes.communs import Adresse, CompteBancaire, ReferencePJ, VentilationMarcheDepense
from exports_tps.pes.declarations import Enregistrement, champ, enregistrement
from exports_tps.pes.types import Montant

CATEGORIES_TIERS = types.codes_parmi((1, 1), (20, 29), (50, 50), (60, 65), (70, 74))
NATURES_JURIDIQUES = types.codes(1, 11)
NATURES_IDENTIFIANT = types.codes(1, 12)
_PIECE = "BlocPiece/InfoPce"
_LIGNE = "BlocLignePiece/InfoLignePce"


@enregistrement
class EnTeteDepense(Enregistrement):
    """EnTeteDepense: version of the domain, and whether bordereaux are signed."""

    version: int = champ("IdVer", types.numero(2), exige=2)
    est_dematerialisee: bool | None = champ("InfoDematerialisee", types.BOOLEEN, default=None)


@enregistrement
class BordereauDepense(Enregistrement):
    """BlocBordereau of the dépense; `nombre_pieces` and totals are checked against the pièces."""

    exercice: int = champ("Exer", types.ANNEE)
    numero: int = champ("IdBord", types.numero(7))
    date_emission: date = champ("DteBordEm", types.DATE)
    type: str = champ("TypBord", types.codes(1, 4))
    nombre_pieces: int = champ("NbrPce", types.numero(5))
    cumul_annuel: Montant | None = champ("MtCumulAnnuel", types.MONTANT, default=None)
    montant_ht: Montant = champ("MtBordHT", types.MONTANT_OU_ZERO)
    montant_tva: Montant | None = champ("MtBordTVA", types.MONTANT_OU_ZERO, default=None)


@enregistrement
class DelaiGlobalPaiement(Enregistrement):
    """DGP. Beware: `Dgp` is 0 for an eligible mandat, 1 for one that is not."""

    est_non_eligible: bool = champ("Dgp", types.BOOLEEN)
    date_debut: date = champ("DteDebDgp", types.DATE)
    date_fin: date = champ("DteFinDgp", types.DATE)
    duree: int = champ("DureeDgp", types.numero(2))
    code_interets_moratoires: str | None = champ("CodIntMor", types.codes(1, 3), default=None)
    taux_interets_moratoires: Montant | None = champ("TxIntMor", types.TAUX_SOUS_CENT, default=None)


@enregistrement
class TvaHlm(Enregistrement):
    """InfoTVAHLM (M31 only)."""

    est_recuperable: bool = champ("RecTVA", types.BOOLEEN)
    montant_residuel: Montant = champ("MtHtRes", types.MONTANT)


@enregistrement
class OperationSpecifique(Enregistrement):
    """OpSpec."""

    code: str = champ("CodOpSpec", types.codes(1, 5))
    identifiant: str = champ("IdOpSpec", types.alphanumerique(15))


@enregistrement
class RattachementDepense(Enregistrement):
    """RattachPiece: the pièce that this one corrects or follows."""

    nature: str = champ("NatPceOrig", types.codes(1, 5))
    exercice: int = champ("ExerRat", types.ANNEE)
    numero_piece: int = champ("IdPceOrig", types.numero(13))
    numero_ligne: str | None = champ("IdLigneOrig", types.chiffres(6, minimum=1), default=None)


@enregistrement
class LiensDepense(Enregistrement):
    """LiensIdent: convention, marché, emprunt, actif, régie."""

    convention: str | None = champ("IdConv", types.texte(25), default=None)
    marche: str | None = champ("IdMarche", types.texte(30), default=None)
    emprunt: str | None = champ("IdEmpruntOrdo", types.texte(24), default=None)
    actif: str | None = champ("IdActif", types.texte(25), default=None)
    regie: str | None = champ("IdRegie", types.texte(10), default=None)


@enregistrement
class TiersDepense(Enregistrement):
    """Tiers paid by a line: identity, address, account."""

    identifiant: str | None = champ(
        "IdTiers", types.texte(80, minimum=4), dans="InfoTiers", default=None
    )
    nature_identifiant: str | None = champ(
        "NatIdTiers", NATURES_IDENTIFIANT, dans="InfoTiers", default=None
    )
    date_identifiant: date | None = champ("DteIdTiers", types.DATE, dans="InfoTiers", default=None)
    reference: str | None = champ("RefTiers", types.texte(30), dans="InfoTiers", default=None)
    categorie: str = champ("CatTiers", CATEGORIES_TIERS, dans="InfoTiers")
    nature_juridique: str = champ("NatJur", NATURES_JURIDIQUES, dans="InfoTiers")
    civilite: str | None = champ("Civilite", types.texte(10), dans="InfoTiers", default=None)
    nom: str = champ("Nom", types.texte(38), dans="InfoTiers")
    complement_nom: str | None = champ("ComplNom", types.texte(38), dans="InfoTiers", default=None)
    prenom: str | None = champ("Prenom", types.texte(38), dans="InfoTiers", default=None)
    adresse: Adresse | None = champ("Adresse", Adresse, default=None)
    compte: CompteBancaire | None = champ("CpteBancaire", CompteBancaire, default=None)


@enregistrement
class LigneMandat(Enregistrement):
    """LigneDePiece of a mandat: imputation, amounts, tiers."""

    numero: int = champ("IdLigne", types.numero(6), dans=_LIGNE)
    nature: str = champ("Nature", types.compte(12), dans=_LIGNE)
    fonction: str | None = champ("Fonction", types.chiffres(10), dans=_LIGNE, default=None)
    operation: str | None = champ("Operation", types.chiffres(10), dans=_LIGNE, default=None)
    compte_analytique: str | None = champ(
        "CptAna", types.alphanumerique(10), dans=_LIGNE, default=None
    )
    facture: str | None = champ("Facture", types.texte(20), dans=_LIGNE, default=None)
    libelle_virement1: str | None = champ("LibVir1", types.texte(70), dans=_LIGNE, default=None)
    libelle_virement2: str | None = champ("LibVir2", types.texte(70), dans=_LIGNE, default=None)
    mode_reglement: str | None = champ("ModRegl", types.codes(1, 20), dans=_LIGNE, default=None)
    est_tva_intracommunautaire: bool = champ("TVAIntraCom", types.BOOLEEN, dans=_LIGNE)
    est_tva_importation: bool | None = champ(
        "TVAImportation", types.BOOLEEN, dans=_LIGNE, default=None
    )
    compte_tiers: str | None = champ("CpteTiers", types.compte(12), dans=_LIGNE, default=None)
    montant_ht: Montant = champ("MtHT", types.MONTANT_OU_ZERO, dans=_LIGNE)
    montant_tva: Montant | None = champ("MtTVA", types.MONTANT_OU_ZERO, dans=_LIGNE, default=None)
    montant_facture_ht: Montant | None = champ(
        "MtFactHT", types.MONTANT_OU_ZERO, dans=_LIGNE, default=None
    )
    references_pj: tuple[ReferencePJ, ...] = champ("PJRef", ReferencePJ, dans=_LIGNE, default=())
    tva_hlm: TvaHlm | None = champ("InfoTVAHLM", TvaHlm, dans="BlocLignePiece", default=None)
    operation_specifique: OperationSpecifique | None = champ(
        "OpSpec", OperationSpecifique, dans="BlocLignePiece", default=None
    )
    rattachement: RattachementDepense | None = champ(
        "RattachPiece", RattachementDepense, dans="BlocLignePiece", default=None
    )
    liens: LiensDepense | None = champ(
        "LiensIdent", LiensDepense, dans="BlocLignePiece", default=None
    )
    ventilation_marche: VentilationMarcheDepense | None = champ(
        "VentilationMarche", VentilationMarcheDepense, dans="BlocLignePiece", default=None
    )
    tiers: TiersDepense | None = champ("Tiers", TiersDepense, default=None)


@enregistrement
class Mandat(Enregistrement):
    """Piece of the dépense: one mandat."""

    code_service: str | None = champ("CodServ", types.texte(10), dans=_PIECE, default=None)
    affectation: str | None = champ("Affect", types.texte(10), dans=_PIECE, default=None)
    numero: int = champ("IdPce", types.numero(8), dans=_PIECE)
    type: str = champ("TypPce", types.codes(1, 13), dans=_PIECE)
    nature: str = champ("NatPce", types.codes(1, 18, sauf=(15, 16, 17)), dans=_PIECE)
    objet: str | None = champ("Obj", types.texte(100), dans=_PIECE, default=None)
    date_echeance: date | None = champ("DteEch", types.DATE, dans=_PIECE, default=None)
    references_pj: tuple[ReferencePJ, ...] = champ("PJRef", ReferencePJ, dans=_PIECE, default=())
    pieces_papier: str | None = champ("PJ", types.texte(250), dans=_PIECE, default=None)
    est_carte_achat: bool | None = champ(
        "CarteAchatNiveau1", types.BOOLEEN, dans=_PIECE, default=None
    )
    delai_global_paiement: DelaiGlobalPaiement | None = champ(
        "DGP", DelaiGlobalPaiement, dans="BlocPiece", default=None
    )
    lignes: tuple[LigneMandat, ...] = champ("LigneDePiece", LigneMandat, multiple=True)
