"""What a person decides about an invoice that has not gone (X-7): keep it back, or it was exported by hand.

Each decision is one transaction under the invoice's lock, which `states.mark_sending` takes too, and is
recorded with who, when and why. `CannotDecide` says in a sentence why it can't be.
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations.connections.models import Connection
from integrations.exports import states
from integrations.exports.models import ExportReversal, ExportState, InvoiceExport
from integrations.exports.words import books_name, lock_sentence
from reconpro.audit.log import record_event
from reconpro.company.models import User
from reconpro.invoices.models import Invoice, InvoiceState

LONGEST_NUMBER = InvoiceExport._meta.get_field("document_number").max_length or 0
CHANGED = "It has changed since you opened this page. Look at it as it is now, then decide again."


class CannotDecide(Exception):
    """It can't be done; str() is a sentence for the page."""


@transaction.atomic
def keep_back(invoice: Invoice, *, by: User, connection: Connection | None, why: str = "") -> None:
    """The invoice doesn't go until it is taken up again: one that was refused, or that never went."""
    current, row = locked(invoice)
    if row is None:
        _require_approved(current)
        create(current, connection, ExportState.KEPT_BACK, by=by, why=why)
    elif row.state == ExportState.FAILED:
        decide(row, ExportState.KEPT_BACK, by=by, why=why, state_before=row.state)
    else:
        raise CannotDecide(standing(row))
    told(current, "kept_back", "Kept back: it doesn't go until it is taken up again.", by=by, why=why)


@transaction.atomic
def take_up_again(invoice: Invoice, *, by: User) -> None:
    """What was kept back is as before: refused, or never sent."""
    current, row = locked(invoice)
    if row is None or row.state != ExportState.KEPT_BACK:
        raise CannotDecide(f"{current} is not kept back. {CHANGED}")
    _as_before(row)
    told(current, "taken_up", "Taken up again: it is in the next preview.", by=by)


@transaction.atomic
def mark_by_hand(invoice: Invoice, number: str, *, by: User, connection: Connection | None) -> None:
    """The invoice was typed into the books by hand as document `number`: it never goes, and is locked."""
    number = " ".join(number.split())
    current, row = locked(invoice)
    if not number:
        raise CannotDecide("Type the document's number.")
    if len(number) > LONGEST_NUMBER or not number.isprintable():
        raise CannotDecide(f"A document's number has at most {LONGEST_NUMBER} visible characters.")
    _require_approved(current)
    if row is not None and row.state not in (ExportState.FAILED, ExportState.KEPT_BACK):
        raise CannotDecide(standing(row))
    there = _required(connection)
    _require_not_released_from(current, there)
    taken = f"Another invoice went as {number} already. Look at the number again."
    others = InvoiceExport.objects.holding_numbers().exclude(invoice=current)
    if others.filter(connection=there, document_number=number).exists():
        raise CannotDecide(taken)
    if ExportReversal.objects.credits().filter(connection=there, document_number=number).exists():
        raise CannotDecide(f"{number} is the credit that takes an invoice back. Look at the number again.")
    if row is not None and row.connection_id != there.pk:
        if not states.set_aside(row):
            raise CannotDecide(CHANGED)
        row = None
    values = {"document_number": number, **_content(current)}
    try:
        with transaction.atomic():  # the unique number speaks here, whoever came first
            if row is None:
                create(current, there, ExportState.BY_HAND, by=by, **values)
            else:
                decide(
                    row,
                    ExportState.BY_HAND,
                    by=by,
                    state_before=row.state_before if row.state == ExportState.KEPT_BACK else row.state,
                    number_before=row.document_number,
                    **values,
                )
    except IntegrityError as error:
        raise CannotDecide(taken) from error
    told(current, "by_hand", f"Marked as exported by hand, as document {number}.", by=by, number=number)


@transaction.atomic
def take_mark_back(invoice: Invoice, *, by: User, why: str) -> None:
    """It was not exported by hand after all: it is as before, and may go."""
    if not why.strip():
        raise CannotDecide("Say why the mark is taken back: the invoice will go to accounting after it.")
    current, row = locked(invoice)
    if row is None or row.state != ExportState.BY_HAND:
        raise CannotDecide(f"{current} is not marked as exported by hand. {CHANGED}")
    number = row.document_number
    _as_before(row)
    told(current, "mark_taken_back", f"No longer exported by hand as {number}.", by=by, why=why)


