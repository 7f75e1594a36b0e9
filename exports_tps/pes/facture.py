"""PES_Facture: the invoice that the debtor of a titre receives, as data (README §3 and §5).

It normally travels inside a PES_PJ, type 006 (`flux.facture_jointe`).
"""

from __future__ import annotations

from datetime import date

from exports_tps.pes import types
from exports_tps.pes.communs import COMPTE_RIB_OU_IBAN
from exports_tps.pes.declarations import Choix, Enregistrement, champ, enregistrement
from exports_tps.pes.depense import CATEGORIES_TIERS, NATURES_IDENTIFIANT, NATURES_JURIDIQUES
from exports_tps.pes.recette import TYPES_TIERS
from exports_tps.pes.types import Montant

_PERIODE = Choix(((("Date",), ()), (("DateDebut", "DateFin"), ())))


def _quantite_ou_base(quantite: str) -> Choix:
    """A quantity at a price, a base, or a rebate; the tag of the quantity differs by line."""
    prix = ((quantite, "MtUnitaire"), ("Unite1", "Quantite2", "Unite2"))
    return Choix((prix, (("MtBase",), ()), (("MtRemise",), ())))


@enregistrement
class AdresseFacture(Enregistrement):
    """Adresse of a PES_Facture: no line is mandatory."""

    type: str = champ("TypAdr", types.code("0", "1", "2"))
    adresse1: str | None = champ("Adr1", types.texte(38), default=None)
    adresse2: str | None = champ("Adr2", types.texte(38), default=None)
    adresse3: str | None = champ("Adr3", types.texte(38), default=None)
    code_postal: str = champ("CP", types.texte(5))
    ville: str = champ("Ville", types.texte(38))
    est_non_resident: bool = champ("CodRes", types.BOOLEEN)
    code_pays: str | None = champ("CodPays", types.compte(3), default=None)


@enregistrement
class CompteFacture(Enregistrement):
    """CpteBancaire of a PES_Facture: RIB or IBAN, the holder optional."""

    CHOIX = (COMPTE_RIB_OU_IBAN,)
    pays_international: str | None = champ("IdPayInt", types.alphanumerique(4), default=None)
    banque_internationale: str | None = champ("IdBancInt", types.alphanumerique(11), default=None)
    code_etablissement: str | None = champ("CodeEtab", types.alphanumerique(5), default=None)
    code_guichet: str | None = champ("CodeGuic", types.alphanumerique_libre(5), default=None)
    numero_compte: str | None = champ("IdCpte", types.texte(11), default=None)
    cle_rib: str | None = champ("CleRib", types.chiffres(2), default=None)
    bic: str | None = champ("BIC", types.BIC, default=None)
    iban: str | None = champ("IBAN", types.IBAN, default=None)
    titulaire: str | None = champ("TitCpte", types.texte(32), default=None)


@enregistrement
class IdentiteFacture(Enregistrement):
    """InfoTiers of a PES_Facture."""

    identifiant: str | None = champ("IdTiers", types.alphanumerique(18), default=None)
    nature_identifiant: str | None = champ("NatIdTiers", NATURES_IDENTIFIANT, default=None)
    date_identifiant: date | None = champ("DteIdTiers", types.DATE, default=None)
    reference: str | None = champ("RefTiers", types.texte(30), default=None)
    categorie: str = champ("CatTiers", CATEGORIES_TIERS)
    nature_juridique: str = champ("NatJur", NATURES_JURIDIQUES)
    type: str = champ("TypTiers", TYPES_TIERS)
    civilite: str | None = champ("Civilite", types.texte(10), default=None)
    nom: str = champ("Nom", types.texte(38))
    complement_nom: str | None = champ("ComplNom", types.texte(38), default=None)
    prenom: str | None = champ("Prenom", types.texte(38), default=None)


@enregistrement
class PaiementTelephone(Enregistrement):
    """PaiementTel."""

    modalites: str = champ("ModalitesPaiTel", types.texte(27))
    telephone: str = champ("NumTel3", types.texte(20))
    horaires: str = champ("HorairesOuv3", types.texte(38))


@enregistrement
class ComplementTiers(Enregistrement):
    """InfoSupplTiers."""

    telephone: str | None = champ("NumTel2", types.texte(20), default=None)
    horaires: str | None = champ("HorairesOuv2", types.texte(38), default=None)
    courriel: str | None = champ("AdresseMelCFP", types.texte(60), default=None)
    paiement_telephone: PaiementTelephone | None = champ(
        "PaiementTel", PaiementTelephone, default=None
    )


