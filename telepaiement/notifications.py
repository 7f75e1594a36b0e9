"""Inbox of the gateway's notifications: store, answer, process (conception.md, decision 7)."""

import hashlib
import json
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

import structlog
from django.db import connection
from django.db.models import F, Max
from django.utils import timezone

from telepaiement import execution_remboursements, litiges, versements
from telepaiement.models import Encaissement, EtatEvenement, EvenementRecu, Sujet, Tentative
from telepaiement.passerelles import passerelle
from telepaiement.passerelles.contrat import (
    Indice,
    Message,
    NotificationInvalide,
    PasserelleMuette,
    PasserelleRefuse,
)
from telepaiement.querysets import A_TRAITER
from telepaiement.synchronisation import synchroniser

journal = structlog.get_logger(__name__)
RESERVATION = timedelta(minutes=2)  # how long one process keeps a message to itself
PREMIER_DELAI = timedelta(seconds=30)
DELAI_MAXIMAL = timedelta(hours=6)
LONGUEUR_ERREUR = 4000
RECUL = timedelta(days=1)  # how far back lost messages are looked for, at least
MEMOIRE = timedelta(days=30)  # and at most
LOT = 100  # messages looked up in the inbox at once
ARRIERE = 20  # messages that wait, beyond which a storm is left to the worker
SUITES: Mapping[str, Callable[[Encaissement], None]] = {
    Sujet.REMBOURSEMENT: execution_remboursements.relire,
    Sujet.LITIGE: litiges.relire,
}


def recevoir(corps: bytes, entetes: Mapping[str, str]) -> EvenementRecu | None:
    """Store the facts of a notification; return it, or None when it was stored before.

    Raises:
        NotificationInvalide: not signed by the gateway, unreadable, or of the other mode
            (test or live) than ours.
    """
    indice = passerelle().analyser_notification(corps, entetes)
    return _admettre(indice, corps)


def rattraper(*, a: datetime | None = None) -> dict[str, int]:
    """Ask the gateway what it notified, and keep what never arrived: the worker then drains it.

    Goes back to the last message received, and a day at least, as one may be lost between two that
    came; thirty days at most, the memory of the gateway (telepaiement.md, §2.3).

    Args:
        a: the moment to reason at; now by default.

    Returns:
        Numbers of messages: `lus`, `retrouves`; `en_panne` is 1 when the gateway did not answer to
        the end, and what was read until then is kept.
    """
    maintenant = a or timezone.now()
    dernier = EvenementRecu.objects.aggregate(le=Max("recu_le"))["le"] or maintenant - MEMOIRE
    depuis = max(min(dernier, maintenant - RECUL), maintenant - MEMOIRE)
    resultat = {"lus": 0, "retrouves": 0, "en_panne": 0}
    messages = passerelle().lister_messages(depuis)
    try:
        while lot := list(islice(messages, LOT)):
            resultat["lus"] += len(lot)
            resultat["retrouves"] += _retrouver(lot)
    except (PasserelleMuette, PasserelleRefuse) as erreur:
        journal.warning("rattrapage_en_panne", motif=str(erreur))
        resultat["en_panne"] = 1
    return resultat


def _retrouver(lot: Sequence[Message]) -> int:
    """Keep the messages of a page that the inbox lacks; return how many."""
    cles = [message.indice.identifiant for message in lot]
    connus = set(
        EvenementRecu.objects.filter(identifiant__in=cles).values_list("identifiant", flat=True)
    )
    retrouves = 0
    for message in lot:
        if message.indice.identifiant in connus:
            continue
        try:
            retrouves += _admettre(message.indice, message.corps.encode()) is not None
        except NotificationInvalide as erreur:
            journal.warning("notification_refusee", motif=str(erreur))
    return retrouves


def _admettre(indice: Indice, corps: bytes) -> EvenementRecu | None:
    """Keep a message that is known to be the gateway's; None when it was kept before.

    Raises:
        NotificationInvalide: of the other mode (test or live) than ours.
    """
    if indice.est_reel != passerelle().est_reelle:
        raise NotificationInvalide("mode réel et mode d’essai mélangés")
    return _ranger(indice, corps)


