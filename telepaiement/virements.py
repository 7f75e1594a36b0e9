"""Money back by bank transfer: what no card paid, or what the bank of the card refused.

An order is asked for by one, approved by another, executed by the comptable. It is posted once it
has left the bank: a movement of the statement says so, or the comptable does. A transfer that comes
back has its entry reversed, and the sum is owed back again.
"""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.banque import normaliser_bic, normaliser_iban
from facturier.commun.causes import phrase_de_la_base
from facturier.commun.etats import ActeInterdit
from facturier.grand_livre.models import Ecriture
from facturier.grand_livre.numerotation import prendre_numero
from fournisseurs.coordonnees import Compte, CompteIntrouvable
from telepaiement import execution_remboursements, remboursements, sommes_a_rendre
from telepaiement.comptes_payeurs import compte_verifie
from telepaiement.creances import verrouiller_paiement
from telepaiement.models import (
    Encaissement,
    EtatRemboursement,
    OrdreVirement,
    Remboursement,
)

PAR_LA_CARTE = (
    "Ce paiement se rembourse sur la carte qui a payé, et elle seule, tant que sa banque ne l’a "
    "pas refusé."
)


def rendable(encaissement: Encaissement) -> int:
    """Return what a transfer may give back on a payment now, in whole francs.

    As to a card: what is left of the payment, its excess first; a sale goes back whole.
    """
    if encaissement.est_annule or encaissement.mention or not _sort_de_la_carte(encaissement):
        return 0
    if remboursements.est_conteste(encaissement):
        return 0
    disponible = sommes_a_rendre.disponible(encaissement)
    if encaissement.vente_id is not None:
        return disponible if disponible == encaissement.montant else 0
    return disponible


def _sort_de_la_carte(encaissement: Encaissement) -> bool:
    """Whether no card paid, or its bank refused a refund."""
    if not encaissement.charge:
        return True
    return bool(
        encaissement.remboursements.filter(
            etat=EtatRemboursement.ECHOUE, virement__isnull=True
        ).exists()
    )


def demander(
    *,
    encaissement_id: int,
    montant: int,
    montant_disponible: int,
    motif: str,
    par: Utilisateur,
    compte: Compte | None = None,
    courriel: str = "",
) -> Remboursement:
    """Ask for a refund by transfer, for another person to approve.

    Args:
        montant: whole francs to give back.
        montant_disponible: what the page said could be; a change since is so noticed.
        compte: where the payer wants his money; unread when the debtor has a verified account.
        courriel: whom to tell when it is done, or "".

    Raises:
        ValidationError: nothing to give back so, a bad account, another amount, no reason.
    """
    try:
        with transaction.atomic():
            encaissement = verrouiller_paiement(encaissement_id)
            if not _sort_de_la_carte(encaissement):
                raise ValidationError(PAR_LA_CARTE)
            if encaissement.mention:
                raise ValidationError("Cette recette attend d’être classée : classez-la d’abord.")
            remboursements.controler(
                encaissement,
                montant,
                reste=rendable(encaissement),
                montant_disponible=montant_disponible,
                motif=motif,
            )
            ordre = _ordonner(encaissement, compte, courriel)
            return remboursements.inscrire(
                encaissement, montant, motif=motif, par=par, virement=ordre
            )
    except IntegrityError as erreur:
        raise ValidationError(phrase_de_la_base(erreur)) from erreur


def _ordonner(encaissement: Encaissement, compte: Compte | None, courriel: str) -> OrdreVirement:
    """Number an order to the verified account of the debtor, or to the one that the payer gave."""
    aujourd_hui = timezone.localdate()
    try:
        verifie = compte_verifie(encaissement, aujourd_hui)
        if verifie is not None:
            compte = Compte(verifie.iban, verifie.bic, verifie.titulaire)
        if compte is None:
            raise ValidationError("Indiquez le compte bancaire du payeur.")
        iban = normaliser_iban(compte.iban)
        bic = normaliser_bic(compte.bic) if compte.bic else ""
    except (CompteIntrouvable, ValueError) as erreur:
        raise ValidationError(str(erreur)) from erreur
    return OrdreVirement.objects.create(
        annee=aujourd_hui.year,
        numero=prendre_numero(f"ordre-virement-{aujourd_hui.year}"),
        titulaire=compte.titulaire.strip()[:32],
        iban=iban,
        bic=bic,
        est_verifie=verifie is not None,
        courriel=courriel,
    )


