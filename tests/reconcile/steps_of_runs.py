"""Steps of a sequence: lists that are imported, checked and applied, and workers killed at it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection as database
from django.utils import timezone

from integrations.reconcile.external import ExternalRecord
from integrations.reconcile.first_import import why_check_first
from integrations.runs.models import Mode, Outcome, Run
from reconpro.audit.models import FieldChange
from tests.reconcile.both_worlds import Step, World, all_that_is_here
from tests.reconcile.checks import apply_run, check_list
from tests.reconcile.imports import counts, import_list, pages_of
from tests.reconcile.remote import Edit, Reading

DONE = (Outcome.SUCCEEDED, Outcome.WARNED)


class Killed(BaseException):
    """The worker is gone: whatever it would have done next is not done."""


@dataclass
class Kill:
    """Lets so many statements through and then none, except the rollback that the database does by itself."""

    statements_left: int

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if str(sql).startswith("ROLLBACK TO"):
            return execute(sql, params, many, context)
        if self.statements_left == 0:
            raise Killed
        self.statements_left -= 1
        return execute(sql, params, many, context)


def unless_killed(world: World, statements: int | None, act: Callable[[], Run]) -> Run | None:
    """What it answers, or None where the worker died after so many statements."""
    if statements is None:
        return act()
    try:
        with database.execute_wrapper(Kill(statements)):
            return act()
    except Killed:
        world.happened["kills"] += 1
        Run.objects.filter(outcome="", operation=world.kind.operation).update(
            outcome=Outcome.INTERRUPTED, finished_at=timezone.now()
        )
        return None


def an_import(edits: list[Edit], reading: Reading) -> Step:
    """As the button does it: what must be checked first is checked, and then applied as it is."""

    def step(world: World) -> None:
        for edit in edits:
            edit(world.remote)
        why = why_check_first(world.connection.company, world.connection, world.kind.operation)
        assert bool(why) == world.model.must_be_checked
        if why:
            a_check([], reading)(world)
            an_apply()(world)
            return
        rows, total = reading.of(world.remote)
        externals = [world.external(row) for row in rows]
        expected = world.model.import_list(rows, total, reading.signed_in_as, reading.page_size)
        run = _import(world, externals, total, reading)
        world.happened["imports"] += 1
        assert counts(run) == expected
        world.check_what_is_asked()
        world.check()

        # I-12: the same list once more changes nothing.
        before = list(world.kind.records.order_by("pk").values())
        changes = FieldChange.objects.count()
        again = world.model.import_list(rows, total, reading.signed_in_as, reading.page_size)
        assert counts(_import(world, externals, total, reading)) == again
        assert set(again) <= {"read", "unchanged", "skipped"}
        assert list(world.kind.records.order_by("pk").values()) == before
        assert FieldChange.objects.count() == changes

    return step


def a_check(edits: list[Edit], reading: Reading, kill_after: int | None = None) -> Step:
    """A list is looked at; perhaps after a worker that was killed while it did so."""

    def step(world: World) -> None:
        for edit in edits:
            edit(world.remote)
        rows, total = reading.of(world.remote)
        externals = [world.external(row) for row in rows]
        options = {"total": total, "size": reading.page_size, "signed_in_as": reading.signed_in_as}
        before = all_that_is_here(world)
        run = unless_killed(
            world, kill_after, lambda: check_list(world.connection, externals, world.kind, **options)
        )
        if run is None:
            if (
                not Run.objects.filter(mode=Mode.CHECK, outcome=Outcome.SUCCEEDED)
                .exclude(pk=getattr(world.checked, "pk", None))
                .filter(kept_check__isnull=False)
                .exists()
            ):
                assert all_that_is_here(world) == before
                return
            run = Run.objects.filter(kept_check__isnull=False).get()  # it was killed while it tidied up
        world.checked = run
        world.plain_check = world.model.check(rows, total, reading.signed_in_as, reading.page_size)
        world.happened["checks"] += 1
        assert run.outcome == Outcome.SUCCEEDED
        assert counts(run) == world.plain_check.counts
        assert all_that_is_here(world) == before
        assert bool(run.kept_check.brake) == world.plain_check.brake_asks

    return step


def an_apply(kill_after: int | None = None) -> Step:
    """Applies the last check, or is told that it is out of date: surely where it would do something else by
    now, surely not where nobody did anything since."""

    def step(world: World) -> None:
        check, run = world.plain_check, world.checked
        if check is None or run is None:
            return
        must_be_refused = world.model.is_out_of_date(check)
        nothing_happened = not must_be_refused and world.model.acts == check.acts
        before = all_that_is_here(world)
        applied_before = list(run.applied_by.values_list("pk", flat=True))
        applying = unless_killed(world, kill_after, lambda: apply_run(run, world.by))
        if applying is None:
            applying = run.applied_by.filter(outcome__in=DONE).exclude(pk__in=applied_before).first()
            if applying is None:  # else it was killed while it tidied up
                assert all_that_is_here(world) == before
                return
        if applying.outcome == Outcome.FAILED:
            assert applying.message.startswith("Out of date, so nothing was applied."), applying.message
            assert not nothing_happened
            assert all_that_is_here(world) == before
            # It is read again, by a run that waits in the queue.
            again = Run.objects.get(outcome=Outcome.OPEN, operation=world.kind.operation)
            assert (again.mode, again.connection) == (Mode.CHECK, world.connection)
            again.delete()
            world.happened["out of date"] += 1
            return
        assert applying.outcome in DONE, applying.message
        assert not must_be_refused
        assert counts(applying) == world.model.apply(check)
        world.check_what_is_asked()
        world.happened["applies"] += 1

    return step


def a_killed_import(edits: list[Edit], reading: Reading, statements: int) -> Step:
    """An import whose worker dies after so many statements: it changes nothing, or it had finished (R-5)."""

    def step(world: World) -> None:
        for edit in edits:
            edit(world.remote)
        if world.model.must_be_checked:
            return
        rows, total = reading.of(world.remote)
        externals = [world.external(row) for row in rows]
        finished = Run.objects.filter(outcome__in=DONE, mode=Mode.WHOLE)
        before = finished.count()
        unless_killed(world, statements, lambda: _import(world, externals, total, reading))
        if finished.count() > before:  # not killed, or while it only tidied up
            world.model.import_list(rows, total, reading.signed_in_as, reading.page_size)

    return step


def _import(world: World, externals: list[ExternalRecord], total: int, reading: Reading) -> Run:
    return import_list(
        world.connection,
        externals,
        world.kind,
        pages=pages_of(externals, total=total, size=reading.page_size),
        signed_in_as=reading.signed_in_as,
    )
