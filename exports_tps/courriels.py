"""Mails of the parapheur: what arrives, comes back or waits, which powers are given and ended."""

from collections.abc import Collection, Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse

from exports_tps.models import Delegation, Presentation, VisaParapheur
from exports_tps.presentables import genre_de, montant_de
from exports_tps.sans_suppleant import Manque


def prevenir_du_renvoi(visa: VisaParapheur) -> None:
    """Tell who presented a bordereau or a file that it comes back, and why."""
    objet = visa.presentation.objet
    _envoyer(
        "exports_tps/courriels/renvoi.txt",
        {
            "visa": visa,
            "objet": objet,
            "genre": genre_de(objet),
            "adresse": _adresse("bordereau" if visa.presentation.bordereau else "flux", objet.pk),
        },
        [visa.presentation.presentee_par.email],
    )


def prevenir_de_l_arrivee(
    presentation: Presentation, *, etape: str, adresses: Collection[str]
) -> None:
    """Tell those who may act that something waits for them.

    Args:
        etape: the visa that is expected; empty, the signature.
    """
    objet = presentation.objet
    acte = ("viser" if etape else "signer") + ("" if presentation.bordereau else "_depot")
    _envoyer(
        "exports_tps/courriels/arrivee.txt",
        {
            "presentation": presentation,
            "objet": objet,
            "etape": etape,
            "montant": montant_de(objet),
            "adresse": _adresse(acte, objet.pk),
        },
        adresses,
    )


def prevenir_du_blocage(
    presentation: Presentation, *, raison: str, adresses: Collection[str]
) -> None:
    """Tell those who may do something about it that nobody may take the step, and why."""
    objet = presentation.objet
    _envoyer(
        "exports_tps/courriels/blocage.txt",
        {
            "presentation": presentation,
            "objet": objet,
            "raison": raison,
            "adresse": _adresse("absence"),
        },
        adresses,
    )


def prevenir_de_la_suppleance(pouvoir: Delegation) -> None:
    """Tell who stands in for somebody absent; the absent person, when another said it."""
    personnes = {pouvoir.delegataire.email}
    if pouvoir.cree_par_id != pouvoir.delegant_id:
        personnes.add(pouvoir.delegant.email)
    _envoyer(
        "exports_tps/courriels/suppleance.txt",
        {"pouvoir": pouvoir, "adresse": _adresse("parapheur")},
        sorted(personnes),
    )


def prevenir_de_la_delegation(pouvoir: Delegation) -> None:
    """Tell who received a délégation how far he signs by it."""
    _envoyer(
        "exports_tps/courriels/delegation.txt",
        {"pouvoir": pouvoir, "adresse": _adresse("parapheur")},
        [pouvoir.delegataire.email],
    )


def prevenir_de_la_revocation(pouvoir: Delegation, *, suite: str) -> None:
    """Tell the holder of a power that it is over; who gave it too, when another ended it.

    Args:
        suite: how the holder of a délégation signs from now on.
    """
    personnes = {pouvoir.delegataire.email}
    if pouvoir.revoquee_par_id != pouvoir.delegant_id:
        personnes.add(pouvoir.delegant.email)
    _envoyer(
        "exports_tps/courriels/revocation.txt",
        {"pouvoir": pouvoir, "suite": suite, "adresse": _adresse("parapheur")},
        sorted(personnes),
    )


def prevenir_du_manque(manque: Manque, adresses: Collection[str]) -> None:
    """Tell those who may name another stand-in that somebody absent has none any more."""
    _envoyer(
        "exports_tps/courriels/sans_suppleant.txt",
        {"manque": manque, "pouvoir": manque.suppleance, "adresse": _adresse("absence")},
        adresses,
    )


def rappeler(adresse: str, attendus: Sequence[Any]) -> None:
    """Remind one person of the presentations that wait for a visa or a signature."""
    _envoyer(
        "exports_tps/courriels/relance.txt",
        {"attendus": attendus, "adresse": _adresse("parapheur")},
        [adresse],
    )


def _adresse(page: str, *arguments: int) -> str:
    return f"{settings.ADRESSE_PUBLIQUE}{reverse(f'exports_tps:{page}', args=arguments)}"


def _envoyer(gabarit: str, contexte: dict[str, Any], adresses: Collection[str]) -> None:
    sujet, _, corps = render_to_string(gabarit, contexte).partition("\n")
    get_connection().send_messages(
        [EmailMessage(subject=sujet, body=corps.lstrip("\n"), to=[a]) for a in adresses]
    )
