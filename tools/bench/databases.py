"""A database for each measurement: a copy of one that was migrated and has a company in it."""

import os
import shutil
import sqlite3
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from tests.services import postgres
from tools.bench.measured import measure

POSTGRES, SQLITE = "PostgreSQL", "SQLite"


class Copies(ABC):
    """Databases of one engine. `copy` answers the URL of a new one, `drop` takes it away."""

    engine: str
    empty_url: str
    version: str

    @abstractmethod
    def copy(self, of: str) -> str: ...

    @abstractmethod
    def drop(self, url: str) -> None: ...

    def copy_for(self, gateway_url: str) -> str:
        """A new one with all tables and a company whose settings name that gateway."""
        if not self._names_gateway:
            measure("prepare", gateway_url, self.empty_url)
            self._names_gateway = gateway_url
        prepared = self.copy(self.empty_url)
        if self._names_gateway != gateway_url:
            measure("prepare", gateway_url, prepared)
        return prepared

    _names_gateway = ""


class PostgresCopies(Copies):
    engine = POSTGRES

    def __init__(self, server_url: str) -> None:
        import psycopg2

        # postgres://USER@/DATABASE?host=FOLDER, or one with a host before the name
        self._server_url = server_url
        self._names = (f"bench_{number}" for number in count(1))
        self._connection = psycopg2.connect(server_url)
        self._connection.autocommit = True
        with self._connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            self.version = cursor.fetchone()[0]
        self.empty_url = self._create("template0")

    def copy(self, of: str) -> str:
        return self._create(_database_name(of))

    def drop(self, url: str) -> None:
        self._execute(f'DROP DATABASE IF EXISTS "{_database_name(url)}" WITH (FORCE)')

    def close(self) -> None:
        self._connection.close()

    def _create(self, template: str) -> str:
        name = f"{next(self._names)}_{os.getpid()}"
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        head, _, rest = self._server_url.partition("?")
        address = f"{head.rpartition('/')[0]}/{name}"
        return f"{address}?{rest}" if rest else address

    def _execute(self, statement: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)


class SqliteCopies(Copies):
    engine = SQLITE
    version = sqlite3.sqlite_version

    def __init__(self, folder: Path) -> None:
        self._files = (folder / f"bench-{number}.sqlite3" for number in count(1))
        self.empty_url = f"sqlite:///{next(self._files)}"

    def copy(self, of: str) -> str:
        file = next(self._files)
        shutil.copyfile(of.removeprefix("sqlite:///"), file)
        return f"sqlite:///{file}"

    def drop(self, url: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + suffix).unlink(missing_ok=True)


@contextmanager
def copies(engine: str) -> Iterator[Copies]:
    """Databases of that engine, all gone at the end. DATABASE_URL may name the PostgreSQL to use."""
    if engine == POSTGRES:
        with postgres() as url:
            found = PostgresCopies(url)
            try:
                yield found
            finally:
                found.drop(found.empty_url)
                found.close()
        return
    with tempfile.TemporaryDirectory(prefix="reconpro-bench-") as folder:
        yield SqliteCopies(Path(folder))


def _database_name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]
