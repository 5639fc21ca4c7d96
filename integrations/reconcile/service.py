"""An import: a stream of external records against a company's records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations.duplicates.find import warn_of_duplicates
from integrations.reconcile import resolve, telling
from integrations.reconcile.apply import Applied, apply
from integrations.reconcile.cleaning import Cleaner
from integrations.reconcile.compare import Comparison, compare
from integrations.reconcile.external import ExternalPage
from integrations.reconcile.kinds import Kind
from integrations.reconcile.linking import told_different
from integrations.reconcile.scope import Scope
from integrations.reconcile.staging import Stage
from integrations.runs.context import RunContext, RunFailed
from integrations.runs.models import Run

# Somebody may give away an Accounting ID between the comparison and its application.
ATTEMPTS = 3


def import_records(
    context: RunContext,
    kind: Kind,
    pages: Iterable[ExternalPage],
    *,
    signed_in_as: str,
    new_record: Mapping[str, Any] | None = None,
) -> None:
    """Read the whole list into a stage, compare it in the database, apply it in one transaction together
    with the run's outcome (R-5).

    Until then nothing is changed: what `pages` raises goes on to the caller, and the stage is emptied.
    `signed_in_as` names user and entity (I-5). `new_record` are columns of records that are created, by
    column name: {"team_id": 5} (I-6).
    """
    if context.connection is None:
        raise RunFailed("There is no connection to import from.", "Save the integration's settings first.")
    scope = Scope(
        kind=kind,
        run_id=context.run.pk,
        company_id=context.company.pk,
        books_id=context.connection.pk,
        provider_name=context.connection.books.provider_name,
        now=timezone.now(),
    )
    stage = Stage(scope)
    with ExitStack() as stack:
        stack.callback(stage.clear)
        stage.sweep()
        problems = telling.Problems()
        announced = _read(context, scope, stage, pages, problems)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                _compare_and_apply(context, scope, stage, announced, problems, signed_in_as, new_record or {})
                return
            except IntegrityError:
                if attempt == ATTEMPTS:
                    raise
                resolve.start_over(scope)


def _read(
    context: RunContext,
    scope: Scope,
    stage: Stage,
    pages: Iterable[ExternalPage],
    problems: telling.Problems,
) -> set[int | None]:
    """Stage every page, no transaction open while the network is read; the totals that were announced."""
    cleaner = Cleaner(scope.kind, scope.provider_name)
    announced: set[int | None] = set()
    phase = f"Reading {scope.kind.plural}"
    context.progress(phase)
    for page in pages:
        first_position = stage.rows_added
        cleaned = [cleaner.clean(external) for external in page.records]
        for offset, record in enumerate(cleaned):
            problems.add(first_position + offset, record.problems)
        stage.add(cleaned)
        announced.add(page.total)
        context.progress(phase, stage.rows_added, page.total)
    return announced or {None}


def _compare_and_apply(
    context: RunContext,
    scope: Scope,
    stage: Stage,
    announced: set[int | None],
    problems: telling.Problems,
    signed_in_as: str,
    new_record: Mapping[str, Any],
) -> None:
    signed_in_as = signed_in_as[:300]  # as the run keeps it
    context.progress("Comparing", stage.rows_added, stage.rows_added)
    different = told_different(scope)
    comparison = compare(
        scope,
        stage,
        announced=announced,
        signed_in_as=signed_in_as,
        signed_in_last=_signed_in_last(context),
        told_different=different,
        checkpoint=context.checkpoint,
    )
    context.progress("Applying", stage.rows_added, stage.rows_added)
    with transaction.atomic():
        context.lock_open()  # a worker that comes back late finds the run closed
        scope = replace(scope, now=timezone.now())
        applied = apply(scope, comparison, new_record=new_record)
        telling.tell(context.warnings, scope, comparison, problems, different)
        warn_of_duplicates(context.warnings, scope.kind.record, scope.books_id)
        context.finish(
            counts=_counts(comparison, applied),
            message=telling.outcome_message(scope, comparison),
            list_complete=comparison.list_complete,
            signed_in_as=signed_in_as,
        )


def _signed_in_last(context: RunContext) -> str | None:
    """Who read the last complete list of this operation over this connection (I-5)."""
    return (
        Run.objects.filter(
            company=context.company,
            connection=context.connection,
            operation=context.run.operation,
            list_complete=True,
        )
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
