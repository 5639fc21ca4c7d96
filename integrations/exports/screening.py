"""Which of many invoices may be blocked, asked of the database in a few statements (X-1).

Most invoices of a company are ready, and the same few clients, services, employees and terms are on all of
them. So each of these is judged once, by the rules of `readiness`, and only invoices with something amiss
are read and judged one by one. What is not suspected is ready; what is suspected may be ready all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, Concat, Length

from integrations.connections.models import Connection
from integrations.exports.causes import Blocker
from integrations.exports.facts import BooksFacts, ClientFacts, EmployeeFacts, InvoiceFacts
from integrations.exports.loading import (
    CLIENT_COLUMNS,
    EMPLOYEE_COLUMNS,
    SERVICE_COLUMNS,
    chunks_of,
    client_facts,
    employee_facts,
    judged,
    service_facts,
)
from integrations.exports.models import ExportReversal, ExportState, InvoiceExport, TakenNumber
from integrations.exports.readiness import (
    Verdict,
    client_blockers,
    employee_blockers,
    service_blockers,
    terms_of,
)
from integrations.exports.rules import ExportRules
from reconpro.invoices.models import Invoice, InvoiceLine

MOST_NAMED = 500  # so many bad records are named in one statement; beyond that all invoices are judged
ANY_DAY = date(2000, 1, 1)  # whether terms tell a due date doesn't depend on the day
JUDGED_AT_ONCE = 500  # invoices
CHUNK = 400  # keeps below SQLite's limit of variables
HALF_A_CENT = Decimal("0.005")  # what adding up in binary may differ by is less


class _TooMany(Exception):
    """So much is amiss that judging all is as quick."""


def suspects(
    found: QuerySet[Invoice], connection: Connection, rules: ExportRules, books: BooksFacts
) -> set[int] | None:
    """Ids of those among `found` that may be blocked: all others are ready. None: judge all of them."""
    if rules.document_type in rules.on_account and not (rules.account or rules.account_label):
        return None
    screen = _Screen(found.order_by(), connection, rules, books)
    try:
        return set().union(*(set(ids) for ids in screen.ids()))
    except _TooMany:
        return None


def blocked(
    found: QuerySet[Invoice], connection: Connection, rules: ExportRules, books: BooksFacts
) -> Iterator[Verdict]:
    """Verdicts over those among `found` that can't go, oldest first."""
    suspected = suspects(found, connection, rules, books)
    for ids in _chunks(found, suspected):
        for verdict in judged(ids, connection=connection, rules=rules, books=books):
            if not verdict.is_ready:
                yield verdict


def ids_of(found: QuerySet[Invoice]) -> Iterator[int]:
    """Oldest first."""
    return found.order_by("date", "id").values_list("pk", flat=True).iterator(chunk_size=2000)


def _chunks(found: QuerySet[Invoice], suspected: set[int] | None) -> Iterator[list[int]]:
    """All of them if nobody could say which are suspected."""
    if suspected is None:
        yield from chunks_of(found, JUDGED_AT_ONCE)
    elif suspected:
        ids = (pk for pk in ids_of(found) if pk in suspected)
        while chunk := list(islice(ids, JUDGED_AT_ONCE)):
            yield chunk


