"""Reversals within a run, the same never-twice way as invoices (X-8): marked, sent, answered or read back.

By the books: what was exported is asked for after a lost answer, and is reversed or not. By a credit: a
document of its own number, asked for as an invoice is. Few and rare, they go one at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from integrations.exports.answers import Absence, Sent, Settlement, absence, difference, settlement
from integrations.exports.crediting import credit_for
from integrations.exports.facts import BooksFacts
from integrations.exports.hand import locked, told
from integrations.exports.models import (
    ExportReversal,
    ExportState,
    InvoiceExport,
    ReversalState,
    TakenNumber,
)
from integrations.exports.port import (
    Answer,
    AnswerLost,
    Books,
    ExportDocument,
    FoundDocument,
    NothingSent,
    Parcel,
    Reversal,
    SendResult,
    Wanted,
)
from integrations.exports.reversals import changed, close, way_of
from integrations.exports.rules import ExportRules, ReversalWay
from integrations.exports.states import LOST, may_be_there, may_go_again
from integrations.exports.tally import Tally
from integrations.runs.context import RunContext

IN_WORDS = {
    ExportState.EXPORTED: ReversalState.DONE,
    ExportState.FAILED: ReversalState.FAILED,
    ExportState.UNKNOWN: ReversalState.UNKNOWN,
}
# What the books know it by, and what a read-back compares.
KNOWN_BY = frozenset(
    "way run_id control_id attempt content_digest document_type document_number customer_id total".split()
)


def doubt_reversals(left_behind: QuerySet[ExportReversal]) -> int:
    """What a run that has ended left *sending* is *unknown* from now on."""
    return left_behind.filter(state=ReversalState.SENDING).update(state=ReversalState.UNKNOWN, message=LOST)


@dataclass(frozen=True, slots=True)
class _OnItsWay:
    row: ExportReversal  # as it was before it was marked
    values: dict[str, Any]  # what it was marked with
    reversal: Reversal | None
    credit: ExportDocument | None

    @property
    def control_id(self) -> str:
        return str(self.values["control_id"])


@dataclass(slots=True)
class Reversing:
    """The reversals of one run."""

    context: RunContext
    books: Books
    rules: ExportRules
    lists: BooksFacts
    tally: Tally
    clock: Callable[[], datetime]
    pause: Callable[[float], None]
    pauses: tuple[float, ...]
    apart: timedelta
    books_name: str

    def look_up(self, phase: str = "Checking reversals") -> None:
        """Ask the books for all that are in doubt, before anything is reversed."""
        with transaction.atomic():
            self.context.lock_open()
            doubt_reversals(self._rows().exclude(run=self.context.run))
        for row in self._in_doubt():
            self.context.progress(phase)
            self._look_up(row)

    def send(self) -> None:
        """Reverse what waits, and what the books did not show in two read-backs."""
        rows = [*self._rows().filter(state=ReversalState.WAITING).order_by("pk")]
        rows += [row for row in self._in_doubt() if may_go_again(row)]
        for row in rows:
            self.context.progress("Reversing invoices")
            self._send_one(row)

    def latest_look(self) -> datetime | None:
        """When the last of those in doubt was looked up that must be looked up once more."""
        looks = [r.last_checked_at for r in self._in_doubt() if r.last_checked_at and not may_go_again(r)]
        return max(looks, default=None)

    def _rows(self) -> QuerySet[ExportReversal]:
        rows = ExportReversal.objects.filter(connection=self.context.connection)
        return rows.select_related("export__invoice__company", "export__connection", "asked_by")

    def _in_doubt(self) -> list[ExportReversal]:
        return list(self._rows().filter(state=ReversalState.UNKNOWN).order_by("pk"))

    def _send_one(self, row: ExportReversal) -> None:
        with transaction.atomic():
            export = self._locked(row)
            going = self._mark(row, export)
        if going is None:
            return
        self.tally.reversal(going.row.pk, ReversalState.UNKNOWN)  # until an answer is written
        result = self._answer(going)
        with transaction.atomic():
            export = self._locked(row)
            self._settle(going, settlement(result, resent=going.values["resent"]), export)
        if (left := self._rows().filter(pk=row.pk, state=ReversalState.UNKNOWN).first()) is not None:
            self._look_up(left)

    def _locked(self, row: ExportReversal) -> InvoiceExport | None:
        """The export as it is now, its invoice locked: before the reversal's own row, as persons do."""
        self.context.lock_open()
        return locked(row.export.invoice)[1]

    def _mark(self, row: ExportReversal, export: InvoiceExport | None) -> _OnItsWay | None:
        """Mark it *sending*; None if it can't go, which is told on it, or isn't to go any more."""
        if export is None or export.pk != row.export_id or export.state != ExportState.EXPORTED:
            return None
        in_doubt = row.state == ReversalState.UNKNOWN
        way = ReversalWay(row.way) if in_doubt else way_of(export, self.rules)
        going: _OnItsWay | str
        if way == ReversalWay.BOOKS:
            going = self._by_the_books(row)
        elif way == ReversalWay.CREDIT:
            going = self._by_a_credit(row)
        else:
            going = f"Void it in {self.books_name}, then mark it here."
        if isinstance(going, str):
            if not in_doubt and changed(row, state=ReversalState.FAILED, way=way, message=going):
                self.tally.reversal(row.pk, ReversalState.FAILED)
            return None
        return going if changed(row, **going.values) else None

    def _by_the_books(self, row: ExportReversal) -> _OnItsWay:
        export = row.export
        content = f"{export.document_type}:{export.document_number}:{export.key}:{row.on}:{row.reason}"
        values = self._values(row, ReversalWay.BOOKS, sha256(content.encode()).hexdigest())
        reversal = Reversal(
            control_id=values["control_id"],
            type=export.document_type,
            number=export.document_number,
            key=export.key,
            on=row.on,
            reason=row.reason,
        )
        return _OnItsWay(row, values, reversal, None)

    def _by_a_credit(self, row: ExportReversal) -> _OnItsWay | str:
        # What a person found to be another document's is sent again under another number.
        is_new = not row.content_digest
        attempt = row.attempt + (1 if is_new and row.control_id else 0)
        number = "" if is_new else row.document_number
        called = Wanted(
            (row.document_type if may_be_there(row) else "") or self.rules.credit_type,
            number or _free_number(row.export, attempt),
        )
        if len(called.number) > self.rules.number_length:
            return f"The credit's number, {called.number}, is longer than {self.books_name} takes."
        document = credit_for(row.export, row.on, called, rules=self.rules, books=self.lists, memo=_memo(row))
        if isinstance(document, str):
            return document
        values = self._values(row, ReversalWay.CREDIT, document.digest()) | {
            "document_type": called.type,
            "document_number": called.number,
            "customer_id": document.client_id,
            "total": document.total,
        }
        return _OnItsWay(row, values, None, document)

    def _values(self, row: ExportReversal, way: ReversalWay, digest: str) -> dict[str, Any]:
        """The control id stays the same for the same content, and for any content once one that went with it
        may be there: then only that id keeps the books from taking a second one (X-5)."""
        attempt, resent, control_id = row.attempt, may_be_there(row), row.control_id
        is_another = row.content_digest != digest
        if is_another and control_id:
            attempt += 1
        if not control_id or (is_another and not resent):
            # The digest's start tells apart two installations that have the same books.
            parts = (row.company_id, row.connection_id, row.export.invoice_id, "back", row.pk, attempt)
            control_id = f"reconpro:{':'.join(str(part) for part in parts)}:{digest[:12]}"
        return {
            "state": ReversalState.SENDING,
            "way": way,
            "run_id": self.context.run.pk,
            "control_id": control_id,
            "attempt": attempt,
            "content_digest": digest,
            "resent": resent,
            "sent_at": self.clock(),
            "settled_at": None,
            "not_found_count": 0,
            "last_checked_at": None,
            "refused": False,
            "error_code": "",
            "error_text": "",
            "message": "",
        }

    def _answer(self, going: _OnItsWay) -> SendResult:
        went = False
        for seconds in (*self.pauses, None):
            try:
                result = self._send_once(going)
            except NothingSent as nothing:
                self._withdraw(going, went)
                raise nothing.failure from nothing
            if result.answer is not Answer.BUSY or seconds is None:
                return result
            self.pause(seconds)
            # After "busy" the same control id goes again, so a "no" may speak of the first time.
            went = going.values["resent"] = True
        raise AssertionError("The last pause is None.")

    def _send_once(self, going: _OnItsWay) -> SendResult:
        lost = SendResult(answer=Answer.LOST, message=LOST)
        try:
            if going.reversal is not None:
                return self.books.reverse(going.reversal)
            assert going.credit is not None
            return next(iter(self.books.send([Parcel(going.control_id, going.credit)])), lost)
        except AnswerLost as error:
            return replace(lost, message=str(error) or LOST)

    def _withdraw(self, going: _OnItsWay, went: bool) -> None:
        """It is as before it was marked, for nothing was sent; save for what it is known by, if it `went`
        before that and the books were too busy."""
        before = {name: getattr(going.row, name) for name in going.values}
        if went:
            before = {name: before[name] for name in before if name not in KNOWN_BY} | {"resent": True}
        with transaction.atomic():
            self.context.lock_open()
            self._mine(going).update(**before)
        self.tally.reversal(going.row.pk, ReversalState(going.row.state))

    def _mine(self, going: _OnItsWay) -> QuerySet[ExportReversal]:
        return ExportReversal.objects.filter(
            pk=going.row.pk, state=ReversalState.SENDING, run=self.context.run
        )

    def _settle(self, going: _OnItsWay, answer: Settlement, export: InvoiceExport | None) -> None:
        state, now = IN_WORDS[answer.state], self.clock()
        written = self._mine(going).update(
            state=state,
            key=answer.key[:200],
            settled_at=None if state == ReversalState.UNKNOWN else now,
            resent=answer.resent,
            refused=answer.refused,
            error_code=answer.code[:200],
            error_text=answer.text,
            message=answer.message,
        )
        if written:
            self._told(going.row, export, state)

    def _look_up(self, row: ExportReversal) -> None:
        by_the_books = row.way == ReversalWay.BOOKS
        export = row.export
        wanted = (
            Wanted(export.document_type, export.document_number)
            if by_the_books
            else Wanted(row.document_type, row.document_number)
        )
        self.tally.reversal(row.pk, ReversalState.UNKNOWN)
        found = [each for each in self.books.find([wanted]) if each.number == wanted.number]
        values = self._of_reversed(row, found) if by_the_books else self._of_credit(row, found)
        if values is None:
            values = self._of_absence(row)
        with transaction.atomic():
            export_now = self._locked(row)
            if values and changed(row, **values):
                self._told(row, export_now, ReversalState(values.get("state", row.state)))

    def _of_reversed(self, row: ExportReversal, found: list[FoundDocument]) -> dict[str, Any] | None:
        """What the exported document says of itself; None if it is there as it was."""
        export = row.export
        there = [each for each in found if not each.key or each.key == export.key] or found
        if not there:
            sentence = f"{self.books_name} no longer shows document {export.document_number}."
            return self._for_a_person(sentence)
        if any(each.reversed for each in there):
            return self._done(export.key)
        if any(each.reversed is None for each in there):
            sentence = f"{self.books_name} doesn't tell whether {export.document_number} was reversed."
            return self._for_a_person(sentence)
        return None

    def _of_credit(self, row: ExportReversal, found: list[FoundDocument]) -> dict[str, Any] | None:
        if not found:
            return None
        sent = Sent(row.document_number, row.customer_id, row.on, row.total)
        if differs := difference(sent, found, self.books_name):
            return self._for_a_person(differs)
        return self._done(found[0].key or row.document_number)

    def _of_absence(self, row: ExportReversal) -> dict[str, Any]:
        now = self.clock()
        what = absence(
            count=row.not_found_count,
            last_checked_at=row.last_checked_at,
            refused=row.refused,
            now=now,
            apart=self.apart,
        )
        if what is Absence.TOO_EARLY:
            return {}
        values: dict[str, Any] = {"not_found_count": row.not_found_count + 1, "last_checked_at": now}
        if what is Absence.REFUSAL_STANDS:
            values |= {"state": ReversalState.FAILED, "settled_at": now, "refused": False}
        return values

    def _done(self, key: str) -> dict[str, Any]:
        now = self.clock()
        return {
            "state": ReversalState.DONE,
            "key": key[:200],
            "settled_at": now,
            "last_checked_at": now,
            "refused": False,
            "error_code": "",
            "error_text": "",
            "message": "",
        }

    def _for_a_person(self, sentence: str) -> dict[str, Any]:
        now = self.clock()
        return {
            "state": ReversalState.CONFLICT,
            "settled_at": now,
            "last_checked_at": now,
            "message": f"{sentence} Look there, then say here whether it is reversed.",
        }

    def _told(self, row: ExportReversal, export: InvoiceExport | None, state: ReversalState) -> None:
        """Count it; one that is done reverses its export, and the invoice's history tells it."""
        self.tally.reversal(row.pk, state)
        if state != ReversalState.DONE or export is None:
            return
        close(export, by=row.asked_by, reason=row.reason)
        told(
            export.invoice,
            "reversed",
            f"Reversed in {self.books_name} on {row.on:%B %-d, %Y}.",
            by=row.asked_by,
            why=row.reason,
        )


def _free_number(export: InvoiceExport, attempt: int) -> str:
    """The credit's number, from this attempt on the first that is no other document's."""
    while _is_anothers(_credit_number(export.document_number, attempt), export.connection_id):
        attempt += 1
    return _credit_number(export.document_number, attempt)


def _is_anothers(number: str, connection_id: int) -> bool:
    """Whether a person found it to be another's, or an invoice went under it: equal to the credit, that one
    would be taken for it (X-3)."""
    invoices = InvoiceExport.objects.filter(connection=connection_id).holding_numbers()
    return (
        TakenNumber.objects.filter(connection=connection_id, number=number).exists()
        or invoices.filter(document_number=number).exists()
    )


def _credit_number(number: str, attempt: int) -> str:
    return f"{number}-CR" if attempt == 1 else f"{number}-CR{attempt}"


def _memo(row: ExportReversal) -> str:
    return f"Reverses {row.export.document_number}: {row.reason}"
