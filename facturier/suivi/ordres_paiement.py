"""Orders to pay that no invoice asks for: the advance on an order, a guarantee given back.

Each is a mandat on an account of third parties (domaine, A5: 4091, 40171, 40471): signed, sent and
paid as any other. TypPce 11 « ordre de paiement », in bordereaux of type 03 (pes_v2, §4).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from facturier.acces.models import ServiceGestionnaire, Utilisateur
from facturier.commun.etats import TransitionInterdite
from facturier.commun.montants import afficher, appliquer_taux
from facturier.grand_livre.emission import CodesPiece, Delai, Imputation, emettre_mandat
from facturier.grand_livre.models import (
    PIECES_SANS_EFFET,
    EtatPiece,
    Mandat,
    Parametre,
    PieceJustificative,
)
from facturier.grand_livre.passation import EcritureRefusee
from facturier.suivi import beneficiaires
from facturier.suivi.liquidation import comptes
from facturier.suivi.mandatement import budget_courant, compte_paye, destinataire, exiger_agent
from facturier.suivi.models import Avance, BonCommande, LiberationGarantie, Liquidation
from fournisseurs.coordonnees import CompteIntrouvable
from fournisseurs.gel import figer_les_comptes
from fournisseurs.models import Etablissement
from fournisseurs.retenues import Dette

AVANCE = CodesPiece(type="11", nature="14")
GARANTIE = CodesPiece(type="11", nature="12")


@transaction.atomic
def verser_avance(
    commande: BonCommande,
    *,
    montant: int,
    motif: str,
    justificatifs: Sequence[PieceJustificative],
    par: Utilisateur,
) -> Avance:
    """Order the payment of an advance on `commande`; its invoices will give it back.

    Args:
        montant: whole francs, within the share of the order that `taux_avance_maximum` allows.
        motif: how it was computed, in words.
        justificatifs: its calculation and the act that grants it (domaine, A9).

    Raises:
        ActeInterdit: `par` is not finance staff.
        ValidationError: no document, no reason, too much, no account, or an opposition waits.
    """
    exiger_agent(par)
    verrouillee = BonCommande.objects.select_for_update(of=("self",)).get(pk=commande.pk)
    _exiger_actes(motif, justificatifs)
    plafond = appliquer_taux(
        verrouillee.montant_engage,
        Decimal(Parametre.objects.valeur("taux_avance_maximum", timezone.localdate())),
    )
    vivantes = Avance.objects.filter(commande=commande).exclude(mandat__etat__in=PIECES_SANS_EFFET)
    reste = plafond - vivantes.aggregate(total=Sum("montant", default=0))["total"]
    if verrouillee.est_clos or not 0 < montant <= reste:
        raise ValidationError(
            f"L’avance d’une commande ouverte est comprise entre 1 F et {afficher(max(reste, 0))} "
            f"sur {verrouillee.numero} : corrigez son montant."
        )
    mandat = _ordonner(
        verrouillee,
        etablissement=_etablissement(verrouillee),
        compte=comptes(verrouillee.compte, timezone.localdate())["avance"],
        montant=montant,
        objet=f"Avance sur le bon de commande {verrouillee.numero}",
        codes=AVANCE,
        justificatifs=justificatifs,
        par=par,
    )
    return Avance.objects.create(
        commande=verrouillee, montant=montant, mandat=mandat, motif=motif, accordee_par=par
    )


@transaction.atomic
def liberer_garantie(
    liquidation: Liquidation,
    *,
    motif: str,
    justificatifs: Sequence[PieceJustificative],
    par: Utilisateur,
) -> LiberationGarantie:
    """Give back what a mandat withheld as a guarantee: D 40171 or 40471, C 4011 or 4041.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: nothing is withheld, its mandat is not paid, or it is given back.
        ValidationError: no document, no reason, no account, or an opposition waits.
    """
    exiger_agent(par)
    liquidation = Liquidation.objects.select_for_update(of=("self",)).get(pk=liquidation.pk)
    facture = liquidation.facture
    commande = facture.bon_commande
    _exiger_actes(motif, justificatifs)
    if not liquidation.garantie or facture.mandat is None:
        raise TransitionInterdite("Aucune garantie n’est retenue par un mandat sur cette facture.")
    if facture.mandat.etat != EtatPiece.PAYEE:
        raise TransitionInterdite("La garantie se libère une fois payé le mandat qui la retient.")
    if liquidation.liberations.exclude(mandat__etat__in=PIECES_SANS_EFFET).exists():
        raise TransitionInterdite("Cette retenue de garantie est déjà libérée.")
    mandat = _ordonner(
        commande,
        etablissement=facture.etablissement,
        compte=comptes(facture.compte, facture.mandat.date_emission)["garantie"],
        montant=liquidation.garantie,
        objet=f"Retenue de garantie de la facture {facture.numero}",
        codes=GARANTIE,
        justificatifs=justificatifs,
        par=par,
        service=facture.service,
    )
    return LiberationGarantie.objects.create(
        liquidation=liquidation,
        mandat=mandat,
        motif=motif,
        liberee_le=timezone.localdate(),
        liberee_par=par,
    )


def _ordonner(
    commande: BonCommande | None,
    *,
    etablissement: Etablissement,
    compte: str,
    montant: int,
    objet: str,
    codes: CodesPiece,
    justificatifs: Sequence[PieceJustificative],
    par: Utilisateur,
    service: ServiceGestionnaire | None = None,
) -> Mandat:
    """Issue the mandat, oppositions and cessions served as on any other."""
    jour = timezone.localdate()
    fournisseur = etablissement.fournisseur
    if not fournisseur.est_actif:
        raise ValidationError("Ce fournisseur est suspendu : rien ne se mandate à son nom.")
    dette = Dette(
        etablissement=etablissement.pk,
        commande=commande.numero if commande else "",
        montant=montant,
    )
    retenues = beneficiaires.retenir_sur(fournisseur, [dette], jour)
    payes = [retenue.opposition.paye for retenue in retenues.decidees if retenue.montant]
    figer_les_comptes([fournisseur, *payes])
    try:
        mandat = emettre_mandat(
            exercice=jour.year,
            budget=budget_courant(),
            destinataire=destinataire(etablissement),
            compte=compte_paye(etablissement, jour),
            objet=objet,
            service=service or commande.service,  # type: ignore[union-attr]  # one of them is there
            imputations=[Imputation(compte=compte, montant_ht=montant, libelle=objet[:70])],
            justificatifs=[
                *justificatifs,
                *beneficiaires.documents(beneficiaires.actes(retenues)),
            ],
            cessions=beneficiaires.cessions(retenues, jour),
            delai=_delai(jour),
            date_emission=jour,
            codes=codes,
            par=par,
        )
    except (EcritureRefusee, CompteIntrouvable) as erreur:
        raise ValidationError(str(erreur)) from erreur
    beneficiaires.noter(mandat, retenues, par=par)
    return mandat


def _delai(jour: date) -> Delai:
    duree = Parametre.objects.entier("delai_mandatement_jours", jour)
    return Delai(debut=jour, fin=jour + timedelta(days=duree), duree=duree)


def _etablissement(commande: BonCommande) -> Etablissement:
    etablissement = commande.etablissement or commande.fournisseur.etablissements.first()
    if etablissement is None:
        raise ValidationError("Ce fournisseur n’a aucun établissement : complétez sa fiche.")
    return etablissement


def _exiger_actes(motif: str, justificatifs: Sequence[PieceJustificative]) -> None:
    if not motif.strip():
        raise ValidationError("Donnez le motif : le comptable le lira.")
    if not justificatifs:
        raise ValidationError(
            "Joignez l’acte qui fonde ce paiement (décret 2012-1246, article 20)."
        )
