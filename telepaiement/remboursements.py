"""Money back: asked for by one, approved by another (telepaiement.md, §8.6).

It goes to the card that paid; what goes by transfer is in `virements`, what may be given back in
`sommes_a_rendre`, and what the gateway then does in `execution_remboursements`.
"""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from facturier.acces.models import Utilisateur
from facturier.commun.causes import phrase_de_la_base
from facturier.commun.montants import afficher
from facturier.grand_livre.corrections import mandats_qui_rendent
from telepaiement import comptes_payeurs
from telepaiement.creances import verrouiller_paiement
from telepaiement.execution_remboursements import avancer, transmettre, verrouiller
from telepaiement.models import (
    ETATS_REPRIS,
    Encaissement,
    LigneRegularisee,
    OrdreVirement,
    Remboursement,
)
from telepaiement.sommes_a_rendre import disponible

SANS_CARTE = (
    "Seul un paiement par carte passé par le prestataire se rend sur la carte. Les autres se "
    "rendent par ordre de virement."
)
CHANGE = (
    "La somme remboursable a changé depuis l’affichage de la page : il reste {reste}. "
    "Vérifiez le montant, puis recommencez."
)


def _refuser_deja_rendu(encaissement: Encaissement, reste: int) -> None:
    if reste > 0:
        return
    mandats = mandats_qui_rendent(encaissement.titre_id) if encaissement.titre_id else []
    if mandats:
        cites = ", ".join(mandat.reference for mandat in mandats)
        raise ValidationError(
            f"Ce qui a été payé sur ce titre est déjà rendu au débiteur par mandat ({cites}), au "
            "compte 673 : ne le remboursez pas. Si ce mandat ne doit pas partir, annulez-le "
            "d’abord."
        )
    raise ValidationError("Tout ce qui a été payé ici est déjà rendu, ou va l’être.")


def demander(
    *, encaissement_id: int, montant: int, montant_disponible: int, motif: str, par: Utilisateur
) -> Remboursement:
    """Ask for a refund, for another person to approve.

    Args:
        montant: whole francs to give back.
        montant_disponible: what the page said could be given back; another refund made since is
            so noticed before anything is decided twice.

    Raises:
        ValidationError: not a card payment, contested, more than what is left, or no reason.
    """
    try:
        with transaction.atomic():
            encaissement = verrouiller_paiement(encaissement_id)
            if not encaissement.charge:
                raise ValidationError(SANS_CARTE)
            controler(
                encaissement,
                montant,
                reste=disponible(encaissement),
                montant_disponible=montant_disponible,
                motif=motif,
            )
            return inscrire(encaissement, montant, motif=motif, par=par)
    except IntegrityError as erreur:
        raise ValidationError(phrase_de_la_base(erreur)) from erreur


def inscrire(
    encaissement: Encaissement,
    montant: int,
    *,
    motif: str,
    par: Utilisateur,
    virement: OrdreVirement | None = None,
) -> Remboursement:
    """Keep a refund asked for, once `controler` let it pass: by `virement`, or to the card."""
    remboursement: Remboursement = Remboursement.objects.create(
        encaissement=encaissement,
        virement=virement,
        montant=montant,
        motif=motif.strip()[:200],
        demande_par=par,
    )
    remboursement.passages.create(
        acte="demander", depart="", arrivee=remboursement.etat, par=par, motif=motif.strip()
    )
    return remboursement


def controler(
    encaissement: Encaissement, montant: int, *, reste: int, montant_disponible: int, motif: str
) -> None:
    """Refuse what may not be given back on a payment, of which `reste` francs still may.

    Raises:
        ValidationError: cancelled, contested, given back already, another amount than the page
            said (`montant_disponible`), more than `reste`, no reason, or a sale in part.
    """
    if encaissement.est_annule:
        raise ValidationError("Ce paiement est annulé : rien n’en est à rendre.")
    _refuser_conteste(encaissement)
    _refuser_deja_rendu(encaissement, reste)
    if reste != montant_disponible:
        raise ValidationError(CHANGE.format(reste=afficher(reste)))
    if not 0 < montant <= reste:
        raise ValidationError(
            {"montant": f"Le montant va de 1 F à {afficher(reste)}, ce qui reste de ce paiement."}
        )
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi cette somme est rendue."})
    _controler_vente(encaissement, montant)


def _controler_vente(encaissement: Encaissement, montant: int) -> None:
    """A sale goes back whole, before its titre: the titre would bear what is no longer sold."""
    if encaissement.vente_id is None:
        return
    if montant != encaissement.montant:
        raise ValidationError({"montant": "Une vente au comptant se rend entière."})
    regularisee = LigneRegularisee.objects.filter(ligne__vente=encaissement.vente_id)
    ligne = regularisee.select_related("regularisation__titre").first()
    if ligne is not None:
        raise ValidationError(
            f"Cette vente est déjà régularisée par le titre {ligne.regularisation.titre.reference} "
            ": faites réduire ce titre ; la somme se rend par ordre de virement."
        )


def est_conteste(encaissement: Encaissement) -> bool:
    """Whether the bank took the money of a payment back, or is asked to: nothing is given back."""
    return bool(encaissement.litiges.filter(etat__in=ETATS_REPRIS).exists())


def _refuser_conteste(encaissement: Encaissement) -> None:
    if est_conteste(encaissement):
        raise ValidationError(
            "Le payeur conteste ce paiement auprès de sa banque : il ne se rembourse pas, la "
            "banque a déjà repris la somme."
        )


def approuver(*, remboursement_id: int, par: Utilisateur) -> Remboursement:
    """Approve a refund asked for by another, and send it.

    Raises:
        ValidationError: asked for by `par`, contested since, or no longer to approve.
        facturier.commun.etats.ActeInterdit: `par` lacks the role.
    """
    with transaction.atomic():
        remboursement = verrouiller(remboursement_id)
        if remboursement.demande_par_id == par.pk:
            raise ValidationError(
                "Vous avez demandé ce remboursement : un autre agent doit l’approuver."
            )
        _refuser_conteste(remboursement.encaissement)
        comptes_payeurs.controler_compte(remboursement)
        avancer(remboursement, "approuver", par, approuve_par=par)
    return transmettre(remboursement, par=par)


@transaction.atomic
def refuser(*, remboursement_id: int, motif: str, par: Utilisateur) -> Remboursement:
    """Refuse a refund, with a reason.

    Raises:
        ValidationError: no reason, or no longer to approve.
    """
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi ce remboursement est refusé."})
    remboursement = verrouiller(remboursement_id)
    avancer(remboursement, "refuser", par, motif=motif.strip())
    return remboursement
