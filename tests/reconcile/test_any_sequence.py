"""Any sequence of lists, imports, checks, answers, kills and a person's acts, over one accounting company
or two, ends in the state that a plain model predicts.

    RECONCILE_EXAMPLES=300 .venv/bin/python -m pytest tests/reconcile/test_any_sequence.py

runs more sequences than the suite does, other ones each time, and prints how often what happened.
"""

import os
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from integrations.connections.models import Connection
from integrations.connections.service import open_connection
from integrations.duplicates.codes import Code
from integrations.duplicates.merging import CannotMerge, merge
from integrations.duplicates.models import Alias, Resolution, Warning
from integrations.reconcile import resolve, service
from integrations.reconcile.answers import CannotAnswer, archive_missing, keep_missing
from integrations.reconcile.as_it_was import as_it_was
from integrations.reconcile.check_answers import accept_one_to_one, answer_brake, answer_proposal
from integrations.reconcile.compare import Comparison, compare
from integrations.reconcile.external import ExternalRecord
from integrations.reconcile.first_import import why_check_first
from integrations.reconcile.kinds import CLIENTS, EMPLOYEES, KINDS, SERVICES, Kind
from integrations.reconcile.linking import CannotLink, link_from_warning, tell_different
from integrations.reconcile.models import BrakeAnswer, LinkAnswer, LinkProposal
from integrations.reconcile.scope import Scope
from integrations.reconcile.staging import Stage
from integrations.runs.models import Mode, Outcome, Run
from reconpro.audit.models import FieldChange
from reconpro.company.keeping import restore_record
from reconpro.company.models import User
from tests.factories import an_invoice
from tests.reconcile import plain_model
from tests.reconcile.checks import apply_run, check_list
from tests.reconcile.imports import counts, import_list, pages_of
from tests.reconcile.remote import EDITS, IDS, NAMES, READINGS, Edit, Reading, Remote

EXAMPLES = int(os.environ.get("RECONCILE_EXAMPLES", "20"))
EXTRA_COLUMN = {CLIENTS: "phone", SERVICES: "list_price", EMPLOYEES: "email"}
EXTRAS: dict[Kind, list[str | None]] = {
    CLIENTS: ["555", "556", "", None],
    SERVICES: ["1.5000", "20.0000", "", None],
    EMPLOYEES: ["a@demo.example", "b@demo.example", "", None],
}
IDENTITIES = {"A": "ACME-SANDBOX", "B": "OTHER-CO"}


