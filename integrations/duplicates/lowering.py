"""Lower case in the database, the same on both."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Lower
from django.db.models.sql.compiler import SQLCompiler

NAME = "reconpro_lower"


class LowerEveryLetter(Lower):
    """LOWER as PostgreSQL has it. SQLite's own knows A to Z only, so there Python's takes its place."""

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        connection.ensure_connection()
        # Once for each connection: SQLite lets no function be made anew while any query is being read.
        taught: Any = getattr(connection, NAME, None)
        if taught is not connection.connection:
            connection.connection.create_function(NAME, 1, _lower, deterministic=True)
            setattr(connection, NAME, connection.connection)
        return self.as_sql(compiler, connection, function=NAME, **context)


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()
