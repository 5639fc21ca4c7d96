"""What a person decides about taking an exported invoice back (X-8); `reversing` carries it out in a run."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from integrations.exports import states
from integrations.exports.conflicts import take_number
from integrations.exports.hand import CHANGED, CannotDecide, locked, name_of, standing, told
from integrations.exports.models import ExportReversal, ExportState, InvoiceExport, ReversalState
from integrations.exports.rules import ExportRules, ReversalWay
from reconpro.company.models import User
from reconpro.invoices.models import Invoice

LONGEST_REASON = ExportReversal._meta.get_field("reason").max_length or 0
LATEST = timedelta(days=366)
# A person may still say that nothing is to be reversed: nothing is under way.
WITHDRAWABLE = (ReversalState.WAITING, ReversalState.FAILED)
# A person may say that it is done in the books: nobody is doing it at this moment.
MARKABLE = (*WITHDRAWABLE, ReversalState.CONFLICT)


def way_of(export: InvoiceExport, rules: ExportRules) -> ReversalWay:
    """How this document can be taken back: as the settings say, if it went as what they name now and over
    the connection that is open; else only by hand."""
    if export.state != ExportState.EXPORTED or export.connection.closed_at is not None:
        return ReversalWay.BY_HAND
    if export.document_type != rules.document_type:
        return ReversalWay.BY_HAND
    return rules.reversal


def reversal_of(export: InvoiceExport) -> ExportReversal | None:
    """The one that counts."""
    rows = export.reversals.exclude(state=ReversalState.WITHDRAWN)
    return rows.select_related("connection__books").first()


@transaction.atomic
def ask(invoice: Invoice, *, by: User, reason: str, on: date, rules: ExportRules) -> None:
    """Let the next run reverse an exported invoice; it stays locked until that is done."""
    reason = _checked(reason)
    current, row = locked(invoice)
    if row is None or row.state != ExportState.EXPORTED:
        raise CannotDecide(standing(row) if row else f"{current} was not exported.")
    if reversal_of(row) is not None:
        raise CannotDecide(f"{current} is to be reversed already. {CHANGED}")
    way = way_of(row, rules)
    if way == ReversalWay.BY_HAND:
        raise CannotDecide(f"Void it in {name_of(row)}, then mark it here.")
    _check_date(on, row, rules)
    values = {"way": way, "reason": reason, "on": on, "asked_by": by}
    went = _withdrawn_after_it_went(row)
    if went is None:
        ExportReversal.objects.create(
            export=row, company=current.company, connection=row.connection, **values
        )
    elif not changed(went, state=ReversalState.WAITING, asked_at=timezone.now(), message="", **values):
        raise CannotDecide(CHANGED)
    told(
        current,
        "reversal_asked",
        f"To be reversed in {name_of(row)} on {on:%B %-d, %Y}.",
        by=by,
        why=reason,
        way=way,
        on=on.isoformat(),
    )


@transaction.atomic
def mark_reversed(invoice: Invoice, *, by: User, reason: str, on: date) -> None:
    """It was voided or reversed in the books by a person."""
    reason = _checked(reason)
    current, row = locked(invoice)
    if row is None or row.state not in (ExportState.EXPORTED, ExportState.BY_HAND):
        raise CannotDecide(standing(row) if row else f"{current} was not exported.")
    _check_date(on, row, None)
    reversal = _locked_reversal(row)
    if reversal is not None and reversal.state not in MARKABLE:
        raise CannotDecide(f"{current}: {reversal.get_state_display().lower()}. {CHANGED}")
    now = timezone.now()
    values = {"state": ReversalState.DONE, "way": ReversalWay.BY_HAND, "reason": reason, "on": on}
    if reversal is None:
        ExportReversal.objects.create(
            export=row,
            company=current.company,
            connection=row.connection,
            asked_by=by,
            settled_at=now,
            **values,
        )
    # What was refused, or is another's, is no document of ours: its number doesn't stay.
    elif not changed(reversal, asked_by=by, settled_at=now, message="", document_number="", **values):
        raise CannotDecide(CHANGED)
    close(row, by=by, reason=reason)
    told(
        current,
        "reversed",
        f"Marked as reversed in {name_of(row)} on {on:%B %-d, %Y}.",
        by=by,
        why=reason,
        on=on.isoformat(),
    )


@transaction.atomic
def withdraw(invoice: Invoice, *, by: User) -> None:
    """It is not to be reversed after all: it stays exported."""
    current, row, reversal = _open_one(invoice)
    if reversal.state not in WITHDRAWABLE or not changed(reversal, state=ReversalState.WITHDRAWN):
        raise CannotDecide(f"{current}: {reversal.get_state_display().lower()}. {CHANGED}")
    told(current, "reversal_withdrawn", f"Not to be reversed after all: it stays in {name_of(row)}.", by=by)


@transaction.atomic
def try_again(invoice: Invoice, *, by: User) -> None:
    """A refused reversal goes with the next run."""
    current, _, reversal = _open_one(invoice)
    if reversal.state == ReversalState.FAILED and not changed(reversal, state=ReversalState.WAITING):
        raise CannotDecide(CHANGED)
    told(current, "reversal_asked_again", "To be reversed with the next run.", by=by)


@transaction.atomic
def not_reversed(invoice: Invoice, *, by: User, why: str) -> None:
    """A person found that it is not in the books: it may go again. What was in conflict then goes as another
    one, under another number; what only lost its answer as the same, since it may still arrive (X-5)."""
    current, row, reversal = _for_a_person(invoice, why)
    why = " ".join(why.split())
    # Where its own answer was lost, what the person did not find may still be on its way into the books.
    lost = reversal.state == ReversalState.UNKNOWN or not reversal.refused
    values: dict[str, object] = {"resent": reversal.resent or lost}
    if reversal.state == ReversalState.CONFLICT:
        values["content_digest"] = ""
        if reversal.way == ReversalWay.CREDIT:
            take_number(reversal.connection, reversal.document_number)
    done = changed(
        reversal,
        state=ReversalState.FAILED,
        settled_at=timezone.now(),
        refused=False,
        message=f"{by} found that it is not reversed in {name_of(row)}: {why}",
        **values,
    )
    if not done:
        raise CannotDecide(CHANGED)
    told(
        current,
        "reversal_not_there",
        f"Settled by {by}: it is not reversed in {name_of(row)}.",
        by=by,
        why=why,
    )


@transaction.atomic
def arrived(invoice: Invoice, *, by: User, why: str) -> None:
    """A person found that a reversal which was sent to books that can't be asked any more is there."""
    current, row, reversal = _for_a_person(invoice, why)
    if reversal.state != ReversalState.UNKNOWN:
        raise CannotDecide(f"{current}: {reversal.get_state_display().lower()}. {CHANGED}")
    by_the_books = reversal.way == ReversalWay.BOOKS
    done = changed(
        reversal,
        state=ReversalState.DONE,
        key=row.key if by_the_books else reversal.document_number,
        settled_at=timezone.now(),
        refused=False,
        error_code="",
        error_text="",
        message="",
    )
    if not done:
        raise CannotDecide(CHANGED)
    close(row, by=by, reason=reversal.reason)
    told(
        current,
        "reversed",
        f"Settled by {by}: it is reversed in {name_of(row)} on {reversal.on:%B %-d, %Y}.",
        by=by,
        why=why,
        on=reversal.on.isoformat(),
    )


