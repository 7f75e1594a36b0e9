"""PES_Retour: what the treasury did with the titres, and the money collected (README §8)."""

from __future__ import annotations

from datetime import date

from exports_tps.pes import types
from exports_tps.pes.declarations import Enregistrement, champ, enregistrement
from exports_tps.pes.recette import LieuNaissance
from exports_tps.pes.retour import AdresseRetour, CompteRetour
from exports_tps.pes.types import Montant
from exports_tps.pes.types import chiffres as _chiffres
from exports_tps.pes.types import texte_libre as _texte

_LIGNE = "BlocLignePiece/InfoLignePiece"
_BLOC = "BlocLignePiece"
_TIERS = "InfoTiers"
_PIECE = "BlocPiece"


@enregistrement
class EnTeteRecetteRetour(Enregistrement):
    """EnTeteRecette of a Retour; `nature` 1 stock, 2 flux."""

    type_restitution: str = champ("TypRestit", _texte(2))
    version: str = champ("IdVer", _chiffres(2))
    nature: str = champ("NatInf", types.codes(1, 2, largeur=1))


@enregistrement
class BordereauRecetteRetour(Enregistrement):
    """BlocBordereau of the recette."""

    exercice: int = champ("Exer", types.ANNEE)
    numero: str = champ("IdBord", _chiffres(12))
    type: str = champ("TypBord", types.codes(1, 7))


@enregistrement
class BordereauORMC(Enregistrement):
    """BordereauORMCGlobal, that stands for all the pièces of a bordereau ORMC."""

    exercice: int = champ("Exer", types.ANNEE)
    numero: str = champ("IdBord", _chiffres(12))
    montant: Montant = champ("MtTTC", types.MONTANT_RELATIF)
    date_prise_en_charge: date | None = champ("DtePec", types.DATE, default=None)
    date_rejet: date | None = champ("DteRej", types.DATE, default=None)
    date_instance: date | None = champ("DteInst", types.DATE, default=None)


@enregistrement
class TiersRecetteRetour(Enregistrement):
    """Tiers who owes."""

    identifiant: str | None = champ("IdTiers", _texte(80), dans=_TIERS, default=None)
    date_naissance: date | None = champ("DteNaissance", types.DATE, dans=_TIERS, default=None)
    nature_identifiant: str | None = champ(
        "NatIdTiers", types.codes(1, 12, sauf=(4,)), dans=_TIERS, default=None
    )
    date_identifiant: date | None = champ("DteIdTiers", types.DATE, dans=_TIERS, default=None)
    reference: str | None = champ("RefTiers", _texte(30), dans=_TIERS, default=None)
    categorie: str = champ("CatTiers", types.codes(1, 3), dans=_TIERS)
    nature_juridique: str = champ("NatJur", types.codes(0, 11), dans=_TIERS)
    civilite: str | None = champ("Civilite", _texte(10), dans=_TIERS, default=None)
    nom: str = champ("Nom", _texte(38), dans=_TIERS)
    complement_nom: str | None = champ("ComplNom", _texte(38), dans=_TIERS, default=None)
    prenom: str | None = champ("Prenom", _texte(38), dans=_TIERS, default=None)
    courriel: str | None = champ("AdrMel", _texte(256), dans=_TIERS, default=None)
    lieu_naissance: LieuNaissance | None = champ(
        "LieuNaissance", LieuNaissance, dans=_TIERS, default=None
    )
    adresse: AdresseRetour | None = champ("Adresse", AdresseRetour, default=None)
    compte: CompteRetour | None = champ("CpteBancaire", CompteRetour, default=None)


@enregistrement
class Encaissement(Enregistrement):
    """EncaissementEmargement: money collected on a line."""

    origine: str = champ("OrgEma", types.codes(1, 12))
    date_reglement: date = champ("DteReco", types.DATE)
    montant: Montant = champ("MtReco", types.MONTANT_RELATIF)


