"""An invoice's export from state to state (X-5): the only place that changes `InvoiceExport`.

    (ready: no row) or failed → sending → exported | failed | unknown | conflict
    unknown → exported (adopted) | conflict | failed (refused and not there) | sending (again)

and, by a person's hand (X-7, X-8, S-7; `integrations.exports.hand` says who may and when):

    (ready) or failed ⇄ kept back;  (ready), failed or kept back ⇄ by hand
    failed or kept back → set aside, when the invoice goes, or is decided on, in other books; and from there
    as (ready), when these are the present ones again
    conflict → exported (ours) | failed (another's) | unknown (look again)
    exported or by hand → reversed;  what went to books that are closed ⇄ released

Every change is an update filtered by the state before it, so that of two workers, or a worker and a person,
one wins. A run's changes belong in a transaction that has locked the run (`RunContext.lock_open`), so that a
late worker changes nothing (R-3); a person's in one that has locked the invoice, as `mark_sending` does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from integrations.connections.models import Connection
from integrations.exports.answers import (
    READ_BACKS_NEEDED,
    Absence,
    Sent,
    Settlement,
    absence,
    difference,
)
from integrations.exports.arriving import write_arrivals, write_messages
from integrations.exports.facts import BooksFacts
from integrations.exports.loading import Choice, judged
from integrations.exports.models import ExportReversal, ExportState, InvoiceExport
from integrations.exports.port import ExportDocument, FoundDocument, Parcel, Wanted
from integrations.exports.readiness import Verdict
from integrations.exports.rules import ExportRules
from integrations.exports.went import as_it_went, went_with
from integrations.runs.models import Run
from reconpro.invoices.models import Invoice, InvoiceState

# What a person decided on an export, and what it was decided on: gone as soon as it goes (again).
NO_DECISION: dict[str, Any] = {
    "found": [],
    "decided_by_id": None,
    "decided_at": None,
    "decided_why": "",
    "state_before": "",
    "number_before": "",
}
ROWS_AT_ONCE = 1000
LOST = "We sent it, but the answer was lost. We are checking; don't enter it by hand."


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An invoice marked *sending* by this run. `before`: the row as it was, None if there was none. `aside`:
    the row of other books that was set aside for it."""

    row_id: int
    invoice_id: int
    parcel: Parcel
    resent: bool
    before: dict[str, Any] | None
    aside: int | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """What came of marking some invoices: those that go now, and those that can't and why."""

    under_way: list[UnderWay]
    blocked: list[Verdict]


def mark_sending(
    run: Run,
    ids: Collection[int],
    *,
    connection: Connection,
    rules: ExportRules,
    books: BooksFacts,
    choice: Choice,
    now: datetime,
) -> Marked:
    """Mark new and refused invoices *sending*, judged anew under their rows' locks (X-1, X-5)."""
    assert rules.start is not None
    rows = _lock(choice.of(run.company, rules.start).filter(pk__in=ids))
    free = {pk: row for pk, row in rows.items() if row is None or row.state == ExportState.FAILED}
    verdicts = judged(free, connection=connection, rules=rules, books=books)
    return _mark(run, verdicts, free, connection=connection, rules=rules, now=now)


def mark_sending_again(
    run: Run,
    ids: Collection[int],
    *,
    connection: Connection,
    rules: ExportRules,
    books: BooksFacts,
    now: datetime,
) -> Marked:
    """Mark *unknown* invoices *sending* again, under the same number and control id: the books did not
    show them in as many read-backs as are needed (X-5)."""
    wanted = Invoice.objects.filter(company=run.company, state=InvoiceState.APPROVED, pk__in=ids)
    free: dict[int, InvoiceExport | None] = {
        pk: row
        for pk, row in _lock(wanted).items()
        if row is not None and row.connection_id == connection.pk and may_go_again(row)
    }
    kept = {pk: called(row) for pk, row in free.items() if row is not None}
    verdicts = judged(free, connection=connection, rules=rules, books=books, kept=kept)
    return _mark(run, verdicts, free, connection=connection, rules=rules, now=now)


