"""What an export run did: its counts, its closing sentence and its warnings (R-4, X-6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from integrations.connections.models import Connection
from integrations.duplicates.codes import Code
from integrations.duplicates.collector import MOST_SIDES, Side, WarningCollector
from integrations.exports.answers import Settlement
from integrations.exports.blocked import BlockedGroups, Group
from integrations.exports.models import ExportReversal, ExportState, InvoiceExport, ReversalState
from integrations.exports.readiness import Verdict
from integrations.exports.states import LOST, UnderWay
from integrations.exports.words import count_of, money, reason
from integrations.runs.context import RunFailed
from reconpro.invoices.models import Invoice, InvoiceState

# States of reversals that a person should know of.
NOT_REVERSED = (ReversalState.FAILED, ReversalState.UNKNOWN, ReversalState.CONFLICT)


class Tally:
    """Each invoice counts once, under the last that is known of it."""

    def __init__(self, books_name: str, currency: str) -> None:
        self.books_name, self.currency = books_name, currency
        self.exported = self.adopted = self.failed = self.conflict = 0
        self.exported_total = Decimal("0.00")
        self.blocked = BlockedGroups()
        self._in_doubt: set[int] = set()
        self._blocked: set[int] = set()
        self._moved: dict[date, set[int]] = {}
        self._has_warned = False
        self._totals: list[tuple[Side, str]] = []
        self._not_compared = ""
        self._reversals: dict[int, ReversalState] = {}

    def counts(self) -> dict[str, int]:
        """A reversal that is not done counts as an invoice in the same state does."""
        back = Counter(self._reversals.values())
        return {
            "exported": self.exported,
            "failed": self.failed + back[ReversalState.FAILED],
            "unknown": len(self._in_doubt) + back[ReversalState.UNKNOWN],
            "conflict": self.conflict + back[ReversalState.CONFLICT],
            "blocked": self.blocked.count,
        }

    def reversal(self, reversal_id: int, state: ReversalState) -> None:
        """The last that is known of a reversal (X-8)."""
        self._reversals[reversal_id] = state

    def on_its_way(self, invoice_id: int) -> None:
        """Counted as unknown until an answer is written: that is what it is, should the worker die now."""
        self._in_doubt.add(invoice_id)

    in_doubt = on_its_way

    def withdrawn(self, each: UnderWay) -> None:
        if not each.resent:
            self._in_doubt.discard(each.invoice_id)

    def blocked_one(self, verdict: Verdict) -> None:
        """One in doubt that may not go again counts as in doubt; its cause is told all the same, once."""
        if verdict.invoice.id not in self._blocked:
            self._blocked.add(verdict.invoice.id)
            self.blocked.add(verdict, counts=verdict.invoice.id not in self._in_doubt)

    def blocked_too(self, verdict: Verdict) -> None:
        """One that the run was not to send, and couldn't: told, and counted nowhere."""
        if verdict.invoice.id not in self._blocked:
            self._blocked.add(verdict.invoice.id)
            self.blocked.add(verdict, counts=False)

    def answered(self, each: UnderWay, answer: Settlement) -> None:
        document = each.parcel.document
        self._moved_to(document.posted_on, each.invoice_id, answer.state)
        self._count(each.invoice_id, document.booked, answer.state)

    def looked_up(self, row: InvoiceExport, state: ExportState) -> None:
        """Reads the row's invoice: a credit's row holds what the books hold, a positive total."""
        if state == ExportState.EXPORTED:
            self.adopted += 1
        self._moved_to(row.posted_on, row.invoice_id, state)
        self._count(row.invoice_id, row.total.copy_sign(row.invoice.total), state)

    def _moved_to(self, day: date | None, invoice_id: int, state: ExportState) -> None:
        if day is not None and state == ExportState.EXPORTED:
            self._moved.setdefault(day, set()).add(invoice_id)

    def _count(self, invoice_id: int, total: Decimal, state: ExportState) -> None:
        if state == ExportState.UNKNOWN:
            self._in_doubt.add(invoice_id)
            return
        self._in_doubt.discard(invoice_id)
        if state == ExportState.EXPORTED:
            self.exported += 1
            self.exported_total += total
        elif state == ExportState.FAILED:
            self.failed += 1
        else:
            self.conflict += 1

    def total_differs(
        self, invoice_id: int, invoice_number: str, document_number: str, ours: Decimal, theirs: Decimal
    ) -> str:
        """Remember that the books hold another total than ours; the sentence that tells it (X-2)."""
        more = theirs - ours
        than = "more" if more > 0 else "less"
        sentence = (
            f"{self.books_name} holds {money(theirs, self.currency)} for {document_number}, "
            f"{money(abs(more), self.currency)} {than} than here: it added tax or another charge."
        )
        self._totals.append((Side(kind="invoice", id=invoice_id, label=invoice_number), sentence))
        return sentence

    def not_compared(self, failure: RunFailed) -> None:
        """Remember that what the books added could not be read."""
        self._not_compared = str(failure)

    def message(self) -> str:
        """ "Exported 48 invoices, $9,120.50. 2 were refused; 1 can't go yet." """
        back = Counter(self._reversals.values())
        if self.exported:
            total = money(self.exported_total, self.currency)
            first = f"Exported {count_of(self.exported)}, {total}."
        elif back[ReversalState.DONE]:
            first = f"Reversed {count_of(back[ReversalState.DONE])}."
        elif self.failed or self.conflict or self._in_doubt or self.blocked.count or any(back.values()):
            first = "No invoice was exported."
        else:
            first = "There was nothing to export."
        rest = [
            text
            for number, text in (
                (self.adopted, f"{self.adopted:,} of them had arrived earlier"),
                (self.failed, f"{self.failed:,} refused by {self.books_name}"),
                (len(self._in_doubt), f"{len(self._in_doubt):,} being checked"),
                (self.conflict, f"{self.conflict:,} in conflict"),
                (self.blocked.count, f"{self.blocked.count:,} can't go yet"),
                (self.exported and back[ReversalState.DONE], f"{back[ReversalState.DONE]:,} reversed"),
                (
                    sum(back[state] for state in NOT_REVERSED),
                    f"{sum(back[state] for state in NOT_REVERSED):,} not reversed yet",
                ),
            )
            if number
        ]
        return f"{first} {'; '.join(rest)}." if rest else first

    def warn(self, warnings: WarningCollector, connection: Connection) -> None:
        """Everything that a person should look at, also what earlier runs left: it is still so.

        Told once, however often it is asked for. The fingerprints hold the invoices and the reason, so
        that dismissing a warning hides that matter alone, and no other that looks like it.
        """
        if self._has_warned:
            return
        self._has_warned = True
        for group in self.blocked:
            warnings.add(
                Code.INVOICE_BLOCKED,
                self._blocked_sentence(group),
                sides=_sides(group),
                fingerprint=group.fingerprint,
            )
        for day, ids in self._moved.items():
            warnings.add(
                Code.DATE_MOVED,
                f"{count_of(len(ids))} dated in a closed period went with the first open day, "
                f"{day:%B %-d, %Y}, as posting date.",
                sides=_sides_of(ids),
                fingerprint=f"{day.isoformat()}:" + ",".join(str(pk) for pk in sorted(ids)),
            )
        for side, sentence in self._totals:
            warnings.add(Code.TOTAL_CHANGED, sentence, sides=[side], fingerprint=f"total:{side['id']}")
        if self._not_compared:
            warnings.add(
                Code.TOTAL_CHANGED,
                f"Whether {self.books_name} added to the totals could not be read. {self._not_compared} "
                "The next export reads them again.",
                fingerprint="not-compared",
            )
        troubled = InvoiceExport.objects.filter(
            connection=connection,
            invoice__state=InvoiceState.APPROVED,
            # What a run that breaks off leaves *sending* is *unknown* as soon as its outcome is written.
            state__in=(
                ExportState.FAILED,
                ExportState.SENDING,
                ExportState.UNKNOWN,
                ExportState.CONFLICT,
            ),
        )
        for row in troubled.select_related("invoice").order_by("pk").iterator(chunk_size=500):
            code, sentence = self._trouble(row)
            side = Side(kind="invoice", id=row.invoice_id, label=row.invoice.number)
            warnings.add(code, sentence, sides=[side], fingerprint=f"invoice:{row.invoice_id}:{sentence}")
        undone = ExportReversal.objects.filter(
            connection=connection, state__in=(*NOT_REVERSED, ReversalState.SENDING)
        )
        for back in undone.select_related("export__invoice").order_by("pk").iterator(chunk_size=500):
            invoice = back.export.invoice
            sentence = f"Invoice {invoice.number}: {back.get_state_display().lower()}. {reason(back)}".strip()
            warnings.add(
                Code.REVERSAL_OPEN,
                sentence,
                sides=[Side(kind="invoice", id=invoice.pk, label=invoice.number)],
                fingerprint=f"reversal:{back.pk}:{sentence}",
            )

    def _blocked_sentence(self, group: Group) -> str:
        at = f": {group.place.kind} {group.place.label}" if group.place.id else ""
        detail = f" {group.detail}" if group.detail else ""
        waiting = f"{count_of(group.count)}, {money(group.total, self.currency)}"
        wait = "waits" if group.count == 1 else "wait"
        return f"{group.cause.heading}{at}.{detail} {waiting} {wait}. {group.cause.advice}"

    def _trouble(self, row: InvoiceExport) -> tuple[Code, str]:
        number, name = row.invoice.number, self.books_name
        if row.state == ExportState.FAILED:
            return Code.INVOICE_FAILED, f"{name} refused invoice {number}: {reason(row) or 'no reason told.'}"
        if row.state == ExportState.CONFLICT:
            return Code.INVOICE_CONFLICT, f"Invoice {number}: {row.message}"
        return Code.INVOICE_UNKNOWN, f"Invoice {number}: {LOST}"


def _sides_of(ids: set[int]) -> Iterator[Side]:
    first = sorted(ids)[:MOST_SIDES]
    for pk, number in Invoice.objects.filter(pk__in=first).order_by("pk").values_list("pk", "number"):
        yield Side(kind="invoice", id=pk, label=number)


def _sides(group: Group) -> Iterator[Side]:
    if group.place.id:
        yield Side(kind=group.place.kind, id=group.place.id, label=group.place.label)
    for invoice in group.samples:
        yield Side(kind="invoice", id=invoice.id, label=invoice.number)
