"""The queue of tasks in files, for one machine: that of kombu, whose messages appear whole."""

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Canal(filesystem.Channel):
    """kombu makes the file of a message, then fills it: who lists meanwhile reads nothing.

    A worker takes that for a fault of its own and stops. Here the file gets its name once full.
    """

    def _put(  # type: ignore[override]
        self, queue: str, message: Any, **options: Any
    ) -> None:
        fichier = Path(self.data_folder_out) / f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        provisoire = fichier.with_suffix(".part")
        try:
            provisoire.write_text(dumps(message), encoding="utf-8")
            provisoire.replace(fichier)
        except OSError as erreur:
            provisoire.unlink(missing_ok=True)
            raise ChannelError(f"Cannot add file {fichier} to its queue") from erreur


class Transport(filesystem.Transport):
    """What `CELERY_BROKER_TRANSPORT` names when the broker is a folder."""

    Channel = Canal
