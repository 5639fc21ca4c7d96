"""How much PostgreSQL has to do for a statement."""

import json

from django.db import connection as database


class Work:
    """An execute wrapper: the most rows that PostgreSQL looked at for one SELECT that holds `part`, and how
    many such statements there were. Of SQLite it learns nothing."""

    def __init__(self, part: str) -> None:
        self.part = part
        self.most = 0
        self.statements = 0

    def __call__(self, execute, sql, params, many, context):
        if database.vendor == "postgresql" and self.part in sql and sql.startswith("SELECT"):
            with database.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
                (found,) = cursor.fetchone()
            plan = json.loads(found) if isinstance(found, str) else found
            self.statements += 1
            self.most = max(self.most, rows_of(plan[0]["Plan"]))
        return execute(sql, params, many, context)


def rows_of(plan: dict) -> int:
    each = plan["Actual Rows"] + sum(value for key, value in plan.items() if key.startswith("Rows Removed"))
    return each * plan["Actual Loops"] + sum(rows_of(part) for part in plan.get("Plans", ()))
