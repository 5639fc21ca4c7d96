"""Celery's broker of files, for the demo and for tests, without its two races.

Kombu's own makes a message's file and then writes into it: a worker that looks in between reads an empty
message, and ends. Here a message appears whole or not at all.
"""

import time
import uuid
from collections.abc import Callable
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils import json

written: Callable[[Any], str] = json.dumps  # as Kombu's own channel reads it
ATTEMPTS, PAUSE_SECONDS = 40, 0.05


class Channel(filesystem.Channel):
    """Writes a message under a name that nobody looks for, then gives it its own."""

    def _put(self, *arguments: Any, **_: Any) -> None:
        queue, message = arguments
        folder = Path(self.data_folder_out)
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        unfinished = folder / f"{name}.unfinished"
        unfinished.write_text(written(message), encoding="utf-8")
        unfinished.rename(folder / name)

    def _queue_bind(self, *arguments: Any) -> None:
        """Of two workers that start at once one may find the other's table still empty, for a moment."""
        bind: Callable[..., None] = super()._queue_bind
        for _ in range(ATTEMPTS):
            try:
                bind(*arguments)
                return
            except JSONDecodeError:
                time.sleep(PAUSE_SECONDS)
        bind(*arguments)


class Transport(filesystem.Transport):
    Channel = Channel


def use() -> None:
    """Let `filesystem://` mean this one."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
