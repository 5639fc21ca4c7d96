"""Any sequence of lists, imports, kills and a person's acts ends in the state that a plain model predicts.

RECONCILE_EXAMPLES=2000 runs more sequences than the suite does.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.connections.models import Connection
from integrations.duplicates.codes import Code
from integrations.duplicates.merging import CannotMerge, merge
from integrations.duplicates.models import Alias, Resolution, Warning
from integrations.reconcile.answers import archive_missing, keep_missing
from integrations.reconcile.external import ExternalRecord
from integrations.reconcile.kinds import CLIENTS, EMPLOYEES, KINDS, SERVICES, Kind
from integrations.reconcile.linking import CannotLink, link_from_warning
from integrations.runs.models import Outcome, Run
from reconpro.audit.models import FieldChange
from reconpro.company.keeping import restore_record
from reconpro.company.models import User
from tests.factories import an_invoice
from tests.reconcile import plain_model
from tests.reconcile.imports import counts, import_list, pages_of
from tests.reconcile.remote import EDITS, IDS, READINGS, Edit, Reading, Remote

EXAMPLES = int(os.environ.get("RECONCILE_EXAMPLES", "20"))
EXTRA_COLUMN = {CLIENTS: "phone", SERVICES: "list_price", EMPLOYEES: "email"}
EXTRAS: dict[Kind, list[str | None]] = {
    CLIENTS: ["555", "556", "", None],
    SERVICES: ["1.5000", "20.0000", "", None],
    EMPLOYEES: ["a@demo.example", "b@demo.example", "", None],
}


@dataclass
class World:
    """The product and the model side by side; their records correspond in order of creation."""

    connection: Connection
    kind: Kind
    by: User
    model: plain_model.Company
    remote: Remote

    def records(self) -> list[Any]:
        return list(self.kind.records.order_by("pk"))

    def check(self) -> None:
        records = self.records()
        assert [self._plain(record) for record in records] == self.model.records
        assert all(r.merged_into is None or not r.merged_into.merged_into for r in records)
        places = {record.pk: place for place, record in enumerate(records)}
        assert {(a.identifier, a.value): places[a.record_id] for a in Alias.objects.all()} == {
            alias: _index(self, record) for alias, record in self.model.aliases.items()
        }

    def _plain(self, record: Any) -> plain_model.Record:
        extra = getattr(record, EXTRA_COLUMN[self.kind])
        assert bool(record.archived_at) == bool(record.archived_reason)
        expected = type(record)(**{c: getattr(record, c) for c in self.kind.name_columns})
        expected.make_keys()
        assert (record.search_key, record.name_key) == (expected.search_key, expected.name_key)
        return plain_model.Record(
            in_books=record.books_id is not None,
            key=record.external_key,
            accounting_id=record.accounting_id,
            name=record.last_name if self.kind is EMPLOYEES else record.name,
            extra="" if extra is None else str(extra),
            status=record.accounting_status,
            archived=record.archived_reason,
            employee_id=getattr(record, "accounting_employee_id", ""),
        )

    def external(self, row: plain_model.Row) -> ExternalRecord:
        values: dict[str, Any] = {"accounting_id": row.accounting_id}
        if self.kind is EMPLOYEES:
            values |= {"first_name": "", "last_name": row.name, "accounting_employee_id": row.employee_id}
        else:
            values["name"] = row.name
        if row.extra is not None:
            values[EXTRA_COLUMN[self.kind]] = row.extra
        return ExternalRecord(row.key, row.active, values)

    def open_warnings(self, code: Code) -> list[Warning]:
        return list(Warning.objects.filter(code=code, resolution=Resolution.OPEN).order_by("pk"))


Step = Callable[[World], None]


def an_import(edits: list[Edit], reading: Reading) -> Step:
    def step(world: World) -> None:
        for edit in edits:
            edit(world.remote)
        rows, total = reading.of(world.remote)
        externals = [world.external(row) for row in rows]
        expected = world.model.import_list(rows, total, reading.signed_in_as, reading.page_size)
        run = _import(world, externals, total, reading)
        assert counts(run) == expected
        assert bool(world.open_warnings(Code.BRAKE)) == world.model.brake_asks
        proposed = {w.sides[0]["id"] for w in world.open_warnings(Code.LINK_PROPOSED)}
        known = world.records()
        assert proposed == {known[_index(world, record)].pk for record in world.model.proposed}
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


def a_killed_import(edits: list[Edit], reading: Reading, statements: int) -> Step:
    """An import whose worker dies after so many statements: it changes nothing, or it had finished (R-5)."""

    def step(world: World) -> None:
        for edit in edits:
            edit(world.remote)
        rows, total = reading.of(world.remote)
        externals = [world.external(row) for row in rows]
        finished = Run.objects.filter(outcome__in=[Outcome.SUCCEEDED, Outcome.WARNED])
        before = finished.count()
        try:
            with database.execute_wrapper(Kill(statements)):
                _import(world, externals, total, reading)
        except Killed:
            started = Run.objects.filter(outcome="", operation=world.kind.operation)
            started.update(outcome=Outcome.INTERRUPTED, finished_at=timezone.now())
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


def archive_or_restore_by_hand(number: int) -> Step:
    def step(world: World) -> None:
        if not world.model.records:
            return
        plain = world.model.records[number % len(world.model.records)]
        record = world.records()[number % len(world.model.records)]
        if plain.archived:
            if plain.status == "inactive" or plain.archived == "merged":  # which the product refuses
                return
            restore_record(record, by=world.by)
            plain.archived, plain.status = "", plain.status if plain.status == "active" else ""
            return
        else:
            plain.archived = record.archived_reason = "by_hand"
            record.archived_at = timezone.now()
        record.save()

    return step


def a_record_typed_here(accounting_id: str, in_books: bool) -> Step:
    def step(world: World) -> None:
        in_use = [r for r in world.model.records if r.in_books == in_books and r.accounting_id]
        if accounting_id and any(r.accounting_id == accounting_id for r in in_use):
            return
        name = {"last_name": "Typed"} if world.kind is EMPLOYEES else {"name": "Typed"}
        world.kind.record._default_manager.create(
            company=world.connection.company,
            books=world.connection.books if in_books else None,
            accounting_id=accounting_id,
            **name,
        )
        world.model.records.append(plain_model.Record(in_books, None, accounting_id, "Typed"))

    return step


def answer_the_brake(archive: bool) -> Step:
    def step(world: World) -> None:
        for warning in world.open_warnings(Code.BRAKE):
            (archive_missing if archive else keep_missing)(warning, world.by)
            for record in world.model.records:
                if record.status == "unlisted" and not record.archived:
                    record.status = "missing" if archive else ""
                    record.archived = "missing" if archive else ""

    return step


def answer_a_proposal(link: bool) -> Step:
    def step(world: World) -> None:
        for warning in world.open_warnings(Code.LINK_PROPOSED)[:1]:
            ids = [record.pk for record in world.records()]
            plain = world.model.records[ids.index(warning.sides[0]["id"])]
            if link:
                try:
                    link_from_warning(warning, world.by)
                except CannotLink:
                    is_merged = plain.archived == plain_model.MERGED
                    assert is_merged or not plain.accounting_id or world.model.holder(plain.accounting_id)
                    return
                plain.in_books = True
            else:
                Warning.objects.filter(pk=warning.pk).update(
                    resolution=Resolution.DIFFERENT, closed_at=timezone.now()
                )
                world.model.told_different.append((plain, plain.accounting_id))

    return step


def a_merge(one: int, two: int) -> Step:
    """Two records of which a person says that they are one: merged, or refused."""

    def step(world: World) -> None:
        number = len(world.model.records)
        if not number:
            return
        records = world.records()
        kept, other = records[one % number], records[two % number]
        plain, plain_other = world.model.records[one % number], world.model.records[two % number]
        invoice = an_invoice(world.connection.company, client=other) if world.kind is CLIENTS else None
        try:
            merge(kept, other, by=world.by)
        except CannotMerge:
            assert not world.model.merge(plain, plain_other)
            return
        assert world.model.merge(plain, plain_other)
        if invoice is not None:
            invoice.refresh_from_db()
            assert invoice.client == kept

    return step


def _index(world: World, record: plain_model.Record) -> int:
    return next(i for i, other in enumerate(world.model.records) if other is record)


imports = st.builds(an_import, st.lists(EDITS, max_size=4), READINGS)
acts = st.one_of(
    st.builds(archive_or_restore_by_hand, st.integers(0, 9)),
    st.builds(a_record_typed_here, st.sampled_from(IDS), st.booleans()),
    st.builds(answer_the_brake, st.booleans()),
    st.builds(answer_a_proposal, st.booleans()),
    st.builds(a_merge, st.integers(0, 9), st.integers(0, 9)),
    st.builds(a_merge, st.integers(0, 9), st.integers(0, 9)),
    st.builds(a_killed_import, st.lists(EDITS, max_size=2), READINGS, st.integers(0, 60)),
)
sequences = st.tuples(
    st.lists(acts, max_size=1),
    st.lists(st.tuples(imports, st.lists(acts, max_size=2)), min_size=2, max_size=6),
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_any_sequence_ends_as_the_plain_model_predicts(connection, administrator, kind):
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=EXAMPLES <= 100,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(sequences)
    def any_sequence(sequence: tuple[list[Step], list[tuple[Step, list[Step]]]]) -> None:
        first, then = sequence
        with transaction.atomic():
            model = plain_model.Company(by_employee_id=kind is EMPLOYEES)
            world = World(connection, kind, administrator, model, Remote(EXTRAS[kind], kind is EMPLOYEES))
            for step in [*first, *(step for importing, acting in then for step in (importing, *acting))]:
                step(world)
                world.check()
            transaction.set_rollback(True)

    any_sequence()
