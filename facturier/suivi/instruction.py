"""The acts of the desk, the service and the supplier, from receipt to liquidation.

Each one walks one transition; the roles are those of the table, the rights on the object are
checked here: a service acts on its own invoices, a supplier on those of its établissements.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from facturier.acces.models import Role, ServiceGestionnaire, Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite, exiger, franchir
from facturier.commun.montants import afficher
from facturier.grand_livre.models import Compte
from facturier.suivi.appel_certification import appeler
from facturier.suivi.avoirs_de_mandat import reduction_vivante
from facturier.suivi.brouillon import exiger_droit
from facturier.suivi.etats import INSTRUITS, EtatFacture
from facturier.suivi.liquidation import Deductions, constater_rendue, etablir
from facturier.suivi.models import (
    BonCommande,
    Facture,
    MotifRetour,
    RetourFournisseur,
    ServiceFait,
    TypeAvis,
)
from facturier.suivi.notifications import prevenir
from facturier.suivi.rapprochement import exiger_place, recevoir_le_facture, verrouiller

AVANT_CERTIFICATION = frozenset({EtatFacture.RECUE, EtatFacture.EN_CERTIFICATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Retour:
    """What the supplier is told: reason, datum in question, value expected, comment."""

    motif: MotifRetour
    champ: str = ""
    valeur_attendue: str = ""
    commentaire: str = ""
    doublon_de: Facture | None = None


@transaction.atomic
def recevoir(facture: Facture, *, par: Utilisateur) -> None:
    """Acknowledge receipt at the finance desk."""
    franchir(facture, "recevoir", par=par)


@transaction.atomic
def demander_certification(facture: Facture, *, par: Utilisateur) -> None:
    """Send the invoice to its service, which is called by mail to certify the service fait.

    Raises:
        TransitionInterdite: completed after a suspension later than certification.
    """
    if facture.etat == EtatFacture.COMPLETEE and (
        facture.suspendue_depuis not in AVANT_CERTIFICATION
    ):
        raise TransitionInterdite(
            "Cette facture est déjà certifiée : elle revient à l’étape qui l’a suspendue."
        )
    franchir(facture, "demander_certification", par=par, suspendue_depuis="", affectee_a_id=None)
    appeler(facture)


@transaction.atomic
def certifier_service_fait(
    facture: Facture, *, date_service_fait: date, par: Utilisateur, commentaire: str = ""
) -> ServiceFait:
    """Attest that the delivery conforms to what was ordered (décret 2012-1246, art. 31).

    What the order had not had delivered yet is recorded as received that day.

    Raises:
        ActeInterdit: the invoice belongs to another service.
        ValidationError: the day is in the future.
    """
    exiger_service(facture, par)
    if date_service_fait > timezone.localdate():
        raise ValidationError("La date du service fait est dans l’avenir.")
    franchir(facture, "certifier_service_fait", par=par, motif=commentaire, affectee_a_id=None)
    service_fait = ServiceFait.objects.create(
        facture=facture,
        date_service_fait=date_service_fait,
        commentaire=commentaire,
        certifie_par=par,
    )
    recevoir_le_facture(service_fait)
    return service_fait


@transaction.atomic
def liquider(
    facture: Facture,
    *,
    par: Utilisateur,
    compte: str = "",
    fonction: str = "",
    deductions: Deductions | None = None,
) -> None:
    """Check the debt and fix its amount and imputation (décret 2012-1246, art. 31).

    The amount is the one invoiced, less the avoirs agreed and the deductions: a wrong amount means
    a rejection. `compte` and `fonction` come from the order unless given, `deductions` too.

    Raises:
        ValidationError: no imputation, an account the exercice does not know, or deductions that
            do not fit.
        ActeInterdit: the same person certified the service fait.
    """
    _fixer(facture, "liquider", par, compte, fonction, deductions)


@transaction.atomic
def revoir_liquidation(
    facture: Facture,
    *,
    par: Utilisateur,
    compte: str = "",
    fonction: str = "",
    deductions: Deductions | None = None,
) -> None:
    """Liquidate again an invoice that no mandat pays: another imputation, an avoir that came since.

    Raises:
        TransitionInterdite: a mandat pays the invoice.
        ValidationError, ActeInterdit: as `liquider`.
    """
    _sans_mandat(facture)
    _fixer(facture, "revoir_liquidation", par, compte, fonction, deductions)


@transaction.atomic
def solder_par_avoir(facture: Facture, *, par: Utilisateur) -> None:
    """Settle an invoice that the avoirs agreed give back in whole: no mandat, nothing to pay.

    Invoice and avoirs end together (domaine, C4, row 17); a liquidation of 0 F keeps the count.

    Raises:
        TransitionInterdite: an avoir itself, or a mandat pays the invoice.
        ValidationError: the avoirs leave something to pay.
        ActeInterdit: the same person certified the service fait.
    """
    if facture.est_avoir:
        raise TransitionInterdite("Un avoir ne se solde pas : il se déduit de sa facture.")
    _sans_mandat(facture)
    exiger(facture, "solder_par_avoir", par=par)
    _exiger_autre_personne(facture, par)
    liquidation = constater_rendue(facture, par=par)
    franchir(
        facture,
        "solder_par_avoir",
        par=par,
        motif=f"Avoirs de {afficher(liquidation.avoirs)} : rien à payer",
        montant_liquide=0,
    )
    prevenir(facture, TypeAvis.SOLDE)


def _fixer(
    facture: Facture,
    acte: str,
    par: Utilisateur,
    compte: str,
    fonction: str,
    deductions: Deductions | None,
) -> None:
    """Keep the amounts and the imputation, and carry the invoice through `acte`."""
    if facture.est_avoir:
        raise TransitionInterdite(
            "Un avoir ne se liquide pas : il se déduit de la facture qu’il corrige."
        )
    commande = facture.bon_commande
    compte = compte or (commande.compte if commande else "")
    fonction = fonction or (commande.fonction if commande else "")
    exiger(facture, acte, par=par)
    _exiger_imputation(compte, fonction)
    _exiger_autre_personne(facture, par)
    liquidation = etablir(facture, par=par, deductions=deductions)
    franchir(
        facture,
        acte,
        par=par,
        motif=f"{afficher(liquidation.net)}, compte {compte}, fonction {fonction}",
        montant_liquide=liquidation.net,
        compte=compte,
        fonction=fonction,
    )


@transaction.atomic
def suspendre(facture: Facture, retour: Retour, *, par: Utilisateur) -> RetourFournisseur:
    """Ask the supplier for a document or a precision; both clocks wait.

    Raises:
        ValidationError: the reason does not serve to suspend.
        TransitionInterdite: a mandat pays the invoice already.
    """
    _exiger_usage(retour.motif.est_de_suspension or retour.motif.est_de_litige)
    _sans_mandat(facture)
    _exiger_avoir_libre(facture)
    exiger_service(facture, par)
    depart = facture.etat
    franchir(facture, "suspendre", par=par, motif=retour.motif.libelle, suspendue_depuis=depart)
    return _retourner(facture, retour, RetourFournisseur.Nature.SUSPENSION, par)


@transaction.atomic
def completer(facture: Facture, *, reponse: str, par: Utilisateur) -> None:
    """Answer what was asked, the invoice keeping its number; the clock runs again.

    Raises:
        PermissionDenied: `par` may not act for the établissement.
        ValidationError: an empty answer without any document added since the question.
    """
    exiger_droit(facture.etablissement, par)
    retour = _retour_ouvert(facture)
    ajoutes = facture.documents.filter(depose_le__gte=retour.cree_le).exists()
    if not reponse.strip() and not ajoutes:
        raise ValidationError("Joignez la pièce demandée, ou écrivez une réponse.")
    franchir(facture, "completer", par=par, motif=reponse)
    _repondre(retour, reponse, par)


@transaction.atomic
def reprendre(facture: Facture, *, par: Utilisateur) -> None:
    """Bring a completed invoice back to the step that suspended it."""
    exiger_service(facture, par)
    franchir(
        facture, "reprendre", par=par, vers=facture.suspendue_depuis or None, suspendue_depuis=""
    )


@transaction.atomic
def reorienter(facture: Facture, retour: Retour, *, par: Utilisateur) -> RetourFournisseur:
    """Tell that the invoice reached the wrong service, or quotes the wrong order."""
    _exiger_usage(retour.motif.est_de_reorientation)
    exiger_service(facture, par)
    franchir(facture, "reorienter", par=par, motif=retour.motif.libelle)
    return _retourner(facture, retour, RetourFournisseur.Nature.REORIENTATION, par)


@transaction.atomic
def readresser(
    facture: Facture,
    *,
    par: Utilisateur,
    bon_commande: BonCommande | None = None,
    service: ServiceGestionnaire | None = None,
) -> None:
    """Give the right order or service; the invoice comes back to the desk, same number.

    Raises:
        ValidationError: neither is given, the order is not addressed to the supplier, or has not
            that much left to invoice.
    """
    if not par.a_role(Role.AGENT):
        exiger_droit(facture.etablissement, par)
    if bon_commande and (bon_commande.fournisseur_id != facture.etablissement.fournisseur_id):
        raise ValidationError("Ce bon de commande n’est pas adressé à ce fournisseur.")
    destination = bon_commande.service if bon_commande else service
    if destination is None:
        raise ValidationError("Choisissez le bon de commande, ou le service qui a commandé.")
    retour = _retour_ouvert(facture)
    if bon_commande and bon_commande.pk != facture.bon_commande_id:
        exiger_place(bon_commande, facture.montant_ttc or 0)
    motif = f"{bon_commande or 'sans bon de commande'}, {destination}"
    franchir(
        facture,
        "readresser",
        par=par,
        motif=motif,
        bon_commande_id=bon_commande.pk if bon_commande else None,
        service_id=destination.pk,
    )
    _repondre(retour, motif, par)


@transaction.atomic
def rejeter(facture: Facture, retour: Retour, *, par: Utilisateur) -> RetourFournisseur:
    """Reject for good: the supplier sends a new invoice with a new number.

    Raises:
        ValidationError: the reason does not serve to reject.
        TransitionInterdite: a live mandat pays the invoice, or an avoir under way corrects it.
    """
    _exiger_usage(retour.motif.est_de_rejet)
    exiger_service(facture, par)
    if facture.etat != EtatFacture.REJETEE_TPS:
        _sans_mandat(facture)
    _sans_avoir(facture)
    _exiger_avoir_libre(facture)
    franchir(
        facture,
        "rejeter",
        par=par,
        motif=retour.motif.libelle,
        motif_rejet_id=retour.motif.pk,
        mandat_id=None,
    )
    return _retourner(facture, retour, RetourFournisseur.Nature.REJET, par)


@transaction.atomic
def retirer(facture: Facture, *, motif: str, par: Utilisateur) -> None:
    """Withdraw an invoice before its certification, for the supplier.

    Raises:
        PermissionDenied: `par` may not act for the établissement.
        TransitionInterdite: certification has begun, or an avoir corrects the invoice.
        ValidationError: no reason given.
    """
    exiger_droit(facture.etablissement, par)
    if not motif.strip():
        raise ValidationError("Donnez le motif du retrait.")
    if facture.suspendue_depuis not in {"", EtatFacture.RECUE}:
        raise TransitionInterdite("La certification a commencé : la facture ne se retire plus.")
    _sans_avoir(facture)
    franchir(facture, "retirer", par=par, motif=motif, suspendue_depuis="")


def exiger_service(facture: Facture, par: Utilisateur) -> None:
    """Refuse someone of another service, unless finance staff.

    Raises:
        ActeInterdit: always in that case.
    """
    if not par.a_role(Role.AGENT) and par.service_id != facture.service_id:
        raise ActeInterdit("Cette facture relève d’un autre service que le vôtre.")


def motifs(nature: str) -> QuerySet[MotifRetour]:
    """Return the reasons that serve for a nature of return, in their order."""
    natures = RetourFournisseur.Nature
    filtres: dict[str, dict[str, Any]] = {
        natures.SUSPENSION: {"est_de_suspension": True},
        natures.REORIENTATION: {"est_de_reorientation": True},
        natures.REJET: {"est_de_rejet": True},
    }
    choisis = MotifRetour.objects.filter(**filtres[nature])
    if nature == natures.SUSPENSION:
        choisis |= MotifRetour.objects.filter(est_de_litige=True)
    return choisis


def _exiger_usage(convient: bool) -> None:
    if not convient:
        raise ValidationError("Ce motif ne sert pas à ce retour : choisissez-en un autre.")


def _exiger_imputation(compte: str, fonction: str) -> None:
    if not compte or not fonction:
        raise ValidationError("Indiquez le compte et la fonction d’imputation.")
    exercice = timezone.localdate().year
    connu = Compte.objects.filter(exercice=exercice, numero=compte, est_imputable=True)
    if not connu.exists():
        raise ValidationError(
            f"Le compte {compte} n’existe pas ou n’est pas imputable en {exercice}."
        )


def _exiger_autre_personne(facture: Facture, par: Utilisateur) -> None:
    """Certifying and liquidating are two duties (décret 2012-1246, art. 31)."""
    service_fait = ServiceFait.objects.filter(facture=facture).first()
    if service_fait and service_fait.certifie_par_id == par.pk and not par.est_systeme:
        raise ActeInterdit("La personne qui certifie le service fait ne liquide pas la facture.")


def _sans_mandat(facture: Facture) -> None:
    """Lock the invoice and check that no mandat pays it."""
    actuel = Facture.objects.select_for_update(of=("self",)).get(pk=facture.pk)
    if actuel.mandat_id is not None:
        raise TransitionInterdite(
            f"Le mandat {actuel.mandat.reference} paie cette facture : annulez-le d’abord."
        )


def _sans_avoir(facture: Facture) -> None:
    """Lock the invoice and check that no avoir waits to be deducted from it."""
    verrouillee = Facture.objects.select_for_update(of=("self",)).get(pk=facture.pk)
    avoir = verrouillee.avoirs.filter(etat__in=INSTRUITS).first()
    if avoir is not None:
        raise TransitionInterdite(
            f"L’avoir {avoir.numero} corrige cette facture : retirez-le ou rejetez-le d’abord."
        )


def _exiger_avoir_libre(avoir: Facture) -> None:
    """Refuse to take back an avoir already agreed, once something rests on it.

    It gave its amount back to the order, where another invoice may stand since, and a réduction
    of a mandat may be founded on it; triggers hold both rules.
    """
    if not avoir.est_avoir or avoir.etat != EtatFacture.SERVICE_FAIT:
        return
    reduction = reduction_vivante(avoir)
    if reduction is not None:
        raise TransitionInterdite(
            f"La réduction {reduction.reference} d’un mandat est fondée sur l’avoir "
            f"{avoir.numero} : annulez-la, ou attendez la réponse de la Trésorerie."
        )
    commande = avoir.bon_commande
    if commande is None:
        return
    manque = (avoir.montant_ttc or 0) - verrouiller(commande).reste()
    if manque > 0:
        raise TransitionInterdite(
            f"L’avoir {avoir.numero} a libéré {afficher(avoir.montant_ttc or 0)} sur le bon de "
            f"commande {commande.numero}, refacturés depuis : sans lui, la commande est dépassée "
            f"de {afficher(manque)}. Rejetez d’abord la nouvelle facture, ou faites augmenter la "
            "commande."
        )


def _retour_ouvert(facture: Facture) -> RetourFournisseur:
    retour: RetourFournisseur | None = (
        facture.retours.filter(repondu_le__isnull=True).select_related("motif").last()
    )
    if retour is None:
        raise TransitionInterdite("Aucune demande n’attend de réponse sur cette facture.")
    return retour


def _repondre(retour: RetourFournisseur, reponse: str, par: Utilisateur) -> None:
    retour.reponse = reponse
    retour.repondu_le = timezone.now()
    retour.repondu_par = par
    retour.save(update_fields=["reponse", "repondu_le", "repondu_par"])


def _retourner(
    facture: Facture, retour: Retour, nature: RetourFournisseur.Nature, par: Utilisateur
) -> RetourFournisseur:
    """Keep the return and tell the supplier."""
    cree: RetourFournisseur = RetourFournisseur.objects.create(
        facture=facture,
        nature=nature,
        motif=retour.motif,
        champ=retour.champ or retour.motif.champ,
        valeur_attendue=retour.valeur_attendue,
        commentaire=retour.commentaire,
        doublon_de=retour.doublon_de,
        cree_par=par,
    )
    rejet = nature == RetourFournisseur.Nature.REJET
    prevenir(facture, TypeAvis.REJET if rejet else TypeAvis.RETOUR)
    return cree
