"""Whether a person has just proved again that he is there: his password, typed moments ago."""

from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.http import HttpResponseRedirect
from django.urls import reverse

from facturier.acces.controle import RequeteConnectee


def a_confirme_recemment(requete: RequeteConnectee) -> bool:
    """Tell whether the password was typed again within the last five minutes.

    Logging in does not count; an account without a password never confirms.
    """
    return requete.user.has_usable_password() and did_recently_reauthenticate(requete)


def demander_confirmation(requete: RequeteConnectee) -> HttpResponseRedirect | None:
    """Send the person to the page that asks for his password, and back here; None when done."""
    if not requete.user.has_usable_password() or a_confirme_recemment(requete):
        return None
    suite = urlencode({"next": requete.get_full_path()})
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{suite}")
