"""Mails of the parapheur: what arrives, comes back or waits, which powers are given and ended."""

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse

from exports_tps.models import Delegation, Presentation, VisaParapheur
from exports_tps.presentables import genre_de, montant_de
from exports_tps.sans_suppleant import Manque
from facturier.acces.models import Utilisateur

if TYPE_CHECKING:
    from exports_tps.viseurs import Blocage


def joignables(personnes: Iterable[Utilisateur]) -> list[str]:
    """Return the addresses of those whose account is open, each once."""
    return sorted({personne.email for personne in personnes if personne.is_active})


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
        joignables([visa.presentation.presentee_par]),
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
    presentation: Presentation, *, blocage: "Blocage", adresses: Collection[str]
) -> None:
    """Tell that nobody may take the step, why, and whom to ask; an administrator, what to do."""
    contexte = {
        "presentation": presentation,
        "objet": presentation.objet,
        "blocage": blocage,
        "adresse": _adresse("absence"),
    }
    administrateurs = {qui.email for qui in blocage.administrateurs}
    for est_administrateur in (False, True):
        _envoyer(
            "exports_tps/courriels/blocage.txt",
            {**contexte, "est_administrateur": est_administrateur},
            [une for une in adresses if (une in administrateurs) is est_administrateur],
        )


def prevenir_de_la_suppleance(pouvoir: Delegation) -> None:
    """Tell who stands in for somebody absent; the absent person, when another said it."""
    personnes = [pouvoir.delegataire]
    if pouvoir.cree_par_id != pouvoir.delegant_id:
        personnes.append(pouvoir.delegant)
    _envoyer(
        "exports_tps/courriels/suppleance.txt",
        {"pouvoir": pouvoir, "adresse": _adresse("parapheur")},
        joignables(personnes),
    )


def prevenir_de_la_delegation(pouvoir: Delegation) -> None:
    """Tell who received a délégation how far he signs by it."""
    _envoyer(
        "exports_tps/courriels/delegation.txt",
        {"pouvoir": pouvoir, "adresse": _adresse("parapheur")},
        joignables([pouvoir.delegataire]),
    )


def prevenir_de_la_revocation(pouvoir: Delegation, *, suite: str) -> None:
    """Tell the holder of a power that it is over; who gave it too, when another ended it.

    Args:
        suite: how the holder of a délégation signs from now on.
    """
    personnes = [pouvoir.delegataire]
    if pouvoir.revoquee_par_id != pouvoir.delegant_id:
        personnes.append(pouvoir.delegant)
    _envoyer(
        "exports_tps/courriels/revocation.txt",
        {"pouvoir": pouvoir, "suite": suite, "adresse": _adresse("parapheur")},
        joignables(personnes),
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
