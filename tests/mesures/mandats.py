"""Mandats by the thousand, the same rows as `emettre_mandat` leaves: one by one takes minutes."""

import io
import uuid
from collections.abc import Sequence
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import ServiceGestionnaire, Utilisateur
from facturier.commun import fichiers
from facturier.grand_livre.emission import VIREMENT, creer_bordereau
from facturier.grand_livre.models import (
    Bordereau,
    Budget,
    Compte,
    EtatPiece,
    LignePiece,
    Mandat,
    PassagePiece,
    PieceJustificative,
    RattachementPiece,
    SchemaComptable,
    Sens,
    SensPiece,
    Tiers,
)
from facturier.grand_livre.numerotation import prendre_numero
from facturier.grand_livre.passation import EcritureAPasser, Ligne, passer_lot
from fournisseurs.models import CoordonneesBancaires, Fournisseur

JOUR = date(2026, 11, 23)
FIN = date(2026, 12, 23)
NUMERO_COMPTE = "60612"
HT, TGC = 100_000, 11_000
IBAN = "FR7617499000000000000000118"
DOCUMENT = b"%PDF-1.4\n% facture de mesure\n"


@transaction.atomic
def bordereau_de_mandats(nombre: int, documents: int, par: Utilisateur) -> Bordereau:
    """List `nombre` new mandats of as many tiers, that share `documents` documents."""
    mandats = _emettre(nombre, par)
    _justifier(mandats, documents)
    _passer(mandats, par)
    cles = [mandat.pk for mandat in mandats]
    return creer_bordereau(sens=SensPiece.DEPENSE, pieces=cles, date_emission=JOUR, par=par)


def _emettre(nombre: int, par: Utilisateur) -> list[Mandat]:
    budget = Budget.objects.get(code="principal")
    service = ServiceGestionnaire.objects.get(code="DEFE")
    premier = prendre_numero(f"{SensPiece.DEPENSE}-{JOUR.year}-{budget.pk}", combien=nombre)
    tiers = Tiers.objects.bulk_create(
        Tiers(code=f"MESURE{numero}", nom=f"Mangrove & Fils nº {numero}")
        for numero in range(premier, premier + nombre)
    )
    _verifier_comptes(tiers, par)
    mandats: list[Mandat] = Mandat.objects.bulk_create(
        Mandat(
            sens=SensPiece.DEPENSE,
            exercice_id=JOUR.year,
            budget=budget,
            numero=numero,
            date_emission=JOUR,
            objet="Électricité des collèges & des internats",
            service=service,
            montant_ht=HT,
            montant_tgc=TGC,
            tiers=destinataire,
            nom_tiers=destinataire.nom,
            adresse_voie="1 rue Fictive",
            code_postal="98800",
            ville="Nouméa",
            mode_reglement=VIREMENT,
            iban=IBAN,
            titulaire_compte="Mangrove & Fils",
            debut_delai=JOUR,
            fin_delai=FIN,
            duree_delai=30,
        )
        for numero, destinataire in enumerate(tiers, start=premier)
    )
    compte = Compte.objects.get(exercice=JOUR.year, numero=NUMERO_COMPTE)
    LignePiece.objects.bulk_create(
        LignePiece(
            piece_id=mandat.pk,
            rang=1,
            compte=compte,
            reference_facture=f"F<{mandat.numero}>",
            montant_ht=HT,
            montant_tgc=TGC,
        )
        for mandat in mandats
    )
    PassagePiece.objects.bulk_create(
        PassagePiece(piece_id=m.pk, acte="emettre", depart="", arrivee=EtatPiece.EMISE, par=par)
        for m in mandats
    )
    return mandats


def _verifier_comptes(tiers: Sequence[Tiers], par: Utilisateur) -> None:
    """Give each tiers a verified account: who has none is not signed for."""
    fournisseurs = Fournisseur.objects.bulk_create(
        Fournisseur(
            tiers=t,
            est_creancier=True,
            adresse_voie="1 rue Fictive",
            code_postal="98800",
            ville="Nouméa",
        )
        for t in tiers
    )
    CoordonneesBancaires.objects.bulk_create(
        CoordonneesBancaires(
            fournisseur=fournisseur,
            iban=IBAN,
            titulaire="Mangrove & Fils",
            origine=CoordonneesBancaires.Origine.IMPORT,
            verifiee_par=par,
            verifiee_le=timezone.now(),
            debut=JOUR,
        )
        for fournisseur in fournisseurs
    )


def _justifier(mandats: Sequence[Mandat], nombre: int) -> None:
    """Found the mandats on `nombre` documents of the same content: one file in the store."""
    range_ = fichiers.ranger(
        io.BytesIO(DOCUMENT),
        racine=settings.DOCUMENTS_RACINE,
        taille_maximale=settings.TAILLE_MAXIMALE_DEPOT,
    )
    documents = PieceJustificative.objects.bulk_create(
        PieceJustificative(
            sha256=range_.sha256,
            taille=range_.taille,
            type_mime=range_.type_mime,
            nom=f"facture-{rang}.pdf",
            genre=PieceJustificative.Genre.FACTURE,
            identifiant=uuid.uuid4().hex,
        )
        for rang in range(nombre)
    )
    RattachementPiece.objects.bulk_create(
        RattachementPiece(piece_id=mandat.pk, justificatif=documents[rang % nombre])
        for rang, mandat in enumerate(mandats)
    )


def _passer(mandats: Sequence[Mandat], par: Utilisateur) -> None:
    journal = SchemaComptable.objects.en_vigueur("mandatement", JOUR)[0].journal_id
    passer_lot(
        EcritureAPasser(
            exercice=JOUR.year,
            journal=journal,
            date_comptable=JOUR,
            evenement="mandatement",
            libelle=f"Mandat {mandat.reference} : {mandat.objet}",
            lignes=[
                Ligne(NUMERO_COMPTE, Sens.DEBIT, HT + TGC),
                Ligne("4011", Sens.CREDIT, HT + TGC, mandat.tiers_id, mandat.pk),
            ],
            par_id=par.pk,
            cle=f"mandatement-{mandat.pk}",
        )
        for mandat in mandats
    )