@enregistrement
class TiersFacture(Enregistrement):
    """A person of a PES_Facture: debtor, addressee, centre of payment."""

    identite: IdentiteFacture = champ("InfoTiers", IdentiteFacture)
    complement: ComplementTiers | None = champ("InfoSupplTiers", ComplementTiers, default=None)
    adresse: AdresseFacture | None = champ("Adresse", AdresseFacture, default=None)
    compte: CompteFacture | None = champ("CpteBancaire", CompteFacture, default=None)


@enregistrement
class TvaEmetteur(Enregistrement):
    """InfoTVAEmetteur."""

    numero: str | None = champ("NumTVA", types.texte(24), default=None)
    service: str | None = champ("Service", types.texte(24), default=None)


@enregistrement
class ComplementEmetteur(Enregistrement):
    """InfoSuppl: what the reader of the invoice finds to call, to write, to pay online."""

    telephone: str | None = champ("NumTel", types.texte(20), default=None)
    a_logo: bool | None = champ("LogoColl", types.BOOLEEN, default=None)
    horaires: str | None = champ("HorairesOuv", types.texte(38), default=None)
    code_paiement: str | None = champ("CodeTipi", types.chiffres(7), default=None)
    courriel: str | None = champ("AdresseMelEmetteur", types.texte(50), default=None)
    adresse_paiement: str | None = champ("AdrTipi", types.texte(200), default=None)
    reference_banque: str | None = champ("RefBdf", types.alphanumerique(13), default=None)
    code_2d: str | None = champ("InfoCode2D", types.texte(64), default=None)


@enregistrement
class Personne(Enregistrement):
    """Personne who signs."""

    nom: str = champ("Nom", types.texte(38))
    prenom: str = champ("Prenom", types.texte(38))


@enregistrement
class SignataireFacture(Enregistrement):
    """Signataire."""

    personne: Personne = champ("Personne", Personne)
    role: str = champ("Role", types.texte(50))


@enregistrement
class EmetteurFacture(Enregistrement):
    """Emetteur of a PES_Facture."""

    identite: IdentiteFacture = champ("InfoTiers", IdentiteFacture)
    adresse: AdresseFacture | None = champ("Adresse", AdresseFacture, default=None)
    compte: CompteFacture | None = champ("CptBancaire", CompteFacture, default=None)
    tva: TvaEmetteur | None = champ("InfoTVAEmetteur", TvaEmetteur, default=None)
    complement: ComplementEmetteur | None = champ("InfoSuppl", ComplementEmetteur, default=None)
    signataire: SignataireFacture | None = champ("Signataire", SignataireFacture, default=None)


@enregistrement
class LigneFacture(Enregistrement):
    """LigneFacture: one product; a quantity at a price, a base, or a rebate."""

    CHOIX = (
        _PERIODE,
        _quantite_ou_base("Quantite"),
    )
    date_ligne: date | None = champ("Date", types.DATE, default=None)
    debut: date | None = champ("DateDebut", types.DATE, default=None)
    fin: date | None = champ("DateFin", types.DATE, default=None)
    code_produit: str | None = champ("CodeProduit", types.texte(24), default=None)
    code_nature: str | None = champ("CodeNature", types.texte(24), default=None)
    libelle: str = champ("Libelle", types.texte(200))
    unite: str | None = champ("Unite", types.texte(38), default=None)
    quantite: Montant | None = champ("Quantite", types.QUANTITE, default=None)
    unite1: str | None = champ("Unite1", types.texte(5), default=None)
    quantite2: Montant | None = champ("Quantite2", types.QUANTITE, default=None)
    unite2: str | None = champ("Unite2", types.texte(5), default=None)
    montant_unitaire: Montant | None = champ("MtUnitaire", types.MONTANT, default=None)
    montant_base: Montant | None = champ("MtBase", types.MONTANT, default=None)
    montant_remise: Montant | None = champ("MtRemise", types.MONTANT, default=None)
    taux: Montant | None = champ("Taux", types.TAUX, default=None)
    montant_ht: Montant = champ("MtHT", types.MONTANT)
    taux_tva: Montant = champ("TauxTVA", types.TAUX_OU_ZERO)
    montant_tva: Montant = champ("MtTVA", types.MONTANT_OU_ZERO)
    montant_ttc: Montant = champ("MtTTC", types.MONTANT)
    ordre: int = champ("Ordre", types.numero(3))
    ordre_edition: int | None = champ("OrdreEdition", types.numero(3), default=None)
    commentaires: tuple[str, ...] = champ("Commentaire", types.texte(100), default=())