def locked(invoice: Invoice) -> tuple[Invoice, InvoiceExport | None]:
    """The invoice, its row locked, and how its export stands now."""
    current = (
        Invoice.objects.select_for_update(of=("self",))
        .select_related("company", "client")
        .get(pk=invoice.pk, company_id=invoice.company_id)
    )
    rows = InvoiceExport.objects.current().select_for_update(of=("self",))
    row = rows.select_related("invoice", "connection__books").filter(invoice=current).first()
    return current, row


def create(
    invoice: Invoice,
    connection: Connection | None,
    state: ExportState,
    *,
    by: User,
    why: str = "",
    **more: Any,
) -> None:
    """The decision on an invoice that waits: on its first row in these books, or on what they refused before
    others were told of it."""
    there = _required(connection)
    _require_not_released_from(invoice, there)
    earlier = InvoiceExport.objects.filter(invoice=invoice, connection=there, state=ExportState.SET_ASIDE)
    if (row := earlier.select_for_update().first()) is not None:
        if "document_number" in more:
            more["number_before"] = row.document_number
        decide(row, state, by=by, why=why, state_before=row.state, **more)
        return
    InvoiceExport.objects.create(
        company=invoice.company,
        invoice=invoice,
        connection=there,
        state=state,
        decided_by=by,
        decided_at=timezone.now(),
        decided_why=why.strip(),
        **{**_content(invoice), **more},
    )


def _require_not_released_from(invoice: Invoice, connection: Connection) -> None:
    """Released from these very books, it is there: nothing else can be said of it (S-7)."""
    there = InvoiceExport.objects.filter(invoice=invoice, connection=connection, state=ExportState.RELEASED)
    if (row := there.first()) is not None:
        raise CannotDecide(
            f"{invoice} is in these books as {row.document_number}. Take the release back instead."
        )


def decide(
    row: InvoiceExport, to: ExportState, *, by: User, why: str = "", state_before: str = "", **more: Any
) -> None:
    """Put a row into the state that a person chose. Raises CannotDecide if somebody was faster."""
    decided = states.change(
        row,
        to,
        decided_by=by,
        decided_at=timezone.now(),
        decided_why=why.strip(),
        state_before=state_before,
        **more,
    )
    if not decided:
        raise CannotDecide(CHANGED)


def told(invoice: Invoice, what: str, sentence: str, *, by: User, why: str = "", **details: str) -> None:
    """Record the decision: who, when, and why where it was asked."""
    record_event(
        company=invoice.company,
        action=f"invoice.{what}",
        sentence=f"{sentence} {why.strip()}".strip(),
        user=by,
        subject=invoice,
        details={**details, **({"why": why.strip()} if why.strip() else {})},
    )


def standing(row: InvoiceExport) -> str:
    """Why nothing can be decided now about what is in this state."""
    if sentence := lock_sentence(row):
        return sentence
    return f"Invoice {row.invoice.number} is {row.get_state_display().lower()} already."


def _as_before(row: InvoiceExport) -> None:
    """What it was before, under the number that it had then."""
    values = dict(states.NO_DECISION)
    if row.state == ExportState.BY_HAND:
        values["document_number"] = row.number_before
    before = row.state_before
    done = states.change(row, ExportState(before), **values) if before else states.remove(row)
    if not done:
        raise CannotDecide(CHANGED)


def _content(invoice: Invoice) -> dict[str, Any]:
    return {
        "customer_id": invoice.client.accounting_id,
        "document_date": invoice.date,
        "total": invoice.total,
    }


def _required(connection: Connection | None) -> Connection:
    if connection is None:
        raise CannotDecide("There is no connection to accounting yet: complete the settings first.")
    return connection


def _require_approved(invoice: Invoice) -> None:
    if invoice.state != InvoiceState.APPROVED:
        state = InvoiceState(invoice.state).label.lower()
        raise CannotDecide(f"{invoice} is {state}: only an approved invoice leaves for accounting.")


def name_of(row: InvoiceExport) -> str:
    """The accounting system that the row speaks of."""
    return books_name(row.connection.provider)
