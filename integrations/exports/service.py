"""Exports a company's invoices: never twice, never lost (X-5).

What was left in doubt is looked up first; then each batch is marked *sending*, while the one before it is on
its way, is sent, and its answers are written invoice by invoice. A worker may be killed at any line: what it
left *sending* becomes *unknown*, and nothing goes a second time before the books were asked for it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from integrations.connections.models import Connection
from integrations.exports import states
from integrations.exports.ahead import Ahead
from integrations.exports.answers import settlement
from integrations.exports.comparing import Totals
from integrations.exports.loading import Choice, chunks_of, read_books, to_be_exported
from integrations.exports.models import ExportState, InvoiceExport
from integrations.exports.port import Answer, AnswerLost, Books, NothingSent, SendResult
from integrations.exports.reversing import Reversing
from integrations.exports.rules import ExportRules
from integrations.exports.screening import blocked
from integrations.exports.tally import Tally
from integrations.exports.words import books_name
from integrations.providers import provider_named
from integrations.runs.context import RunClosed, RunContext, RunFailed

logger = logging.getLogger(__name__)

READ_BACK_BATCH = 100
BUSY_PAUSES_SECONDS = (2.0, 4.0, 8.0)  # before a document goes again that the books were too busy for
LONGEST_WAIT_SECONDS = 120.0  # for a second read-back within the run; beyond that the next run looks

Mark = Callable[[Collection[int]], states.Marked]
_Answered = tuple[states.UnderWay, SendResult]


def export_invoices(
    context: RunContext,
    books: Books,
    rules: ExportRules,
    *,
    signed_in_as: str = "",
    clock: Callable[[], datetime] = timezone.now,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Carry out an export run and write its outcome. Raises RunFailed, and what `RunContext` raises.

    `run.options` may hold what a person chose: `left_out` and `only` (invoice ids), `approved_before` (ISO
    time), `only_failed`.
    """
    export = _Export(context, books, rules, signed_in_as, clock, pause)
    try:
        export.carry_out()
    except BaseException as end:
        if not isinstance(end, RunClosed):  # a late worker has nothing to tell
            export.warn_of_what_was_met()
        raise


def choice_of(options: dict[str, object]) -> Choice:
    """What the preview or *Retry* chose; everything for a run that had none."""
    left_out, only, before = (options.get(name) for name in ("left_out", "only", "approved_before"))
    return Choice(
        left_out=_ids(left_out) if isinstance(left_out, list) else frozenset(),
        approved_before=parse_datetime(before) if isinstance(before, str) else None,
        only=_ids(only) if isinstance(only, list) else None,
        only_failed=options.get("only_failed") is True,
    )


def _ids(values: list[object]) -> frozenset[int]:
    return frozenset(value for value in values if isinstance(value, int))