@dataclass
class World:
    """The product and the model side by side; their records correspond in order of creation."""

    connection: Connection
    kind: Kind
    by: User
    model: plain_model.Company
    remotes: dict[str, Remote]
    happened: Counter[str] = field(default_factory=Counter)
    checked: Run | None = None  # the last check, with the model's beside it
    plain_check: plain_model.Check | None = None
    names: dict[int, str] = field(default_factory=dict)  # of books, by their ids

    @property
    def remote(self) -> Remote:
        return self.remotes[self.model.open]

    def records(self) -> list[Any]:
        return list(self.kind.records.order_by("pk"))

    def check(self) -> None:
        records = self.records()
        assert [self._plain(record) for record in records] == self.model.records
        assert all(r.merged_into is None or not r.merged_into.merged_into for r in records)
        places = {record.pk: place for place, record in enumerate(records)}
        assert {
            (self.names[a.books_id], a.identifier, a.value): places[a.record_id] for a in Alias.objects.all()
        } == {alias: _index(self, record) for alias, record in self.model.aliases.items()}
        assert sorted(
            (self.names[p.books_id], places[p.record_id], p.accounting_id, p.answer)
            for p in LinkProposal.objects.all()
        ) == sorted(
            (name, _index(self, p.record), p.accounting_id, p.answer)
            for name, books in self.model.all_books.items()
            for p in books.pairs
        )

    def _plain(self, record: Any) -> plain_model.Record:
        extra = getattr(record, EXTRA_COLUMN[self.kind])
        assert bool(record.archived_at) == bool(record.archived_reason)
        expected = type(record)(**{c: getattr(record, c) for c in self.kind.name_columns})
        expected.make_keys()
        assert (record.search_key, record.name_key) == (expected.search_key, expected.name_key)
        return plain_model.Record(
            books=self.names[record.books_id] if record.books_id else None,
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

    def what_lists_are_compared_with(self) -> object:
        """Where it stays the same, nobody has done anything that a check could be out of date by."""
        told = [len(books.told_different) for books in self.model.all_books.values()]
        return deepcopy((self.model.records, sorted(self.model.aliases), told))

    def check_what_is_asked(self) -> None:
        """After an import, or what applied one: the questions in the report are the model's."""
        assert bool(self.open_warnings(Code.BRAKE)) == self.model.brake_asks
        proposed = {w.sides[0]["id"] for w in self.open_warnings(Code.LINK_PROPOSED)}
        known = self.records()
        assert proposed == {known[_index(self, record)].pk for record in self.model.proposed}


def a_world(connection: Connection, kind: Kind, by: User) -> World:
    connection = Connection.objects.select_related("company", "books").get(pk=connection.pk)
    model = plain_model.Company(by_employee_id=kind is EMPLOYEES, email_tells=kind is EMPLOYEES)
    remotes = {name: Remote(EXTRAS[kind], kind is EMPLOYEES) for name in IDENTITIES}
    return World(connection, kind, by, model, remotes, names={connection.pk: "A"})


Step = Callable[[World], None]


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


# --- check first (I-9) --------------------------------------------------------------------------


def a_check(edits: list[Edit], reading: Reading, kill_after: int | None = None) -> Step:
    """A list is looked at; perhaps after a worker that was killed while it did so."""

    def step(world: World) -> None:
        for edit in edits:
            edit(world.remote)
        rows, total = reading.of(world.remote)
        externals = [world.external(row) for row in rows]
        options = {"total": total, "size": reading.page_size, "signed_in_as": reading.signed_in_as}
        before = _all_that_is_here(world)
        run = _unless_killed(
            world, kill_after, lambda: check_list(world.connection, externals, world.kind, **options)
        )
        if run is None:
            if (
                not Run.objects.filter(mode=Mode.CHECK, outcome=Outcome.SUCCEEDED)
                .exclude(pk=getattr(world.checked, "pk", None))
                .filter(kept_check__isnull=False)
                .exists()
            ):
                assert _all_that_is_here(world) == before
                return
            run = Run.objects.filter(kept_check__isnull=False).get()  # it was killed while it tidied up
        world.checked = run
        world.plain_check = world.model.check(rows, total, reading.signed_in_as, reading.page_size)
        world.happened["checks"] += 1
        assert run.outcome == Outcome.SUCCEEDED
        assert counts(run) == world.plain_check.counts
        assert _all_that_is_here(world) == before
        assert bool(run.kept_check.brake) == world.plain_check.brake_asks

    return step


def answer_one_of_the_check(number: int, link: bool) -> Step:
    """*Link* or *They are different* of one of the links that the check proposes."""

    def step(world: World) -> None:
        check, run = world.plain_check, world.checked
        if check is None or run is None or not check.pairs:
            return
        pair = check.pairs[number % len(check.pairs)]
        record = world.records()[_index(world, pair.record)]
        proposal = LinkProposal.objects.filter(
            books=run.connection_id, record_id=record.pk, accounting_id=pair.accounting_id
        ).first()
        answer = LinkAnswer.LINK if link else LinkAnswer.DIFFERENT
        if check is not world.model.kept or check.books != world.model.open:
            with pytest.raises(CannotAnswer):
                answer_proposal(run, proposal.pk if proposal else 0, answer, world.by)
            return
        assert proposal is not None
        answer_proposal(run, proposal.pk, answer, world.by)
        if link:
            world.model.choose_link(pair)
        else:
            pair.answer = "different"
        world.happened["links answered in a check"] += 1

    return step


def accept_all_of_the_check(world: World) -> None:
    """*Accept all one-to-one*."""
    check, run = world.plain_check, world.checked
    if check is None or run is None:
        return
    if check is not world.model.kept or check.books != world.model.open:
        with pytest.raises(CannotAnswer):
            accept_one_to_one(run, world.by)
        return
    chosen = [
        pair
        for pair in check.pairs
        if not pair.answer
        and not any(
            other is not pair and (other.record is pair.record or other.accounting_id == pair.accounting_id)
            for other in check.pairs
        )
    ]
    assert accept_one_to_one(run, world.by) == len(chosen)
    for pair in chosen:
        pair.answer = "link"
    world.happened["links answered in a check"] += len(chosen)


def answer_the_brake_of_the_check(answer: BrakeAnswer) -> Step:
    def step(world: World) -> None:
        check, run = world.plain_check, world.checked
        if check is None or run is None:
            return
        if check is not world.model.kept or check.books != world.model.open or not check.brake_asks:
            with pytest.raises(CannotAnswer):
                answer_brake(run, answer, world.by)
            return
        answer_brake(run, answer, world.by)
        check.brake_answer = answer.value
        world.happened["brakes answered in a check"] += 1

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
        before = _all_that_is_here(world)
        applied_before = list(run.applied_by.values_list("pk", flat=True))
        applying = _unless_killed(world, kill_after, lambda: apply_run(run, world.by))
        if applying is None:
            applying = run.applied_by.filter(outcome__in=DONE).exclude(pk__in=applied_before).first()
            if applying is None:  # else it was killed while it tidied up
                assert _all_that_is_here(world) == before
                return
        if applying.outcome == Outcome.FAILED:
            assert applying.message.startswith("Out of date, so nothing was applied."), applying.message
            assert not nothing_happened
            assert _all_that_is_here(world) == before
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


DONE = (Outcome.SUCCEEDED, Outcome.WARNED)


def _all_that_is_here(world: World) -> tuple[object, ...]:
    """What a check, or what was killed, must leave as it is."""
    return (
        list(world.kind.records.order_by("pk").values()),
        list(Alias.objects.order_by("pk").values()),
        FieldChange.objects.count(),
        list(Warning.objects.order_by("pk").values("pk", "resolution", "message")),
    )


def connect_elsewhere(world: World) -> None:
    """Other books, or those of before again (S-7)."""
    name = "B" if world.model.open == "A" else "A"
    opened, closed = open_connection(
        world.connection.company,
        provider="intacct",
        provider_name="Intacct",
        identity=IDENTITIES[name],
        label=f"Intacct {IDENTITIES[name]}",
        by=world.by,
    )
    assert closed == world.connection
    world.connection = opened
    world.names[opened.pk] = name
    world.model.connect(name)
    world.happened["connections"] += 1


# --- kills --------------------------------------------------------------------------------------


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


def _unless_killed(world: World, statements: int | None, act: Callable[[], Run]) -> Run | None:
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
        _unless_killed(world, statements, lambda: _import(world, externals, total, reading))
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


# --- what people do -----------------------------------------------------------------------------


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


def a_record_typed_here(accounting_id: str, in_books: bool, name: str) -> Step:
    def step(world: World) -> None:
        books = world.model.open if in_books else None
        in_use = [r for r in world.model.records if r.books == books and r.accounting_id]
        if accounting_id and any(r.accounting_id == accounting_id and r.archived != "merged" for r in in_use):
            return
        extra = "a@demo.example" if world.kind is EMPLOYEES else ""
        world.kind.record._default_manager.create(
            company=world.connection.company,
            books=world.connection.books if in_books else None,
            accounting_id=accounting_id,
            **{"last_name" if world.kind is EMPLOYEES else "name": name},
            **({"email": extra} if extra else {}),
        )
        world.model.records.append(plain_model.Record(books, None, accounting_id, name, extra))

    return step


def answer_the_brake(archive: bool) -> Step:
    def step(world: World) -> None:
        for warning in world.open_warnings(Code.BRAKE):
            (archive_missing if archive else keep_missing)(warning, world.by)
            world.model.answer_brake(archive=archive)
            world.happened["brakes answered"] += 1

    return step


def answer_a_proposal(link: bool) -> Step:
    """*Link them* or *They are different*, of what an import asks in the report."""

    def step(world: World) -> None:
        for warning in world.open_warnings(Code.LINK_PROPOSED)[:1]:
            ids = [record.pk for record in world.records()]
            plain = world.model.records[ids.index(warning.sides[0]["id"])]
            # Warnings begin with the Accounting ID of the row that they are about.
            of = warning.message.split()[0]
            pairs = [p for p in world.model.here.pairs if p.record is plain and p.accounting_id == of]
            world.happened["links answered"] += 1
            if not link:
                tell_different(warning, world.by)
                world.model.here.told_different.append((plain, of))
                for pair in pairs:
                    pair.answer = "different"
                continue
            try:
                link_from_warning(warning, world.by)
            except CannotLink:
                is_merged = plain.archived == plain_model.MERGED
                is_here = plain.books == world.model.open
                assert is_here or is_merged or world.model.holder(plain.accounting_id)
                continue
            if pairs and not plain.accounting_id:
                world.model.choose_link(pairs[0])
            else:
                plain.books, plain.key, plain.status = world.model.open, None, ""

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
            world.happened["merges refused"] += 1
            return
        assert world.model.merge(plain, plain_other)
        world.happened["merges"] += 1
        if invoice is not None:
            invoice.refresh_from_db()
            assert invoice.client == kept

    return step


def _index(world: World, record: plain_model.Record) -> int:
    return next(i for i, other in enumerate(world.model.records) if other is record)


imports = st.builds(an_import, st.lists(EDITS, max_size=4), READINGS)
acts = st.one_of(
    st.builds(archive_or_restore_by_hand, st.integers(0, 9)),
    st.builds(
        a_record_typed_here,
        st.sampled_from([*IDS, "", ""]),
        st.booleans(),
        st.sampled_from(["Typed", *NAMES]),
    ),
    st.builds(answer_the_brake, st.booleans()),
    st.builds(answer_a_proposal, st.booleans()),
    st.builds(a_merge, st.integers(0, 9), st.integers(0, 9)),
    st.builds(a_merge, st.integers(0, 9), st.integers(0, 9)),
    st.builds(a_killed_import, st.lists(EDITS, max_size=2), READINGS, st.integers(0, 60)),
    st.just(connect_elsewhere),
)
answers = st.builds(answer_one_of_the_check, st.integers(0, 9), st.booleans())
checks = st.tuples(
    # What links are proposed for: records of one's own, and those of other books.
    st.one_of(
        st.just([]),
        st.lists(
            st.builds(a_record_typed_here, st.sampled_from(IDS), st.just(False), st.sampled_from(NAMES)),
            min_size=1,
            max_size=2,
        ),
        st.just([connect_elsewhere]),
    ),
    st.builds(
        a_check, st.lists(EDITS, max_size=4), READINGS, st.one_of(st.none(), st.none(), st.integers(0, 90))
    ),
    st.lists(
        st.one_of(
            answers,
            answers,
            answers,
            st.just(accept_all_of_the_check),
            st.builds(answer_the_brake_of_the_check, st.sampled_from(BrakeAnswer)),
            acts,
        ),
        max_size=4,
    ),
    st.builds(an_apply, st.one_of(st.none(), st.none(), st.integers(0, 120))),
).map(lambda parts: [*parts[0], parts[1], *parts[2], parts[3]])
sequences = st.tuples(
    st.lists(acts, max_size=2),
    st.lists(
        st.one_of(
            st.tuples(imports, st.lists(acts, max_size=2)).map(lambda parts: [parts[0], *parts[1]]), checks
        ),
        min_size=2,
        max_size=5,
    ),
).map(lambda parts: [*parts[0], *(step for part in parts[1] for step in part)])


def held_against_the_comparison(happened: Counter[str]) -> Callable[..., Comparison | None]:
    """The short way of an import with nothing changed, which must find what the long one does (I-12)."""

    def as_it_was_here(scope: Scope, stage: Stage, announced: set[int | None]) -> Comparison | None:
        found = as_it_was(scope, stage, announced)
        compared = compare(
            scope,
            stage,
            announced=announced,
            signed_in_as="",
            signed_in_last=None,
            told_different=(),
            checkpoint=lambda: None,
        )
        is_as_it_was = compared.unchanged == compared.read and not (
            compared.missing or compared.archived_missing
        )
        if found is not None:
            happened["lists as they were"] += 1
            assert found == compared
        elif is_as_it_was and all(key is not None for key in keys_of_rows(scope)):
            happened["found by comparing only"] += 1
        resolve.start_over(scope)
        return found

    return as_it_was_here


def keys_of_rows(scope: Scope) -> list[str | None]:
    staged: Any = scope.kind.stage._default_manager.filter(run_id=scope.run_id)
    return list(staged.values_list("external_key", flat=True))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_any_sequence_ends_as_the_plain_model_predicts(connection, administrator, capsys, kind, monkeypatch):
    happened: Counter[str] = Counter()
    monkeypatch.setattr(service, "as_it_was", held_against_the_comparison(happened))

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=EXAMPLES <= 100,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=[Phase.generate],  # each case is several imports: a smaller one takes minutes to find
    )
    @given(sequences)
    def any_sequence(steps: list[Step]) -> None:
        happened["examples"] += 1
        with transaction.atomic():
            world = a_world(connection, kind, administrator)
            for step in steps:
                happened["steps"] += 1
                before = world.what_lists_are_compared_with()
                step(world)
                world.check()
                world.model.acts += world.what_lists_are_compared_with() != before
            happened.update(world.happened)
            transaction.set_rollback(True)

    any_sequence()
    if "RECONCILE_EXAMPLES" in os.environ:
        with capsys.disabled():
            told = ", ".join(f"{number:,} {what}" for what, number in happened.items())
            print(f"\n{kind.plural} on {database.vendor}: {told}")
