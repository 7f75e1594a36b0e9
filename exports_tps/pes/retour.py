"""PES_Retour: head, and what the treasury did with the mandats (README §8).

Types are far more tolerant than those of the Aller: texts may be empty, amounts zero or negative.
"""

from __future__ import annotations

from datetime import date

from exports_tps.pes import types
from exports_tps.pes.declarations import Enregistrement, champ, enregistrement
from exports_tps.pes.types import Montant
from exports_tps.pes.types import chiffres as _chiffres
from exports_tps.pes.types import texte_libre as _texte

_LIGNE = "BlocLignePiece/InfoLignePiece"
_BLOC = "BlocLignePiece"
_TIERS = "InfoTiers"
_PIECE = "InfoPiece"


@enregistrement
class RecepteurRetour(Enregistrement):
    """A visiting card, of which all is optional here."""

    sigle: str | None = champ("Sigle", _texte(32), default=None)
    adresse: str | None = champ("Adresse", _texte(38), default=None)


@enregistrement
class EnveloppeRetour(Enregistrement):
    """Enveloppe of a Retour."""

    version: str = champ("Version", _chiffres(2), dans="Parametres")
    type_fichier: str = champ("TypFic", _texte(32), dans="Parametres")
    nom_fichier: str = champ("NomFic", _texte(100), dans="Parametres")
    emetteur: RecepteurRetour | None = champ("Emetteur", RecepteurRetour, default=None)
    recepteur: RecepteurRetour | None = champ("Recepteur", RecepteurRetour, default=None)


@enregistrement
class EnTeteRetour(Enregistrement):
    """EnTetePES of a Retour: beware of `CodColl`, with two l."""

    date_emission: date = champ("DteStr", types.DATE)
    codique: str = champ(
        "IdPost",
        types.motif("codique de 6 ou 7 chiffres", "02[AB][0-9]{3,4}|[0-9]{6,7}", base=False),
    )
    libelle_poste: str | None = champ("LibellePoste", _texte(38), default=None)
    identifiant_collectivite: str = champ("IdColl", _chiffres(14))
    finess: str | None = champ("FinJur", types.alphanumerique_libre(20), default=None)
    code_collectivite: str = champ("CodColl", types.alphanumerique_libre(3))
    code_budget: str = champ("CodBud", types.alphanumerique_libre(2))
    libelle_budget: str | None = champ("LibelleColBud", _texte(38), default=None)


@enregistrement
class EnTeteDepenseRetour(Enregistrement):
    """EnTeteDepense of a Retour: 01 rejet, 02 périodique, 03 stock."""

    type_restitution: str = champ("TypRestit", _texte(2))
    version: str = champ("IdVer", _chiffres(2))
    nature: str = champ("NatInf", types.code("2"))


@enregistrement
class BordereauDepenseRetour(Enregistrement):
    """BlocBordereau of the dépense."""

    exercice: int = champ("Exer", types.ANNEE)
    numero: str = champ("IdBord", _chiffres(7))
    type: str = champ("TypBord", types.codes(1, 4))


@enregistrement
class AdresseRetour(Enregistrement):
    """Adresse, as the treasury knows it."""

    type: str = champ("TypAdr", types.code("0", "1", "2"))
    adresse1: str | None = champ("Adr1", _texte(38), default=None)
    adresse2: str | None = champ("Adr2", _texte(38), default=None)
    adresse3: str | None = champ("Adr3", _texte(38), default=None)
    code_postal: str = champ("CP", _texte(5))
    ville: str = champ("Ville", _texte(38))
    est_non_resident: bool = champ("CodRes", types.BOOLEEN)
    code_pays: str | None = champ("CodPays", _chiffres(3), default=None)
    date_adresse: date | None = champ("DteAdr", types.DATE, default=None)
    est_valide: bool | None = champ("Valide", types.BOOLEEN, default=None)


@enregistrement
class CompteRetour(Enregistrement):
    """CpteBancaire: IBAN only."""

    bic: str | None = champ("BIC", types.BIC, default=None)
    iban: str = champ("IBAN", types.IBAN)
    est_valide: bool | None = champ("Valide", types.BOOLEEN, default=None)
    banque: str | None = champ("LibBanc", _texte(24), default=None)
    titulaire: str = champ("TitCpte", _texte(32))
    date_compte: date | None = champ("DteBanc", types.DATE, default=None)


@enregistrement
class TiersDepenseRetour(Enregistrement):
    """Tiers paid; `categorie` has its own code list (01 physique, 02 and 03 morale)."""

    identifiant: str | None = champ("IdTiers", _texte(80), dans=_TIERS, default=None)
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
    adresse: AdresseRetour | None = champ("Adresse", AdresseRetour, default=None)
    compte: CompteRetour | None = champ("CpteBancaire", CompteRetour, default=None)