class _Export:
    def __init__(
        self,
        context: RunContext,
        books: Books,
        rules: ExportRules,
        signed_in_as: str,
        clock: Callable[[], datetime],
        pause: Callable[[float], None],
    ) -> None:
        if context.connection is None:
            raise RunFailed("There is no connection to export to.", advice="Complete the settings.")
        if rules.start is None:
            raise RunFailed(
                "The export start date is not set.",
                advice="Set it where Export Invoices shows what would go, then start again.",
            )
        self.context, self.books, self.rules = context, books, rules
        self.signed_in_as, self.clock, self.pause = signed_in_as, clock, pause
        self.run, self.connection, self.start = context.run, context.connection, rules.start
        self.choice = choice_of(self.run.options)
        self.apart = timedelta(seconds=settings.EXPORT_READ_BACK_SECONDS)
        self.books_name = books_name(self.run.provider)
        self.lists = read_books(self.connection)
        self.refused_now: set[int] = set()  # by the look at what was in doubt: not tried again at once
        self.tally = Tally(self.books_name, self.run.company.currency)
        self.totals = Totals(context, books, self.connection, self.tally, clock)
        self.reversing = Reversing(
            context=context,
            books=books,
            rules=rules,
            lists=self.lists,
            tally=self.tally,
            clock=clock,
            pause=pause,
            pauses=BUSY_PAUSES_SECONDS,
            apart=self.apart,
            books_name=self.books_name,
        )

    def carry_out(self) -> None:
        self._look_up_what_is_in_doubt()
        self.reversing.look_up()
        self._send_again()
        self._send_new()
        self._require_as_it_began()
        self.reversing.send()
        if self._wait_for_second_look():
            self._look_up(list(states.to_be_checked(self.connection)), "Checking once more")
            self.reversing.look_up("Checking once more")
            self._send_again()
            self.reversing.send()
        self.totals.read()
        self._tell_what_else_is_blocked()
        self._finish()

    def _tell_what_else_is_blocked(self) -> None:
        """A run of some (*Retry*) looks at the others too, or their open warnings would seem to be mended."""
        if self.choice.only is None and not self.choice.only_failed:
            return
        found = to_be_exported(self.run.company, self.start)
        for verdict in blocked(found, self.connection, self.rules, self.lists):
            self.tally.blocked_too(verdict)

    def _look_up_what_is_in_doubt(self) -> None:
        with transaction.atomic():
            self.context.lock_open()
            others = InvoiceExport.objects.filter(connection=self.connection).exclude(run=self.run)
            states.doubt(others)
        self._look_up(list(states.to_be_checked(self.connection)), "Checking what was sent before")

    def _send_again(self) -> None:
        """Those that the books did not show in two read-backs, under the same control id."""
        rows = [row for row in states.to_be_checked(self.connection) if states.may_go_again(row)]

        def mark(ids: Collection[int]) -> states.Marked:
            return states.mark_sending_again(
                self.run,
                ids,
                connection=self.connection,
                rules=self.rules,
                books=self.lists,
                now=self.clock(),
            )

        def batches() -> Iterator[states.Marked]:
            size = settings.EXPORT_BATCH_SIZE
            for begin in range(0, len(rows), size):
                self.context.progress("Sending again", begin, len(rows))
                yield self._marked([row.invoice_id for row in rows[begin : begin + size]], mark)

        self._send_all(batches())

    def _send_new(self) -> None:
        wanted = self.choice.of(self.run.company, self.start)
        total = wanted.count()

        def mark(ids: Collection[int]) -> states.Marked:
            return states.mark_sending(
                self.run,
                ids,
                connection=self.connection,
                rules=self.rules,
                books=self.lists,
                choice=self.choice,
                now=self.clock(),
            )

        def batches() -> Iterator[states.Marked]:
            done = on_its_way = 0
            for ids in chunks_of(wanted, settings.EXPORT_BATCH_SIZE):
                self.context.progress("Sending invoices", min(done, total), total)
                stays = self.choice.left_out | self.refused_now
                yield self._marked([pk for pk in ids if pk not in stays], mark)
                done, on_its_way = done + on_its_way, len(ids)

        self._send_all(batches())
        self.context.progress("Sending invoices", total, total)

    def _marked(self, ids: Collection[int], mark: Mark) -> states.Marked:
        if not ids:
            return states.Marked([], [])
        try:
            marked = self._mark(ids, mark)
        except IntegrityError:
            # One of their numbers was given to another invoice since they were judged: now it shows.
            marked = self._mark(ids, mark)
        for verdict in marked.blocked:
            self.tally.blocked_one(verdict)
        for each in marked.under_way:
            self.tally.on_its_way(each.invoice_id)
        self.context.settled(self.tally.counts())
        return marked

    def _mark(self, ids: Collection[int], mark: Mark) -> states.Marked:
        with transaction.atomic():
            self.context.lock_open()
            self._require_as_it_began()
            return mark(ids)

    def _require_as_it_began(self) -> None:
        """Before anything more goes: the books are still the company's, and it may still export (S-7, U-3).
        Other settings hold as they were when the run began. Raises RunFailed."""
        now = Connection.objects.select_related("company", "books").get(pk=self.connection.pk)
        if now.closed_at is not None:
            raise RunFailed(
                f"The settings name other books than {now} since this run began.",
                advice="What had gone by then is there. Check the settings, then start again.",
            )
        if missing := provider_named(self.run.provider).missing_subscription(now.company):
            raise RunFailed(
                f"{self.books_name} Integration needs {missing.rstrip('.')}.",
                advice="What had gone by then stays exported; the other invoices wait.",
            )

    def _send_all(self, batches: Iterator[states.Marked]) -> None:
        """Send one after the other; the next is marked while the one before it is on its way. It goes only
        when that one is settled, or known to be in doubt and asked for (X-5)."""
        ahead = Ahead(batches)
        try:
            while (marked := ahead.take()) is not None:
                self._send_batch(marked, ahead.prepare)
        except Exception:
            if ahead.prepared is not None:
                self._withdraw(ahead.prepared.under_way)
            raise

    def _send_batch(self, marked: states.Marked, meanwhile: Callable[[], None]) -> None:
        in_doubt = self._send(marked.under_way, meanwhile)
        self.context.settled(self.tally.counts())
        if in_doubt:
            rows = states.to_be_checked(self.connection).filter(pk__in=in_doubt)
            self._look_up(list(rows), "Checking what got no answer")

    def _withdraw(self, under_way: Sequence[states.UnderWay]) -> None:
        """They were marked, and certainly not sent."""
        try:
            with transaction.atomic():
                self.context.lock_open()
                states.withdraw(self.run, under_way)
        except RunClosed:
            return  # whoever closed the run has put them in doubt
        for each in under_way:
            self.tally.withdrawn(each)
        self.context.settled(self.tally.counts())

    def _send(self, under_way: list[states.UnderWay], meanwhile: Callable[[], None]) -> list[int]:
        """Send what was marked and write the answers; answers the rows that are in doubt."""
        in_doubt: list[int] = []
        busy: list[_Answered] = []  # those that are under way now, and what they were told before
        for seconds in (*BUSY_PAUSES_SECONDS, None):
            if not under_way:
                break
            try:
                results = self._answers(under_way, meanwhile)
            except NothingSent as nothing:
                self._let_go(under_way, busy)
                raise nothing.failure from nothing
            was_busy, busy = bool(busy), []
            settled: list[_Answered] = []
            for each, result in zip(under_way, results, strict=True):
                goes_again = result.answer is Answer.BUSY and seconds is not None
                (busy if goes_again else settled).append((each, result))
            in_doubt += self._settle(settled, was_busy=was_busy)
            under_way = [each for each, _ in busy]
            if busy and seconds is not None:
                self.pause(seconds)
        return in_doubt

    def _settle(self, answered: Sequence[_Answered], *, was_busy: bool) -> list[int]:
        """Write the answers; answers the rows that are in doubt."""
        with transaction.atomic():
            self.context.lock_open()
            answers = [
                (each, settlement(result, resent=each.resent, was_busy=was_busy)) for each, result in answered
            ]
            written = states.settle_all(self.run, answers, self.clock())
            for each, answer in written:
                self.tally.answered(each, answer)
        return [each.row_id for each, answer in written if answer.state == ExportState.UNKNOWN]

    def _let_go(self, under_way: Sequence[states.UnderWay], busy: Sequence[_Answered]) -> None:
        """They were not sent now. Those that went before, and that the books were too busy for, have been
        told just that: forgotten, they could go a second time under another control id."""
        if not busy:
            self._withdraw(under_way)
            return
        try:
            self._settle(busy, was_busy=True)
        except RunClosed:
            return  # whoever closed the run has put them in doubt
        self.context.settled(self.tally.counts())

    def _answers(
        self, under_way: Sequence[states.UnderWay], meanwhile: Callable[[], None]
    ) -> list[SendResult]:
        """One for each of them. Raises NothingSent."""
        try:
            results = self.books.send([each.parcel for each in under_way], meanwhile)
        except AnswerLost as lost:
            results = [SendResult(answer=Answer.LOST, message=str(lost) or states.LOST)] * len(under_way)
        missing = len(under_way) - len(results)
        return results[: len(under_way)] + [SendResult(answer=Answer.LOST, message=states.LOST)] * missing

    def _look_up(self, rows: Sequence[InvoiceExport], phase: str) -> None:
        """Ask the books for these documents and write what they show, a batch at a time."""
        for begin in range(0, len(rows), READ_BACK_BATCH):
            batch = rows[begin : begin + READ_BACK_BATCH]
            for row in batch:
                self.tally.in_doubt(row.invoice_id)
            self.context.settled(self.tally.counts())
            self.context.progress(phase, begin, len(rows))
            found = self.books.find([states.called(row) for row in batch])
            with transaction.atomic():
                self.context.lock_open()
                outcome = states.take_read_back(
                    batch, found, now=self.clock(), apart=self.apart, books_name=self.books_name
                )
            for row in batch:
                if row.invoice_id in outcome:
                    self.tally.looked_up(row, outcome[row.invoice_id])
                    if outcome[row.invoice_id] == ExportState.FAILED:
                        self.refused_now.add(row.invoice_id)
            self.context.settled(self.tally.counts())

    def _wait_for_second_look(self) -> bool:
        """Wait until what is in doubt may be looked up once more; False if nothing is, or not soon."""
        checked = [
            row.last_checked_at
            for row in states.to_be_checked(self.connection)
            if row.last_checked_at is not None and not states.may_go_again(row)
        ]
        if (looked_at := self.reversing.latest_look()) is not None:
            checked.append(looked_at)
        if not checked:
            return False
        until = max(checked) + self.apart
        if (until - self.clock()).total_seconds() > LONGEST_WAIT_SECONDS:
            return False
        while (left := (until - self.clock()).total_seconds()) > 0:
            self.context.progress("Waiting before checking once more")
            self.pause(min(left, 1.0))
        return True

    def warn_of_what_was_met(self) -> None:
        """For a run that breaks off: its outcome is written elsewhere, with the warnings found here."""
        try:
            with transaction.atomic():
                self.tally.warn(self.context.warnings, self.connection)
        except DatabaseError:  # the run may be ending because of it; its own reason is the one to tell
            logger.exception("Run %s: not all of its warnings could be collected.", self.run.pk)

    def _finish(self) -> None:
        with transaction.atomic():
            self.context.lock_open()
            self.totals.keep()
            self.tally.warn(self.context.warnings, self.connection)
            self.context.finish(
                counts=self.tally.counts(), message=self.tally.message(), signed_in_as=self.signed_in_as
            )