@enregistrement
class DetailTva(Enregistrement):
    """DetailTVA: one rate."""

    taux: Montant = champ("TauxTVA", types.TAUX_OU_ZERO)
    base: Montant = champ("MtBaseHT", types.MONTANT)
    montant: Montant = champ("MtTVA", types.MONTANT_OU_ZERO)


@enregistrement
class TotalAPayer(Enregistrement):
    """TotalAPayer."""

    montant_ht: Montant = champ("MtTotalHT", types.MONTANT)
    montant_tva: Montant = champ("MtTotalTVA", types.MONTANT_OU_ZERO)
    montant_ttc: Montant = champ("MtTotalTTC", types.MONTANT)


@enregistrement
class LigneElectronique(Enregistrement):
    """LigneFElectronique."""

    CHOIX = (
        _PERIODE,
        _quantite_ou_base("Quantite1"),
    )
    date_ligne: date | None = champ("Date", types.DATE, default=None)
    debut: date | None = champ("DateDebut", types.DATE, default=None)
    fin: date | None = champ("DateFin", types.DATE, default=None)
    quantite: Montant | None = champ("Quantite1", types.QUANTITE, default=None)
    unite1: str | None = champ("Unite1", types.texte(5), default=None)
    quantite2: Montant | None = champ("Quantite2", types.QUANTITE, default=None)
    unite2: str | None = champ("Unite2", types.texte(5), default=None)
    montant_unitaire: Montant | None = champ("MtUnitaire", types.MONTANT, default=None)
    montant_base: Montant | None = champ("MtBase", types.MONTANT, default=None)
    montant_remise: Montant | None = champ("MtRemise", types.MONTANT, default=None)
    identifiant: int = champ("IdentifiantLigneFacture", types.numero(3))
    libelle: str = champ("Libelle", types.texte(255))
    montant_ht: Montant = champ("MtHT", types.MONTANT)
    code_tva: str = champ("CodeTypeTVA", types.code("S", "E", "O"))
    taux_tva: Montant = champ("TauxTVA", types.TAUX_OU_ZERO)
    motif_exoneration: str | None = champ("MotifExoTVA", types.texte(30), default=None)


@enregistrement
class VendeurBeneficiaire(Enregistrement):
    """VendeurBeneficiaire."""

    raison_sociale: str = champ("RSVendeur", types.texte(99))
    siret: str = champ("IdentifiantSIRET", types.texte(14))
    nom: str = champ("NomVendeur", types.texte(38))
    cadre: str = champ("CadreFacturationVendeur", types.code("B1", "S1"))
    lignes: tuple[LigneElectronique, ...] = champ(
        "LigneFElectronique", LigneElectronique, multiple=True
    )


@enregistrement
class VendeurGestionnaire(Enregistrement):
    """VendeurGestionnaire."""

    raison_sociale: str = champ("RSVendeur", types.texte(99))
    siret: str = champ("IdentifiantSIRET", types.texte(14))
    nom: str = champ("NomVendeur", types.texte(38))
    adresse_electronique: str = champ("AdrElectronique", types.texte(125))
    cadre: str = champ("CadreFacturationVendeur", types.code("B1", "S1"))
    lignes: tuple[LigneElectronique, ...] = champ(
        "LigneFElectronique", LigneElectronique, multiple=True
    )


@enregistrement
class Acheteur(Enregistrement):
    """Acheteur."""

    raison_sociale: str = champ("RSAcheteur", types.texte(99))
    siret: str = champ("IdentifiantSIRET", types.texte(14))
    nom: str | None = champ("NomAcheteur", types.texte(38), default=None)
    adresse_electronique: str = champ("AdrElectronique", types.texte(125))
    reference: str | None = champ("ReferenceAcheteur", types.texte(30), default=None)
    bon_commande: str | None = champ("IdBonCommande", types.texte(20), default=None)


@enregistrement
class DossierElectronique(Enregistrement):
    """DossierFElectronique."""

    gestionnaire: VendeurGestionnaire = champ("VendeurGestionnaire", VendeurGestionnaire)
    beneficiaire: VendeurBeneficiaire | None = champ(
        "VendeurBeneficiaire", VendeurBeneficiaire, default=None
    )
    acheteur: Acheteur = champ("Acheteur", Acheteur)