def is_for_a_person(reversal: ExportReversal) -> bool:
    """Only a person can say how it stands: the books show it otherwise, or can't be asked any more (S-7)."""
    if reversal.state == ReversalState.UNKNOWN:
        return reversal.connection.closed_at is not None
    return reversal.state == ReversalState.CONFLICT


def _for_a_person(invoice: Invoice, why: str) -> tuple[Invoice, InvoiceExport, ExportReversal]:
    if not why.strip():
        raise CannotDecide("Say what you saw there.")
    current, row, reversal = _open_one(invoice)
    if not is_for_a_person(reversal):
        raise CannotDecide(f"{current}: {reversal.get_state_display().lower()}. {CHANGED}")
    return current, row, reversal


def changed(reversal: ExportReversal, **values: object) -> bool:
    """Change it, if it is still in the state that it was read in."""
    same = ExportReversal.objects.filter(pk=reversal.pk, state=reversal.state, control_id=reversal.control_id)
    return bool(same.update(**values))


def close(row: InvoiceExport, *, by: User, reason: str) -> None:
    """The export is reversed. Belongs in the transaction that writes the reversal."""
    done = states.change(
        row,
        ExportState.REVERSED,
        decided_by=by,
        decided_at=timezone.now(),
        decided_why=reason,
        state_before=row.state,
    )
    if not done:
        raise CannotDecide(CHANGED)


def _open_one(invoice: Invoice) -> tuple[Invoice, InvoiceExport, ExportReversal]:
    current, row = locked(invoice)
    reversal = _locked_reversal(row) if row is not None else None
    if row is None or reversal is None or row.state != ExportState.EXPORTED:
        raise CannotDecide(f"{current} is not to be reversed. {CHANGED}")
    return current, row, reversal


def _locked_reversal(row: InvoiceExport) -> ExportReversal | None:
    rows = ExportReversal.objects.select_for_update(of=("self",)).select_related("connection")
    found = rows.filter(export=row)
    return found.exclude(state=ReversalState.WITHDRAWN).first()


def _withdrawn_after_it_went(row: InvoiceExport) -> ExportReversal | None:
    """The one that was sent before somebody took the wish back: asked for again it is the same one, since
    all that keeps it from going twice is known of it alone (X-5)."""
    found = ExportReversal.objects.select_for_update(of=("self",)).filter(export=row)
    return found.filter(state=ReversalState.WITHDRAWN).exclude(control_id="").order_by("-pk").first()


def _checked(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise CannotDecide("Say why it is reversed.")
    if len(reason) > LONGEST_REASON:
        raise CannotDecide(f"A reason has at most {LONGEST_REASON} characters.")
    return reason


def _check_date(on: date, row: InvoiceExport, rules: ExportRules | None) -> None:
    begin = row.posted_on or row.document_date
    if on < begin:
        raise CannotDecide(f"It was posted on {begin:%B %-d, %Y}: reverse it on that day or later.")
    if on > timezone.localdate() + LATEST:
        raise CannotDecide("This is more than a year ahead. Choose an earlier date.")
    closed = rules.closed_through if rules is not None else None
    if closed is not None and on <= closed:
        raise CannotDecide(f"The books are closed through {closed:%B %-d, %Y}: choose a later date.")
