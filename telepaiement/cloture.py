"""Closing a till: counted against expected, numbered, chained to the closing before it."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.causes import phrase_de_la_base
from facturier.commun.etats import ActeInterdit, franchir
from facturier.commun.montants import afficher
from facturier.grand_livre.numerotation import prendre_numero
from facturier.grand_livre.regies import constater_ecart
from telepaiement.caisse import especes_en_caisse
from telepaiement.coupures import compter, ranger
from telepaiement.encaissement import date_comptable
from telepaiement.models import (
    ContresignatureCaisse,
    EtatSession,
    EtatTentative,
    Mode,
    SessionCaisse,
    Tentative,
)
from telepaiement.nominations import en_fonction
from telepaiement.passerelles.contrat import PasserelleMuette
from telepaiement.synchronisation import synchroniser

PREMIERE_EMPREINTE = "0" * 64
COMPTES = (
    ("Espèces", "especes_attendues", "especes_comptees", True),
    ("Total du terminal", "terminal_attendu", "terminal_compte", True),
    ("Tickets du terminal", "tickets_attendus", "tickets_comptes", False),
    ("Chèques", "cheques_attendus", "cheques_comptes", False),
)
CHAMPS_CLOTURE = (
    "especes_attendues",
    "especes_comptees",
    "terminal_attendu",
    "terminal_compte",
    "tickets_attendus",
    "tickets_comptes",
    "cheques_attendus",
    "cheques_comptes",
    "cloturee_par",
    "motif_absence",
    "coupures",
    "motif_ecart",
    "ecriture_ecart",
    "reports",
    "totaux",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointage:
    """What was counted beside the cash: the close-out of the bank terminal, and the cheques.

    `terminal` is the total that the terminal printed, in whole francs.
    """

    terminal: int = 0
    tickets: int = 0
    cheques: int = 0


RIEN_A_POINTER = Pointage()


@dataclass(frozen=True, slots=True)
class Comparaison:
    """One thing counted at a closing, against what the payments say; francs, or a number."""

    libelle: str
    attendu: int
    compte: int
    est_un_montant: bool = True

    @property
    def ecart(self) -> int:
        """Counted minus expected."""
        return self.compte - self.attendu

    def afficher(self, valeur: int) -> str:
        """Return `valeur` as it is read: with its unit when it is an amount."""
        return afficher(valeur) if self.est_un_montant else f"{valeur}".replace("-", "\u2212")

    @property
    def ecart_affiche(self) -> str:
        """`ecart` as it is read."""
        return self.afficher(self.ecart)


def cloturer_caisse(
    *,
    session_id: int,
    coupures: Mapping[int, int],
    motif_ecart: str,
    par: Utilisateur,
    pointage: Pointage = RIEN_A_POINTER,
    motif_absence: str = "",
    reporter: bool = False,
) -> SessionCaisse:
    """Close a till: what it holds was counted by hand, a difference is explained, cash is posted.

    The payments of the card reader are read once more first. The row of the till is then locked, so
    that a payment under way is counted or refused.

    Args:
        coupures: cash counted, fonds de caisse included (face value in francs: how many).
        motif_ecart: why a count differs from what the payments say; "" when none does.
        pointage: the total of the bank terminal, its tickets, the cheques.
        motif_absence: why someone else than the agent of the till closes it; "" when he does.
        reporter: close in spite of payments whose outcome the bank does not tell; they are listed.

    Raises:
        ValidationError: someone else's till that one may not close, or without a reason, already
            closed, a payment under way at the reader, or a difference without a reason.
        facturier.commun.etats.ActeInterdit: `par` is not régisseur.
    """
    for tentative in Tentative.objects.ouvertes().filter(session=session_id):
        with suppress(PasserelleMuette):
            synchroniser(tentative, source="clôture de caisse", par=par)
    return _cloturer(
        session_id=session_id,
        coupures=coupures,
        motif_ecart=motif_ecart.strip(),
        pointage=pointage,
        motif_absence=motif_absence.strip(),
        par=par,
        reporter=reporter,
    )


def peut_cloturer(session: SessionCaisse, personne: Utilisateur) -> bool:
    """Say whether `personne` may close this till: his own, or that of a régie that he holds.

    A régie is handed over once its tills are closed: the appointment in force is enough.
    """
    if session.agent_id == personne.pk:
        return True
    nommes = en_fonction(session.regie, timezone.localdate())
    return any(n.est_responsable and n.personne_id == personne.pk for n in nommes)


@transaction.atomic
def _cloturer(
    *,
    session_id: int,
    coupures: Mapping[int, int],
    motif_ecart: str,
    pointage: Pointage,
    motif_absence: str,
    par: Utilisateur,
    reporter: bool,
) -> SessionCaisse:
    session = (
        SessionCaisse.objects.select_for_update(of=("self",))
        .select_related("regie")
        .get(pk=session_id)
    )
    _exiger_cloturable(session, par, motif_absence)
    reports = _reports(session, reporter=reporter)
    _attendre(session)
    session.especes_comptees = compter(coupures, timezone.localdate())
    session.terminal_compte = pointage.terminal
    session.tickets_comptes = pointage.tickets
    session.cheques_comptes = pointage.cheques
    _exiger_motif(session, motif_ecart)
    session.cloturee_par = par
    session.motif_absence = motif_absence[:200] if session.agent_id != par.pk else ""
    session.ecriture_ecart = (
        constater_ecart(
            ecart=session.ecart,
            date_comptable=date_comptable(session.jour),
            reference=f"session-{session.pk}",
            par=par,
        )
        if session.ecart
        else None
    )
    session.totaux = session.encaissements.totaux_par_mode()
    session.coupures, session.reports = ranger(coupures), reports
    session.motif_ecart = motif_ecart[:200]
    numero = prendre_numero(f"cloture-{session.regie.code}")
    franchir(
        session,
        "cloturer",
        par=par,
        motif=session.motif_absence,
        cloturee_le=timezone.now(),
        numero=numero,
        empreinte=calculer_empreinte(session, numero),
        **{champ: getattr(session, champ) for champ in CHAMPS_CLOTURE},
    )
    return session


def _exiger_cloturable(session: SessionCaisse, par: Utilisateur, motif_absence: str) -> None:
    if not peut_cloturer(session, par):
        raise ValidationError(
            "Cette caisse est celle d’un autre agent : seul le régisseur ou son suppléant la "
            "clôture à sa place."
        )
    if session.agent_id != par.pk and not motif_absence:
        raise ValidationError(
            {"motif_absence": "Indiquez pourquoi l’agent ne clôture pas sa caisse lui-même."}
        )
    if session.etat != EtatSession.OUVERTE:
        raise ValidationError("Cette caisse est déjà clôturée.")


def _attendre(session: SessionCaisse) -> None:
    """Set what the payments of the till say it holds."""
    session.especes_attendues = especes_en_caisse(session)
    tpe, cheque = Q(mode=Mode.TPE), Q(mode=Mode.CHEQUE)
    sommes = session.encaissements.valides().aggregate(
        terminal=Sum("montant", filter=tpe, default=0),
        tickets=Count("pk", filter=tpe),
        cheques=Count("pk", filter=cheque),
    )
    session.terminal_attendu = int(sommes["terminal"])
    session.tickets_attendus = sommes["tickets"]
    session.cheques_attendus = sommes["cheques"]


def comparer(session: SessionCaisse) -> list[Comparaison]:
    """Return what was counted at a closing against what was expected; the cash alone at least.

    What a till neither received nor counted is left out.
    """
    lignes = [
        Comparaison(libelle, getattr(session, attendu) or 0, getattr(session, compte) or 0, franc)
        for libelle, attendu, compte, franc in COMPTES
    ]
    return [ligne for ligne in lignes if ligne.attendu or ligne.compte or ligne == lignes[0]]


def _exiger_motif(session: SessionCaisse, motif: str) -> None:
    """Refuse a difference that nobody explains.

    Raises:
        ValidationError: every difference, in French.
    """
    if motif:
        return
    ecarts = [
        f"{ligne.libelle.lower()} : {ligne.afficher(ligne.ecart)}"
        for ligne in comparer(session)
        if ligne.ecart
    ]
    if ecarts:
        raise ValidationError(
            {"motif_ecart": f"Écart ({', '.join(ecarts)}) : recomptez, ou indiquez-en le motif."}
        )


def _reports(session: SessionCaisse, *, reporter: bool) -> list[dict[str, Any]]:
    """Return the payments at the reader whose outcome is not known, to be carried over.

    Raises:
        ValidationError: one is still under way, or nobody accepted to carry them over.
    """
    ouvertes = list(session.tentatives.ouvertes().select_related("titre").order_by("pk"))
    if any(tentative.etat != EtatTentative.A_VERIFIER for tentative in ouvertes):
        raise ValidationError(
            "Un paiement attend encore au lecteur de carte : terminez-le ou annulez-le."
        )
    if ouvertes and not reporter:
        raise ValidationError(
            {
                "reporter": f"Des paiements au lecteur restent à vérifier ({len(ouvertes)}) : "
                "réessayez plus tard, ou reportez-les."
            }
        )
    return [
        {
            "tentative": str(tentative.jeton),
            "titre": tentative.objet,
            "montant": tentative.montant,
        }
        for tentative in ouvertes
    ]


def contresigner(
    *, session: SessionCaisse, observations: str, par: Utilisateur
) -> ContresignatureCaisse:
    """Sign the closing of a till that someone else made.

    Raises:
        ActeInterdit: `par` is neither of the régie nor of the finance staff.
        ValidationError: one's own till or closing, still open, or signed already.
    """
    if not par.a_role(Role.REGISSEUR, Role.AGENT, Role.COMPTABLE):
        raise ActeInterdit("Votre rôle ne permet pas de contresigner une caisse.")
    if par.pk in {session.agent_id, session.cloturee_par_id}:
        raise ValidationError("Une clôture se contresigne par une autre personne.")
    try:
        with transaction.atomic():
            return ContresignatureCaisse.objects.create(
                session=session, par=par, observations=observations.strip()[:200]
            )
    except IntegrityError as erreur:
        if ContresignatureCaisse.objects.filter(session=session).exists():
            raise ValidationError("Cette clôture est déjà contresignée.") from erreur
        raise ValidationError(phrase_de_la_base(erreur)) from erreur


def calculer_empreinte(session: SessionCaisse, numero: int) -> str:
    """Return the SHA-256 that chains a closing to the one before it in its régie."""
    precedente = (
        SessionCaisse.objects.filter(regie=session.regie, numero=numero - 1)
        .values_list("empreinte", flat=True)
        .first()
    )
    contenu = {
        "precedente": precedente or PREMIERE_EMPREINTE,
        "numero": numero,
        "regie": session.regie.code,
        "guichet": session.guichet_id,
        "agent": session.agent_id,
        "jour": session.jour.isoformat(),
        "fonds": session.fonds_caisse,
        "attendues": session.especes_attendues,
        "comptees": session.especes_comptees,
        "coupures": session.coupures,
        "motif": session.motif_ecart,
        "totaux": session.totaux,
        "reports": session.reports,
    }
    if session.cloturee_par_id is not None:  # those before are sealed on their cash alone
        contenu |= {
            "par": session.cloturee_par_id,
            "absence": session.motif_absence,
            "terminal": [session.terminal_attendu, session.terminal_compte],
            "tickets": [session.tickets_attendus, session.tickets_comptes],
            "cheques": [session.cheques_attendus, session.cheques_comptes],
        }
    return hashlib.sha256(json.dumps(contenu, sort_keys=True).encode()).hexdigest()
