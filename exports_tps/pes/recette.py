"""Recette: head, bordereau, titre and its lines, with the spelling of this domain (README §3)."""

from __future__ import annotations

from datetime import date

from exports_tps.pes import types
from exports_tps.pes.communs import Adresse, CompteBancaire, ReferencePJ, VentilationMarcheRecette
from exports_tps.pes.declarations import Choix, Enregistrement, champ, enregistrement
from exports_tps.pes.depense import CATEGORIES_TIERS, NATURES_IDENTIFIANT, NATURES_JURIDIQUES
from exports_tps.pes.types import Montant

TYPES_TIERS = types.code(
    *[
        "01",
        "02",
        "03",
        "04",
        "05",
        "06",
        "07",
        "10",
        "11",
        "12",
        "13",
        "14",
        "15",
        "20",
        "21",
        "22",
        "23",
        "24",
        "25",
        "26",
        "30",
    ]
)
LIBELLE_NAISSANCE = types.motif(
    "libellé de 70 caractères au plus, en majuscules", r"[A-Z 0-9'\-()]{1,70}"
)
_TIERS = "InfoTiers"
_LIGNE = "BlocLignePiece/InfoLignePiece"


@enregistrement
class EnTeteRecette(Enregistrement):
    """EnTeteRecette: version of the domain, and whether bordereaux are signed."""

    version: int = champ("IdVer", types.numero(2), exige=2)
    est_dematerialisee: bool | None = champ("InfoDematerialisee", types.BOOLEEN, default=None)


@enregistrement
class BordereauRecette(Enregistrement):
    """BlocBordereau of the recette: totals are strictly positive, a zero TVA is left out."""

    exercice: int = champ("Exer", types.numero(4))
    numero: int = champ("IdBord", types.numero(7))
    date_emission: date = champ("DteBordEm", types.DATE_DEPUIS_1900)
    type: str = champ("TypBord", types.codes(1, 6))
    nombre_pieces: int = champ("NbrPce", types.numero(5))
    cumul_annuel: Montant | None = champ("MtCumulAnnuel", types.MONTANT, default=None)
    montant_ht: Montant = champ("MtBordHt", types.MONTANT)
    montant_tva: Montant | None = champ("MtBordTVA", types.MONTANT, default=None)
    date_avis: date | None = champ("DteAsp", types.DATE, default=None)
    objet: str | None = champ("Objet", types.texte(160), default=None)


@enregistrement
class CollectiviteBeneficiaire(Enregistrement):
    """InfoCollBen."""

    identifiant: str = champ("IdCollBen", types.chiffres(14))
    code: str = champ("CodCollBen", types.alphanumerique(3))
    code_budget: str | None = champ("CodBudBen", types.alphanumerique_libre(2), default=None)


@enregistrement
class Prelevement(Enregistrement):
    """InfoPrelevement."""

    nature: str = champ("NatPrel", types.codes(1, 2))
    periodicite: str = champ("PerPrel", types.codes(1, 7))
    date_prelevement: date = champ("DtePrel", types.DATE)
    montant: Montant = champ("MtPrel", types.MONTANT)


@enregistrement
class PrelevementSEPA(Prelevement):
    """InfoPrelevementSEPA: the direct debit that the treasury sends."""

    sequence: str = champ("SequencePres", types.codes(1, 4))
    date_signature: date = champ("DateSignMandat", types.DATE)
    reference_unique: str = champ("RefUniMdt", types.texte_sepa(35))
    libelle: str | None = champ("LibPrel", types.texte_sepa(140), default=None)
    ancienne_reference: str | None = champ("AncienRUM", types.texte_sepa(35), default=None)
    ancien_ics: str | None = champ("AncienICS", types.alphanumerique(13), default=None)
    ancien_creancier: str | None = champ("AncienTiersCreancier", types.texte_sepa(70), default=None)
    est_autre_banque: bool | None = champ("AncienneBanque", types.BOOLEEN, default=None)
    ancien_iban: str | None = champ("AncienIBAN", types.IBAN, default=None)
    est_titulaire_different: bool | None = champ("TitCpteDiff", types.BOOLEEN, default=None)


