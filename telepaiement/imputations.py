"""What nothing explains in a payout: imputed to the waiting accounts, so that the rest is posted.

A provider never changes a past payout: an adjustment, a reserve, a charge of somebody else stay in
it. One person asks, another approves; a receipt then waits in 4718 and an expense in 4728, until a
later movement, the contrary of it, clears it. A receipt may prove to pay titres (`apurements`).
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet, Sum
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.causes import phrase_de_la_base
from facturier.commun.etats import ActeInterdit, franchir
from facturier.commun.montants import DEVISE, afficher
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.tresorerie import compenser_imputations
from telepaiement.models import (
    CompensationImputation,
    EtatImputation,
    EtatVersement,
    ImputationVersement,
    LigneVersement,
    MouvementImpute,
    NatureLigne,
    Versement,
)
from telepaiement.versements import comptabiliser, inexplication


def imputables(versement: Versement) -> list[LigneVersement]:
    """Return the lines that nothing explains, when they are all that keeps it from being posted."""
    if versement.etat != EtatVersement.EN_ECART or versement.devise != DEVISE:
        return []
    en_ecart = list(versement.lignes.exclude(anomalie="").order_by("pk"))
    if any(ligne.anomalie != inexplication(ligne) for ligne in en_ecart):
        return []
    sommes = versement.lignes.aggregate(
        brut=Sum("montant", default=0), commission=Sum("commission", default=0)
    )
    return en_ecart if sommes["brut"] - sommes["commission"] == versement.montant else []


def demander(*, versement_id: int, motif: str, par: Utilisateur) -> ImputationVersement:
    """Ask that each unexplained line of a payout be imputed, for another person to approve.

    Raises:
        ActeInterdit: `par` is not of the finance staff.
        ValidationError: no reason, asked for already, or something else keeps the payout apart.
    """
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("L’imputation d’un versement se demande aux finances.")
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi ces mouvements sont imputés."})
    try:
        with transaction.atomic():
            versement = _verrouiller(versement_id)
            if versement.imputations.filter(etat=EtatImputation.DEMANDEE).exists():
                raise ValidationError("Une imputation de ce versement est déjà demandée.")
            lignes = _exiger_imputables(versement)
            imputation: ImputationVersement = versement.imputations.create(
                motif=motif.strip()[:200], demande_par=par
            )
            MouvementImpute.objects.bulk_create(
                MouvementImpute(
                    imputation=imputation,
                    transaction=ligne.transaction,
                    montant=ligne.montant,
                    commission=ligne.commission,
                    explication=ligne.anomalie,
                )
                for ligne in lignes
            )
            imputation.passages.create(
                acte="demander", depart="", arrivee=imputation.etat, par=par, motif=motif.strip()
            )
            return imputation
    except IntegrityError as erreur:
        raise ValidationError(phrase_de_la_base(erreur)) from erreur


def approuver(*, imputation_id: int, par: Utilisateur) -> Versement:
    """Approve what another asked for: the payout is posted whole, its lines imputed.

    Raises:
        ActeInterdit: `par` is neither finance staff nor comptable.
        ValidationError: asked for by `par`, decided already, the lines changed since, or the
            ledger refuses.
    """
    try:
        with transaction.atomic():
            versement, imputation = _lire(imputation_id)
            if imputation.demande_par_id == par.pk:
                raise ValidationError(
                    "Vous avez demandé cette imputation : une autre personne doit l’approuver."
                )
            franchir(imputation, "approuver", par=par, motif=imputation.motif, decide_par=par)
            lignes = _exiger_imputables(versement)
            if not _est_inchangee(imputation, lignes):
                raise ValidationError(
                    "Les mouvements inexpliqués de ce versement ont changé depuis la demande : "
                    "refusez-la, puis faites-en une autre."
                )
            versement.lignes.filter(pk__in=[ligne.pk for ligne in lignes]).update(
                nature=NatureLigne.IMPUTEE, imputation=imputation, anomalie=""
            )
            return comptabiliser(versement, par=par)
    except IntegrityError as erreur:
        raise ValidationError(phrase_de_la_base(erreur)) from erreur
    except EcritureRefusee as erreur:
        raise ValidationError(str(erreur)) from erreur


@transaction.atomic
def refuser(*, imputation_id: int, motif: str, par: Utilisateur) -> ImputationVersement:
    """Refuse an imputation, with a reason; another one may be asked for.

    Raises:
        ActeInterdit: `par` is neither finance staff nor comptable.
        ValidationError: no reason, or decided already.
    """
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi cette imputation est refusée."})
    _, imputation = _lire(imputation_id)
    dit = motif.strip()[:200]
    franchir(imputation, "refuser", par=par, motif=dit, decide_par=par, motif_refus=dit)
    return imputation


def en_attente() -> QuerySet[Any]:
    """Return the lines imputed that something is left of, oldest first; of 0 F, nothing waits.

    Each has `reste`, in whole francs, of the sign of its amount.
    """
    imputees = LigneVersement.objects.filter(
        nature=NatureLigne.IMPUTEE,
        versement__in=Versement.objects.vivants(),
        compensee_au_debit__isnull=True,
        compensee_au_credit__isnull=True,
    )
    restes: QuerySet[Any] = imputees.annotate(
        reste=F("montant") - Sum("apurements__montant", default=0)
    )
    return restes.exclude(reste=0).order_by("pk")


def contraires(ligne: LigneVersement) -> QuerySet[Any]:
    """Return the lines that wait whole too, of the contrary amount: they may clear this one."""
    return en_attente().filter(montant=-ligne.montant, reste=-ligne.montant)


def compenser(
    *, ligne_id: int, contraire_id: int, motif: str, par: Utilisateur
) -> CompensationImputation:
    """Say that two lines imputed are one the contrary of the other, and post it.

    Raises:
        ActeInterdit: `par` is not the comptable.
        ValidationError: no reason, cleared already, not contrary, or the ledger refuses.
    """
    if not par.a_role(Role.COMPTABLE):
        raise ActeInterdit("Les comptes d’attente s’apurent à la Trésorerie.")
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez ce qui relie ces deux mouvements."})
    try:
        with transaction.atomic():
            deux = {
                un.pk: un
                for un in LigneVersement.objects.select_for_update(of=("self",))
                .filter(pk__in=[ligne_id, contraire_id])
                .order_by("pk")
            }
            choisie = contraires(deux[ligne_id]).filter(pk=contraire_id).first()
            if choisie is None or not _attend_entiere(ligne_id):
                raise ValidationError(
                    "Ces deux mouvements ne se compensent pas, ou l’un l’est déjà : rechargez la "
                    "page."
                )
            debit, credit = sorted(deux.values(), key=lambda un: un.montant)
            ecriture = compenser_imputations(
                montant=int(credit.montant),
                date_comptable=timezone.localdate(),
                reference=f"{credit.pk}-{debit.pk}",
                par=par,
            )
            return CompensationImputation.objects.create(
                debit=debit, credit=credit, motif=motif.strip()[:200], ecriture=ecriture, par=par
            )
    except IntegrityError as erreur:
        raise ValidationError(phrase_de_la_base(erreur)) from erreur
    except EcritureRefusee as erreur:
        raise ValidationError(str(erreur)) from erreur


def _attend_entiere(ligne_id: int) -> bool:
    return en_attente().filter(pk=ligne_id, reste=F("montant")).exists()


def dire(ligne: LigneVersement | MouvementImpute) -> str:
    """Return in French the account where a movement waits, and its amount."""
    return f"{afficher(abs(ligne.montant))} au compte {compte_d_attente(ligne.montant)}"


def compte_d_attente(montant: int) -> str:
    """Return in French the account where `montant` whole francs wait; an expense is below zero."""
    return "4718, recette à classer" if montant >= 0 else "4728, dépense à régulariser"


def _verrouiller(versement_id: int) -> Versement:
    versement: Versement = Versement.objects.select_for_update(of=("self",)).get(pk=versement_id)
    return versement


def _lire(imputation_id: int) -> tuple[Versement, ImputationVersement]:
    """Lock the payout of an imputation, then read both."""
    cle = ImputationVersement.objects.values_list("versement", flat=True).get(pk=imputation_id)
    return _verrouiller(cle), ImputationVersement.objects.get(pk=imputation_id)


def _exiger_imputables(versement: Versement) -> list[LigneVersement]:
    lignes = imputables(versement)
    if not lignes:
        raise ValidationError(
            "Rien ne s’impute dans ce versement : il est comptabilisé, ou attend autre chose qu’un "
            "mouvement inconnu."
        )
    return lignes


def _est_inchangee(imputation: ImputationVersement, lignes: list[LigneVersement]) -> bool:
    demandes = imputation.mouvements.values_list("transaction", "montant", "commission")
    return set(demandes) == {(un.transaction, un.montant, un.commission) for un in lignes}
