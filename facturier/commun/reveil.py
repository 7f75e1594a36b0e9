"""Work handed to the background as soon as what it is about is committed."""

from typing import Any

from celery.app.task import Task
from django.db import transaction


def reveiller(tache: Task[..., Any], *arguments: Any) -> None:
    """Hand `tache` to the broker once the transaction is committed.

    A broker that does not answer is only logged: the schedule does the same work within the minute.
    """

    def remettre() -> None:
        tache.apply_async(arguments, retry=False)

    transaction.on_commit(remettre, robust=True)