@enregistrement
class Beneficiaire(Enregistrement):
    """Beneficiaire of a stay in hospital."""

    dossier: str = champ("NumDossier", types.alphanumerique(20))
    patient: str | None = champ("NumPatient", types.alphanumerique(20), default=None)
    nom: str = champ("NomBeneficiaire", types.texte(38))
    prenom: str | None = champ("PrenomBeneficiaire", types.texte(38), default=None)
    date_naissance: date | None = champ("DteNaissanceBeneficiaire", types.DATE, default=None)
    nir: str | None = champ("NIRBeneficiaire", types.alphanumerique(15), default=None)
    code_risque: str | None = champ("CodeRisque", types.alphanumerique(2), default=None)


@enregistrement
class AssureSoins(Enregistrement):
    """Assure."""

    nom: str = champ("NomAssure", types.texte(38))
    prenom: str | None = champ("PrenomAssure", types.texte(38), default=None)
    nir: str = champ("NIRAssure", types.alphanumerique(15))


@enregistrement
class EtablissementSoins(Enregistrement):
    """EtabSoins."""

    nom: str = champ("NomEtabSoins", types.texte(38))
    finess_juridique: str = champ("FinJurEtabSoins", types.texte(20))
    finess_geographique: str = champ("FinGeoEtabSoins", types.alphanumerique(20))
    siret: int = champ("SiretEtabSoins", types.numero(14))


@enregistrement
class DossierPatient(Enregistrement):
    """DossierPatient (hospitals)."""

    beneficiaire: Beneficiaire = champ("Beneficiaire", Beneficiaire)
    assure: AssureSoins | None = champ("Assure", AssureSoins, default=None)
    etablissement: EtablissementSoins = champ("EtabSoins", EtablissementSoins)


@enregistrement
class LignePatient(Enregistrement):
    """LigneFacturePatient (hospitals)."""

    CHOIX = (Choix(((("MtAvance", "MtRestantDuApresAvance"), ()),), est_obligatoire=False),)
    debut: date = champ("DateDebut", types.DATE)
    fin: date = champ("DateFin", types.DATE)
    libelle: str = champ("LibellePresta", types.texte(200))
    part_securite_sociale: Montant | None = champ("MtPecSecu", types.MONTANT_OU_ZERO, default=None)
    part_complementaire: Montant | None = champ("MtPecCompl", types.MONTANT_OU_ZERO, default=None)
    restant_du: Montant = champ("MtRestantDu", types.MONTANT_OU_ZERO)
    avance: Montant | None = champ("MtAvance", types.MONTANT_OU_ZERO, default=None)
    restant_du_apres_avance: Montant | None = champ(
        "MtRestantDuApresAvance", types.MONTANT_OU_ZERO, default=None
    )
    commentaire: str | None = champ("CommentaireHop", types.texte(140), default=None)


@enregistrement
class ReferenceTitre(Enregistrement):
    """RefTitre: the titre that the invoice asks to pay."""

    exercice: int = champ("Exercice", types.ANNEE)
    numero_bordereau: int = champ("NumBordereau", types.numero(7))
    numero_titre: int = champ("NumTitre", types.numero(13))
    numero_ligne: int = champ("NumLigne", types.numero(6))


@enregistrement
class ReferenceORMC(Enregistrement):
    """RefORMC."""

    exercice: int = champ("Exercice", types.ANNEE)
    role: int = champ("NumRole", types.numero(7))
    article: int = champ("NumArticle", types.numero(8))
    dette: int = champ("NumDette", types.numero(15))
    periode: str = champ("Per", types.chiffres(1))
    code_produit: str = champ("CodProdLoc", types.alphanumerique(2))


@enregistrement
class TalonOptique(Enregistrement):
    """TalonOptique2Lignes."""

    ligne1: str = champ("Ligne1", types.TALON_OPTIQUE)
    ligne2: str = champ("Ligne2", types.TALON_OPTIQUE)


@enregistrement
class RepartitionBudget(Enregistrement):
    """RepartitionBudget: a share of one budget, by rate or by amount."""

    CHOIX = (Choix(((("Taux",), ()), (("Mt",), ()))),)
    code_budget: str = champ("CodeBudget", types.texte(24))
    taux: Montant | None = champ("Taux", types.TAUX, default=None)
    montant: Montant | None = champ("Mt", types.MONTANT, default=None)