@enregistrement
class Assure(Enregistrement):
    """InfoAssure (hospitals)."""

    code_debiteur: str = champ("CodAssDeb", types.code("1", "2", "3"))
    code_ayant_droit: str | None = champ("CodAyantDroit", types.codes(1, 3), default=None)


@enregistrement
class RattachementRecette(Enregistrement):
    """RattachPiece; beware, 01 is a titre and 02 a mandat here."""

    nature: str = champ("NatPceOrig", types.codes(1, 5, sauf=(4,)))
    exercice: int = champ("ExerRat", types.ANNEE)
    numero_piece: int = champ("IdPceOrig", types.numero(13))
    numero_ligne: str | None = champ("IdLigneOrig", types.chiffres(6, minimum=1), default=None)


@enregistrement
class LiensRecette(Enregistrement):
    """LiensIdent of the recette: as dépense, plus the deposit (caution)."""

    convention: str | None = champ("IdConv", types.texte(25), default=None)
    marche: str | None = champ("IdMarche", types.texte(30), default=None)
    caution: str | None = champ("IdCaution", types.texte(24), default=None)
    emprunt: str | None = champ("IdEmpruntOrdo", types.texte(24), default=None)
    actif: str | None = champ("IdActif", types.texte(25), default=None)
    regie: str | None = champ("IdRegie", types.texte(10), default=None)


@enregistrement
class NaissanceFrance(Enregistrement):
    """MetropoleDomCom."""

    departement: str = champ(
        "CodeDeptDomCom",
        types.motif("code de département", "2[AB]|[0-8][0-9]|9[0-5]|97[1-8]|98[6-8]"),
    )
    commune: str | None = champ(
        "CodeCommune", types.motif("2 ou 3 chiffres", "[0-9]{2,3}"), default=None
    )
    libelle: str | None = champ("LibelleCommune", LIBELLE_NAISSANCE, default=None)


@enregistrement
class NaissanceEtranger(Enregistrement):
    """Etranger: country by code or by name."""

    CHOIX = (Choix(((("CodePays",), ()), (("LibellePays",), ()))),)
    code_pays: str | None = champ(
        "CodePays", types.motif("3 chiffres, le premier de 1 à 5", "[1-5][0-9]{2}"), default=None
    )
    libelle_pays: str | None = champ("LibellePays", LIBELLE_NAISSANCE, default=None)


@enregistrement
class LieuNaissance(Enregistrement):
    """LieuNaissance of a natural person."""

    CHOIX = (Choix(((("MetropoleDomCom",), ()), (("Etranger",), ()))),)
    est_ne_en_france: bool = champ("NeEnFrance", types.BOOLEEN)
    france: NaissanceFrance | None = champ("MetropoleDomCom", NaissanceFrance, default=None)
    etranger: NaissanceEtranger | None = champ("Etranger", NaissanceEtranger, default=None)


@enregistrement
class TiersRecette(Enregistrement):
    """Tiers who owes: identity, address, account."""

    identifiant: str | None = champ(
        "IdTiers", types.texte(80, minimum=4), dans=_TIERS, default=None
    )
    date_naissance: date | None = champ("DteNaissance", types.DATE, dans=_TIERS, default=None)
    nature_identifiant: str | None = champ(
        "NatIdTiers", NATURES_IDENTIFIANT, dans=_TIERS, default=None
    )
    date_identifiant: date | None = champ("DteIdTiers", types.DATE, dans=_TIERS, default=None)
    reference: str | None = champ("RefTiers", types.texte(30), dans=_TIERS, default=None)
    categorie: str = champ("CatTiers", CATEGORIES_TIERS, dans=_TIERS)
    nature_juridique: str = champ("NatJur", NATURES_JURIDIQUES, dans=_TIERS)
    type: str = champ("TypTiers", TYPES_TIERS, dans=_TIERS)
    civilite: str | None = champ("Civilite", types.texte(10), dans=_TIERS, default=None)
    nom: str = champ("Nom", types.texte(38), dans=_TIERS)
    complement_nom: str | None = champ("ComplNom", types.texte(38), dans=_TIERS, default=None)
    prenom: str | None = champ("Prenom", types.texte(38), dans=_TIERS, default=None)
    lieu_naissance: LieuNaissance | None = champ(
        "LieuNaissance", LieuNaissance, dans=_TIERS, default=None
    )
    adresse: Adresse = champ("Adresse", Adresse)
    compte: CompteBancaire | None = champ("CpteBancaire", CompteBancaire, default=None)


