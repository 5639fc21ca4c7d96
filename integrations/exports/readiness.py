"""Whether an invoice may go, and as what (X-1 to X-4). Pure: the preview and the sending ask the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from integrations.exports.causes import ARCHIVED_CAUSES, SINCE_CAUSES, Blocker, Cause, Place
from integrations.exports.facts import BooksFacts, ClientFacts, EmployeeFacts, InvoiceFacts, ServiceFacts
from integrations.exports.lines import CENT, document_number, entities_of, export_document, location_of
from integrations.exports.port import ExportDocument, Wanted
from integrations.exports.rules import ExportRules
from integrations.exports.terms import due_date, known_term

SETTINGS = Place("settings", 0, "Settings")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found about one invoice: it goes as this document number and terms, or is blocked."""

    invoice: InvoiceFacts
    blockers: tuple[Blocker, ...]
    number: str
    document_type: str
    terms: str = ""
    due_on: date | None = None
    posted_on: date | None = None

    @property
    def is_ready(self) -> bool:
        return not self.blockers

    def document(self, rules: ExportRules) -> ExportDocument:
        """What goes. ValueError if it is blocked."""
        if self.blockers or self.due_on is None:
            raise ValueError(f"Invoice {self.invoice.number} is blocked.")
        return export_document(
            self.invoice,
            rules,
            number=self.number,
            document_type=self.document_type,
            terms=self.terms,
            due_on=self.due_on,
            posted_on=self.posted_on,
        )


def as_it_goes_again(verdict: Verdict, document: ExportDocument, rules: ExportRules) -> Verdict:
    """The verdict over what goes again as it went (X-5). What it would be made of by now is not asked: only
    whether its number is another's, its day is closed, or a record on it was archived since (X-6)."""
    blockers = [each for each in verdict.blockers if each.cause in (*SINCE_CAUSES, Cause.NUMBER_TAKEN)]
    posted_on = posting_day(document.posted_on or document.date, rules)
    if isinstance(posted_on, Blocker):
        blockers.append(posted_on)
    return replace(verdict, blockers=tuple(blockers))


def judge(
    invoice: InvoiceFacts,
    rules: ExportRules,
    books: BooksFacts,
    *,
    taken_numbers: Collection[str] = frozenset(),
    kept: Wanted | None = None,
    went_here_as: str = "",
    anyway: Collection[tuple[str, int]] = frozenset(),
) -> Verdict:
    """All that stands in the way of an invoice, each cause told once per place.

    `taken_numbers` are those that other documents have; `kept` is what a document that was sent
    before is called, and goes on being called whatever the settings say now. `went_here_as`: it is in these
    books under that number, and was released since to go elsewhere (S-7). `anyway`: kind and id of archived
    records that it may go with (X-6).
    """
    called = kept or Wanted(rules.type_of(invoice.total), document_number(invoice.number, rules))
    blockers = [
        *client_blockers(invoice, books, went_before=kept is not None),
        *_lines(invoice, rules, books, went_before=kept is not None),
        *_locations(invoice, rules, books),
        *_number(invoice, rules, called.number, taken_numbers),
        *_account(called.type, rules),
        *_amounts(invoice, rules, went_before=kept is not None),
    ]
    terms, due_on = "", None
    found = terms_of(invoice, rules, books)
    if isinstance(found, Blocker):
        blockers.append(found)
    else:
        terms, due_on = found
    posted_on = posting_day(invoice.date, rules)
    if isinstance(posted_on, Blocker):
        blockers.append(posted_on)
        posted_on = None
    if went_here_as:
        blockers.append(Blocker(Cause.WENT_HERE, _place_of(invoice), f"It is there as {went_here_as}."))
    waived = {(cause, kind, pk) for kind, pk in anyway for cause in ARCHIVED_CAUSES}
    found_blockers = tuple(
        blocker
        for blocker in dict.fromkeys(blockers)
        if (blocker.cause, blocker.place.kind, blocker.place.id) not in waived
    )
    return Verdict(invoice, found_blockers, called.number, called.type, terms, due_on, posted_on)


