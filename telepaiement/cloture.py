"""Closing a till: counted against expected, numbered, chained to the closing before it."""

import hashlib
import json

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir
from facturier.commun.montants import afficher
from facturier.grand_livre.numerotation import prendre_numero
from telepaiement.caisse import especes_en_caisse
from telepaiement.models import EtatSession, SessionCaisse

PREMIERE_EMPREINTE = "0" * 64


@transaction.atomic
def cloturer_caisse(
    *, session_id: int, especes_comptees: int, motif_ecart: str, par: Utilisateur
) -> SessionCaisse:
    """Close a till: what it holds was counted by hand, a difference is explained.

    The row of the till is locked first, so that a payment under way is counted or refused.

    Args:
        especes_comptees: cash counted, fonds de caisse included, in whole francs.
        motif_ecart: why the count differs from what the payments say; "" when it does not.

    Raises:
        ValidationError: someone else's till, already closed, or a difference without a reason.
        facturier.commun.etats.ActeInterdit: `par` is not régisseur.
    """
    session = (
        SessionCaisse.objects.select_for_update(of=("self",))
        .select_related("regie")
        .get(pk=session_id)
    )
    if session.agent_id != par.pk:
        raise ValidationError("Cette caisse est celle d’un autre agent.")
    if session.etat != EtatSession.OUVERTE:
        raise ValidationError("Cette caisse est déjà clôturée.")
    attendues = especes_en_caisse(session)
    if especes_comptees < 0:
        raise ValidationError({"especes_comptees": "La somme comptée n’est pas négative."})
    if especes_comptees != attendues and not motif_ecart.strip():
        ecart = afficher(especes_comptees - attendues)
        raise ValidationError(
            {"motif_ecart": f"L’écart est de {ecart} : recomptez, ou indiquez-en le motif."}
        )
    numero = prendre_numero(f"cloture-{session.regie.code}")
    session.especes_attendues, session.especes_comptees = attendues, especes_comptees
    session.totaux = session.encaissements.totaux_par_mode()
    franchir(
        session,
        "cloturer",
        par=par,
        cloturee_le=timezone.now(),
        numero=numero,
        especes_attendues=attendues,
        especes_comptees=especes_comptees,
        motif_ecart=motif_ecart.strip()[:200],
        totaux=session.totaux,
        empreinte=calculer_empreinte(session, numero),
    )
    return session


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
        "totaux": session.totaux,
    }
    return hashlib.sha256(json.dumps(contenu, sort_keys=True).encode()).hexdigest()