class _Screen:
    def __init__(
        self, found: QuerySet[Invoice], connection: Connection, rules: ExportRules, books: BooksFacts
    ) -> None:
        self.found, self.connection, self.rules, self.books = found, connection, rules, books
        self.lines = InvoiceLine.objects.order_by().filter(invoice__in=found.values("pk"))

    def ids(self) -> Iterable[Iterable[int]]:
        yield self._by_themselves()
        yield self._by_amounts()
        yield self._by_number()
        yield self._by_client()
        yield self._by_terms()
        yield self._with("service_id", self._bad_services())
        yield self._with("employee_id", self._bad_employees())
        yield self._by_team()
        yield self._by_place()
        if self.books.entities and not self.rules.several_entities_allowed:
            yield self._of_several_entities()

    def _by_themselves(self) -> Iterable[int]:
        length = self.rules.number_length - len(self.rules.document_prefix)
        wrong = Q(total__lt=0) | Q(number_length__gt=length)
        if self.rules.closed_through is not None:
            wrong |= Q(date__lte=self.rules.closed_through)
        return _ids(self.found.alias(number_length=Length("number")).filter(wrong))

    def _by_amounts(self) -> Iterable[int]:
        added = self.found.alias(added=Sum("lines__amount"))
        differs = Q(added__gt=F("total") + HALF_A_CENT) | Q(added__lt=F("total") - HALF_A_CENT)
        return _ids(added.filter(Q(added__isnull=True) | differs))

    def _by_number(self) -> Iterable[int]:
        there = InvoiceExport.objects.filter(connection=self.connection)
        number = Concat(Value(self.rules.document_prefix), OuterRef("number"))
        others = there.holding_numbers().filter(document_number=number).exclude(invoice=OuterRef("pk"))
        strangers = TakenNumber.objects.filter(connection=self.connection, number=number)
        credits = ExportReversal.objects.credits().filter(connection=self.connection, document_number=number)
        released = there.filter(invoice=OuterRef("pk"), state=ExportState.RELEASED)
        return _ids(
            self.found.filter(Exists(others) | Exists(strangers) | Exists(credits) | Exists(released))
        )

    def _by_client(self) -> Iterable[int]:
        bad = [
            row["client_id"]
            for row in _each(self.found, "client_id", CLIENT_COLUMNS)
            if _any(client_blockers(_invoice(client_facts(row)), self.books, went_before=False))
        ]
        return _ids(self.found.filter(client__in=_few(bad)))

    def _by_terms(self) -> Iterable[int]:
        wrong = []
        pairs = list(self.found.values_list("terms", "client__terms").distinct()[: MOST_NAMED + 1])
        for own, of_client in _few(pairs):
            client = ClientFacts(id=0, name="", terms=of_client)
            if isinstance(terms_of(_invoice(client, own), self.rules, self.books), Blocker):
                wrong.append(Q(terms=own, client__terms=of_client))
        return _ids(self.found.filter(reduce(or_, wrong))) if wrong else ()

    def _bad_services(self) -> list[int]:
        return [
            row["service_id"]
            for row in _each(self.lines, "service_id", SERVICE_COLUMNS)
            if _any(service_blockers(service_facts(row), self.rules, self.books, went_before=False))
        ]

    def _employees(self) -> list[EmployeeFacts]:
        with_one = self.lines.filter(employee__isnull=False)
        return [employee_facts(row) for row in _each(with_one, "employee_id", EMPLOYEE_COLUMNS)]

    def _bad_employees(self) -> list[int]:
        self.employees = self._employees()
        return [
            employee.id
            for employee in self.employees
            if _any(employee_blockers(employee, self.books, went_before=False))
        ]

    def _by_team(self) -> Iterable[int]:
        teams = self.found.exclude(team=None).values_list("team_id", "team__location").distinct()
        bad = [pk for pk, location in teams if location and self._is_wrong(location)]
        return _ids(self.found.filter(team__in=_few(bad)))

    def _by_place(self) -> Iterable[int]:
        """Where the team has no location, the line's employee says where, or the default does."""
        without = self.lines.filter(Q(invoice__team=None) | Q(invoice__team__location=""))
        wrong = Q(employee__in=_few([e.id for e in self.employees if self._is_wrong(self._of(e))]))
        if self._is_wrong(self.rules.default_location):
            wrong |= Q(employee=None)
        return without.filter(wrong).values_list("invoice_id", flat=True).distinct()

    def _of_several_entities(self) -> Iterable[int]:
        without = self.found.filter(Q(team=None) | Q(team__location=""))
        entity = Coalesce("lines__employee__accounting_entity_id", Value(""))
        return _ids(without.alias(entities=Count(entity, distinct=True)).filter(entities__gt=1))

    def _of(self, employee: EmployeeFacts) -> str:
        return employee.entity or self.rules.default_location

    def _is_wrong(self, location: str) -> bool:
        if not location:
            return bool(self.books.entities)
        return bool(self.books.locations) and not self.books.locations.get(location)

    def _with(self, column: str, bad: list[int]) -> Iterable[int]:
        lines = self.lines.filter(**{f"{column}__in": _few(bad)})
        return lines.values_list("invoice_id", flat=True).distinct() if bad else ()


def _invoice(client: ClientFacts, terms: str = "") -> InvoiceFacts:
    """Only as much of an invoice as the rules of clients and terms look at."""
    return InvoiceFacts(id=0, number="", date=ANY_DAY, total=Decimal(0), client=client, terms=terms)


def _each(rows: QuerySet[Any], record: str, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """These columns of each record once: by a row of each, since it costs less to group by a number than to
    sort all columns of all rows."""
    ones = list(rows.values(record).annotate(one=Min("pk")).values_list("one", flat=True))
    for begin in range(0, len(ones), CHUNK):
        yield from rows.model._default_manager.filter(pk__in=ones[begin : begin + CHUNK]).values(*columns)


def _any(blockers: Iterable[Blocker]) -> bool:
    return next(iter(blockers), None) is not None


def _few(bad: list[Any]) -> list[Any]:
    if len(bad) > MOST_NAMED:
        raise _TooMany
    return bad


def _ids(found: QuerySet[Invoice]) -> Iterable[int]:
    return found.values_list("pk", flat=True)
