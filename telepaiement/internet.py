"""The session of what no till received: closed by itself at midnight of Nouméa (§8.7)."""

import hashlib
import json
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from facturier.grand_livre.numerotation import prendre_numero
from telepaiement.cloture import PREMIERE_EMPREINTE
from telepaiement.models import (
    Encaissement,
    EncaissementClos,
    EtatTentative,
    Mode,
    Regie,
    SessionInternet,
    Tentative,
)


def cloturer_internet(*, jusqu_a: date | None = None) -> list[SessionInternet]:
    """Close each day of each régie whose money came to no till, up to the day before today.

    A payment belongs to the day it was received in Nouméa; one that is learnt of once its day is
    closed goes to the next session. Running it again closes nothing more.

    Args:
        jusqu_a: last day to close, yesterday in Nouméa by default; a day is not closed before
            its end.

    Returns:
        The sessions that were closed.
    """
    hier = timezone.localdate() - timedelta(days=1)
    dernier = min(jusqu_a, hier) if jusqu_a else hier
    closes: list[SessionInternet] = []
    for regie in Regie.objects.order_by("pk"):
        closes += _cloturer_regie(regie, dernier)
    return closes


def _cloturer_regie(regie: Regie, dernier: date) -> list[SessionInternet]:
    precedente = SessionInternet.objects.filter(regie=regie).order_by("-jour").first()
    premier = _libres(regie, dernier).order_by("jour").values_list("jour", flat=True).first()
    if regie.est_en_ligne and precedente:
        jour = precedente.jour + timedelta(days=1)
    elif premier is None:
        return []
    else:
        jour = max(premier, precedente.jour + timedelta(days=1)) if precedente else premier
    closes = []
    while jour <= dernier:
        closes += _cloturer_jour(regie, jour)
        jour += timedelta(days=1)
    return closes


@transaction.atomic
def _cloturer_jour(regie: Regie, jour: date) -> list[SessionInternet]:
    """Close one day under the lock of the régie; a day closed by another process is left alone."""
    Regie.objects.select_for_update(of=("self",)).get(pk=regie.pk)
    if SessionInternet.objects.filter(regie=regie, jour=jour).exists():
        return []
    libres = list(_libres(regie, jour).order_by("pk"))
    if not libres and not regie.est_en_ligne:
        return []
    totaux: dict[str, int] = {}
    for encaissement in libres:
        totaux[encaissement.mode] = totaux.get(encaissement.mode, 0) + encaissement.montant
    session = SessionInternet(
        regie=regie,
        jour=jour,
        numero=prendre_numero(f"cloture-internet-{regie.code}"),
        cloturee_le=timezone.now(),
        nombre=len(libres),
        total=sum(totaux.values()),
        trop_percus=sum(encaissement.trop_percu for encaissement in libres),
        totaux=totaux,
        reports=_reports(regie),
    )
    session.empreinte = empreinte_internet(session, [e.pk for e in libres])
    session.save(force_insert=True)
    EncaissementClos.objects.bulk_create(
        EncaissementClos(session=session, encaissement=encaissement) for encaissement in libres
    )
    return [session]


def _libres(regie: Regie, jour: date) -> Any:
    """Return the payments received by `jour` that are in no till and in no session.

    A receipt that is classed was in its till already.
    """
    return Encaissement.objects.filter(
        regie=regie, session__isnull=True, jour__lte=jour, clos__isnull=True
    ).exclude(mode=Mode.CLASSEMENT)


def _reports(regie: Regie) -> list[dict[str, Any]]:
    """Return the attempts whose outcome is not known: they are carried over to the next day."""
    a_verifier = Tentative.objects.filter(etat=EtatTentative.A_VERIFIER)
    siennes = (
        a_verifier.filter(session__isnull=True)
        if regie.est_en_ligne
        else a_verifier.filter(session__regie=regie)
    )
    return [
        {"tentative": str(t.jeton), "titre": t.objet, "montant": t.montant}
        for t in siennes.select_related("titre").order_by("pk")
    ]


def empreinte_internet(session: SessionInternet, encaissements: list[int]) -> str:
    """Return the SHA-256 that chains a session to the one before it in its régie."""
    precedente = (
        SessionInternet.objects.filter(regie=session.regie, numero=session.numero - 1)
        .values_list("empreinte", flat=True)
        .first()
    )
    contenu = {
        "precedente": precedente or PREMIERE_EMPREINTE,
        "numero": session.numero,
        "regie": session.regie.code,
        "jour": session.jour.isoformat(),
        "encaissements": encaissements,
        "total": session.total,
        "totaux": session.totaux,
        "reports": session.reports,
    }
    return hashlib.sha256(json.dumps(contenu, sort_keys=True).encode()).hexdigest()
