"""After the payment: refunds, disputes, payouts and bank credits against the ledger and the tills.

payments = entries = till = payouts: each equality is proved by another road than the one that
wrote it. Each check yields anomalies and never raises.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from facturier.grand_livre import verification
from facturier.grand_livre.models import LigneEcriture, SchemaComptable, Sens, SensPiece, Titre
from facturier.grand_livre.soldes import reste_correle
from facturier.grand_livre.verification import Anomalie
from telepaiement.cloture import calculer_empreinte
from telepaiement.models import (
    MODES_PASSERELLE,
    Encaissement,
    EncaissementRapproche,
    EtatLitige,
    EtatRemboursement,
    EtatSession,
    EtatVersement,
    LigneVersement,
    Litige,
    Mode,
    NatureLigne,
    NatureRapprochement,
    RapprochementBancaire,
    Remboursement,
    SessionCaisse,
    Versement,
)
from telepaiement.sommes_a_rendre import a_rendre_sans_paiement, titres_en_trop
from telepaiement.verification_imputations import (
    apurements_excessifs,
    apurements_mal_ecrits,
    compensations_mal_ecrites,
    imputations_mal_ecrites,
    imputes_par_versement,
)

EVENEMENTS_CARTES = (
    "encaissement_carte",
    "encaissement_lecteur",
    "comptant_lecteur",
    "remboursement_carte",
    "contrepassation_remboursement_carte",
    "litige_ouvert",
    "litige_gagne",
    "versement_cartes",
    "contrepassation_versement_cartes",
    "prelevement_cartes",
    "contrepassation_prelevement_cartes",
    "versement_rejete",
    "prelevement_rejete",
)
JUSTIFIES_PAR = {
    "remboursement_carte": "remboursement",
    "remboursement_virement": "remboursement",
    "retour_vente": "retour_vente",
    "litige_ouvert": "litige",
    "impaye_carte": "litige",
    "impaye_cheque": "litige",
    "impaye_cheque_du": "litige_clos",
    "litige_gagne": "litige_clos",
    "litige_perdu": "litige_clos",
    "versement_cartes": "versement",
    "prelevement_cartes": "versement",
    "versement_rejete": "versement_rejete",
    "prelevement_rejete": "versement_rejete",
    "imputations_compensees": "compensation_imputation",
    "apurement_titre": "apurement",
}
ISSUES = {  # by the event that took the money back
    "litige_ouvert": "litige_perdu",
    "impaye_carte": "litige_perdu",
    "impaye_cheque": "impaye_cheque_du",
}
SIGNES = {
    NatureLigne.ENCAISSEMENT: ("encaissement__montant", 1),
    NatureLigne.REMBOURSEMENT: ("remboursement__montant", -1),
    NatureLigne.ECHEC_REMBOURSEMENT: ("remboursement__montant", 1),
    NatureLigne.LITIGE: ("litige__montant", -1),
    NatureLigne.RETOUR_LITIGE: ("litige__montant", 1),
    NatureLigne.ECHEC_VERSEMENT: ("versement_rejete__montant", 1),
}


def remboursements_mal_ecrits() -> Iterator[Anomalie]:
    """Refunds whose entry differs from them, stands reversed, or stands though they failed."""
    redevable = Sum(
        "ecriture__lignes__montant",
        filter=Q(
            ecriture__lignes__sens=Sens.DEBIT, ecriture__lignes__piece=F("encaissement__titre")
        ),
        default=0,
    )
    ecrits = Remboursement.objects.filter(ecriture__isnull=False).order_by()
    for (
        pk,
        virement,
        evenement,
        titre,
        etat,
        montant,
        trop,
        total,
        part,
        contrepassee,
    ) in ecrits.annotate(redevable=redevable).values_list(
        "pk",
        "virement",
        "ecriture__evenement",
        "encaissement__titre",
        "etat",
        "montant",
        "trop_percu",
        "ecriture__total",
        "redevable",
        "ecriture__contrepassee_par",
    ):
        est_annulee = contrepassee is not None
        attendu = f"remboursement_{'virement' if virement else 'carte'}"
        if evenement != attendu:
            yield Anomalie("remboursement", f"remboursement {pk}", f"écrit par « {evenement} »")
        if (total, part) != (montant, montant - trop if titre else 0):
            yield Anomalie(
                "remboursement",
                f"remboursement {pk}",
                f"{montant} F dont {trop} de trop-perçu ; l’écriture porte {total} F, dont {part} "
                "pour le titre",
            )
        if est_annulee != (etat == EtatRemboursement.ECHOUE):
            yield Anomalie(
                "remboursement",
                f"remboursement {pk}",
                f"{etat}, mais son écriture est {'' if est_annulee else 'non '}contrepassée",
            )


def remboursements_au_dela() -> Iterator[Anomalie]:
    """Payments of which more was given back than was paid."""
    rendus = Q(remboursements__etat__in=[EtatRemboursement.REUSSI, EtatRemboursement.TRANSMIS])
    totaux = Encaissement.objects.order_by().annotate(
        total_rendu=Sum("remboursements__montant", filter=rendus, default=0)
    )
    for pk, montant, rendu in totaux.filter(total_rendu__gt=F("montant")).values_list(
        "pk", "montant", "total_rendu"
    ):
        yield Anomalie(
            "remboursement", f"encaissement {pk}", f"{rendu} F rendus sur {montant} F payés"
        )


def remboursements_verses_a_tort() -> Iterator[Anomalie]:
    """Refunds that a payout took from us, that we hold as failed, and that did not come back."""
    posees = LigneVersement.objects.exclude(versement__etat=EtatVersement.EN_ECART).exclude(
        versement__etat=EtatVersement.ANNULE
    )
    for pk, montant, etat in (
        posees.filter(nature=NatureLigne.REMBOURSEMENT, remboursement__ecriture__isnull=True)
        .exclude(
            remboursement__in=posees.filter(
                nature=NatureLigne.ECHEC_REMBOURSEMENT, remboursement__isnull=False
            ).values("remboursement")
        )
        .values_list("remboursement", "montant", "remboursement__etat")
    ):
        yield Anomalie(
            "remboursement",
            f"remboursement {pk}",
            f"{-montant} F retenus sur un versement, mais il est « {etat} » et sans écriture",
        )


def litiges_mal_ecrits() -> Iterator[Anomalie]:
    """Disputes whose entries do not say the amount taken back, or the outcome."""
    for litige in Litige.objects.filter(est_debite=True).select_related(
        "ecriture", "ecriture_issue"
    ):
        issue = litige.ecriture_issue
        issue_perdue = ISSUES[litige.ecriture.evenement] if litige.ecriture else None
        attendue = {
            EtatLitige.OUVERT: None,
            EtatLitige.GAGNE: "litige_gagne",
        }.get(EtatLitige(litige.etat), issue_perdue)
        totaux = {un.total for un in (litige.ecriture, issue) if un is not None}
        if totaux != {litige.montant} or (issue.evenement if issue else None) != attendue:
            yield Anomalie(
                "litige",
                f"litige {litige.pk}",
                f"{litige.montant} F, {litige.etat} : ses écritures ne le disent pas",
            )


def impayes_mal_annules() -> Iterator[Anomalie]:
    """Unpaid payments undone whose debt stays owed, or whose debt is settled though they stand."""
    for pk in (
        Litige.objects.filter(ligne__isnull=False)
        .exclude(etat=EtatLitige.PERDU, ecriture_issue__contrepassee_par__isnull=True)
        .exclude(etat=EtatLitige.ANNULE, ecriture_issue__contrepassee_par__isnull=False)
        .values_list("pk", flat=True)
    ):
        yield Anomalie("litige", f"litige {pk}", "l’impayé et sa dette ne disent pas la même chose")


def excedents_oublies() -> Iterator[Anomalie]:
    """Titres credited with more than they were debited, which the worklist does not give back."""
    restes = Titre.objects.order_by().annotate(reste=reste_correle("pk", sens=SensPiece.RECETTE))
    ecrits = dict(restes.filter(reste__lt=0).values_list("pk", "reste"))
    listes: dict[int, int] = defaultdict(int, a_rendre_sans_paiement(titres_en_trop()))
    for encaissement in Encaissement.objects.en_trop():
        listes[encaissement.titre_id] += encaissement.a_rendre - encaissement.en_propre
    for titre in sorted(ecrits.keys() | listes.keys()):
        trop, liste = -ecrits.get(titre, 0), listes[titre]
        if trop != liste:
            yield Anomalie(
                "trop_percu",
                f"titre {titre}",
                f"{trop} F reçus de plus que ce qu’il demande, {liste} F à rendre",
            )


def ecritures_sans_objet() -> Iterator[Anomalie]:
    """Entries of refund, dispute or payout that no fact justifies."""
    return verification.ecritures_sans_objet("cartes", JUSTIFIES_PAR)


def versements_mal_ecrits() -> Iterator[Anomalie]:
    """Payouts posted that differ from their lines, or from their entry."""
    poses = (
        Versement.objects.exclude(etat=EtatVersement.EN_ECART)
        .order_by()
        .annotate(
            lu=Coalesce(Sum("lignes__montant"), 0), frais=Coalesce(Sum("lignes__commission"), 0)
        )
    )
    imputes = imputes_par_versement()
    for pk, montant, brut, commission, change, lu, frais, total in poses.values_list(
        "pk", "montant", "brut", "commission", "ecart_change", "lu", "frais", "ecriture__total"
    ):
        depenses, recettes = imputes.get(pk, (0, 0))
        cartes = brut - recettes + depenses
        debits = depenses + sum(max(somme, 0) for somme in (montant, commission, change, -cartes))
        if (lu, frais, lu - frais - change, total) != (brut, commission, montant, debits):
            yield Anomalie(
                "versement",
                f"versement {pk}",
                f"{montant} F versés, {lu} F lus moins {frais} F de frais, {total} F écrits",
            )


def lignes_de_versement_fausses() -> Iterator[Anomalie]:
    """Lines of posted payouts whose amount is not that of what they settle."""
    posees = LigneVersement.objects.exclude(versement__etat=EtatVersement.EN_ECART).order_by()
    for nature, (champ, signe) in SIGNES.items():
        fausses = posees.filter(nature=nature).exclude(montant=F(champ) * signe)
        for pk, montant, attendu in fausses.values_list("pk", "montant", champ):
            yield Anomalie(
                "versement", f"ligne de versement {pk}", f"{montant} F pour un objet de {attendu} F"
            )


def cartes_a_l_encaissement() -> Iterator[Anomalie]:
    """Account of cards to be cashed: the ledger against the payments less what was paid out."""
    ecrit = solde_debiteur(
        ["versement_cartes"], "disponible", ecriture__evenement__in=EVENEMENTS_CARTES
    )
    faits = (
        _somme(Encaissement.objects.filter(mode__in=MODES_PASSERELLE))
        - _somme(Remboursement.objects.filter(etat=EtatRemboursement.REUSSI, virement__isnull=True))
        - _somme(
            Litige.objects.filter(est_debite=True, ligne__isnull=True).exclude(
                etat=EtatLitige.GAGNE
            )
        )
        - _somme(Versement.objects.vivants().exclude(etat=EtatVersement.EN_ECART), "brut")
        + _somme(
            LigneVersement.objects.filter(nature=NatureLigne.IMPUTEE).exclude(
                versement__etat=EtatVersement.ANNULE
            )
        )
        + _somme(Versement.objects.filter(etat=EtatVersement.REJETE))
    )
    if ecrit != faits:
        yield Anomalie(
            "cartes",
            "cartes bancaires à l’encaissement",
            f"le grand livre dit {ecrit} F, les paiements moins les versements {faits} F",
        )


def cartes_non_versees() -> Iterator[Anomalie]:
    """Account of cards to be cashed, whatever wrote there, against what the bank still owes.

    Piece by piece: each payment, refund, dispute or payout sent back that no payout or remittance
    holds. A refund that left, is held as failed and has no entry, makes a difference here.
    """
    posees = LigneVersement.objects.exclude(
        versement__etat__in=[EtatVersement.EN_ECART, EtatVersement.ANNULE]
    )

    def versees(nature: NatureLigne, champ: str) -> QuerySet[Any]:
        trouvees: QuerySet[Any] = posees.filter(nature=nature, **{f"{champ}__isnull": False})
        return trouvees.values(champ)

    remis = EncaissementRapproche.objects.filter(rapprochement__annulation__isnull=True)
    cartes = Encaissement.objects.valides()
    rendus = Remboursement.objects.filter(virement__isnull=True)
    contestes = Litige.objects.filter(est_debite=True, ligne__isnull=True)
    retenus = versees(NatureLigne.REMBOURSEMENT, "remboursement")
    debites = versees(NatureLigne.LITIGE, "litige")
    du = (
        _somme(
            cartes.filter(mode__in=MODES_PASSERELLE).exclude(
                pk__in=versees(NatureLigne.ENCAISSEMENT, "encaissement")
            )
        )
        + _somme(cartes.filter(mode=Mode.TPE).exclude(pk__in=remis.values("encaissement")))
        - _somme(rendus.filter(etat=EtatRemboursement.REUSSI).exclude(pk__in=retenus))
        + _somme(
            rendus.filter(etat=EtatRemboursement.ECHOUE, ecriture__isnull=False)
            .filter(pk__in=retenus)
            .exclude(pk__in=versees(NatureLigne.ECHEC_REMBOURSEMENT, "remboursement"))
        )
        - _somme(contestes.exclude(etat=EtatLitige.GAGNE).exclude(pk__in=debites))
        + _somme(
            contestes.filter(etat=EtatLitige.GAGNE, pk__in=debites).exclude(
                pk__in=versees(NatureLigne.RETOUR_LITIGE, "litige")
            )
        )
        + _somme(
            Versement.objects.filter(etat=EtatVersement.REJETE).exclude(
                pk__in=versees(NatureLigne.ECHEC_VERSEMENT, "versement_rejete")
            )
        )
    )
    ecrit = solde_debiteur(["versement_cartes"], "disponible")
    if ecrit != du:
        yield Anomalie(
            "cartes",
            "cartes payées, non versées",
            f"le grand livre dit {ecrit} F, les paiements que la banque n’a pas versés {du} F",
        )


def solde_debiteur(evenements: list[str], part: str, **criteres: Any) -> int:
    """Return what the accounts of a part of some events hold, in whole francs, debit first.

    `criteres` narrow the lines that count.
    """
    comptes = SchemaComptable.objects.filter(evenement__in=evenements, part=part)
    lignes = LigneEcriture.objects.filter(compte__numero__in=comptes.values("compte"), **criteres)
    sens = lignes.aggregate(
        debit=Sum("montant", filter=Q(sens=Sens.DEBIT), default=0),
        credit=Sum("montant", filter=Q(sens=Sens.CREDIT), default=0),
    )
    return int(sens["debit"] - sens["credit"])


def _somme(lot: QuerySet[Any], champ: str = "montant") -> int:
    return int(lot.aggregate(total=Sum(champ, default=0))["total"])


def caisses_mal_totalisees() -> Iterator[Anomalie]:
    """Closed tills whose totals are not those of their payments, or whose chain is broken."""
    closes = SessionCaisse.objects.filter(etat=EtatSession.CLOTUREE).select_related("regie")
    for session in closes.order_by("pk"):
        totaux = session.encaissements.totaux_par_mode()
        if session.totaux != totaux:
            yield Anomalie(
                "caisse", f"caisse {session.pk}", f"clôturée sur {session.totaux}, et non {totaux}"
            )
        if session.numero and session.empreinte != calculer_empreinte(session, session.numero):
            yield Anomalie("caisse", f"caisse {session.pk}", "l’empreinte de clôture est fausse")


def rapprochements_mal_annules() -> Iterator[Anomalie]:
    """Matches undone whose entry is not reversed by the one named, or reversed while they stand."""
    for pk in (
        RapprochementBancaire.objects.filter(ecriture__isnull=False)
        .exclude(annulation__isnull=True, ecriture__contrepassee_par__isnull=True)
        .exclude(annulation__ecriture__contrepasse=F("ecriture"))
        .exclude(annulation__isnull=True, remboursement__etat=EtatRemboursement.ECHOUE)
        .values_list("pk", flat=True)
    ):
        yield Anomalie("banque", f"rapprochement {pk}", "annulé sans la contrepassation nommée")


def remises_mal_ecrites() -> Iterator[Anomalie]:
    """Bank movements whose entry differs from the payments that they settle."""
    ecrits = (
        RapprochementBancaire.objects.filter(
            ecriture__isnull=False, ecriture__evenement__startswith="remise_"
        )
        .order_by()
        .annotate(brut=Sum("encaissements__encaissement__montant", default=0))
    )
    for pk, credit, commission, brut, total in ecrits.values_list(
        "pk", "ligne__montant", "commission", "brut", "ecriture__total"
    ):
        if (credit + commission, total) != (brut, brut):
            yield Anomalie(
                "banque",
                f"rapprochement {pk}",
                f"{credit} F crédités et {commission} F de commission pour {brut} F encaissés",
            )


def repartitions_mal_ecrites() -> Iterator[Anomalie]:
    """Transfers shared whose parts do not make up the movement, or stand though it was undone."""
    faits = RapprochementBancaire.objects.filter(nature=NatureRapprochement.REPARTITION).order_by()
    for pk, credit, annulation, parts, annulees in faits.annotate(
        parts=Sum("encaissements__encaissement__montant", default=0),
        annulees=Sum(
            "encaissements__encaissement__montant",
            filter=Q(encaissements__encaissement__annulation__isnull=False),
            default=0,
        ),
    ).values_list("pk", "ligne__montant", "annulation", "parts", "annulees"):
        if (parts, annulees) != (credit, credit if annulation else 0):
            yield Anomalie(
                "banque",
                f"rapprochement {pk}",
                f"{credit} F crédités pour {parts} F répartis, dont {annulees} annulés",
            )


CONTROLES: list[Callable[[], Iterator[Anomalie]]] = [
    remboursements_mal_ecrits,
    remboursements_au_dela,
    remboursements_verses_a_tort,
    litiges_mal_ecrits,
    impayes_mal_annules,
    excedents_oublies,
    ecritures_sans_objet,
    versements_mal_ecrits,
    imputations_mal_ecrites,
    compensations_mal_ecrites,
    apurements_mal_ecrits,
    apurements_excessifs,
    lignes_de_versement_fausses,
    cartes_a_l_encaissement,
    cartes_non_versees,
    caisses_mal_totalisees,
    remises_mal_ecrites,
    rapprochements_mal_annules,
    repartitions_mal_ecrites,
]
