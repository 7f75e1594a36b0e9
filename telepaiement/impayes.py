"""What the bank takes back from the account: an unpaid cheque, an unpaid or contested card.

The statement alone tells it. The payment is lost as in a dispute: its debt is owed again, its
receipt is no longer worth anything, its échéancier follows.
"""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir
from facturier.grand_livre.models import Ecriture
from facturier.grand_livre.passation import contrepasser
from facturier.grand_livre.tresorerie import constater_impaye, perdre_litige
from telepaiement import echeanciers, lettres
from telepaiement.creances import verrouiller_paiement
from telepaiement.encaissement import date_comptable
from telepaiement.models import (
    ETATS_REPRIS,
    MODES_PASSERELLE,
    Encaissement,
    EncaissementRapproche,
    LigneBancaire,
    Litige,
    Mode,
    RapprochementBancaire,
)
from telepaiement.position import CHEQUES_RECUS
from telepaiement.remises_cartes import SANS_VERSEMENTS
from telepaiement.sommes_a_rendre import trop_percu_restant

DELAI = timedelta(days=400)  # a card is contested for thirteen months
REMISES = EncaissementRapproche.objects.filter(rapprochement__annulation__isnull=True)
EST_REMIS = (
    ~Q(mode=Mode.CHEQUE)
    | Exists(CHEQUES_RECUS.filter(encaissement=OuterRef("pk")))
    | Exists(REMISES.filter(encaissement=OuterRef("pk")))
)  # the bank has it: from the treasury, or a movement says so


def candidats(ligne: LigneBancaire) -> QuerySet[Any]:
    """Return the payments that a debit of the account may take back, those that it names first.

    A cheque comes back only from the bank: the treasury received it with the versement of the
    régie, or its remittance is matched. A trigger holds it too.
    """
    return _possibles(ligne).filter(EST_REMIS)


def cheques_non_remis(ligne: LigneBancaire) -> QuerySet[Any]:
    """Return the cheques of this amount that the bank is not known to have yet."""
    return _possibles(ligne).exclude(EST_REMIS)


def _possibles(ligne: LigneBancaire) -> QuerySet[Any]:
    """Return the payments of this amount; a gateway that lists payouts tells its own disputes."""
    dit = f"{ligne.libelle} {ligne.reference}".upper()
    repris = Litige.objects.filter(etat__in=ETATS_REPRIS, encaissement=OuterRef("pk"))
    par_la_banque = Q(mode__in=[Mode.CHEQUE, Mode.TPE]) | Q(
        mode__in=MODES_PASSERELLE, tentative__passerelle__in=SANS_VERSEMENTS
    )
    est_nomme = Q(dit__icontains=F("numero_cheque")) & ~Q(numero_cheque="") | Q(
        dit__icontains=F("numero_autorisation")
    ) & ~Q(numero_autorisation="")
    trouves: QuerySet[Any] = (
        Encaissement.objects.avec_suites()
        .filter(par_la_banque, annulation__isnull=True, montant=-ligne.montant, mention="")
        .filter(acquis=F("montant"), en_remboursement=0)
        .filter(~Exists(repris))
        .filter(jour__range=(ligne.jour - DELAI, ligne.jour))
        .annotate(dit=Value(dit))
        .annotate(est_nomme=Case(When(est_nomme, then=1), default=0))
        .select_related("titre__tiers", "vente")
        .order_by("-est_nomme", "-jour", "-pk")
    )
    return trouves


def nommer(encaissement: Encaissement) -> str:
    """Say in French which payment the bank takes back."""
    quoi = {
        Mode.CHEQUE: f"Chèque impayé n° {encaissement.numero_cheque} de {encaissement.tireur}",
        Mode.TPE: f"Carte impayée, ticket {encaissement.numero_ticket} du terminal",
    }.get(Mode(encaissement.mode), "Carte impayée ou contestée, payée en ligne")
    return f"{quoi}, du {encaissement.jour:%d/%m/%Y} : {encaissement.objet}"


def exiger_aucun(rapprochement: RapprochementBancaire) -> None:
    """Refuse that a remittance be undone while one of its cheques is told to have come back.

    But for a cheque that the treasury received with a versement: the bank has it all the same.

    Raises:
        ValidationError: one is.
    """
    revenu = Litige.objects.filter(
        ~Exists(CHEQUES_RECUS.filter(encaissement=OuterRef("encaissement"))),
        etat__in=ETATS_REPRIS,
        encaissement__mode=Mode.CHEQUE,
        encaissement__rapproches__rapprochement=rapprochement,
    ).first()
    if revenu is not None:
        raise ValidationError(
            f"Le chèque n° {revenu.encaissement.numero_cheque} de cette remise est revenu impayé : "
            "annulez d’abord le rapprochement qui le dit."
        )


def constater(ligne: LigneBancaire, encaissement_id: int, *, par: Utilisateur) -> Litige:
    """Record that the bank took a payment back, and that its debt is owed again.

    The caller holds the lock of the movement, in a transaction.

    Raises:
        ValidationError: a cheque that the bank does not have.
    """
    encaissement = verrouiller_paiement(encaissement_id)
    if not Encaissement.objects.filter(EST_REMIS, pk=encaissement.pk).exists():
        raise ValidationError(
            "Ce chèque n’est pas remis à la banque : il ne peut pas en revenir impayé."
        )
    titre = encaissement.titre
    rang = ligne.impayes.count()
    reference = f"banque-{ligne.identite[:40]}" + (f"-{rang + 1}" if rang else "")
    communs: dict[str, Any] = {
        "nature": "cheque" if encaissement.mode == Mode.CHEQUE else "carte",
        "montant": encaissement.montant,
        "date_comptable": date_comptable(ligne.jour),
        "reference": reference,
        "par": par,
    }
    litige = Litige.objects.create(
        encaissement=encaissement,
        ligne=ligne,
        reference=reference,
        montant=encaissement.montant,
        motif=ligne.libelle[:60],
        ouvert_le=timezone.now(),
        est_debite=True,
        ecriture=constater_impaye(titre, **communs),
    )
    litige.passages.create(acte="ouvrir", depart="", arrivee=litige.etat, par=par)
    part = trop_percu_restant(encaissement)
    franchir(
        litige,
        "perdre",
        par=par,
        clos_le=timezone.now(),
        trop_percu=part,
        ecriture_issue=perdre_litige(titre, trop_percu=part, **communs),
    )
    if titre is not None:
        echeanciers.suivre(titre)
    lettres.prevenir_debiteur(litige, par=par)
    return litige


def annuler(ecriture: Ecriture, *, motif: str, par: Utilisateur) -> None:
    """Undo the unpaid payment that `ecriture`, already reversed, recorded: its debt is paid.

    Who was told that it came back is told the contrary.
    """
    encaissement = verrouiller_paiement(ecriture.litige.encaissement_id)
    litige = Litige.objects.select_for_update(of=("self",)).get(ecriture=ecriture)
    litige.encaissement, titre = encaissement, encaissement.titre
    if litige.ecriture_issue is not None:
        jour = timezone.localdate()
        contrepasser(litige.ecriture_issue, par=par, motif=motif, date_comptable=jour)
    franchir(litige, "annuler", par=par, motif=motif)
    if titre is not None:
        echeanciers.suivre(titre)
    lettres.prevenir_debiteur(litige, par=par)
