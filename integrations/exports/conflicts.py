"""What a person decides about an invoice whose document number the books show otherwise (X-5, X-7)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from integrations.connections.models import Connection
from integrations.exports.hand import CHANGED, CannotDecide, decide, locked, name_of, told
from integrations.exports.models import ExportState, InvoiceExport, TakenNumber
from reconpro.company.models import User
from reconpro.invoices.models import Invoice

LONGEST_KEY = InvoiceExport._meta.get_field("key").max_length or 0


@transaction.atomic
def adopt(invoice: Invoice, key: str, *, by: User) -> None:
    """*It is ours*: the document of this key is the invoice, though it differs."""
    current, row = _in_conflict(invoice)
    keys = [document["key"] for document in row.found]
    key = key.strip()
    if not key or (keys and key not in keys):
        raise CannotDecide("Say which of the documents is the invoice.")
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise CannotDecide(f"A key has at most {LONGEST_KEY} visible characters.")
    sentence = f"Settled by {by}: document {key} is this invoice, though it differs. {row.message}"
    decide(
        row,
        ExportState.EXPORTED,
        by=by,
        key=key,
        settled_at=timezone.now(),
        total_compared_at=timezone.now(),  # by the person, just now
        refused=False,
        error_code="",
        error_text="",
        message=sentence,
    )
    told(current, "conflict_adopted", sentence, by=by, key=key)


@transaction.atomic
def not_ours(invoice: Invoice, *, by: User) -> None:
    """*It is another's*: the invoice has not arrived, and its number is taken there. Where its own answer was
    lost, what the person did not find may still be on its way into the books (X-5)."""
    current, row = _in_conflict(invoice)
    number, name = row.document_number, name_of(row)
    sentence = (
        f"Number {number} belongs to another document in {name}. Give the invoice another number: set it "
        "back to draft, change it and approve it again."
    )
    decide(
        row,
        ExportState.FAILED,
        by=by,
        settled_at=timezone.now(),
        # Where its own answer was lost, it may still be on its way into books that are slow to show it.
        resent=row.resent or not row.refused,
        refused=False,
        error_code="",
        error_text="",
        message=sentence,
    )
    take_number(row.connection, number)
    told(
        current,
        "conflict_another",
        f"Settled by {by}: document {number} in {name} is another's, and this invoice is not there.",
        by=by,
        number=number,
    )


@transaction.atomic
def look_again(invoice: Invoice, *, by: User) -> None:
    """Something was mended in the books: the next export asks for the document again."""
    current, row = _in_conflict(invoice)
    if row.connection.closed_at is not None:
        raise CannotDecide(f"{row.connection} is not the present connection, so it can't be asked.")
    decide(
        row,
        ExportState.UNKNOWN,
        by=by,
        settled_at=None,
        not_found_count=0,
        last_checked_at=None,
        found=[],
        message="",
    )
    told(current, "conflict_looked_at", f"{name_of(row)} is asked for {row.document_number} again.", by=by)


def take_number(connection: Connection, number: str) -> None:
    """From now on nothing goes under this number into these books: it is another's there."""
    TakenNumber.objects.get_or_create(
        connection=connection, number=number, defaults={"company_id": connection.company_id}
    )


def _in_conflict(invoice: Invoice) -> tuple[Invoice, InvoiceExport]:
    current, row = locked(invoice)
    if row is None or row.state != ExportState.CONFLICT:
        raise CannotDecide(f"{current} is not in conflict. {CHANGED}")
    return current, row
