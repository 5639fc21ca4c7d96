"""Check first (I-9): read everything, apply nothing, keep what was found; then apply just that.

A check is an import that stops before its end, and what applies it is the other part: the same rows are
compared again inside the transaction that writes them, and held against what the check found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from integrations.connections.models import ReferenceKind
from integrations.connections.reference import ReferenceRow, replace_reference
from integrations.duplicates.collector import WarningCollector
from integrations.planning import planned_for_many, without_nested_loops
from integrations.providers import provider_named
from integrations.reconcile import proposals, resolve, telling
from integrations.reconcile.carrying_out import (
    ATTEMPTS,
    ListRead,
    compare_list,
    make_known,
    scope_of,
    write_list,
)
from integrations.reconcile.check_counts import count_rows
from integrations.reconcile.compare import Comparison, count_verdicts
from integrations.reconcile.digest import digest_of, lock_touched
from integrations.reconcile.kinds import KINDS, Kind, kind_of
from integrations.reconcile.linking import told_different
from integrations.reconcile.models import Check
from integrations.reconcile.resolve import ALL_ROWS
from integrations.reconcile.scope import Scope, quoted
from integrations.reconcile.staging import Stage, unused
from integrations.runs.context import OutOfDate, RunContext, RunFailed
from integrations.runs.models import Outcome, Run

CHUNK = 400  # keeps below SQLite's limit of variables
TOO_OLD = "It is too old."


def keep(context: RunContext, scope: Scope, stage: Stage, read: ListRead) -> None:
    """Keep what a check found, together with its outcome; an earlier check of the operation goes."""
    seen = context.settings_seen
    different = told_different(scope)
    with planned_for_many():
        comparison = compare_list(context, scope, stage, read, different)
    read_warnings = context.warnings.to_json()
    context.progress("Keeping what was found", stage.rows_added, stage.rows_added)
    with transaction.atomic():
        context.lock_open()
        comparison = _with_proposals(scope, comparison, different)
        if proposals.forget_unseen(scope):
            # What is proposed no more, answered or not: the comparison went by it.
            proposals.settle(scope, different, ALL_ROWS)
            comparison = replace(comparison, **count_verdicts(scope))
        digest = digest_of(scope, comparison)
        context.warnings = WarningCollector.from_json(read_warnings)
        with _taken_back():
            counts = write_list(context, scope, comparison, read, different)
            with_invoices = telling.unlisted_with_invoices(scope) if comparison.brake.is_on else 0
        forget(context)
        Check.objects.create(
            run=context.run,
            company=context.company,
            operation=context.run.operation,
            row_count=comparison.read,
            counts=count_rows(scope),
            page_starts=stage.page_starts,
            announced=list(read.announced),
            problems=read.problems.to_json(),
            read_warnings=read_warnings,
            would_warn=_without_undone(scope.kind, context.warnings.to_json()),
            new_record=dict(read.new_record),
            reference={},
            settings_seen=import_settings(context.run) if seen is None else seen,
            digest=digest,
            missing_count=comparison.missing if comparison.is_whole else 0,
            missing_with_invoices=with_invoices,
            archives_missing=comparison.archives_missing,
            brake=comparison.brake.name if comparison.brake.is_on else "",
        )
        context.finish(counts=counts, signed_in_as=read.signed_in_as, keeps_warnings=False)


def apply_check(context: RunContext) -> None:
    """Apply what the run's check found and people answered to it. Raises OutOfDate, and then nothing was
    changed, if it would come to anything else by now."""
    kind = kind_of(context.run.operation)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            reference = _apply(context, kind)
            break
        except IntegrityError:
            if attempt == ATTEMPTS:
                raise
    for name, rows in reference.items():
        keep_reference(context, ReferenceKind(name), [ReferenceRow(**row) for row in rows])
    empty_stages()


def keep_reference(context: RunContext, kind: ReferenceKind, rows: Iterable[ReferenceRow]) -> None:
    """Keep a small list that came along with an import, once that is applied; with a check's, until then."""
    if context.connection is None:
        return
    if not context.run.is_check:
        replace_reference(context.connection, kind, rows)
        return
    with transaction.atomic():
        for check in Check.objects.select_for_update().filter(pk=context.run.pk):
            check.reference[kind.value] = [asdict(row) for row in rows]
            check.save(update_fields=["reference"])