INSERTION = """
    INSERT INTO telepaiement_evenementrecu (identifiant, nature, sujet, reference, faits, empreinte,
        etat, nb_essais, derniere_erreur, recu_le, prochain_essai_le)
    VALUES (%s, %s, %s, %s, %s, %s, %s, 0, '', %s, %s)
    ON CONFLICT (identifiant) DO NOTHING RETURNING id
"""


def _ranger(indice: Indice, corps: bytes) -> EvenementRecu | None:
    """Keep a message in one statement, which a message kept before makes empty."""
    maintenant = timezone.now()
    evenement = EvenementRecu(
        identifiant=indice.identifiant[:100],
        nature=indice.nature[:80],
        sujet=indice.sujet,
        reference=indice.reference[:100],
        faits=indice.faits,
        empreinte=hashlib.sha256(corps).hexdigest(),
        recu_le=maintenant,
        prochain_essai_le=maintenant,
    )
    with connection.cursor() as curseur:
        curseur.execute(
            INSERTION,
            [
                evenement.identifiant,
                evenement.nature,
                str(evenement.sujet),
                evenement.reference,
                json.dumps(evenement.faits),
                evenement.empreinte,
                str(evenement.etat),
                maintenant,
                maintenant,
            ],
        )
        nouvelle = curseur.fetchone()
    if nouvelle is None:
        return None
    evenement.pk = nouvelle[0]
    return evenement


def est_deborde() -> bool:
    """Tell whether so many messages wait that the next ones are better left to the worker."""
    attente = EvenementRecu.objects.a_traiter(timezone.now()).order_by()
    return len(attente.values("pk")[:ARRIERE]) == ARRIERE


def traiter(evenement: EvenementRecu) -> bool:
    """Process one message; return whether it is done with.

    One process at a time: the reservation is a conditional UPDATE, and runs out by itself if the
    process dies. What fails is kept with its traceback and comes back later, ever more slowly.
    """
    maintenant = timezone.now()
    reservees = EvenementRecu.objects.filter(
        pk=evenement.pk, etat__in=A_TRAITER, prochain_essai_le__lte=maintenant
    ).update(prochain_essai_le=maintenant + RESERVATION, nb_essais=F("nb_essais") + 1)
    if not reservees:
        return False
    evenement.refresh_from_db()
    try:
        etat = _appliquer(evenement)
    except Exception:  # whatever it is, the message must come back
        _garder_en_erreur(evenement)
        return False
    EvenementRecu.objects.filter(pk=evenement.pk).update(
        etat=etat, traite_le=timezone.now(), derniere_erreur=""
    )
    return True


def _appliquer(evenement: EvenementRecu) -> str:
    """Read back what the message hints at; return the state it ends in."""
    if not evenement.reference or evenement.sujet == Sujet.AUTRE:
        return EtatEvenement.IGNORE
    if evenement.sujet == Sujet.VERSEMENT:
        versements.constater(evenement.reference)
        return EtatEvenement.TRAITE
    tentative = Tentative.objects.filter(reference=evenement.reference).first()
    if tentative is None:
        journal.warning("paiement_inconnu", evenement=evenement.identifiant)
        return EtatEvenement.IGNORE
    synchroniser(tentative, source=f"notification {evenement.identifiant}")
    if evenement.sujet in SUITES:
        encaissement = Encaissement.objects.filter(tentative=tentative).first()
        if encaissement is not None:
            SUITES[evenement.sujet](encaissement)
    return EtatEvenement.TRAITE


def _garder_en_erreur(evenement: EvenementRecu) -> None:
    journal.exception("evenement_en_erreur", evenement=evenement.identifiant)
    delai = min(PREMIER_DELAI * 2 ** min(evenement.nb_essais, 12), DELAI_MAXIMAL)
    EvenementRecu.objects.filter(pk=evenement.pk).update(
        etat=EtatEvenement.EN_ERREUR,
        derniere_erreur=traceback.format_exc()[-LONGUEUR_ERREUR:],
        prochain_essai_le=timezone.now() + delai,
    )


def vider(*, maximum: int = 1000) -> dict[str, int]:
    """Process the messages that are due, oldest first; return how many ended how."""
    resultat = {"traites": 0, "en_attente": 0}
    for evenement in EvenementRecu.objects.a_traiter(timezone.now())[:maximum]:
        resultat["traites" if traiter(evenement) else "en_attente"] += 1
    return resultat
