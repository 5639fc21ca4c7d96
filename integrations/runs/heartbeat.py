"""Signs of life of an active run, from a thread of its own: a worker that is lost stops beating (R-3)."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from integrations.runs.context import RunContext

logger = logging.getLogger(__name__)


@contextmanager
def beating(context: RunContext) -> Iterator[None]:
    """Beat every RUN_HEARTBEAT_SECONDS while the block lasts, over a database connection of the thread.

    Inside somebody's transaction there is no thread: no other connection could see the run yet.
    """
    if transaction.get_connection().in_atomic_block:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(
        target=_beat_until, args=(stop, context), name=f"heartbeat-{context.run.pk}", daemon=True
    )
    context.has_heartbeat = True
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        context.has_heartbeat = False


def _beat_until(stop: threading.Event, context: RunContext) -> None:
    try:
        while not stop.wait(settings.RUN_HEARTBEAT_SECONDS):
            try:
                alive = context.beat()
            except DatabaseError as error:
                # A busy or restarting database: the next beat tries again over a new connection.
                logger.warning("Run %s: no heartbeat (%s).", context.run.pk, type(error).__name__)
                connection.close()
                continue
            if not alive:
                context.closed.set()
                return
    finally:
        connection.close()