def _apply(context: RunContext, kind: Kind) -> dict[str, list[dict[str, Any]]]:
    """One attempt; the small lists that came along with the check."""
    run = context.run
    with transaction.atomic():
        check = Check.objects.select_for_update().filter(pk=run.applies_id, company=context.company).first()
        if check is None:
            raise OutOfDate("Another import came after it, or it was too old.")
        if reason := why_out_of_date(check, run):
            raise OutOfDate(reason)
        if run.options.get("answers") != check.answers:
            raise RunFailed(
                "Somebody answered otherwise meanwhile. Nothing was changed.",
                "Look at the answers again, then apply.",
            )
        scope = scope_of(context, kind, staged_by=check.pk)
        stage = Stage(scope)
        stage.rows_added, stage.page_starts = check.row_count, check.page_starts
        read = _read_by(check)
        context.note = check.run.message  # what was said while reading
        # Anew for each attempt.
        context.warnings = WarningCollector.from_json(check.read_warnings)
        different = told_different(scope)
        resolve.start_over(scope)
        comparison = compare_list(context, scope, stage, read, different)
        comparison = _with_proposals(scope, comparison, different)
        lock_touched(scope)
        if digest_of(scope, comparison) != check.digest:
            raise OutOfDate(f"{kind.plural.capitalize()} were changed here since.")
        context.progress("Applying", stage.rows_added, stage.rows_added)
        context.lock_open()  # a worker that comes back late finds the run closed
        counts = write_list(
            context,
            scope,
            comparison,
            read,
            different,
            brake_answer=check.brake_answer,
            by=run.started_by,
        )
        forget(context)
        context.finish(
            counts=counts,
            message=telling.outcome_message(scope, comparison, brake_answer=check.brake_answer),
            list_complete=comparison.list_complete,
            signed_in_as=read.signed_in_as,
        )
        reference: dict[str, list[dict[str, Any]]] = check.reference
    make_known(scope, comparison)
    return reference


def why_out_of_date(check: Check, run: Run) -> str:
    """What tells without comparing that the check can't be applied by `run` any more, or ""."""
    if is_too_old(check):
        return TOO_OLD
    if check.run.connection_id != run.connection_id:
        return "The connection was changed since."
    if check.settings_seen != import_settings(run):
        return "The settings were changed since."
    kind = kind_of(check.operation)
    if kind.stage._default_manager.filter(run_id=check.pk).count() != check.row_count:
        return "The database was restarted since, and what was read is lost."
    return ""


def oldest_kept() -> datetime:
    """What was made before this is too old to be applied."""
    return timezone.now() - timedelta(hours=settings.CHECK_KEPT_HOURS)


def is_too_old(check: Check) -> bool:
    return check.made_at < oldest_kept()


def import_settings(run: Run) -> str:
    """What of the provider's settings an import depends on."""
    return provider_named(run.provider).import_settings(run.company)


def forget(context: RunContext) -> None:
    """No check of the operation is up to date after this run; their rows go when the stage is swept."""
    Check.objects.filter(company=context.company, operation=context.run.operation).delete()


def sweep() -> int:
    """Forget checks that are too old, and empty the stages of what nobody needs; how many were too old."""
    number, _ = Check.objects.filter(made_at__lt=oldest_kept()).delete()
    empty_stages()
    return number


def empty_stages() -> None:
    """Delete what no open run and no check needs. Rows of runs that are over are all that it looks for."""
    for kind in KINDS:
        table = quoted(kind.stage._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE {unused()}")  # noqa: S608 - names of our own models


def _read_by(check: Check) -> ListRead:
    return ListRead(
        announced=check.announced,
        problems=telling.Problems.from_json(check.problems),
        signed_in_as=check.run.signed_in_as,
        new_record=check.new_record,
    )


def _with_proposals(scope: Scope, comparison: Comparison, different: Collection[int]) -> Comparison:
    """The comparison with links proposed, and their rows held back."""
    proposals.propose(scope, different)
    with without_nested_loops():
        proposals.hold_back(scope)
    return replace(comparison, **count_verdicts(scope))


@contextmanager
def _taken_back() -> Iterator[None]:
    """What is written in this block is undone at its end: what it would come to is known then."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)


def _without_undone(kind: Kind, warnings: dict[str, Any]) -> dict[str, Any]:
    """Without the ids of records that were created and taken back."""
    sides = [side for _, _, _, found in warnings["found"] for side in found if side["kind"] == kind.singular]
    ids = sorted({side["id"] for side in sides if side["id"] is not None})
    there: set[int] = set()
    for start in range(0, len(ids), CHUNK):
        there.update(kind.records.filter(pk__in=ids[start : start + CHUNK]).values_list("pk", flat=True))
    for side in sides:
        if side["id"] not in there:
            side["id"] = None
    return warnings


def applied_by(run: Run) -> Run | None:
    """The run that applied this check, if one did."""
    return run.applied_by.filter(outcome__in=(Outcome.SUCCEEDED, Outcome.WARNED)).first()