def called(row: InvoiceExport) -> Wanted:
    """What to ask the books for."""
    return Wanted(row.document_type, row.document_number)


def may_go_again(row: InvoiceExport | ExportReversal) -> bool:
    return row.state == ExportState.UNKNOWN and not row.refused and row.not_found_count >= READ_BACKS_NEEDED


def may_be_there(row: InvoiceExport | ExportReversal) -> bool:
    """Something that went with its control id may have arrived, whatever the books said later (X-5)."""
    return row.resent or row.state == ExportState.UNKNOWN


def _lock(wanted: QuerySet[Invoice]) -> dict[int, InvoiceExport | None]:
    """Lock the invoices in the order of their keys, then read how their exports stand now."""
    ids = list(wanted.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    rows: dict[int, InvoiceExport | None] = dict.fromkeys(ids)
    for row in InvoiceExport.objects.current().select_for_update().filter(invoice__in=ids):
        rows[row.invoice_id] = row
    return rows


def _mark(
    run: Run,
    verdicts: Iterable[Verdict],
    rows: dict[int, InvoiceExport | None],
    *,
    connection: Connection,
    rules: ExportRules,
    now: datetime,
) -> Marked:
    marked = Marked([], [])
    earlier = _set_aside_here(rows, connection)
    new: list[tuple[InvoiceExport, ExportDocument, int | None]] = []
    for verdict in verdicts:
        current, aside = rows[verdict.invoice.id], None
        if not verdict.is_ready:
            marked.blocked.append(verdict)
            continue
        document = _same_again(current) or verdict.document(rules)
        row = current
        if current is None or current.connection_id != connection.pk:
            row = earlier.get(document.invoice_id)
            if current is not None:
                if not set_aside(current):
                    continue
                aside = current.pk
        values = _values_of(document, row, run=run, connection=connection, now=now)
        if row is None:
            export = InvoiceExport(company_id=run.company_id, invoice_id=document.invoice_id, **values)
            new.append((export, document, aside))
            continue
        before = _snapshot(row)
        unchanged = InvoiceExport.objects.filter(
            pk=row.pk, state=row.state, not_found_count=row.not_found_count
        )
        if unchanged.update(**values):
            parcel = Parcel(values["control_id"], document)
            marked.under_way.append(UnderWay(row.pk, row.invoice_id, parcel, values["resent"], before, aside))
    InvoiceExport.objects.bulk_create([row for row, _, _ in new])
    for row, document, aside in new:
        parcel = Parcel(row.control_id, document)
        marked.under_way.append(UnderWay(row.pk, row.invoice_id, parcel, False, None, aside))
    return marked


def _same_again(row: InvoiceExport | None) -> ExportDocument | None:
    """What is in doubt goes again as it went, whatever the records say by now: it may have arrived (X-5)."""
    return as_it_went(row) if row is not None and row.state == ExportState.UNKNOWN else None


def _set_aside_here(ids: Collection[int], connection: Connection) -> dict[int, InvoiceExport]:
    """What these books refused before others were told of the invoice: what went here is remembered."""
    rows = InvoiceExport.objects.filter(invoice__in=ids, connection=connection, state=ExportState.SET_ASIDE)
    return {row.invoice_id: row for row in rows.select_for_update()}


def _values_of(
    document: ExportDocument,
    row: InvoiceExport | None,
    *,
    run: Run,
    connection: Connection,
    now: datetime,
) -> dict[str, Any]:
    """The row of a document that goes now. The control id stays the same for the same content, and for any
    content once one that went with it may be there: then only that id keeps the books from taking a second
    one. It changes only with the content, and only after a definite refusal (X-5)."""
    digest = document.digest()
    attempt, resent, control_id = 1, False, ""
    if row is not None:
        is_another = row.content_digest != digest
        attempt, resent, control_id = row.attempt + is_another, may_be_there(row), row.control_id
        if is_another and not resent:
            control_id = ""
    if not control_id:
        # The digest's start tells apart two installations that have the same books.
        parts = (run.company_id, connection.pk, document.invoice_id, attempt, digest[:12])
        control_id = "reconpro:" + ":".join(str(part) for part in parts)
    return {
        "connection_id": connection.pk,
        "run_id": run.pk,
        "state": ExportState.SENDING,
        "document_number": document.number,
        "document_type": document.type,
        "control_id": control_id,
        "attempt": attempt,
        "content_digest": digest,
        "customer_id": document.client_id,
        "document_date": document.date,
        "total": document.total,
        "locations": document.by_location(),
        "went_with": went_with(document),
        "posted_on": document.posted_on,
        "key": "",
        "sent_at": now,
        "settled_at": None,
        "total_compared_at": None,
        "not_found_count": 0,
        "last_checked_at": None,
        "resent": resent,
        "refused": False,
        "error_code": "",
        "error_text": "",
        "message": "",
        **NO_DECISION,
    }


def _snapshot(row: InvoiceExport) -> dict[str, Any]:
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key
    }


