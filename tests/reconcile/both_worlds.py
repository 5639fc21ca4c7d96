"""The product and its plain model side by side, for sequences of steps that do the same to both."""

from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from integrations.connections.models import Connection
from integrations.duplicates.codes import Code
from integrations.duplicates.models import Alias, Resolution, Warning
from integrations.reconcile.external import ExternalRecord
from integrations.reconcile.kinds import CLIENTS, EMPLOYEES, SERVICES, Kind
from integrations.reconcile.models import LinkProposal
from integrations.runs.models import Run
from reconpro.audit.models import FieldChange
from reconpro.company.models import User
from tests.reconcile import plain_model
from tests.reconcile.remote import Remote

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
        } == {alias: index_of(self, record) for alias, record in self.model.aliases.items()}
        assert sorted(
            (self.names[p.books_id], places[p.record_id], p.accounting_id, p.answer)
            for p in LinkProposal.objects.all()
        ) == sorted(
            (name, index_of(self, p.record), p.accounting_id, p.answer)
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
        assert proposed == {known[index_of(self, record)].pk for record in self.model.proposed}


def a_world(connection: Connection, kind: Kind, by: User) -> World:
    connection = Connection.objects.select_related("company", "books").get(pk=connection.pk)
    model = plain_model.Company(by_employee_id=kind is EMPLOYEES, email_tells=kind is EMPLOYEES)
    remotes = {name: Remote(EXTRAS[kind], kind is EMPLOYEES) for name in IDENTITIES}
    return World(connection, kind, by, model, remotes, names={connection.pk: "A"})


Step = Callable[[World], None]


def all_that_is_here(world: World) -> tuple[object, ...]:
    """What a check, or what was killed, must leave as it is."""
    return (
        list(world.kind.records.order_by("pk").values()),
        list(Alias.objects.order_by("pk").values()),
        FieldChange.objects.count(),
        list(Warning.objects.order_by("pk").values("pk", "resolution", "message")),
    )


def index_of(world: World, record: plain_model.Record) -> int:
    return next(i for i, other in enumerate(world.model.records) if other is record)
