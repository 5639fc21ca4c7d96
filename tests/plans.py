"""How PostgreSQL would carry out a statement if the tables in it were large."""

from django.db import connection, models

MANY = 1_000_000


def believe_large(*kept: type[models.Model]) -> None:
    """PostgreSQL plans by what it was last told of a table, which between tests is as much by chance as the
    hour at which it looked: of a table that was empty then, any index of it seems as good as any other. From
    here to the end of the test's transaction it takes those of `kept` for large; it says nothing to SQLite.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_class SET reltuples = %s, relpages = 1 WHERE oid = ANY(%s::regclass[]::oid[])",
            [MANY, [model._meta.db_table for model in kept]],
        )
