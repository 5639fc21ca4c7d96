"""The page before goes into the database while the next one is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol

from django.db import connection, transaction

Work = Callable[[], None]


class Writer(Protocol):
    def write(self, work: Work) -> None:
        """Do it now, or soon, one after the other. Raises what an earlier one raised."""
        ...


class AtOnce:
    """Each is done when `write` returns."""

    def write(self, work: Work) -> None:
        work()


class Behind:
    """Each is done in one other thread, over a connection of its own, while the caller goes on to make the
    next one; no more than one waits, so that a slow database holds up the reading, not the memory."""

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        self._thread = thread
        self._under_way: Future[None] | None = None

    def write(self, work: Work) -> None:
        self.settle()
        self._under_way = self._thread.submit(work)

    def settle(self) -> None:
        """Wait until all is done. Raises what it raised."""
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            under_way.result()


@contextmanager
def written_behind() -> Iterator[Writer]:
    """A writer whose work is done when the block is left. SQLite takes one writer at a time and works in the
    caller's own thread; inside somebody's transaction no other connection could see what it is about."""
    if connection.vendor != "postgresql" or transaction.get_connection().in_atomic_block:
        yield AtOnce()
        return
    with ThreadPoolExecutor(1, thread_name_prefix="stage") as thread:
        behind = Behind(thread)
        try:
            yield behind
            behind.settle()
        finally:
            thread.submit(_close_own_connection).result()


def _close_own_connection() -> None:
    connection.close()  # which one it is depends on the thread