def executer(
    *, remboursement_id: int, jour: date, reference: str, par: Utilisateur
) -> Remboursement:
    """Say that a transfer left the bank on `jour`, under `reference`; the comptable does.

    Raises:
        ActeInterdit: `par` is not comptable.
        ValidationError: not an approved transfer, no reference, or a day to come.
    """
    if not par.a_role(Role.COMPTABLE):
        raise ActeInterdit("Seul le comptable dit qu’un virement est parti.")
    if not reference.strip():
        raise ValidationError({"reference": "Indiquez la référence du virement à la banque."})
    with transaction.atomic():
        demande = execution_remboursements.verrouiller(remboursement_id)
        if jour > timezone.localdate():
            raise ValidationError({"jour": "Ce jour n’est pas encore venu."})
        if jour < timezone.localdate(demande.demande_le):
            raise ValidationError({"jour": "Ce jour précède la demande de remboursement."})
        return constater(demande, jour=jour, motif=f"Virement {reference.strip()}"[:200], par=par)


def constater(demande: Remboursement, *, jour: date, motif: str, par: Utilisateur) -> Remboursement:
    """Post a transfer that left the bank on `jour`; called under the locks of the refund.

    Raises:
        ValidationError: it is not a transfer sent, in French.
    """
    if demande.virement is None or demande.etat != EtatRemboursement.TRANSMIS:
        raise ValidationError("Ce virement n’attend pas d’être exécuté : rechargez la page.")
    encaissement = Encaissement.objects.select_related("titre").get(pk=demande.encaissement_id)
    execution_remboursements.reussir(demande, encaissement, par, jour=jour, motif=motif)
    return demande


def lire_mouvement(
    remboursement_id: int, *, jour: date, dit: str, par: Utilisateur
) -> Ecriture | None:
    """Post a transfer that a movement of the bank tells; None when the comptable told it before.

    Args:
        dit: what the statement says of it.
    """
    demande = execution_remboursements.verrouiller(remboursement_id)
    if demande.etat != EtatRemboursement.TRANSMIS:
        return None
    return constater(demande, jour=jour, motif=dit, par=par).ecriture


def reprendre(remboursement_id: int, *, motif: str, par: Utilisateur) -> Ecriture:
    """Undo a transfer that a match had posted, which is to be asked for again.

    Returns:
        The reversal.

    Raises:
        ValidationError: the transfer came back since, which says the same.
    """
    demande = execution_remboursements.verrouiller(remboursement_id)
    if demande.etat != EtatRemboursement.REUSSI:
        raise ValidationError("Ce virement est revenu : son écriture est déjà contrepassée.")
    execution_remboursements.echouer(demande, motif, par)
    return Ecriture.objects.get(contrepasse=demande.ecriture)


@transaction.atomic
def declarer_revenu(*, remboursement_id: int, motif: str, par: Utilisateur) -> Remboursement:
    """Say that a transfer came back, or could not be made: the sum is owed back again.

    Raises:
        ActeInterdit: `par` is not comptable.
        ValidationError: no reason, or not a transfer sent.
    """
    if not par.a_role(Role.COMPTABLE):
        raise ActeInterdit("Seul le comptable dit qu’un virement est revenu.")
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi ce virement est revenu."})
    demande = execution_remboursements.verrouiller(remboursement_id)
    if demande.virement is None or demande.etat not in {
        EtatRemboursement.TRANSMIS,
        EtatRemboursement.REUSSI,
    }:
        raise ValidationError("Ce virement n’est pas parti : rechargez la page.")
    execution_remboursements.echouer(demande, motif.strip(), par)
    return demande
