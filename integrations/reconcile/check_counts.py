"""How many rows of a check come to what (I-9): counted when it is kept and when somebody answers, since each
page of it shows them, and to count them takes as long as to read them all."""

# ruff: noqa: S608  (put together from names of our own models; every value is a parameter)

from __future__ import annotations

from typing import Any, TypedDict

from integrations.reconcile.models import Standing, Verdict
from integrations.reconcile.scope import Scope
from reconpro.company.models.records import AccountingStatus


class Counts(TypedDict):
    """Rows by verdict; among them those `to_restore`, and those that are or come in archived (`inactive`)."""

    new: int
    changed: int
    unchanged: int
    skipped: int
    to_restore: int
    inactive: int


def count_rows(scope: Scope) -> Counts:
    rows = scope.rows(
        f"SELECT verdict, standing, accounting_status = '{AccountingStatus.INACTIVE.value}', COUNT(*)"
        f" FROM {scope.stage} WHERE run_id = %(run)s GROUP BY 1, 2, 3"
    )

    def number(verdict: Verdict, **what: Any) -> int:
        return sum(
            n
            for v, standing, inactive, n in rows
            if v == verdict
            and what.get("standing", standing) == standing
            and what.get("inactive", bool(inactive)) == bool(inactive)
        )

    return Counts(
        new=number(Verdict.NEW),
        changed=number(Verdict.CHANGED),
        unchanged=number(Verdict.UNCHANGED),
        skipped=number(Verdict.SKIPPED),
        to_restore=number(Verdict.CHANGED, standing=Standing.RESTORE),
        inactive=number(Verdict.CHANGED, standing=Standing.ARCHIVE) + number(Verdict.NEW, inactive=True),
    )
