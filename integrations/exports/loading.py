"""Reads invoices and lists of the books as plain values: a few queries a chunk, however many invoices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from integrations.connections.models import Connection, ReferenceEntry, ReferenceKind
from integrations.exports.facts import (
    BooksFacts,
    ClientFacts,
    EmployeeFacts,
    InvoiceFacts,
    LineFacts,
    ServiceFacts,
    TeamFacts,
    Term,
)
from integrations.exports.lines import document_number
from integrations.exports.models import (
    STAYING_STATES,
    ExportReversal,
    ExportState,
    InvoiceExport,
    SendAnyway,
    TakenNumber,
)
from integrations.exports.port import Wanted
from integrations.exports.readiness import Verdict, judge
from integrations.exports.rules import ExportRules
from reconpro.company.models import ArchivedReason, Company
from reconpro.invoices.models import Invoice, InvoiceLine, InvoiceState

_INVOICE = (
    "id", "number", "date", "total", "terms", "memo",
    "team_id", "team__name", "team__location",
)  # fmt: skip
CLIENT_COLUMNS = (
    "client_id", "client__name", "client__accounting_id", "client__books_id", "client__archived_at",
    "client__archived_reason",
    "client__terms", "client__accounting_status", "client__ship_to", "client__bill_to",
)  # fmt: skip
_LINE = (
    "invoice_id", "quantity", "price", "amount", "description", "vin", "stock_number",
    "service_id", "employee_id",
)  # fmt: skip
SERVICE_COLUMNS = (
    "service_id", "service__name", "service__accounting_id", "service__books_id", "service__archived_at",
    "service__archived_reason",
    "service__accounting_id_2", "service__accounting_id_2_typed", "service__unit",
)  # fmt: skip
EMPLOYEE_COLUMNS = (
    "employee_id", "employee__first_name", "employee__last_name", "employee__accounting_id",
    "employee__accounting_employee_id", "employee__accounting_entity_id", "employee__books_id",
    "employee__archived_at", "employee__archived_reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the ready invoices a run takes: all, or what a person saw in the preview (X-1).

    `only` these, however they stand now; `only_failed`: those that were refused before (*Retry*, X-6).
    """

    left_out: frozenset[int] = frozenset()
    approved_before: datetime | None = None
    only: frozenset[int] | None = None
    only_failed: bool = False

    def of(self, company: Company, start: date) -> QuerySet[Invoice]:
        """What the run looks at: those left out are in it."""
        found = to_be_exported(company, start, self.approved_before)
        if self.only is not None:
            found = found.filter(pk__in=self.only)
        if self.only_failed:
            found = found.filter(exports__state=ExportState.FAILED)
        return found


def to_be_exported(
    company: Company, start: date, approved_before: datetime | None = None
) -> QuerySet[Invoice]:
    """X-1: approved invoices dated from the start on that never went, were refused, or were released."""
    stays = InvoiceExport.objects.filter(invoice=OuterRef("pk"), state__in=STAYING_STATES)
    found = Invoice.objects.filter(
        ~Exists(stays), company=company, state=InvoiceState.APPROVED, date__gte=start
    )
    return found.filter(approved_at__lte=approved_before) if approved_before is not None else found


def chunks_of(found: QuerySet[Invoice], size: int) -> Iterator[list[int]]:
    """Their ids, oldest first, a chunk at a time; none comes twice, whatever changes meanwhile."""
    last: tuple[date, int] | None = None
    while True:
        page = found if last is None else found.filter(Q(date=last[0], id__gt=last[1]) | Q(date__gt=last[0]))
        rows = list(page.order_by("date", "id").values_list("id", "date")[:size])
        if rows:
            yield [pk for pk, _ in rows]
        if len(rows) < size:
            return
        last = (rows[-1][1], rows[-1][0])


