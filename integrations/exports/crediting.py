"""The credit that takes an exported invoice back: what went, once more, as what is owed less (X-8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from integrations.exports.causes import Blocker
from integrations.exports.facts import BooksFacts
from integrations.exports.lines import shortened
from integrations.exports.loading import read_invoices
from integrations.exports.models import InvoiceExport
from integrations.exports.port import ExportDocument, Wanted
from integrations.exports.readiness import judge, posting_day
from integrations.exports.rules import ExportRules
from integrations.exports.terms import due_date, known_term
from integrations.exports.went import as_it_went


def credit_for(
    export: InvoiceExport,
    on: date,
    called: Wanted,
    *,
    rules: ExportRules,
    books: BooksFacts,
    memo: str,
) -> ExportDocument | str:
    """The credit of this day, or what stands in its way in a sentence. It names what the invoice went with:
    client, services, locations, departments and employees, whatever became of them since (I-10)."""
    if export.invoice.total < 0:
        return "It went as a credit itself. Void it there, then mark it here."
    went = as_it_went(export)
    if went is None:
        return _of_the_present(export, on, called, rules=rules, books=books, memo=memo)
    posted_on = posting_day(on, rules)
    if isinstance(posted_on, Blocker):
        return _sentence(posted_on)
    term = known_term(went.terms, books)
    return replace(
        went,
        type=called.type,
        number=called.number,
        date=on,
        posted_on=posted_on,
        due_on=(due_date(term, on) if term is not None else None) or on,
        terms=term.name if term is not None else "",
        memo=shortened(memo, rules.message_length),
        is_credit=True,
    )


def _of_the_present(
    export: InvoiceExport, on: date, called: Wanted, *, rules: ExportRules, books: BooksFacts, memo: str
) -> ExportDocument | str:
    """For what went before all of it was kept: its client, and else what its records say now."""
    [invoice] = read_invoices([export.invoice_id])
    archived = {("client", invoice.client.id)}
    archived |= {("service", line.service.id) for line in invoice.lines}
    archived |= {("employee", line.employee.id) for line in invoice.lines if line.employee is not None}
    client = replace(invoice.client, accounting_id=export.customer_id, books_id=books.id)
    facts = replace(invoice, date=on, memo=memo, client=client)
    verdict = judge(facts, rules, books, kept=called, anyway=archived)
    for blocker in verdict.blockers:
        return _sentence(blocker)
    return replace(verdict.document(rules), is_credit=True)


def _sentence(blocker: Blocker) -> str:
    told = (f"{blocker.cause.heading}: {blocker.place.label}.", blocker.detail, blocker.cause.advice)
    return " ".join(part for part in told if part)
