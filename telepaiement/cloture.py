"""Closing a till: counted against expected, numbered, chained to the closing before it."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
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
    SessionCaisse,
    Tentative,
)
from telepaiement.passerelles.contrat import PasserelleMuette
from telepaiement.synchronisation import synchroniser

PREMIERE_EMPREINTE = "0" * 64


def cloturer_caisse(
    *,
    session_id: int,
    coupures: Mapping[int, int],
    motif_ecart: str,
    par: Utilisateur,
    reporter: bool = False,
) -> SessionCaisse:
    """Close a till: what it holds was counted by hand, a difference is explained and posted.

    The payments of the card reader are read once more first. The row of the till is then locked, so
    that a payment under way is counted or refused.

    Args:
        coupures: cash counted, fonds de caisse included (face value in francs: how many).
        motif_ecart: why the count differs from what the payments say; "" when it does not.
        reporter: close in spite of payments whose outcome the bank does not tell; they are listed.

    Raises:
        ValidationError: someone else's till, already closed, a payment under way at the reader,
            or a difference without a reason.
        facturier.commun.etats.ActeInterdit: `par` is not régisseur.
    """
    for tentative in Tentative.objects.ouvertes().filter(session=session_id):
        with suppress(PasserelleMuette):
            synchroniser(tentative, source="clôture de caisse", par=par)
    return _cloturer(
        session_id=session_id,
        coupures=coupures,
        motif_ecart=motif_ecart.strip(),
        par=par,
        reporter=reporter,
    )


@transaction.atomic
def _cloturer(
    *,
    session_id: int,
    coupures: Mapping[int, int],
    motif_ecart: str,
    par: Utilisateur,
    reporter: bool,
) -> SessionCaisse:
    session = (
        SessionCaisse.objects.select_for_update(of=("self",))
        .select_related("regie")
        .get(pk=session_id)
    )
    if session.agent_id != par.pk:
        raise ValidationError("Cette caisse est celle d’un autre agent.")
    if session.etat != EtatSession.OUVERTE:
        raise ValidationError("Cette caisse est déjà clôturée.")
    reports = _reports(session, reporter=reporter)
    attendues = especes_en_caisse(session)
    comptees = compter(coupures, timezone.localdate())
    if comptees != attendues and not motif_ecart:
        ecart = afficher(comptees - attendues)
        raise ValidationError(
            {"motif_ecart": f"L’écart est de {ecart} : recomptez, ou indiquez-en le motif."}
        )
    ecriture = None
    if comptees != attendues:
        ecriture = constater_ecart(
            ecart=comptees - attendues,
            date_comptable=date_comptable(session.jour),
            reference=f"session-{session.pk}",
            par=par,
        )
    numero = prendre_numero(f"cloture-{session.regie.code}")
    session.especes_attendues, session.especes_comptees = attendues, comptees
    session.totaux = session.encaissements.totaux_par_mode()
    session.coupures, session.reports = ranger(coupures), reports
    session.motif_ecart = motif_ecart[:200]
    franchir(
        session,
        "cloturer",
        par=par,
        cloturee_le=timezone.now(),
        numero=numero,
        especes_attendues=attendues,
        especes_comptees=comptees,
        coupures=session.coupures,
        motif_ecart=session.motif_ecart,
        ecriture_ecart=ecriture,
        reports=reports,
        totaux=session.totaux,
        empreinte=calculer_empreinte(session, numero),
    )
    return session


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
        ValidationError: one's own closing, still open, or signed already.
    """
    if not par.a_role(Role.REGISSEUR, Role.AGENT, Role.COMPTABLE):
        raise ActeInterdit("Votre rôle ne permet pas de contresigner une caisse.")
    if session.agent_id == par.pk:
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
    return hashlib.sha256(json.dumps(contenu, sort_keys=True).encode()).hexdigest()