@enregistrement
class CumulRecouvrements(Enregistrement):
    """InfoRecouvrement."""

    nombre: str = champ("NbrReco", _chiffres(4))
    montant: Montant = champ("MtRecoTot", types.MONTANT_RELATIF)


@enregistrement
class LiensRecetteRetour(Enregistrement):
    """LiensIdent of the recette."""

    convention: str | None = champ("IdConv", _texte(25), default=None)
    type_convention: str | None = champ("TypConv", types.codes(1, 2), default=None)
    objet_convention: str | None = champ("ObjConv", _texte(255), default=None)
    marche: str | None = champ("IdMarche", _texte(30), default=None)
    emprunt: str | None = champ("IdEmpruntOrdo", _texte(24), default=None)
    actif: str | None = champ("IdActif", _texte(25), default=None)
    regie: str | None = champ("IdRegie", _texte(10), default=None)


@enregistrement
class InformationORMC(Enregistrement):
    """InfoORMC."""

    numero_dette: str | None = champ("NumDette", _texte(15), default=None)
    periode: str | None = champ("Per", _chiffres(1), default=None)
    cle1: str | None = champ("Cle1", _chiffres(1), default=None)
    cle2: str | None = champ("Cle2", types.alphanumerique_libre(1), default=None)


@enregistrement
class BeneficiaireRetour(Enregistrement):
    """InfoCollBen."""

    identifiant: str = champ("IdCollBen", _chiffres(14))
    code: str = champ("CodCollBen", types.alphanumerique_libre(3))
    code_budget: str | None = champ("CodBudBen", types.alphanumerique_libre(2), default=None)


@enregistrement
class Echeancier(Enregistrement):
    """InfoEcheancier."""

    dernier_paiement: date = champ("DteDerPai", types.DATE)
    nombre_restant: str = champ("NbrePaiRest", _chiffres(4))


@enregistrement
class RattachementRetour(Enregistrement):
    """RattachPiece of a Retour."""

    nature: str = champ("NatPceOrig", types.code("02"))
    exercice: int = champ("ExerRat", types.ANNEE)
    numero_piece: str = champ("IdPceOrig", _chiffres(13))
    numero_ligne: str | None = champ("IdLigneOrig", _chiffres(6), default=None)
    date_rattachement: date = champ("DteRattach", types.DATE)


@enregistrement
class SuspensionPoursuites(Enregistrement):
    """InfoSuspPour."""

    code: str = champ("CodeSuspPour", types.codes(1, 39))
    date_suspension: date = champ("DteSuspPour", types.DATE)
    date_reprise: date | None = champ("DteRepPour", types.DATE, default=None)


@enregistrement
class Contentieux(Enregistrement):
    """InfoContentieux."""

    montant_total: Montant | None = champ("MtCtxTot", types.MONTANT_RELATIF, default=None)
    solde_principal: Montant | None = champ("SldPrinc", types.MONTANT_RELATIF, default=None)
    solde_frais: Montant | None = champ("SldFrais", types.MONTANT_RELATIF, default=None)


@enregistrement
class AmiableContentieux(Enregistrement):
    """InfoAmiableContentieux."""

    etape: str = champ("EtapePce", types.codes(0, 19))
    date_etape: date = champ("DteEtapePce", types.DATE)
    identifiant_acte: str | None = champ("IdAct", _texte(15), default=None)
    code_actualite: str | None = champ("CodActu", types.codes(1, 9), default=None)
    date_actualite: date | None = champ("DteActu", types.DATE, default=None)
    montant_frais: Montant | None = champ("MtFrais", types.MONTANT_RELATIF, default=None)
    date_envoi: date | None = champ("DteEnvoi", types.DATE, default=None)


