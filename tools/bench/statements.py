"""Counts the SQL statements of every database connection that this process opens, in any thread."""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, Self

from django.db import connections
from django.db.backends.signals import connection_created

from tools.bench.limits import without_values


class Statements:
    """While the block lasts: how often each statement was carried out, by its text without its values."""

    def __init__(self) -> None:
        self.told: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._listened: list[Any] = []

    def __enter__(self) -> Self:
        connection_created.connect(self._listen)
        for connection in connections.all(initialized_only=True):
            self._listen(connection=connection)
        return self

    def __exit__(self, *_: object) -> None:
        connection_created.disconnect(self._listen)
        for connection in self._listened:
            connection.execute_wrappers.remove(self._count)

    def _listen(self, *, connection: Any, **_: Any) -> None:
        if self._count not in connection.execute_wrappers:
            connection.execute_wrappers.append(self._count)
            self._listened.append(connection)

    def _count(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        with self._lock:
            self.told[without_values(sql)] += 1
        return execute(sql, params, many, context)