@enregistrement
class Paiement(Enregistrement):
    """PaiementEmargement: money paid on a line."""

    origine: str = champ("OrgEma", types.codes(1, 15))
    date_reglement: date = champ("DtePay", types.DATE)
    montant: Montant = champ("MtPay", types.MONTANT_RELATIF)


@enregistrement
class CumulPaiements(Enregistrement):
    """InfoPaiement: how many payments, and their total."""

    nombre: str = champ("NbrPay", _chiffres(4))
    montant: Montant = champ("MtPayTot", types.MONTANT_RELATIF)


@enregistrement
class LiensDepenseRetour(Enregistrement):
    """LiensIdent of the dépense."""

    convention: str | None = champ("IdConv", _texte(25), default=None)
    type_convention: str | None = champ("TypConv", types.code("01", "03"), default=None)
    objet_convention: str | None = champ("ObjConv", _texte(255), default=None)
    marche: str | None = champ("IdMarche", _texte(30), default=None)
    emprunt: str | None = champ("IdEmpruntOrdo", _texte(24), default=None)
    echeance_emprunt: str | None = champ("NumEchEmprunt", _chiffres(5), default=None)
    date_echeance_emprunt: date | None = champ("DteEchEmprunt", types.DATE, default=None)
    actif: str | None = champ("IdActif", _texte(25), default=None)
    regie: str | None = champ("IdRegie", _texte(10), default=None)


@enregistrement
class LigneDepenseRetour(Enregistrement):
    """LigneDePiece of a mandat: state, reasons, payments."""

    numero: str = champ("IdLigne", _chiffres(6), dans=_LIGNE)
    etat: str = champ("EtatLigPce", types.codes_parmi((1, 10), (15, 16)), dans=_LIGNE)
    motifs: str | None = champ("ObsEtat", _texte(100), dans=_LIGNE, default=None)
    commentaire: str | None = champ("Commentaire", _texte(400), dans=_LIGNE, default=None)
    libelle_virement1: str | None = champ("LibVir1", _texte(70), dans=_LIGNE, default=None)
    libelle_virement2: str | None = champ("LibVir2", _texte(70), dans=_LIGNE, default=None)
    compte_tiers: str | None = champ("CpteTiers", _texte(12), dans=_LIGNE, default=None)
    montant_ht: Montant = champ("MtHT", types.MONTANT_RELATIF, dans=_LIGNE)
    montant_tva: Montant | None = champ("MtTVA", types.MONTANT_RELATIF, dans=_LIGNE, default=None)
    cession_opposition: str | None = champ("CessOpp", types.codes(1, 3), dans=_LIGNE, default=None)
    cumul: CumulPaiements | None = champ("InfoPaiement", CumulPaiements, dans=_BLOC, default=None)
    liens: LiensDepenseRetour | None = champ(
        "LiensIdent", LiensDepenseRetour, dans=_BLOC, default=None
    )
    tiers: TiersDepenseRetour | None = champ("Tiers", TiersDepenseRetour, default=None)
    reglements: tuple[Paiement, ...] = champ("PaiementEmargement", Paiement, default=())


@enregistrement
class PieceDepenseRetour(Enregistrement):
    """Piece of the dépense: `etat` 01 en instance, 02 prise en charge, 04 rejetée, 05 soldée."""

    code_service: str | None = champ("CodServ", _texte(10), dans=_PIECE, default=None)
    numero: str = champ("IdPce", _chiffres(13), dans=_PIECE)
    type: str = champ("TypPce", types.codes(1, 15), dans=_PIECE)
    nature: str = champ("NatPce", types.codes_parmi((1, 15), (18, 30)), dans=_PIECE)
    objet: str | None = champ("Obj", _texte(100), dans=_PIECE, default=None)
    date_prise_en_charge: date | None = champ("DtePcePec", types.DATE, dans=_PIECE, default=None)
    etat: str = champ("EtatPce", types.code("01", "02", "04", "05"), dans=_PIECE)
    motifs: str | None = champ("ObsEtat", _texte(100), dans=_PIECE, default=None)
    commentaire: str | None = champ("Commentaire", _texte(400), dans=_PIECE, default=None)
    date_rejet: date | None = champ("DtePceRej", types.DATE, dans=_PIECE, default=None)
    date_instance: date | None = champ("DtePceInst", types.DATE, dans=_PIECE, default=None)
    lignes: tuple[LigneDepenseRetour, ...] = champ(
        "LigneDePiece", LigneDepenseRetour, multiple=True
    )
