"""Blocks shared by dépense and recette: envelope, head, address, account, reference to a PJ."""

from __future__ import annotations

from datetime import date

from exports_tps.pes import types
from exports_tps.pes.declarations import Choix, Enregistrement, champ, enregistrement
from exports_tps.pes.types import Montant

TYPE_PJ = types.codes(1, 14, largeur=3)
COMPTE_RIB_OU_IBAN = Choix(
    (
        (("CodeEtab", "CodeGuic", "IdCpte", "CleRib"), ("IdPayInt", "IdBancInt")),
        (("IBAN",), ("BIC",)),
    )
)


@enregistrement
class Recepteur(Enregistrement):
    """Who receives the file."""

    sigle: str | None = champ("Sigle", types.texte(32), default=None)
    adresse: str | None = champ("Adresse", types.texte(38), default=None)


@enregistrement
class Enveloppe(Enregistrement):
    """Who sends which file (README §3); `nom_fichier` is the key of the acquittement."""

    version: int = champ("Version", types.numero(2), dans="Parametres", exige=2)
    type_fichier: str = champ("TypFic", types.texte(32), dans="Parametres")
    nom_fichier: str = champ("NomFic", types.texte(100), dans="Parametres")
    emetteur_sigle: str = champ("Sigle", types.texte(32), dans="Emetteur")
    emetteur_adresse: str = champ("Adresse", types.texte(38), dans="Emetteur")
    recepteur: Recepteur | None = champ("Recepteur", Recepteur, default=None)


@enregistrement
class EnTete(Enregistrement):
    """EnTetePES: issue date, poste comptable, collectivité and budget."""

    date_emission: date = champ("DteStr", types.DATE)
    codique: str = champ("IdPost", types.CODIQUE)
    libelle_poste: str | None = champ("LibellePoste", types.texte(38), default=None)
    identifiant_collectivite: str = champ("IdColl", types.chiffres(14))
    finess: str | None = champ("FinJur", types.alphanumerique_libre(20), default=None)
    code_collectivite: str = champ("CodCol", types.CODE_COLLECTIVITE)
    code_budget: str = champ("CodBud", types.CODE_BUDGET)
    libelle_budget: str | None = champ("LibelleColBud", types.texte(38), default=None)


@enregistrement
class ReferencePJ(Enregistrement):
    """PJRef: the link from a pièce or a line to a document (README §5)."""

    support: str = champ("Support", types.codes(1, 3))
    identifiant_unique: str = champ("IdUnique", types.alphanumerique(50))
    nom: str | None = champ("NomPJ", types.texte(100), default=None)
    type: str | None = champ("TypePJ", TYPE_PJ, default=None)


@enregistrement
class Adresse(Enregistrement):
    """Postal address; `adresse2`, the street line, is the mandatory one."""

    type: str = champ("TypAdr", types.code("0", "1", "2"))
    adresse1: str | None = champ("Adr1", types.texte(38), default=None)
    adresse2: str = champ("Adr2", types.texte(38))
    adresse3: str | None = champ("Adr3", types.texte(38), default=None)
    code_postal: str = champ("CP", types.chiffres(5))
    ville: str = champ("Ville", types.texte(38))
    est_non_resident: bool = champ("CodRes", types.BOOLEEN)
    code_pays: str | None = champ("CodPays", types.compte(3), default=None)
    date_adresse: date | None = champ("DteAdr", types.DATE, default=None)


@enregistrement
class CompteBancaire(Enregistrement):
    """CpteBancaire: RIB or IBAN, never both."""

    CHOIX = (COMPTE_RIB_OU_IBAN,)
    pays_international: str | None = champ("IdPayInt", types.alphanumerique(4), default=None)
    banque_internationale: str | None = champ("IdBancInt", types.alphanumerique(11), default=None)
    code_etablissement: str | None = champ("CodeEtab", types.alphanumerique(5), default=None)
    code_guichet: str | None = champ("CodeGuic", types.alphanumerique_libre(5), default=None)
    numero_compte: str | None = champ("IdCpte", types.texte(11), default=None)
    cle_rib: str | None = champ("CleRib", types.chiffres(2), default=None)
    bic: str | None = champ("BIC", types.BIC, default=None)
    iban: str | None = champ("IBAN", types.IBAN, default=None)
    banque: str | None = champ("LibBanc", types.texte(24), default=None)
    titulaire: str = champ("TitCpte", types.texte(32))
    date_compte: date | None = champ("DteBanc", types.DATE, default=None)


@enregistrement
class VentilationMarcheDepense(Enregistrement):
    """VentilationMarche: amounts of a public contract, by nature."""

    marche: str = champ("IdMarche", types.texte(30))
    tranche: int | None = champ("NumeroTranche", types.numero(3), default=None)
    periode: int | None = champ("NumeroPeriode", types.numero(3), default=None)
    titulaire: str | None = champ("IdTitulaire", types.texte(80, minimum=4), default=None)
    avance_ht: Montant | None = champ("AvanceHT", types.MONTANT_RELATIF, default=None)
    avance_tva: Montant | None = champ("AvanceTVA", types.MONTANT_RELATIF, default=None)
    acompte_ht: Montant | None = champ("AcompteHT", types.MONTANT_RELATIF, default=None)
    acompte_tva: Montant | None = champ("AcompteTVA", types.MONTANT_RELATIF, default=None)
    retenue_ht: Montant | None = champ("RetenueHT", types.MONTANT_RELATIF, default=None)
    retenue_tva: Montant | None = champ("RetenueTVA", types.MONTANT_OU_ZERO, default=None)
    penalite: Montant | None = champ("Penalite", types.MONTANT_RELATIF, default=None)
    revision_ht: Montant | None = champ("RevisionHT", types.MONTANT_RELATIF, default=None)
    revision_tva: Montant | None = champ("RevisionTVA", types.MONTANT_RELATIF, default=None)
    interets_moratoires: Montant | None = champ(
        "InteretMoratoire", types.MONTANT_RELATIF, default=None
    )
    divers_ht: Montant | None = champ("DiversHT", types.MONTANT_RELATIF, default=None)
    divers_tva: Montant | None = champ("DiversTVA", types.MONTANT_RELATIF, default=None)
    avance_recuperee_ht: Montant | None = champ(
        "AvanceRecupHT", types.MONTANT_RELATIF, default=None
    )
    avance_recuperee_tva: Montant | None = champ(
        "AvanceRecupTVA", types.MONTANT_RELATIF, default=None
    )


@enregistrement
class VentilationMarcheRecette(VentilationMarcheDepense):
    """The same with what is recovered from the holder."""

    retenue_recuperee_ht: Montant | None = champ(
        "RetenueRecupHT", types.MONTANT_RELATIF, default=None
    )
    retenue_recuperee_tva: Montant | None = champ(
        "RetenueRecupTVA", types.MONTANT_RELATIF, default=None
    )
    penalite_regularisee: Montant | None = champ(
        "PenaliteRegul", types.MONTANT_RELATIF, default=None
    )