def posting_day(day: date, rules: ExportRules) -> date | Blocker | None:
    """When a document of this day is posted, if not on it: the first open day after a closed period (X-3)."""
    if rules.closed_through is None or day > rules.closed_through:
        return None
    if rules.move_closed:
        return rules.closed_through + timedelta(days=1)
    detail = f"The books are closed through {rules.closed_through:%B %-d, %Y}."
    return Blocker(Cause.PERIOD_CLOSED, SETTINGS, detail)


def _stays_away(record: ClientFacts | ServiceFacts | EmployeeFacts, *, went_before: bool) -> bool:
    """Archived ones block. But what was sent before goes again with what it went with, merged meanwhile or
    not: nobody could restore a merged record for it (X-8, I-10)."""
    return record.is_archived and not (went_before and record.is_merged)


def client_blockers(invoice: InvoiceFacts, books: BooksFacts, *, went_before: bool) -> Iterator[Blocker]:
    client = invoice.client
    place = Place("client", client.id, client.name)
    if not client.accounting_id:
        yield Blocker(Cause.CLIENT_WITHOUT_ID, place)
    elif client.books_id != books.id:
        yield Blocker(Cause.CLIENT_OF_OTHER_BOOKS, place)
    if _stays_away(client, went_before=went_before):
        yield Blocker(Cause.CLIENT_ARCHIVED_SINCE if went_before else Cause.CLIENT_ARCHIVED, place)


def _lines(
    invoice: InvoiceFacts, rules: ExportRules, books: BooksFacts, *, went_before: bool
) -> Iterator[Blocker]:
    if not invoice.lines:
        yield Blocker(Cause.WITHOUT_LINES, _place_of(invoice))
    for line in invoice.lines:
        yield from service_blockers(line.service, rules, books, went_before=went_before)
        if line.employee is not None:
            yield from employee_blockers(line.employee, books, went_before=went_before)


def service_blockers(
    service: ServiceFacts, rules: ExportRules, books: BooksFacts, *, went_before: bool
) -> Iterator[Blocker]:
    place = Place("service", service.id, service.name)
    if not service.accounting_id:
        yield Blocker(Cause.SERVICE_WITHOUT_ID, place)
    elif service.books_id != books.id:
        yield Blocker(Cause.SERVICE_OF_OTHER_BOOKS, place)
    elif len(service.accounting_id) > rules.service_id_length:
        yield _too_long("Accounting ID", service.accounting_id, rules.service_id_length, place)
    if _stays_away(service, went_before=went_before):
        yield Blocker(Cause.SERVICE_ARCHIVED_SINCE if went_before else Cause.SERVICE_ARCHIVED, place)
    if not service.department:
        if rules.department_required:
            yield Blocker(Cause.DEPARTMENT_MISSING, place)
    elif books.departments and not books.departments.get(service.department):
        is_there = service.department in books.departments
        detail = f"Department {service.department} is {'inactive' if is_there else 'not in the list'}."
        yield Blocker(Cause.DEPARTMENT_UNKNOWN, place, detail)
    if rules.unit_of_service and len(service.unit) > rules.unit_length:
        yield _too_long("unit", service.unit, rules.unit_length, place)


def employee_blockers(employee: EmployeeFacts, books: BooksFacts, *, went_before: bool) -> Iterator[Blocker]:
    place = Place("employee", employee.id, employee.name)
    if employee.employee_id and employee.books_id != books.id:
        yield Blocker(Cause.EMPLOYEE_OF_OTHER_BOOKS, place)
    if _stays_away(employee, went_before=went_before):
        yield Blocker(Cause.EMPLOYEE_ARCHIVED_SINCE if went_before else Cause.EMPLOYEE_ARCHIVED, place)