def judged(
    ids: Collection[int],
    *,
    connection: Connection,
    rules: ExportRules,
    books: BooksFacts,
    kept: dict[int, Wanted] | None = None,
) -> list[Verdict]:
    """Verdicts over these invoices, oldest first: a few queries. `kept`: what those are called that were
    sent before."""
    facts = read_invoices(ids)
    kept = kept or {}
    as_they_went = _kept_whole(connection, kept)
    wanted = {f.id: kept[f.id].number if f.id in kept else document_number(f.number, rules) for f in facts}
    there = _already_there(connection, wanted)
    anyway = _sent_anyway(wanted)
    return [
        judge(
            invoice,
            rules,
            books,
            taken_numbers=there.taken(invoice.id, wanted[invoice.id]),
            kept=kept.get(invoice.id),
            goes_as_it_went=invoice.id in as_they_went,
            went_here_as=there.released.get(invoice.id, ""),
            anyway=anyway[invoice.id],
        )
        for invoice in facts
    ]


@dataclass(frozen=True, slots=True)
class _AlreadyThere:
    """Document numbers of these books: whose they are, which are another's or a credit's, and what was
    released."""

    owners: dict[str, int]
    strangers: frozenset[str]
    released: dict[int, str]

    def taken(self, invoice_id: int, number: str) -> frozenset[str]:
        is_free = self.owners.get(number, invoice_id) == invoice_id and number not in self.strangers
        return frozenset() if is_free else frozenset((number,))


def _already_there(connection: Connection, wanted: dict[int, str]) -> _AlreadyThere:
    """Three queries, each by its own index."""
    there, numbers = InvoiceExport.objects.filter(connection=connection), set(wanted.values())
    holding = there.holding_numbers().filter(document_number__in=numbers)
    strangers = TakenNumber.objects.filter(connection=connection, number__in=numbers).values_list("number")
    credits = ExportReversal.objects.credits().filter(connection=connection, document_number__in=numbers)
    released = there.filter(invoice__in=wanted, state=ExportState.RELEASED)
    return _AlreadyThere(
        dict(holding.values_list("document_number", "invoice_id")),
        frozenset(number for (number,) in strangers.union(credits.values_list("document_number"))),
        dict(released.values_list("invoice_id", "document_number")),
    )


def _kept_whole(connection: Connection, kept: Collection[int]) -> set[int]:
    """Those of which all that they went with is known (X-5)."""
    if not kept:
        return set()
    rows = InvoiceExport.objects.filter(connection=connection, invoice__in=kept, state=ExportState.UNKNOWN)
    return set(rows.exclude(went_with={}).values_list("invoice_id", flat=True))


def _sent_anyway(ids: Collection[int]) -> dict[int, set[tuple[str, int]]]:
    """Archived records that a person lets these invoices go with (X-6)."""
    allowed: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for invoice_id, kind, record_id in SendAnyway.objects.filter(invoice__in=ids).values_list(
        "invoice_id", "kind", "record_id"
    ):
        allowed[invoice_id].add((kind, record_id))
    return allowed


def read_invoices(ids: Collection[int]) -> list[InvoiceFacts]:
    """The invoices with their lines, oldest first: two queries."""
    rows = list(Invoice.objects.filter(pk__in=ids).order_by("date", "id").values(*_INVOICE, *CLIENT_COLUMNS))
    lines = _read_lines([row["id"] for row in rows])
    return [
        InvoiceFacts(
            id=row["id"],
            number=row["number"],
            date=row["date"],
            total=row["total"],
            terms=row["terms"],
            memo=row["memo"],
            client=client_facts(row),
            team=TeamFacts(id=row["team_id"], name=row["team__name"], location=row["team__location"])
            if row["team_id"] is not None
            else None,
            lines=tuple(lines[row["id"]]),
        )
        for row in rows
    ]


