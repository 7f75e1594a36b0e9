"""Titres de recettes: issuing one, cancelling one before it leaves."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import ServiceGestionnaire, Utilisateur
from facturier.commun.etats import franchir
from facturier.grand_livre.emission import (
    ORDINAIRE,
    REEMIS,
    CodesPiece,
    Destinataire,
    Imputation,
    emettre_titre,
)
from facturier.grand_livre.evenements import annuler_emission
from facturier.grand_livre.models import Budget, Parametre, Piece, Tiers, Titre
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.soldes import reste_du
from fournisseurs.models import Fournisseur
from telepaiement import contestations
from telepaiement.models import Produit
from telepaiement.tarifs import tarifs_du

BUDGET_PAR_DEFAUT = "principal"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandeTitre:
    """What a titre is issued from. Amounts in whole francs."""

    tiers: Tiers
    adresse_voie: str
    code_postal: str
    ville: str
    service: ServiceGestionnaire
    produit: Produit
    objet: str
    bases_liquidation: str
    montant_ht: int
    montant_tgc: int | None = None
    fonction: str = ""
    pays: str = ""
    adresse_complement: str = ""
    date_echeance: date | None = None


ADRESSE_EXIGEE = ("adresse_voie", "code_postal", "ville")
CHAMPS_ADRESSE = ("adresse_complement", "pays", *ADRESSE_EXIGEE)


def adresse_connue(tiers: Tiers) -> dict[str, str]:
    """Return the address of `tiers`: that of his fiche, else that of his last titre, or nothing.

    Who gave it once is not asked again (« dites-le-nous une seule fois »).
    """
    fiche = Fournisseur.objects.filter(tiers=tiers).first()
    source = fiche or Titre.objects.filter(tiers=tiers).order_by("-pk").first()
    if source is None:
        return {}
    return {champ: getattr(source, champ) for champ in CHAMPS_ADRESSE}


def emettre(
    demande: DemandeTitre,
    *,
    par: Utilisateur,
    le: date | None = None,
    codes: CodesPiece = ORDINAIRE,
) -> Titre:
    """Issue a titre: its account is that of its product, its amount agrees with the tariff.

    Without `date_echeance`, the payer has the days that the parameter in force allows.

    Raises:
        ValidationError: amount that the published tariff does not divide, due date in the past,
            or an account that the ledger refuses; in French.
    """
    jour = le or timezone.localdate()
    tarif = tarifs_du(jour).filter(produit=demande.produit).first()
    if tarif and demande.montant_ht % tarif.montant:
        raise ValidationError(
            {"montant_ht": f"Le montant n’est pas un multiple du tarif publié ({tarif.montant} F)."}
        )
    echeance = demande.date_echeance or _echeance(jour)
    if echeance < jour:
        raise ValidationError({"date_echeance": "L’échéance ne précède pas l’émission."})
    try:
        return _emettre(demande, par, jour, echeance, codes)
    except EcritureRefusee as erreur:
        raise ValidationError(str(erreur)) from erreur


def _emettre(
    demande: DemandeTitre, par: Utilisateur, jour: date, echeance: date, codes: CodesPiece
) -> Titre:
    return emettre_titre(
        exercice=jour.year,
        budget=Budget.objects.get(code=BUDGET_PAR_DEFAUT),
        destinataire=Destinataire(
            tiers=demande.tiers,
            adresse_complement=demande.adresse_complement,
            adresse_voie=demande.adresse_voie,
            code_postal=demande.code_postal,
            ville=demande.ville,
            pays=demande.pays,
        ),
        objet=demande.objet,
        service=demande.service,
        imputations=[
            Imputation(
                compte=demande.produit.compte,
                montant_ht=demande.montant_ht,
                montant_tgc=demande.montant_tgc or 0,
                fonction=demande.fonction,
                libelle=demande.objet,
            )
        ],
        bases_liquidation=demande.bases_liquidation,
        date_echeance=echeance,
        code_produit=demande.produit.code,
        date_emission=jour,
        codes=codes,
        par=par,
    )


@transaction.atomic
def reemettre(rejete: Piece, *, par: Utilisateur) -> Titre:
    """Issue again, as it was, a titre that the treasury rejected without blaming it.

    It has a number, a key and a due date of its own: the payer receives a new avis.

    Raises:
        ValidationError: the ledger refuses it.
    """
    jour = timezone.localdate()
    titre = Titre.objects.select_related("tiers", "service", "budget").get(pk=rejete.pk)
    lignes = titre.lignes_piece.select_related("compte").order_by("rang")
    try:
        return emettre_titre(
            exercice=jour.year,
            budget=titre.budget,
            destinataire=Destinataire(
                tiers=titre.tiers, **{champ: getattr(titre, champ) for champ in CHAMPS_ADRESSE}
            ),
            objet=titre.objet,
            service=titre.service,
            imputations=[
                Imputation(
                    compte=ligne.compte.numero,
                    montant_ht=ligne.montant_ht,
                    montant_tgc=ligne.montant_tgc,
                    fonction=ligne.fonction,
                    operation=ligne.operation,
                    libelle=ligne.libelle,
                )
                for ligne in lignes
            ],
            bases_liquidation=titre.bases_liquidation,
            date_echeance=_echeance(jour),
            code_produit=titre.code_produit,
            date_emission=jour,
            par=par,
            codes=CodesPiece(nature=REEMIS, origine=titre),
        )
    except EcritureRefusee as erreur:
        raise ValidationError(str(erreur)) from erreur


def _echeance(jour: date) -> date:
    """Return the due date that the parameter in force leaves to the payer."""
    return jour + timedelta(days=Parametre.objects.entier("echeance_titre_jours", jour))


@transaction.atomic
def annuler(titre_id: int, *, motif: str, par: Utilisateur) -> Titre:
    """Cancel a titre that no bordereau holds, and reverse its entry; who contested it is told.

    Raises:
        ValidationError: in a bordereau already, partly paid, or no reason given.
        facturier.commun.etats.TransitionInterdite: no longer `emise`.
    """
    titre: Titre = Titre.objects.select_for_update(of=("self",)).get(pk=titre_id)
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi ce titre est annulé."})
    if titre.bordereau_id is not None:
        raise ValidationError("Ce titre est dans un bordereau : il ne s’annule plus ici.")
    if reste_du(titre) != titre.montant_ttc:
        raise ValidationError("Ce titre a déjà été payé en partie : il ne s’annule plus ici.")
    franchir(titre, "annuler", par=par, motif=motif.strip())
    annuler_emission(titre, motif=motif.strip(), date_comptable=timezone.localdate(), par=par)
    contestations.suivre_annulation(titre, par=par)
    return titre