@enregistrement
class FactureIndividuelle(Enregistrement):
    """FactureIndiv: what one debtor is asked to pay, and how."""

    CHOIX = (
        Choix(
            (
                (("LigneFacture", "TotalAPayer"), ("DetailTVA", "DossierFElectronique")),
                (("DossierPatient", "LigneFacturePatient"), ()),
            )
        ),
        Choix(((("RefTitre",), ()), (("RefORMC",), ())), est_obligatoire=False),
    )
    date_emission: date = champ("DateEmission", types.DATE)
    date_reglement: date | None = champ("DateReglement", types.DATE, default=None)
    numero: str = champ("NumeroFacture", types.texte(50))
    debiteur: TiersFacture = champ("Debiteur", TiersFacture)
    destinataire: TiersFacture | None = champ("Destinataire", TiersFacture, default=None)
    objet: str = champ("Objet", types.texte(160))
    lignes: tuple[LigneFacture, ...] = champ("LigneFacture", LigneFacture, default=())
    details_tva: tuple[DetailTva, ...] = champ("DetailTVA", DetailTva, default=())
    total: TotalAPayer | None = champ("TotalAPayer", TotalAPayer, default=None)
    dossier_electronique: DossierElectronique | None = champ(
        "DossierFElectronique", DossierElectronique, default=None
    )
    dossier_patient: DossierPatient | None = champ("DossierPatient", DossierPatient, default=None)
    ligne_patient: LignePatient | None = champ("LigneFacturePatient", LignePatient, default=None)
    titre: ReferenceTitre | None = champ("RefTitre", ReferenceTitre, default=None)
    ormc: ReferenceORMC | None = champ("RefORMC", ReferenceORMC, default=None)
    talon: TalonOptique | None = champ("TalonOptique2Lignes", TalonOptique, default=None)
    modalites_reglement: str = champ("ModalitesReglement", types.texte(250))
    modalites_contestation: str | None = champ(
        "ModalitesContestation", types.texte(420), default=None
    )
    est_recouvrement_particulier: bool | None = champ(
        "ModeRecouvrement", types.BOOLEEN, default=None
    )
    texte_generateur: str | None = champ("TexteGenerateur", types.texte(160), default=None)
    conditions: str = champ("ConditionsGen", types.texte(250))
    repartitions: tuple[RepartitionBudget, ...] = champ(
        "RepartitionBudget", RepartitionBudget, default=()
    )


@enregistrement
class Correspondance(Enregistrement):
    """Correspondance of a code and its label."""

    libelle: str = champ("Libelle", types.texte(100))
    code: str = champ("Code", types.texte(24))


@enregistrement
class Nomenclature(Enregistrement):
    """One nomenclature."""

    description: str = champ("Description", types.texte(100))
    correspondances: tuple[Correspondance, ...] = champ(
        "Correspondance", Correspondance, multiple=True
    )


@enregistrement
class Nomenclatures(Enregistrement):
    """Nomenclatures: mandatory, and may be empty."""

    produits: Nomenclature | None = champ("NomenclatureProduit", Nomenclature, default=None)
    natures: Nomenclature | None = champ("NomenclatureNature", Nomenclature, default=None)
    budgets: Nomenclature | None = champ("NomenclatureBudget", Nomenclature, default=None)


@enregistrement
class LigneRepartition(Enregistrement):
    """Repartition: the amount of one nature."""

    libelle: str = champ("Libelle", types.texte(100))
    code: str = champ("Code", types.texte(24))
    code_fonction: str | None = champ("CodeFonction", types.texte(24), default=None)
    code_budget: str | None = champ("CodeBudget", types.texte(24), default=None)
    montant: Montant = champ("Mt", types.MONTANT)


@enregistrement
class RepartitionParNature(Enregistrement):
    """RepartitionParNature."""

    lignes: tuple[LigneRepartition, ...] = champ("Repartition", LigneRepartition, multiple=True)


@enregistrement
class Facture(Enregistrement):
    """PES_Facture."""

    version: int = champ("IdVer", types.numero(2))
    annee: int = champ("Annee", types.ANNEE)
    sequence: int | None = champ("NumSequence", types.numero(4), default=None)
    type: str | None = champ("TypeFact", types.codes(1, 13), default=None)
    date_facture: date = champ("Date", types.DATE)
    nature: str | None = champ("NatFacture", types.texte(37), default=None)
    commentaire: str | None = champ("CommentaireLibre", types.texte(300), default=None)
    emetteur: EmetteurFacture = champ("Emetteur", EmetteurFacture)
    tiers: tuple[TiersFacture, ...] = champ("Tiers", TiersFacture, default=(), maximum=12)
    factures: tuple[FactureIndividuelle, ...] = champ(
        "FactureIndiv", FactureIndividuelle, multiple=True
    )
    nomenclatures: Nomenclatures = champ("Nomenclatures", Nomenclatures)
    repartition: RepartitionParNature | None = champ(
        "RepartitionParNature", RepartitionParNature, default=None
    )
