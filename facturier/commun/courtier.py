"""The queue of tasks in files, for one machine: that of kombu, whose messages appear whole."""

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Canal(filesystem.Channel):
    """kombu makes the file of a message, then fills it: a worker that lists meanwhile reads nothing.

    It takes that for a fault of its own and stops. Here the file gets its name once it is full.
    """

    def _put(self, queue: str, payload: Any, **options: Any) -> None:
        message = Path(self.data_folder_out) / f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        provisoire = message.with_suffix(".part")
        try:
            provisoire.write_text(dumps(payload), encoding="utf-8")
            provisoire.replace(message)
        except OSError as erreur:
            raise ChannelError(f"Cannot add file {message} to its queue") from erreur


class Transport(filesystem.Transport):
    """What `CELERY_BROKER_TRANSPORT` names when the broker is a folder."""

    Channel = Canal
