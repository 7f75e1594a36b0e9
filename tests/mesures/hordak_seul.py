"""django-hordak beside raw statements on the same server: what P1 is for a peer.

Run by `pairs.py` in an environment of its own, for the product needs nothing of it; the argument is
the JSON of `DATABASES["default"]`.
"""

import json
import sys

import django
from django.conf import settings

from tests.mesures.pair_seul import comparer


def preparer(base: dict[str, str]) -> None:
    """Configure Django for the peer alone, on `base`, and make its tables."""
    settings.configure(
        SECRET_KEY="mesure",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "mptt", "hordak"],
        DATABASES={"default": base},
    )
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)


def mesurer() -> None:
    """Print the peer's entries per second, with two legs, beside raw statements."""
    from django.db import transaction  # noqa: PLC0415
    from hordak.models import Account, AccountType, Leg, Transaction  # noqa: PLC0415

    charge, banque = (
        Account.objects.create(name=nom, type=genre, currencies=["XPF"], code=code)
        for nom, genre, code in (
            ("Charge", AccountType.expense, "1"),
            ("Banque", AccountType.asset, "2"),
        )
    )

    def pair() -> None:
        with transaction.atomic():
            ecriture = Transaction.objects.create(description="Mesure")
            Leg.objects.create(transaction=ecriture, account=charge, debit=100, currency="XPF")
            Leg.objects.create(transaction=ecriture, account=banque, credit=100, currency="XPF")

    comparer("P1 (django-hordak)", pair)


if __name__ == "__main__":
    preparer(json.loads(sys.argv[1]))
    mesurer()
