"""Records shared by the tests of the format; names are plainly fictitious."""

from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

from exports_tps.pes.communs import Adresse, CompteBancaire, EnTete, Enveloppe, ReferencePJ
from exports_tps.pes.depense import (
    BordereauDepense,
    DelaiGlobalPaiement,
    LigneMandat,
    Mandat,
    TiersDepense,
)
from exports_tps.pes.pieces_jointes import FichePJ, PieceJointe
from exports_tps.pes.recette import BordereauRecette, LigneTitre, TiersRecette, Titre

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
        "cumul_annuel": 25_000,
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
