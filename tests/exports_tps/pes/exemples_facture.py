"""The invoice of a titre as data: what its debtor receives, and one with every block."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from exports_tps.pes import facture as f
from exports_tps.pes.communs import ReferencePJ
from exports_tps.pes.pieces_jointes import FichePJ

JOUR = date(2026, 11, 22)
FICHE = FichePJ(
    identifiant_unique="PJ0006", nom="facture.xml", type="006", description="Facture du titre 77"
)
REFERENCE = ReferencePJ(support="01", identifiant_unique="PJ0006", nom="facture.xml", type="006")
ADRESSE = f.AdresseFacture(
    type="1",
    adresse2="12 rue des Essais",
    code_postal="98800",
    ville="Nouméa",
    est_non_resident=False,
)
EMETTEUR = f.EmetteurFacture(
    identite=f.IdentiteFacture(
        categorie="22", nature_juridique="09", type="20", nom="Province d'essai"
    ),
    adresse=ADRESSE,
)
DEBITEUR = f.TiersFacture(
    identite=f.IdentiteFacture(
        categorie="01", nature_juridique="01", type="01", civilite="M", nom="FICTIF", prenom="Jean"
    ),
    adresse=ADRESSE,
)
LIGNE = f.LigneFacture(
    debut=date(2026, 10, 1),
    fin=date(2026, 10, 31),
    libelle="Occupation du domaine public",
    quantite=Decimal("2.5"),
    unite1="mois",
    montant_unitaire=10_000,
    montant_ht=25_000,
    taux_tva=0,
    montant_tva=0,
    montant_ttc=25_000,
    ordre=1,
)
INDIVIDUELLE = f.FactureIndividuelle(
    date_emission=JOUR,
    numero="T-2026-77",
    debiteur=DEBITEUR,
    objet="Occupation du domaine public",
    lignes=(LIGNE,),
    total=f.TotalAPayer(montant_ht=25_000, montant_tva=0, montant_ttc=25_000),
    titre=f.ReferenceTitre(exercice=2026, numero_bordereau=7, numero_titre=77, numero_ligne=1),
    modalites_reglement="Par carte sur le site de la province, ou au guichet de la paierie",
    conditions="À payer sous trente jours",
)
FACTURE = f.Facture(
    version=1,
    annee=2026,
    date_facture=JOUR,
    emetteur=EMETTEUR,
    factures=(INDIVIDUELLE,),
    nomenclatures=f.Nomenclatures(),
)

IDENTITE = f.IdentiteFacture(
    identifiant="0123456001",
    nature_identifiant="08",
    date_identifiant=date(2020, 1, 1),
    reference="F-12",
    categorie="50",
    nature_juridique="03",
    type="01",
    civilite="M",
    nom="SARL Exemple",
    complement_nom="Agence",
    prenom="Jean",
)
COMPTE = f.CompteFacture(
    pays_international="FR",
    banque_internationale="BQ1",
    code_etablissement="14158",
    code_guichet="01022",
    numero_compte="0123456789A",
    cle_rib="52",
)
ADRESSE_COMPLETE = replace(ADRESSE, adresse1="Bâtiment B", adresse3="BP 12", code_pays="100")
TIERS = f.TiersFacture(
    identite=IDENTITE,
    complement=f.ComplementTiers(
        telephone="20 00 00",
        horaires="8 h - 12 h",
        courriel="guichet@essai.example",
        paiement_telephone=f.PaiementTelephone(
            modalites="Par carte", telephone="20 00 01", horaires="8 h - 12 h"
        ),
    ),
    adresse=ADRESSE_COMPLETE,
    compte=f.CompteFacture(
        bic="BNPAFRPP", iban="FR1420041010050500013M02606", titulaire="SARL Exemple"
    ),
)
LIGNE_ELECTRONIQUE = f.LigneElectronique(
    date_ligne=JOUR,
    quantite=1,
    unite1="u",
    quantite2=2,
    unite2="h",
    montant_unitaire=100,
    identifiant=1,
    libelle="Location",
    montant_ht=100,
    code_tva="E",
    taux_tva=0,
    motif_exoneration="TGC non due",
)
VENDEUR = {
    "raison_sociale": "Province d'essai",
    "siret": "98300040001000",
    "nom": "Service des essais",
    "cadre": "B1",
}
ELECTRONIQUE = f.DossierElectronique(
    gestionnaire=f.VendeurGestionnaire(
        **VENDEUR, adresse_electronique="factures@essai.example", lignes=(LIGNE_ELECTRONIQUE,)
    ),
    beneficiaire=f.VendeurBeneficiaire(
        **VENDEUR,
        lignes=(
            f.LigneElectronique(
                debut=JOUR,
                fin=JOUR,
                montant_base=100,
                identifiant=2,
                libelle="Base",
                montant_ht=100,
                code_tva="S",
                taux_tva=Decimal("6.00"),
            ),
            f.LigneElectronique(
                date_ligne=JOUR,
                montant_remise=10,
                identifiant=3,
                libelle="Remise",
                montant_ht=10,
                code_tva="O",
                taux_tva=0,
            ),
        ),
    ),
    acheteur=f.Acheteur(
        raison_sociale="SARL Exemple",
        siret="00000000000001",
        nom="Achats",
        adresse_electronique="achats@fournisseur.example",
        reference="REF-1",
        bon_commande="BC-2026-1",
    ),
)
PATIENT = replace(
    INDIVIDUELLE,
    lignes=(),
    total=None,
    titre=None,
    dossier_patient=f.DossierPatient(
        beneficiaire=f.Beneficiaire(
            dossier="D1",
            patient="P1",
            nom="FICTIF",
            prenom="Jean",
            date_naissance=date(1980, 5, 1),
            nir="180059900000000",
            code_risque="10",
        ),
        assure=f.AssureSoins(nom="FICTIF", prenom="Jeanne", nir="280059900000000"),
        etablissement=f.EtablissementSoins(
            nom="Clinique d'essai",
            finess_juridique="980000001",
            finess_geographique="980000002",
            siret=98300040001000,
        ),
    ),
    ligne_patient=f.LignePatient(
        debut=JOUR,
        fin=JOUR,
        libelle="Consultation",
        part_securite_sociale=10,
        part_complementaire=5,
        restant_du=15,
        avance=5,
        restant_du_apres_avance=10,
        commentaire="Sans suite",
    ),
    ormc=f.ReferenceORMC(exercice=2026, role=1, article=2, dette=3, periode="1", code_produit="01"),
)
COMPLETE = replace(
    INDIVIDUELLE,
    date_reglement=JOUR,
    debiteur=TIERS,
    destinataire=TIERS,
    lignes=(
        replace(
            LIGNE,
            code_produit="P1",
            code_nature="70323",
            unite="mois",
            quantite2=2,
            unite2="j",
            taux=Decimal("5.5"),
            ordre_edition=1,
            commentaires=("Premier", "Second"),
        ),
        replace(
            LIGNE,
            debut=None,
            fin=None,
            date_ligne=JOUR,
            quantite=None,
            unite1=None,
            montant_unitaire=None,
            montant_base=100,
        ),
        replace(LIGNE, quantite=None, unite1=None, montant_unitaire=None, montant_remise=10),
    ),
    details_tva=(f.DetailTva(taux=Decimal("6.00"), base=100, montant=6),),
    dossier_electronique=ELECTRONIQUE,
    talon=f.TalonOptique(ligne1="0123456789 A", ligne2="0123456789 B"),
    modalites_contestation="Devant le tribunal administratif, sous deux mois",
    est_recouvrement_particulier=False,
    texte_generateur="Délibération 12-2026",
    repartitions=(
        f.RepartitionBudget(code_budget="01", taux=Decimal("60.00")),
        f.RepartitionBudget(code_budget="02", montant=10_000),
    ),
)
FACTURE_COMPLETE = replace(
    FACTURE,
    sequence=1,
    type="01",
    nature="Domaine public",
    commentaire="Essai",
    emetteur=f.EmetteurFacture(
        identite=IDENTITE,
        adresse=ADRESSE_COMPLETE,
        compte=COMPTE,
        tva=f.TvaEmetteur(numero="FR00000000000", service="Recettes"),
        complement=f.ComplementEmetteur(
            telephone="20 00 00",
            a_logo=True,
            horaires="8 h - 12 h",
            code_paiement="1234567",
            courriel="recettes@essai.example",
            adresse_paiement="https://essai.example/payer",
            reference_banque="BDF1",
            code_2d="0123",
        ),
        signataire=f.SignataireFacture(
            personne=f.Personne(nom="FICTIVE", prenom="Agathe"), role="Ordonnateur"
        ),
    ),
    tiers=(TIERS,) * 2,
    factures=(COMPLETE, PATIENT),
    nomenclatures=f.Nomenclatures(
        **{
            nom: f.Nomenclature(
                description=nom, correspondances=(f.Correspondance(libelle="Un", code="1"),)
            )
            for nom in ("produits", "natures", "budgets")
        }
    ),
    repartition=f.RepartitionParNature(
        lignes=(
            f.LigneRepartition(
                libelle="Domaine", code="70323", code_fonction="020", code_budget="01", montant=100
            ),
        )
    ),
)