def client_facts(row: Mapping[str, Any]) -> ClientFacts:
    """The client of a row that holds CLIENT_COLUMNS."""
    return ClientFacts(
        id=row["client_id"],
        name=row["client__name"],
        accounting_id=row["client__accounting_id"],
        books_id=row["client__books_id"],
        is_archived=row["client__archived_at"] is not None,
        is_merged=row["client__archived_reason"] == ArchivedReason.MERGED,
        terms=row["client__terms"],
        ship_to=row["client__ship_to"] if row["client__accounting_status"] else "",
        bill_to=row["client__bill_to"] if row["client__accounting_status"] else "",
    )


def service_facts(row: Mapping[str, Any]) -> ServiceFacts:
    """The service of a row that holds SERVICE_COLUMNS."""
    return ServiceFacts(
        id=row["service_id"],
        name=row["service__name"],
        accounting_id=row["service__accounting_id"],
        books_id=row["service__books_id"],
        is_archived=row["service__archived_at"] is not None,
        is_merged=row["service__archived_reason"] == ArchivedReason.MERGED,
        department=row["service__accounting_id_2"] or row["service__accounting_id_2_typed"],
        unit=row["service__unit"],
    )


def employee_facts(row: Mapping[str, Any]) -> EmployeeFacts:
    """The employee of a row that holds EMPLOYEE_COLUMNS and has one."""
    name = f"{row['employee__first_name']} {row['employee__last_name']}".strip()
    return EmployeeFacts(
        id=row["employee_id"],
        name=name or row["employee__accounting_id"],
        employee_id=row["employee__accounting_employee_id"],
        entity=row["employee__accounting_entity_id"],
        books_id=row["employee__books_id"],
        is_archived=row["employee__archived_at"] is not None,
        is_merged=row["employee__archived_reason"] == ArchivedReason.MERGED,
    )


def _read_lines(ids: Sequence[int]) -> dict[int, list[LineFacts]]:
    lines: dict[int, list[LineFacts]] = defaultdict(list)
    services: dict[int, ServiceFacts] = {}
    employees: dict[int, EmployeeFacts] = {}
    columns = dict.fromkeys((*_LINE, *SERVICE_COLUMNS, *EMPLOYEE_COLUMNS))
    found = InvoiceLine.objects.filter(invoice__in=ids).order_by("invoice_id", "position")
    for row in found.values(*columns).iterator(chunk_size=2000):
        service = services.get(row["service_id"])
        if service is None:
            service = services[row["service_id"]] = service_facts(row)
        employee = None
        if row["employee_id"] is not None:
            employee = employees.get(row["employee_id"])
            if employee is None:
                employee = employees[row["employee_id"]] = employee_facts(row)
        lines[row["invoice_id"]].append(
            LineFacts(
                service=service,
                employee=employee,
                quantity=row["quantity"],
                price=row["price"],
                amount=row["amount"],
                description=row["description"],
                vin=row["vin"],
                stock_number=row["stock_number"],
            )
        )
    return lines


def read_books(connection: Connection) -> BooksFacts:
    """The small lists of a connection: one query."""
    terms: dict[str, Term] = {}
    departments: dict[str, bool] = {}
    locations: dict[str, bool] = {}
    parents: dict[str, str] = {}
    entities: set[str] = set()
    for entry in ReferenceEntry.objects.filter(connection=connection):
        if entry.kind == ReferenceKind.TERM:
            terms[entry.code] = Term(entry.code, entry.due_days, entry.due_from)
        elif entry.kind == ReferenceKind.DEPARTMENT:
            departments[entry.code] = entry.is_active
        elif entry.kind == ReferenceKind.ENTITY:
            entities.add(entry.code)
            locations[entry.code] = entry.is_active
        else:
            locations.setdefault(entry.code, entry.is_active)
            parents[entry.code] = entry.parent_code
    return BooksFacts(
        id=connection.pk,
        terms=terms,
        departments=departments,
        locations=locations,
        parents=parents,
        entities=frozenset(entities),
    )