@enregistrement
class LigneRecetteRetour(Enregistrement):
    """LigneDePiece of a titre: state, reasons, money collected, poursuites."""

    numero: str = champ("IdLigne", _chiffres(6), dans=_LIGNE)
    code_produit: str | None = champ(
        "CodProdLoc", types.alphanumerique_libre(4), dans=_LIGNE, default=None
    )
    finess_geographique: str | None = champ(
        "FinGeo", types.alphanumerique_libre(9), dans=_LIGNE, default=None
    )
    etablissement_geographique: str | None = champ(
        "CodeEtGeo", _texte(3), dans=_LIGNE, default=None
    )
    etat: str = champ("EtatLigPce", types.codes(1, 6), dans=_LIGNE)
    motifs: str | None = champ("ObsEtat", _texte(100), dans=_LIGNE, default=None)
    commentaire: str | None = champ("Commentaire", _texte(400), dans=_LIGNE, default=None)
    compte_tiers: str | None = champ("CpteTiers", _texte(12), dans=_LIGNE, default=None)
    montant_ht: Montant = champ("MtHT", types.MONTANT_RELATIF, dans=_LIGNE)
    montant_tva: Montant | None = champ("MtTVA", types.MONTANT_RELATIF, dans=_LIGNE, default=None)
    collectivite_beneficiaire: BeneficiaireRetour | None = champ(
        "InfoCollBen", BeneficiaireRetour, dans=_LIGNE, default=None
    )
    cumul: CumulRecouvrements | None = champ(
        "InfoRecouvrement", CumulRecouvrements, dans=_BLOC, default=None
    )
    echeancier: Echeancier | None = champ("InfoEcheancier", Echeancier, dans=_BLOC, default=None)
    rattachement: RattachementRetour | None = champ(
        "RattachPiece", RattachementRetour, dans=_BLOC, default=None
    )
    liens: LiensRecetteRetour | None = champ(
        "LiensIdent", LiensRecetteRetour, dans=_BLOC, default=None
    )
    suspension: SuspensionPoursuites | None = champ(
        "InfoSuspPour", SuspensionPoursuites, dans=_BLOC, default=None
    )
    contentieux: Contentieux | None = champ(
        "InfoContentieux", Contentieux, dans=_BLOC, default=None
    )
    amiable: AmiableContentieux | None = champ(
        "InfoAmiableContentieux", AmiableContentieux, dans=_BLOC, default=None
    )
    tiers: TiersRecetteRetour | None = champ("Tiers", TiersRecetteRetour, default=None)
    reglements: tuple[Encaissement, ...] = champ("EncaissementEmargement", Encaissement, default=())


@enregistrement
class PieceRecetteRetour(Enregistrement):
    """Piece of the recette: 01 en instance, 02 and 03 PEC, 04 rejetée, 05 annulée."""

    code_service: str | None = champ("CodServ", _texte(10), dans=_PIECE, default=None)
    numero: str = champ("IdPce", _chiffres(13), dans=_PIECE)
    type: str = champ("TypPce", types.codes(1, 15), dans=_PIECE)
    nature: str = champ("NatPce", types.codes_parmi((1, 12), (18, 18)), dans=_PIECE)
    objet: str | None = champ("Obj", _texte(160), dans=_PIECE, default=None)
    date_prise_en_charge: date | None = champ("DtePcePec", types.DATE, dans=_PIECE, default=None)
    etat: str = champ("EtatPce", types.codes(1, 5), dans=_PIECE)
    motifs: str | None = champ("ObsEtat", _texte(100), dans=_PIECE, default=None)
    commentaire: str | None = champ("Commentaire", _texte(400), dans=_PIECE, default=None)
    date_rejet: date | None = champ("DtePceRej", types.DATE, dans=_PIECE, default=None)
    date_instance: date | None = champ("DtePceInst", types.DATE, dans=_PIECE, default=None)
    ormc: InformationORMC | None = champ("InfoORMC", InformationORMC, dans=_PIECE, default=None)
    lignes: tuple[LigneRecetteRetour, ...] = champ(
        "LigneDePiece", LigneRecetteRetour, multiple=True
    )
