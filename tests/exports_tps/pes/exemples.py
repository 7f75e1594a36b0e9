"""Records shared by the tests of the format; names are plainly fictitious."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

from exports_tps.pes.acquit_retour import (
    DOMAINE_DEPENSE,
    DOMAINE_RECETTE,
    ElementAcquitRetour,
)
from exports_tps.pes.communs import (
    Adresse,
    CompteBancaire,
    EnTete,
    Enveloppe,
    ReferencePJ,
    VentilationMarcheDepense,
    VentilationMarcheRecette,
)
from exports_tps.pes.depense import (
    BordereauDepense,
    DelaiGlobalPaiement,
    LiensDepense,
    LigneMandat,
    Mandat,
    OperationSpecifique,
    RattachementDepense,
    TiersDepense,
    TvaHlm,
)
from exports_tps.pes.pieces_jointes import FichePJ, PieceJointe, ReferenceComptable
from exports_tps.pes.recette import (
    BordereauRecette,
    CollectiviteBeneficiaire,
    LiensRecette,
    LieuNaissance,
    LigneTitre,
    NaissanceFrance,
    PrelevementSEPA,
    RattachementRecette,
    Recouvrement,
    TiersRecette,
    Titre,
)

MOMENT = datetime(2026, 11, 22, 10, 30, tzinfo=ZoneInfo("Pacific/Noumea"))

ENVELOPPE = Enveloppe(
    version=2,
    type_fichier="PESALR2",
    nom_fichier="PESALR2_9830004000100_20261122_0001",
    emetteur_sigle="PROVINCE SUD",
    emetteur_adresse="Facturier 1.0",
)
ENTETE = EnTete(
    date_emission=date(2026, 11, 22),
    codique="988001",
    identifiant_collectivite="98300040001000",
    code_collectivite="250",
    code_budget="01",
)
ADRESSE = Adresse(
    type="1",
    adresse2="12 rue des Essais",
    code_postal="98800",
    ville="Nouméa",
    est_non_resident=False,
)
ADRESSE_A_SYDNEY = replace(
    ADRESSE,
    code_postal="99999",
    ville="Sydney NSW 2000",
    est_non_resident=True,
    code_pays="501",
)
COMPTE = CompteBancaire(
    code_etablissement="14158",
    code_guichet="01022",
    numero_compte="0123456789A",
    cle_rib="52",
    titulaire="SARL Exemple & Fils",
)
TIERS = TiersDepense(
    identifiant="0123456001",
    nature_identifiant="08",
    categorie="50",
    nature_juridique="03",
    nom="SARL Exemple & Fils",
    adresse=ADRESSE,
    compte=COMPTE,
)
REFERENCE = ReferencePJ(support="01", identifiant_unique="PJ0001", nom="facture.pdf", type="003")
LIGNE = LigneMandat(
    numero=1,
    nature="6135",
    fonction="020",
    facture="FA-2026-<17>",
    mode_reglement="03",
    est_tva_intracommunautaire=False,
    montant_ht=138750,
    montant_tva=15263,
    tiers=TIERS,
)
MANDAT = Mandat(
    numero=1042,
    type="01",
    nature="01",
    objet='Location d’engins, "œuvres" 2026',
    delai_global_paiement=DelaiGlobalPaiement(
        est_non_eligible=False,
        date_debut=date(2026, 11, 2),
        date_fin=date(2026, 12, 2),
        duree=30,
    ),
    lignes=(LIGNE,),
)
DEBITEUR = TiersRecette(
    categorie="01",
    nature_juridique="01",
    type="01",
    civilite="M",
    nom="FICTIF",
    prenom="Jean",
    adresse=ADRESSE,
)
LIGNE_TITRE = LigneTitre(
    numero=1,
    code_produit="0101",
    nature="70323",
    est_majoree=False,
    est_tva_intracommunautaire=False,
    montant_ht=25000,
    tiers=(DEBITEUR,),
)
TITRE = Titre(
    numero=77,
    type="01",
    nature="01",
    edition="04",
    objet="Occupation du domaine public",
    lignes=(LIGNE_TITRE,),
)


def mandats(nombre):
    """Yield `nombre` mandats that differ by their number."""
    return (replace(MANDAT, numero=numero) for numero in range(1, nombre + 1))


def bordereau_depense(nombre=1, **champs):
    """Return the head of a bordereau of `nombre` times the mandat of example."""
    defauts = {
        "exercice": 2026,
        "numero": 12,
        "date_emission": date(2026, 11, 22),
        "type": "01",
        "nombre_pieces": nombre,
        "cumul_annuel": 1_500_000 + nombre * 154_013,
        "montant_ht": nombre * 138_750,
        "montant_tva": nombre * 15_263,
    }
    return BordereauDepense(**(defauts | champs))


def bordereau_recette(**champs):
    """Return the head of a bordereau of the titre of example."""
    defauts = {
        "exercice": 2026,
        "numero": 7,
        "date_emission": date(2026, 11, 22),
        "type": "01",
        "nombre_pieces": 1,
        "cumul_annuel": 26_500,
        "montant_ht": 25_000,
    }
    return BordereauRecette(**(defauts | champs))


def piece_jointe(contenu=b"%PDF-1.7 exemple", **champs):
    """Return a document of `contenu`."""
    defauts = {
        "identifiant_unique": "PJ0001",
        "nom": "facture.pdf",
        "type": "003",
        "description": "Facture du fournisseur",
    }
    return PieceJointe(fiche=FichePJ(**(defauts | champs)), ouvrir=lambda: BytesIO(contenu))


LIGNE_COMPLETE = replace(
    LIGNE,
    operation="12",
    compte_analytique="A1",
    libelle_virement1="Facture 17",
    libelle_virement2="Engins",
    est_tva_importation=False,
    compte_tiers="4011",
    montant_facture_ht=140000,
    references_pj=(replace(REFERENCE, identifiant_unique="PJ0002"),),
    tva_hlm=TvaHlm(est_recuperable=False, montant_residuel=Decimal("10.50")),
    operation_specifique=OperationSpecifique(code="01", identifiant="OP1"),
    rattachement=RattachementDepense(nature="05", exercice=2026, numero_piece=12, numero_ligne="1"),
    liens=LiensDepense(convention="C1", marche="M2026-01", emprunt="E1", actif="ACT1", regie="R1"),
    ventilation_marche=VentilationMarcheDepense(
        marche="M2026-01", tranche=1, periode=2, titulaire="0123456001", avance_ht=-100
    ),
)
MANDAT_COMPLET = replace(
    MANDAT,
    code_service="DFI",
    affectation="BAT1",
    date_echeance=date(2026, 12, 2),
    references_pj=(REFERENCE,),
    pieces_papier="Devis no 4",
    est_carte_achat=False,
    delai_global_paiement=replace(
        MANDAT.delai_global_paiement,
        code_interets_moratoires="01",
        taux_interets_moratoires=Decimal("8.15"),
    ),
    lignes=(
        LIGNE_COMPLETE,
        replace(
            LIGNE,
            numero=2,
            mode_reglement="06",
            montant_ht=1,
            montant_tva=None,
            tiers=replace(
                TIERS,
                date_identifiant=date(2020, 1, 1),
                reference="F-12",
                complement_nom="Agence",
                adresse=replace(
                    ADRESSE,
                    adresse1="Bâtiment B",
                    adresse3="BP 12",
                    code_postal="99999",
                    est_non_resident=True,
                    code_pays="501",
                    date_adresse=date(2024, 2, 29),
                ),
                compte=CompteBancaire(
                    bic="BNPAFRPP",
                    iban="FR1420041010050500013M02606",
                    banque="Banque d’essai",
                    titulaire="SARL Exemple",
                    date_compte=date(2024, 1, 1),
                ),
            ),
        ),
    ),
)
TITRE_COMPLET = replace(
    TITRE,
    code_service="DFI",
    affectation="BAT1",
    date_avis=date(2026, 12, 1),
    est_impaye_regie=False,
    est_enveloppe_retour=True,
    references_pj=(REFERENCE,),
    numero_facture="F/2026-77",
    numero_marche="M2026-02",
    numero_engagement="ENG-5",
    code_service_destinataire="SRV",
    nom_service_destinataire="Service des essais",
    cadre_facturation="B1",
    lignes=(
        replace(
            LIGNE_TITRE,
            objet="Loyer du quai",
            fonction="020",
            operation="OP1",
            taux_tva=Decimal("6.00"),
            est_majoree=True,
            date_majoration=date(2026, 11, 1),
            taux_majoration=10,
            compte_tiers="4111",
            est_tva_importation=False,
            montant_tva=1_500,
            montant_non_majorable=100,
            collectivite_beneficiaire=CollectiviteBeneficiaire(
                identifiant="98300040001000", code="250", code_budget="01"
            ),
            prelevement_sepa=PrelevementSEPA(
                nature="01",
                periodicite="02",
                date_prelevement=date(2026, 12, 5),
                montant=26_500,
                sequence="01",
                date_signature=date(2026, 1, 1),
                reference_unique="RUM-1",
            ),
            rattachement=RattachementRecette(
                nature="05", exercice=2026, numero_piece=12, numero_ligne="1"
            ),
            liens=LiensRecette(convention="C1", caution="CAU1"),
            ventilation_marche=VentilationMarcheRecette(marche="M2026-02", penalite_regularisee=5),
            tiers=(
                replace(
                    DEBITEUR,
                    date_naissance=date(1980, 5, 1),
                    lieu_naissance=LieuNaissance(
                        est_ne_en_france=True,
                        france=NaissanceFrance(departement="988", commune="18"),
                    ),
                    compte=COMPTE,
                ),
            ),
            recouvrements=(
                Recouvrement(
                    type_flux="01",
                    mode_reglement="17",
                    date_recouvrement=date(2026, 11, 20),
                    encaissement=4,
                    montant=1_000,
                ),
            ),
        ),
    ),
)
PJ_ISOLEE = piece_jointe(
    references_comptables=(
        ReferenceComptable(
            domaine="01", exercice=2026, type_objet="01", identifiant="1042", complement="1"
        ),
    ),
    serveur="SRV1",
)
RETOURS_RECUS = tuple(
    ElementAcquitRetour(
        domaine=domaine,
        nom_fichier=f"PES2R_{nom}_P_250_01_988001",
        type_restitution="02",
        date_acquit=date(2026, 11, 25),
    )
    for domaine, nom in ((DOMAINE_DEPENSE, "DEP"), (DOMAINE_RECETTE, "RCE"))
)