@enregistrement
class Recouvrement(Enregistrement):
    """Money already collected on the line. `ModRegl` has another numbering than the dépense."""

    type_flux: str = champ("TypFlux", types.codes(1, 2))
    mode_reglement: str = champ("ModRegl", types.codes(1, 18))
    date_recouvrement: date = champ("DteReco", types.DATE)
    encaissement: int = champ("IdEncaissement", types.numero(12))
    montant: Montant = champ("MtReco", types.MONTANT)


@enregistrement
class LigneTitre(Enregistrement):
    """LigneDePiece of a titre: imputation, product, amounts, debtors."""

    CHOIX = (
        Choix(((("InfoPrelevement",), ()), (("InfoPrelevementSEPA",), ())), est_obligatoire=False),
    )
    numero: int = champ("IdLigne", types.numero(6), dans=_LIGNE)
    objet: str | None = champ("ObjLignePce", types.texte(160), dans=_LIGNE, default=None)
    code_produit: str = champ("CodProdLoc", types.alphanumerique(4), dans=_LIGNE)
    finess_geographique: str | None = champ(
        "FinGeo", types.alphanumerique_libre(9), dans=_LIGNE, default=None
    )
    etablissement_geographique: str | None = champ(
        "CodEtGeo", types.alphanumerique(3), dans=_LIGNE, default=None
    )
    nature: str = champ("Nature", types.compte(12), dans=_LIGNE)
    fonction: str | None = champ("Fonction", types.chiffres(10), dans=_LIGNE, default=None)
    operation: str | None = champ("Operation", types.alphanumerique(10), dans=_LIGNE, default=None)
    taux_tva: Montant | None = champ("TxTva", types.TAUX, dans=_LIGNE, default=None)
    est_majoree: bool = champ("Majo", types.BOOLEEN, dans=_LIGNE)
    date_majoration: date | None = champ("DteMajo", types.DATE, dans=_LIGNE, default=None)
    taux_majoration: Montant | None = champ("TxMajo", types.TAUX, dans=_LIGNE, default=None)
    compte_tiers: str | None = champ("CpteTiers", types.compte(12), dans=_LIGNE, default=None)
    est_tva_intracommunautaire: bool = champ("TvaIntraCom", types.BOOLEEN, dans=_LIGNE)
    est_tva_importation: bool | None = champ(
        "TVAImportation", types.BOOLEEN, dans=_LIGNE, default=None
    )
    montant_ht: Montant = champ("MtHT", types.MONTANT, dans=_LIGNE)
    montant_tva: Montant | None = champ("MtTVA", types.MONTANT, dans=_LIGNE, default=None)
    montant_non_majorable: Montant | None = champ(
        "MtNonMajo", types.MONTANT, dans=_LIGNE, default=None
    )
    collectivite_beneficiaire: CollectiviteBeneficiaire | None = champ(
        "InfoCollBen", CollectiviteBeneficiaire, dans=_LIGNE, default=None
    )
    references_pj: tuple[ReferencePJ, ...] = champ("PJRef", ReferencePJ, dans=_LIGNE, default=())
    prelevement: Prelevement | None = champ(
        "InfoPrelevement", Prelevement, dans="BlocLignePiece", default=None
    )
    prelevement_sepa: PrelevementSEPA | None = champ(
        "InfoPrelevementSEPA", PrelevementSEPA, dans="BlocLignePiece", default=None
    )
    assure: Assure | None = champ("InfoAssure", Assure, dans="BlocLignePiece", default=None)
    rattachement: RattachementRecette | None = champ(
        "RattachPiece", RattachementRecette, dans="BlocLignePiece", default=None
    )
    liens: LiensRecette | None = champ(
        "LiensIdent", LiensRecette, dans="BlocLignePiece", default=None
    )
    ventilation_marche: VentilationMarcheRecette | None = champ(
        "VentilationMarche", VentilationMarcheRecette, dans="BlocLignePiece", default=None
    )
    tiers: tuple[TiersRecette, ...] = champ("Tiers", TiersRecette, default=())
    recouvrements: tuple[Recouvrement, ...] = champ("Recouvrement", Recouvrement, default=())


