"""django-ledger beside raw statements on the same server: what P1 is for a second peer.

Run by `pairs.py` as `hordak_seul.py` is; the argument is the JSON of `DATABASES["default"]`.
"""

import json
import sys
from datetime import UTC, datetime

import django
from django.conf import settings

from tests.mesures.pair_seul import comparer


def preparer(base: dict[str, str]) -> None:
    """Configure Django for the peer alone, on `base`, and make its tables."""
    settings.configure(
        SECRET_KEY="mesure",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django_ledger",
        ],
        DATABASES={"default": base},
    )
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)


def mesurer() -> None:
    """Print the peer's entries per second, with two transactions, beside raw statements."""
    from django.contrib.auth import get_user_model  # noqa: PLC0415
    from django_ledger.io import roles  # noqa: PLC0415
    from django_ledger.models import EntityModel  # noqa: PLC0415

    entite = EntityModel.create_entity(
        name="Mesure",
        use_accrual_method=True,
        admin=get_user_model().objects.create_user("mesure"),
        fy_start_month=1,
    )
    entite.create_chart_of_accounts(assign_as_default=True, commit=True)
    charge, banque = (
        entite.create_account(code=code, role=role, name=nom, balance_type=sens, active=True)
        for code, role, nom, sens in (
            ("6000", roles.EXPENSE_OPERATIONAL, "Charge", "debit"),
            ("1010", roles.ASSET_CA_CASH, "Banque", "debit"),
        )
    )
    journal = entite.create_ledger("Mesure", posted=True)
    quand = datetime(2026, 11, 23, tzinfo=UTC)

    def pair() -> None:
        journal.commit_txs(
            je_timestamp=quand,
            je_txs=[
                {"account": compte, "amount": 100, "tx_type": sens, "description": "Mesure"}
                for compte, sens in ((charge, "debit"), (banque, "credit"))
            ],
            je_posted=True,
        )

    comparer("P1 (django-ledger)", pair)


if __name__ == "__main__":
    preparer(json.loads(sys.argv[1]))
    mesurer()
