"""What an import does with a whole list, once it is in the stage: compare it, and write what differs.

The same for an import that goes through, for a check, which takes it back, and for what applies a check
(I-9).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils import timezone

from integrations.duplicates.find import warn_of_duplicates
from integrations.reconcile import telling
from integrations.reconcile.answers import archive_unlisted, keep_unlisted
from integrations.reconcile.apply import Applied, apply
from integrations.reconcile.compare import Comparison, compare
from integrations.reconcile.models import BrakeAnswer
from integrations.reconcile.scope import Scope
from integrations.reconcile.staging import Stage
from integrations.runs.context import RunContext, RunFailed
from integrations.runs.models import Mode, Run
from reconpro.company.models import User

# Somebody may give away an Accounting ID between the comparison and its application.
ATTEMPTS = 3


@dataclass(frozen=True)
class ListRead:
    """What came with a list whose rows are in the stage. `announced` are the totals that it told,
    `new_record` columns of records that are created."""

    announced: Collection[int | None]
    problems: telling.Problems
    signed_in_as: str
    new_record: Mapping[str, Any] = field(default_factory=dict)


def scope_of(context: RunContext, kind: Any, *, staged_by: int | None = None) -> Scope:
    """What this run works on. `staged_by` is the run whose rows are in the stage, if it is another one.

    Raises RunFailed where there is no connection.
    """
    if context.connection is None:
        raise RunFailed("There is no connection to import from.", "Save the integration's settings first.")
    return Scope(
        kind=kind,
        run_id=staged_by or context.run.pk,
        company_id=context.company.pk,
        books_id=context.connection.pk,
        provider_name=context.connection.books.provider_name,
        now=timezone.now(),
        told_by=context.run.pk,
    )


def compare_list(
    context: RunContext, scope: Scope, stage: Stage, read: ListRead, different: Collection[int]
) -> Comparison:
    context.progress("Comparing", stage.rows_added, stage.rows_added)
    return compare(
        scope,
        stage,
        announced=read.announced,
        signed_in_as=read.signed_in_as,
        signed_in_last=_signed_in_last(context),
        told_different=different,
        checkpoint=context.checkpoint,
    )


def write_list(
    context: RunContext,
    scope: Scope,
    comparison: Comparison,
    read: ListRead,
    different: Collection[int],
    *,
    brake_answer: str = BrakeAnswer.OPEN,
    by: User | None = None,
) -> dict[str, int]:
    """Apply it in the caller's transaction, collect its warnings, and answer the run's counts.

    `brake_answer` is what `by` said before of missing records, should the brake keep them.
    """
    scope = replace(scope, now=timezone.now())
    applied = apply(scope, comparison, new_record=read.new_record)
    answered = BrakeAnswer(brake_answer) if comparison.brake.is_on else BrakeAnswer.OPEN
    archived = 0
    if answered == BrakeAnswer.ARCHIVE:
        archived = archive_unlisted(scope.kind, context.company, scope.books_id, by, run_id=scope.told_by)
    elif answered == BrakeAnswer.KEEP:
        keep_unlisted(scope.kind, context.company, scope.books_id, by)
    telling.tell(
        context.warnings, scope, comparison, read.problems, different, asks=answered == BrakeAnswer.OPEN
    )
    warn_of_duplicates(context.warnings, scope.kind.record, scope.company_id, scope.books_id)
    return _counts(comparison, replace(applied, archived=applied.archived + archived))


def _signed_in_last(context: RunContext) -> str | None:
    """Who read the last complete list of this operation over this connection that was applied (I-5)."""
    return (
        Run.objects.filter(
            company=context.company,
            connection=context.connection,
            operation=context.run.operation,
            list_complete=True,
        )
        .exclude(mode=Mode.CHECK)
        .order_by("-finished_at")
        .values_list("signed_in_as", flat=True)
        .first()
    )


def _counts(comparison: Comparison, applied: Applied) -> dict[str, int]:
    return {
        "read": comparison.read,
        "created": comparison.new,
        "updated": comparison.changed,
        "unchanged": comparison.unchanged,
        "skipped": comparison.skipped,
        "archived": applied.archived,
        "restored": applied.restored,
    }
