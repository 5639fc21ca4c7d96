"""The list of the first day: the company has no record of the kind yet, and so each row is a new one."""

# ruff: noqa: S608  (put together from names of our own models; every value is a parameter)

from __future__ import annotations

from collections.abc import Collection

from integrations.reconcile.brake import Brake
from integrations.reconcile.compare import Comparison
from integrations.reconcile.scope import Scope
from integrations.reconcile.staging import Stage


def all_new(scope: Scope, stage: Stage, announced: Collection[int | None]) -> Comparison | None:
    """The same as `compare` would find, where there is nothing that a row could be, be linked to or be kept
    from, and none is left out or lacks a name; None otherwise, and then `compare` says what.

    Whether anything comes twice it doesn't look for, which would take longer than all the rest: records are
    unique by key and by Accounting ID, so that writing them tells it, by IntegrityError. Rows stay as they
    were staged.
    """
    if scope.rows(f"SELECT 1 FROM {scope.record} WHERE company_id = %(company)s LIMIT 1"):
        return None
    if stage.not_plainly_new or not stage.rows_added:
        return None
    stage.analyze("run_id", "verdict")
    return Comparison(
        new=stage.rows_added,
        changed=0,
        unchanged=0,
        skipped=0,
        listed=stage.rows_added,
        announced=frozenset(announced),
        missing=0,
        archived_missing=0,
        stay_archived_by_hand=0,
        brake=Brake.OFF,
    )
