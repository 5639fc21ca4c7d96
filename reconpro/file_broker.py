"""Celery's broker of files, for the demo and for tests, without its races.

Kombu's own makes a message's file and then writes into it: a worker that looks in between reads an empty
message, and ends. Here a message appears whole or not at all, and who finds the table of queues just made
waits until it is filled.
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
        bind: Callable[..., None] = super()._queue_bind
        _once_it_is_filled(lambda: bind(*arguments))

    def get_table(self, exchange: str) -> Any:
        table: Callable[[str], Any] = super().get_table
        return _once_it_is_filled(lambda: table(exchange))


def _once_it_is_filled(look: Callable[[], Any]) -> Any:
    """Of two processes that start at once one may find the other's table still empty, for a moment."""
    for _ in range(ATTEMPTS):
        try:
            return look()
        except JSONDecodeError:
            time.sleep(PAUSE_SECONDS)
    return look()


class Transport(filesystem.Transport):
    Channel = Channel


def use() -> None:
    """Let `filesystem://` mean this one."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
