"""What the books added to the documents of a run (tax) is read back and told (X-2)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.db import transaction

from integrations.exports import states
from integrations.exports.models import ExportState, InvoiceExport
from integrations.exports.port import Books, Wanted
from integrations.exports.tally import Tally
from integrations.runs.context import RunContext, RunFailed

# At the end of a run this is all that is left to do, and each request counts: as many as can be asked for.
AT_ONCE = 1000


def compare_totals(context: RunContext, books: Books, tally: Tally) -> None:
    """Read back the totals of all that this run exported, many at a time; note and tell those that differ.

    What went has gone: where they can't be read, that is told and the run goes on.
    """
    sent = InvoiceExport.objects.filter(run=context.run, state=ExportState.EXPORTED)
    number, done = sent.count(), 0
    for page in _pages(context):
        context.progress("Comparing totals", done, number)
        try:
            found = books.find(list(page))
        except RunFailed as failure:
            tally.not_compared(failure)
            return
        differs = {
            page[wanted][0]: document.total
            for document in found
            if (wanted := Wanted(document.type, document.number)) in page
            and document.total is not None
            and document.total != page[wanted][1]
        }
        if differs:
            with transaction.atomic():
                context.lock_open()
                for row in sent.filter(pk__in=differs).select_related("invoice").order_by("pk"):
                    states.note_total(row, tally.total_differs(row, differs[row.pk]))
        done += len(page)


def _pages(context: RunContext) -> Iterator[dict[Wanted, tuple[int, Decimal]]]:
    """What was sent, with its row's id and total; memory doesn't grow with the number."""
    last = 0
    while True:
        sent = InvoiceExport.objects.filter(run=context.run, state=ExportState.EXPORTED, pk__gt=last)
        rows = list(
            sent.order_by("pk").values_list("pk", "document_type", "document_number", "total")[:AT_ONCE]
        )
        if rows:
            yield {Wanted(type_, number): (pk, total) for pk, type_, number, total in rows}
        if len(rows) < AT_ONCE:
            return
        last = rows[-1][0]
