"""An import: a stream of external records against a company's records."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import IntegrityError, transaction

from integrations.planning import planned_for_many
from integrations.reconcile import checking, resolve, telling
from integrations.reconcile.all_new import all_new
from integrations.reconcile.as_it_was import as_it_was
from integrations.reconcile.behind import Writer, written_behind
from integrations.reconcile.carrying_out import (
    ATTEMPTS,
    ListRead,
    compare_list,
    scope_of,
    write_list,
)
from integrations.reconcile.cleaning import Cleaner
from integrations.reconcile.compare import Comparison
from integrations.reconcile.external import ExternalPage
from integrations.reconcile.kinds import Kind
from integrations.reconcile.linking import told_different
from integrations.reconcile.scope import Scope
from integrations.reconcile.staging import Stage
from integrations.runs.context import RunContext

SWITCH_SECONDS = 0.05

ShortWay = Callable[[Scope, Stage, Collection[int | None]], Comparison | None]
SHORT_WAYS: tuple[ShortWay, ...] = (as_it_was, all_new)
"""What knows the commonest lists by a look or two. Should one be wrong, the database refuses to write what it
found, and the next attempt compares."""


def import_records(
    context: RunContext,
    kind: Kind,
    pages: Iterable[ExternalPage],
    *,
    signed_in_as: str,
    new_record: Mapping[str, Any] | None = None,
) -> None:
    """Read the whole list into a stage, compare it in the database, apply it in one transaction together
    with the run's outcome (R-5). A run that only checks keeps what it found instead (I-9).

    Until then nothing is changed: what `pages` raises goes on to the caller, and the stage is emptied.
    `signed_in_as` names user and entity (I-5). `new_record` are columns of records that are created, by
    column name: {"team_id": 5} (I-6).
    """
    scope = scope_of(context, kind)
    stage = Stage(scope)
    with ExitStack() as stack:
        stack.callback(stage.clear)
        stage.sweep()
        problems = telling.Problems()
        with _for_many_objects(), written_behind() as writer:
            announced = _read(context, scope, stage, pages, problems, writer)
        read = ListRead(announced, problems, signed_in_as[:300], new_record or {})
        # The short ways have one to themselves: that a list contradicts them is nobody's typing.
        for attempt in range(ATTEMPTS + 1):
            try:
                if context.run.is_check:
                    checking.keep(context, scope, stage, read)
                else:
                    _compare_and_apply(context, scope, stage, read, () if attempt else SHORT_WAYS)
                break
            except IntegrityError:
                if attempt == ATTEMPTS:
                    raise
                resolve.start_over(scope)
        if context.run.is_check:
            stack.pop_all()  # its rows are looked at, and applied later


@contextmanager
def _for_many_objects() -> Iterator[None]:
    """What pages are made of holds no cycles, and to look for some among so many young objects, again and
    again, took a fifth of the processor time. Nor does it help to change every 5 ms between the page
    that is worked on and the one that is fetched: another tenth."""
    was_on, interval = gc.isenabled(), sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        if was_on:
            gc.enable()


def _read(
    context: RunContext,
    scope: Scope,
    stage: Stage,
    pages: Iterable[ExternalPage],
    problems: telling.Problems,
    writer: Writer,
) -> set[int | None]:
    """Stage every page, no transaction open while the network is read; the totals that were announced."""
    cleaner = Cleaner(scope.kind, scope.provider_name)
    announced: set[int | None] = set()
    phase = f"Reading {scope.kind.plural}"
    context.progress(phase)
    for page in pages:
        first_position = stage.rows_added
        cleaned = cleaner.clean_page(page.records)
        for place, record in sorted(cleaned.singles.items()):
            if record.problems:
                problems.add(first_position + place, record.problems)
        stage.add(cleaned, writer)
        if page.grown and None not in announced:
            announced.clear()
        announced.add(page.total)
        context.progress(phase, stage.rows_added, page.total)
    return announced or {None}


def _compare_and_apply(
    context: RunContext, scope: Scope, stage: Stage, read: ListRead, short_ways: Sequence[ShortWay]
) -> None:
    different = told_different(scope)
    with planned_for_many():
        found = (way(scope, stage, read.announced) for way in short_ways)
        comparison = next(filter(None, found), None)
        if comparison is None:
            comparison = compare_list(context, scope, stage, read, different)
    context.progress("Applying", stage.rows_added, stage.rows_added)
    with transaction.atomic():
        context.lock_open()  # a worker that comes back late finds the run closed
        counts = write_list(context, scope, comparison, read, different)
        checking.forget(context)
        context.finish(
            counts=counts,
            message=telling.outcome_message(scope, comparison),
            list_complete=comparison.list_complete,
            signed_in_as=read.signed_in_as,
        )