def withdraw(run: Run, under_way: Iterable[UnderWay]) -> None:
    """Nothing of this was sent: each invoice is as it was before it was marked."""
    for each in under_way:
        mine = _mine(run, each)
        was_mine = mine.delete()[0] if each.before is None else mine.update(**each.before)
        if was_mine and each.aside is not None:
            others = InvoiceExport.objects.filter(pk=each.aside, state=ExportState.SET_ASIDE)
            others.update(state=ExportState.FAILED)


def settle(run: Run, each: UnderWay, answer: Settlement, now: datetime) -> bool:
    """Write the answer to one invoice; False if it isn't this run's any more."""
    definite = answer.state in (ExportState.EXPORTED, ExportState.FAILED)
    return bool(
        _mine(run, each).update(
            state=answer.state,
            key=answer.key[:200],
            settled_at=now if definite else None,
            resent=answer.resent,
            refused=answer.refused,
            error_code=answer.code[:200],
            error_text=answer.text,
            message=answer.message,
        )
    )


def settle_all(
    run: Run, answers: Sequence[tuple[UnderWay, Settlement]], now: datetime
) -> list[tuple[UnderWay, Settlement]]:
    """Write the answers to a batch, and answer those that were still this run's.

    Two statements for all that arrived, however many; one for each other answer.
    """
    arrived = {each.row_id: answer for each, answer in answers if answer.state == ExportState.EXPORTED}
    mine = InvoiceExport.objects.filter(pk__in=arrived, state=ExportState.SENDING, run=run)
    # Their rows are locked here, so that what is read as this run's still is when it is written.
    ids = set(mine.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    write_arrivals({pk: arrived[pk].key[:200] for pk in ids}, run_id=run.pk, now=now)
    return [
        (each, answer)
        for each, answer in answers
        if (each.row_id in ids if each.row_id in arrived else settle(run, each, answer, now))
    ]


def keep_totals(compared: Sequence[int], sentences: Mapping[int, str], *, now: datetime) -> None:
    """These rows' totals were compared with the books' (X-2); `sentences` for those that differ there."""
    for begin in range(0, len(compared), ROWS_AT_ONCE):
        some = compared[begin : begin + ROWS_AT_ONCE]
        rows = InvoiceExport.objects.filter(pk__in=some, state=ExportState.EXPORTED)
        rows.update(total_compared_at=now)
        write_messages({pk: sentences[pk] for pk in some if pk in sentences})


def _mine(run: Run, each: UnderWay) -> QuerySet[InvoiceExport]:
    return InvoiceExport.objects.filter(pk=each.row_id, state=ExportState.SENDING, run=run)


def doubt(left_behind: QuerySet[InvoiceExport]) -> int:
    """What a run that has ended left *sending* is *unknown* from now on: nobody heard the answer."""
    return left_behind.filter(state=ExportState.SENDING).update(state=ExportState.UNKNOWN, message=LOST)


def to_be_checked(connection: Connection) -> QuerySet[InvoiceExport]:
    """All *unknown* ones of these books with their invoices, the oldest first."""
    unknown = InvoiceExport.objects.filter(connection=connection, state=ExportState.UNKNOWN)
    return unknown.select_related("invoice").order_by("sent_at", "pk")


def take_read_back(
    rows: Sequence[InvoiceExport],
    found: Iterable[FoundDocument],
    *,
    now: datetime,
    apart: timedelta,
    books_name: str,
) -> dict[int, ExportState]:
    """Compare *unknown* rows with what the books show for their numbers; answers where each row went to."""
    there: dict[Wanted, list[FoundDocument]] = defaultdict(list)
    for document in found:
        there[Wanted(document.type, document.number)].append(document)
    outcome = {}
    for row in rows:
        values = _read_back_values(row, there.get(called(row), ()), now, apart, books_name)
        same = InvoiceExport.objects.filter(
            pk=row.pk,
            state=ExportState.UNKNOWN,
            control_id=row.control_id,
            not_found_count=row.not_found_count,
        )
        if not values or same.update(**values):
            outcome[row.invoice_id] = ExportState(values.get("state", ExportState.UNKNOWN))
    return outcome


def _kept_of(document: FoundDocument) -> dict[str, str]:
    """A document that the books showed, for the person who decides."""
    return {
        "key": document.key,
        "client": document.client_id,
        "date": "" if document.date is None else document.date.isoformat(),
        "total": "" if document.total is None else str(document.total),
    }


def change(row: InvoiceExport, to: ExportState, **values: Any) -> bool:
    """A person's decision: put a row into another state, if it is still in the one that it was read in."""
    same = InvoiceExport.objects.filter(pk=row.pk, state=row.state, control_id=row.control_id)
    return bool(same.update(state=to, **values))


def set_aside(row: InvoiceExport) -> bool:
    """The invoice goes, or is decided on, in other books: what these refused stays remembered."""
    return change(row, ExportState.SET_ASIDE, **NO_DECISION) if row.control_id else remove(row)


def remove(row: InvoiceExport) -> bool:
    """A person takes a decision back that nothing was before: the invoice is as if it had never been made."""
    same = InvoiceExport.objects.filter(pk=row.pk, state=row.state, control_id="")
    return bool(same.delete()[0])


def _read_back_values(
    row: InvoiceExport, found: Sequence[FoundDocument], now: datetime, apart: timedelta, books_name: str
) -> dict[str, Any]:
    """What changes in the row; nothing if this read-back came too early to count."""
    if found:
        sent = Sent(row.document_number, row.customer_id, row.document_date, row.total)
        if differs := difference(sent, found, books_name):
            return {
                "state": ExportState.CONFLICT,
                "last_checked_at": now,
                "settled_at": now,
                "message": differs,
                "found": [_kept_of(document) for document in found],
            }
        return {
            "state": ExportState.EXPORTED,
            "key": (found[0].key or row.document_number)[:200],
            "last_checked_at": now,
            "settled_at": now,
            "total_compared_at": now,  # it is equal
            "refused": False,
            "error_code": "",
            "error_text": "",
            "message": "",
        }
    what = absence(
        count=row.not_found_count,
        last_checked_at=row.last_checked_at,
        refused=row.refused,
        now=now,
        apart=apart,
    )
    if what is Absence.TOO_EARLY:
        return {}
    values: dict[str, Any] = {"not_found_count": row.not_found_count + 1, "last_checked_at": now}
    if what is Absence.REFUSAL_STANDS:
        # `resent` stays: the control id went before, so no later refusal of it is definite by itself.
        values |= {"state": ExportState.FAILED, "settled_at": now, "refused": False}
    return values