@enregistrement
class Titre(Enregistrement):
    """Piece of the recette: one titre."""

    code_service: str | None = champ("CodServ", types.texte(10), dans="BlocPiece", default=None)
    affectation: str | None = champ("Affect", types.texte(10), dans="BlocPiece", default=None)
    numero: int = champ("IdPce", types.numero(8), dans="BlocPiece")
    type: str = champ("TypPce", types.codes(1, 15, sauf=(8, 9, 13)), dans="BlocPiece")
    nature: str = champ(
        "NatPce", types.codes(1, 18, sauf=(12, 13, 14, 15, 16, 17)), dans="BlocPiece"
    )
    role: int | None = champ("IdRol", types.numero(7), dans="BlocPiece", default=None)
    date_avis: date | None = champ("DteAsp", types.DATE, dans="BlocPiece", default=None)
    edition: str | None = champ("Edition", types.codes(1, 10), dans="BlocPiece", default=None)
    est_impaye_regie: bool | None = champ(
        "ImpayeRegie", types.BOOLEEN, dans="BlocPiece", default=None
    )
    est_enveloppe_retour: bool | None = champ(
        "EnvRetour", types.BOOLEEN, dans="BlocPiece", default=None
    )
    objet: str | None = champ("ObjPce", types.texte(160), dans="BlocPiece", default=None)
    debut_facturation: date | None = champ("DebFact", types.DATE, dans="BlocPiece", default=None)
    fin_facturation: date | None = champ("FinFact", types.DATE, dans="BlocPiece", default=None)
    numero_dette: int | None = champ("NumDette", types.numero(15), dans="BlocPiece", default=None)
    periode: str | None = champ("Per", types.chiffres(1), dans="BlocPiece", default=None)
    cle1: str | None = champ("Cle1", types.chiffres(1), dans="BlocPiece", default=None)
    cle2: str | None = champ("Cle2", types.alphanumerique_libre(1), dans="BlocPiece", default=None)
    references_pj: tuple[ReferencePJ, ...] = champ(
        "PJRef", ReferencePJ, dans="BlocPiece", default=()
    )
    numero_facture: str | None = champ(
        "NumeroFacture",
        types.motif(
            "1 à 20 lettres, chiffres, espaces ou signes - / _ +", r"[ \-/_+0-9a-zA-Z]{1,20}"
        ),
        dans="BlocPiece",
        default=None,
    )
    numero_marche: str | None = champ(
        "NumeroMarche", types.texte(50), dans="BlocPiece", default=None
    )
    numero_engagement: str | None = champ(
        "NumeroEngagement", types.texte(50), dans="BlocPiece", default=None
    )
    code_service_destinataire: str | None = champ(
        "CodeService", types.texte_libre(100), dans="BlocPiece", default=None
    )
    nom_service_destinataire: str | None = champ(
        "NomService", types.texte(100), dans="BlocPiece", default=None
    )
    cadre_facturation: str | None = champ(
        "CadreFacturation", types.code("B1", "S1", "B8", "S8", "M8"), dans="BlocPiece", default=None
    )
    lignes: tuple[LigneTitre, ...] = champ("LigneDePiece", LigneTitre, multiple=True)
