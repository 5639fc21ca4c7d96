"""*Compare Month*: reads the books' documents of a month and keeps how they differ from ours (X-9).

It changes nothing but its own findings, which are written in one transaction with the run's outcome: one that
fails, dies or is cancelled leaves what was found before.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from integrations.exports.rules import ExportRules
from integrations.exports.words import books_name, count_of, money
from integrations.months import ours
from integrations.months.models import MonthComparison, MonthDifference, MonthLine
from integrations.months.period import last_day, month_in
from integrations.months.port import MonthBooks
from integrations.months.tie_out import TieOut
from integrations.runs.context import RunContext, RunFailed

READING = "Reading documents"
LOOKING = "Looking up what was not in the lists"


def compare_month(
    context: RunContext, books: MonthBooks, rules: ExportRules, *, signed_in_as: str = ""
) -> None:
    """Carry out the run and write its outcome. `run.options` names the month: {"month": "2026-10"}. Raises
    RunFailed, and what `RunContext` raises."""
    company, connection = context.company, context.connection
    named = context.run.options.get("month")
    month = month_in(named) if isinstance(named, str) else None
    if connection is None or month is None:
        raise RunFailed("Choose the month to compare.", advice="Start it on the page Close month.")
    first, last = month, last_day(month)
    tie_out = TieOut(
        first=first,
        last=last,
        prefix=rules.document_prefix,
        credit_type=rules.credit_type,
        books_name=books_name(context.run.provider),
        currency=company.currency,
    )
    types = sorted(
        ours.types_of(connection, first, last) | set(filter(None, (rules.document_type, rules.credit_type)))
    )
    context.progress(READING)
    for page in books.documents_between(types, first, last):
        numbers = {document.number for document in page}
        tie_out.add(
            page,
            ours.of_numbers(connection, numbers),
            ours.invoices_numbered(company, numbers, rules.document_prefix),
        )
        context.progress(READING, tie_out.read)
    for chunk in ours.of_month(connection, first, last):
        context.progress(LOOKING)
        if missing := tie_out.ours_of_month(chunk):
            tie_out.not_in_the_lists(missing, books.find(tie_out.wanted(missing, types)))
    with transaction.atomic():
        context.lock_open()
        _keep(context, tie_out)
        context.finish(
            counts=_counts(tie_out), message=_message(tie_out, company.currency), signed_in_as=signed_in_as
        )


def _keep(context: RunContext, tie_out: TieOut) -> None:
    sums = tie_out.sums
    comparison = MonthComparison.objects.create(
        run=context.run,
        company=context.company,
        connection_id=context.run.connection_id,
        month=tie_out.first,
        our_count=sums.our_count,
        our_total=sums.our_total,
        their_count=sums.their_count,
        their_total=sums.their_total,
        other_count=tie_out.other_count,
        other_total=tie_out.other_total,
        difference_count=tie_out.difference_count,
        knows_locations=tie_out.knows_locations,
    )
    MonthLine.objects.bulk_create(
        (
            MonthLine(
                comparison=comparison,
                client_id_there=_cut(MonthLine, "client_id_there", client_id),
                location=_cut(MonthLine, "location", location),
                our_count=each.our_count,
                our_total=each.our_total,
                their_count=each.their_count,
                their_total=each.their_total,
            )
            for (client_id, location), each in sorted(tie_out.groups.items())
            if each.differ
        ),
        batch_size=500,
    )
    MonthDifference.objects.bulk_create(
        (
            MonthDifference(
                comparison=comparison,
                kind=each.kind,
                invoice_id=each.invoice_id,
                document_type=_cut(MonthDifference, "document_type", each.type),
                number=_cut(MonthDifference, "number", each.number),
                client_id_there=_cut(MonthDifference, "client_id_there", each.client_id),
                location=_cut(MonthDifference, "location", each.location),
                ours=each.ours,
                theirs=each.theirs,
                sentence=each.sentence.replace("\x00", ""),
            )
            for each in tie_out.differences
        ),
        batch_size=500,
    )


def _cut(model: Any, column: str, text: str) -> str:
    """What the books tell may be longer than what we send."""
    return text.replace("\x00", "")[: model._meta.get_field(column).max_length]


def _counts(tie_out: TieOut) -> dict[str, int]:
    """What was read is alike or is not; each document that differs counts as a conflict too."""
    return {
        "read": tie_out.read,
        "unchanged": tie_out.agreeing,
        "skipped": tie_out.read - tie_out.agreeing,
        "conflict": tie_out.difference_count,
    }


def _message(tie_out: TieOut, currency: str) -> str:
    """ "October 2026: no differences. 1,204 documents, $90,120.00 on both sides."."""
    sums, month = tie_out.sums, f"{tie_out.first:%B %Y}"
    if not tie_out.difference_count and not sums.differ:
        both = f"{count_of(sums.our_count, 'document')}, {money(sums.our_total, currency)} on both sides"
        return f"{month}: no differences. {both}."
    theirs = f"{tie_out.books_name} has {sums.their_count:,}, {money(sums.their_total, currency)}"
    return (
        f"{month}: {count_of(tie_out.difference_count, 'difference')}. ReconPro exported "
        f"{count_of(sums.our_count, 'document')}, {money(sums.our_total, currency)}; {theirs}."
    )
