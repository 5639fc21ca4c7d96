"""The list of most days: everything as it was. Two readings tell it, and no row of the stage is written."""

# ruff: noqa: S608  (put together from names of our own models; every value is a parameter)

from __future__ import annotations

from collections.abc import Collection

from integrations.reconcile.brake import Brake
from integrations.reconcile.compare import Comparison
from integrations.reconcile.models import Verdict
from integrations.reconcile.resolve import record_of_key
from integrations.reconcile.scope import LISTED, Scope, values
from integrations.reconcile.staging import Stage
from reconpro.company.models import ArchivedReason
from reconpro.company.models.records import AccountingStatus


def as_it_was(scope: Scope, stage: Stage, announced: Collection[int | None]) -> Comparison | None:
    """The same as `compare` would find, where each row is equal to a record of its own and no record is
    missing; None where anything differs, and then `compare` says what. For imports alone: a check keeps its
    rows, each with its verdict (I-9)."""
    # Rows that are equal to records have their standing, so as many records as rows are just the same ones.
    ((known, by_hand),) = scope.rows(
        f"SELECT COUNT(*), COUNT(CASE WHEN r.archived_reason = '{ArchivedReason.BY_HAND.value}'"
        f" AND r.accounting_status = '{AccountingStatus.ACTIVE.value}' THEN 1 END)"
        f" FROM {scope.record} AS r WHERE {scope.is_here}"
        f" AND r.accounting_status IN {values(*LISTED)} AND {scope.claims_its_ids}"
    )
    if not known or known != stage.rows_added:
        return None
    stage.analyze("run_id", "external_key")
    ((rows, records, different),) = scope.rows(
        # In two steps: distinct ones are told by a sort, which would carry all that is compared.
        "SELECT COUNT(*), COUNT(DISTINCT id), SUM(differs) FROM (SELECT r.id,"
        f" CASE WHEN s.verdict = '{Verdict.SKIPPED.value}' OR {scope.changes} THEN 1 ELSE 0 END AS differs"
        f" FROM {scope.stage} AS s LEFT JOIN {scope.record} AS r ON {record_of_key(scope)}"
        " WHERE s.run_id = %(run)s LIMIT %(all)s) AS compared",
        all=stage.rows_added + 1,
    )
    if different or not rows == records == known:
        return None
    return Comparison(
        new=0,
        changed=0,
        unchanged=rows,
        skipped=0,
        listed=rows,
        announced=frozenset(announced),
        missing=0,
        archived_missing=0,
        stay_archived_by_hand=by_hand,
        brake=Brake.OFF,
    )