def _locations(invoice: InvoiceFacts, rules: ExportRules, books: BooksFacts) -> Iterator[Blocker]:
    for line in invoice.lines:
        location = location_of(line, invoice.team, rules)
        if not location:
            if books.entities:
                yield Blocker(Cause.LOCATION_MISSING, _place_of(invoice))
        elif books.locations and not books.locations.get(location):
            is_there = location in books.locations
            detail = f"Location {location} is {'inactive' if is_there else 'not in the list'}."
            yield Blocker(Cause.LOCATION_UNKNOWN, _source_of(location, invoice, line.employee), detail)
    if not rules.several_entities_allowed:
        entities = entities_of(invoice, rules, books)
        if len(entities) > 1:
            detail = f"Its lines belong to {', '.join(sorted(entities))}."
            yield Blocker(Cause.SEVERAL_ENTITIES, _place_of(invoice), detail)


def _source_of(location: str, invoice: InvoiceFacts, employee: EmployeeFacts | None) -> Place:
    """Where a location came from: that is where a wrong one is mended."""
    if invoice.team is not None and invoice.team.location == location:
        return Place("team", invoice.team.id, invoice.team.name)
    if employee is not None and employee.entity == location:
        return Place("employee", employee.id, employee.name)
    return SETTINGS


def terms_of(invoice: InvoiceFacts, rules: ExportRules, books: BooksFacts) -> tuple[str, date] | Blocker:
    """The name of the terms and the due date: the invoice's terms, else the client's, else the default."""
    client = invoice.client
    for name, place in (
        (invoice.terms, _place_of(invoice)),
        (client.terms, Place("client", client.id, client.name)),
        (rules.default_terms, SETTINGS),
    ):
        if not name:
            continue
        term = known_term(name, books)
        due_on = due_date(term, invoice.date) if term is not None else None
        if term is None or due_on is None:
            return Blocker(Cause.TERMS_UNKNOWN, place, f"“{name}” tells no due date.")
        if len(term.name) > rules.terms_length:
            return _too_long("name of the terms", term.name, rules.terms_length, place)
        return term.name, due_on
    return Blocker(Cause.TERMS_MISSING, Place("client", client.id, client.name))


def _number(
    invoice: InvoiceFacts, rules: ExportRules, number: str, taken: Collection[str]
) -> Iterator[Blocker]:
    if len(number) > rules.number_length:
        detail = f"{number} has {len(number)} characters; {rules.number_length} are the limit."
        yield Blocker(Cause.NUMBER_TOO_LONG, _place_of(invoice), detail)
    if number in taken:
        yield Blocker(Cause.NUMBER_TAKEN, _place_of(invoice), f"Another document is {number}.")


def _account(document_type: str, rules: ExportRules) -> Iterator[Blocker]:
    if document_type in rules.on_account and not (rules.account or rules.account_label):
        yield Blocker(Cause.ACCOUNT_MISSING, SETTINGS)


def _amounts(invoice: InvoiceFacts, rules: ExportRules, *, went_before: bool) -> Iterator[Blocker]:
    if invoice.total < 0 and not rules.credit_type and not went_before:
        yield Blocker(Cause.NEGATIVE_TOTAL, _place_of(invoice), rules.no_credit_reason)
    amounts = [line.amount for line in invoice.lines]
    if (
        any(amount != amount.quantize(CENT) for amount in amounts)
        or sum(amounts, Decimal(0)) != invoice.total
    ):
        yield Blocker(Cause.TOTAL_DIFFERS, _place_of(invoice))


def _too_long(what: str, text: str, length: int, place: Place) -> Blocker:
    return Blocker(Cause.TEXT_TOO_LONG, place, f"The {what} “{text}” is longer than {length} characters.")


def _place_of(invoice: InvoiceFacts) -> Place:
    return Place("invoice", invoice.id, invoice.number)
