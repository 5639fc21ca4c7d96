"""What the books added to documents that arrived (tax) is read back and told (X-2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from integrations.connections.models import Connection
from integrations.exports import states
from integrations.exports.models import ExportState, InvoiceExport
from integrations.exports.port import Books, FoundDocument, Wanted
from integrations.exports.tally import Tally
from integrations.runs.context import RunContext, RunFailed

# At the end of a run this is all that is left to do, and each request counts: as many as can be asked for.
AT_ONCE = 1000
# The books may be slow to show what they took; what they don't show after that long, Close month tells.
SHOWN_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A document that the books took and whose total nobody has compared."""

    row_id: int
    type: str
    number: str
    total: Decimal
    settled_at: datetime | None
    invoice_id: int
    invoice_number: str


class Totals:
    """Compares the totals of all that arrived and no run has compared yet: what a run that was killed or
    cancelled exported is compared by the next.

    Nothing is kept of it before `keep`, in the transaction of the outcome: so a run that dies before it could
    tell what differs leaves it to the next, too.
    """

    def __init__(
        self,
        context: RunContext,
        books: Books,
        connection: Connection,
        tally: Tally,
        clock: Callable[[], datetime],
    ) -> None:
        self.context, self.books, self.connection = context, books, connection
        self.tally, self.clock = tally, clock
        self._compared: list[int] = []
        self._sentences: dict[int, str] = {}

    def read(self) -> None:
        """Ask for many at a time. What went has gone: where they can't be read, that is told and the run goes
        on; the next one asks again."""
        number, done = self._open().count(), 0
        for page in self._pages() if number else ():
            self.context.progress("Comparing totals", done, number)
            try:
                found = self.books.find(list(page))
            except RunFailed as failure:
                self.tally.not_compared(failure)
                return
            self._compare(page, found)
            done += len(page)

    def keep(self) -> None:
        states.keep_totals(self._compared, self._sentences, now=self.clock())

    def _compare(self, page: dict[Wanted, Arrived], found: list[FoundDocument]) -> None:
        there = {Wanted(document.type, document.number): document for document in found}
        now = self.clock()
        for wanted, mine in page.items():
            document = there.get(wanted)
            if document is None and (mine.settled_at is None or now - mine.settled_at < SHOWN_WITHIN):
                continue
            self._compared.append(mine.row_id)
            if document is not None and document.total is not None and document.total != mine.total:
                self._sentences[mine.row_id] = self.tally.total_differs(
                    mine.invoice_id, mine.invoice_number, mine.number, mine.total, document.total
                )

    def _open(self) -> QuerySet[InvoiceExport]:
        arrived = InvoiceExport.objects.filter(connection=self.connection, state=ExportState.EXPORTED)
        return arrived.filter(total_compared_at=None)

    def _pages(self) -> Iterator[dict[Wanted, Arrived]]:
        """Of one type each, since two would be two requests; memory doesn't grow with the number."""
        types = self._open().order_by("document_type").values_list("document_type", flat=True).distinct()
        for type_ in list(types):
            last = 0
            of_it = self._open().filter(document_type=type_).order_by("pk")
            while rows := of_it.filter(pk__gt=last).values_list(*_ARRIVED)[:AT_ONCE]:
                page = [Arrived(*row) for row in rows]
                yield {Wanted(type_, mine.number): mine for mine in page}
                if len(page) < AT_ONCE:
                    break
                last = page[-1].row_id


_ARRIVED = (
    "pk", "document_type", "document_number", "total", "settled_at", "invoice_id", "invoice__number",
)  # fmt: skip
