"""What people do to clients, services and employees: add, change, archive, restore.

Each is one transaction together with its entry in the audit.
"""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from reconpro.audit.log import record_changes, record_event
from reconpro.company.models import (
    AccountingRecord,
    ArchivedReason,
    Client,
    Employee,
    FirstSignIn,
    Service,
    User,
)
from reconpro.company.models.records import AccountingStatus
from reconpro.invoices.models import Invoice, InvoiceState
from reconpro.registry import registry

Record = Client | Service | Employee

# An import brought it once, and accounting listed it no more.
NOT_LISTED = (AccountingStatus.MISSING, AccountingStatus.UNLISTED)


class CannotRestore(Exception):
    """The record must stay archived; str() is a sentence for the page."""


def put_in_books(record: Record) -> None:
    """An Accounting ID holds in the company's books (I-2); without one there is nothing to hold."""
    books = record.company.books if record.accounting_id else None
    if record.books != books:
        record.books, record.external_key = books, None  # which holds only where it came from


@transaction.atomic
def add_record(record: Record, *, by: User) -> None:
    """Save a new record of the company. Raises IntegrityError where its Accounting ID is taken."""
    put_in_books(record)
    record.save()
    record_event(
        company=record.company,
        action=f"{record.kind}.added",
        sentence=f"{by} added the {record.kind} {record}.",
        user=by,
        subject=record,
    )


@transaction.atomic
def change_record(record: Record, *, before: dict[str, Any], after: dict[str, Any], by: User) -> None:
    """Save what differs and keep old and new value of each field."""
    if all(before.get(field) == value for field, value in after.items()):
        return
    # What an import brought keeps the books that it came from.
    if not record.is_imported and before.get("accounting_id") != record.accounting_id:
        put_in_books(record)
    record.save()
    record_changes(record, before=before, after=after, user=by)


@transaction.atomic
def archive_record(record: Record, *, by: User) -> None:
    """Archive by hand (I-4); an employee's sign-in is switched off with it (I-7)."""
    record.archived_at = timezone.now()
    record.archived_reason = ArchivedReason.BY_HAND
    record.save(update_fields=["archived_at", "archived_reason"])
    record_event(
        company=record.company,
        action=f"{record.kind}.archived",
        sentence=f"{by} archived the {record.kind} {record}.",
        user=by,
        subject=record,
    )
    if isinstance(record, Employee):
        User.objects.filter(employee=record).update(is_active=False)
        FirstSignIn.objects.filter(employee=record).revoke_waiting()


@transaction.atomic
def restore_record(record: Record, *, by: User) -> None:
    """Bring an archived record back (I-4). Raises CannotRestore where accounting says otherwise.

    One that accounting no longer lists becomes the company's own, as *Keep them* makes it: it is edited
    whole, and no import archives it until accounting lists it again.
    """
    if reason := why_not_restored(record):
        raise CannotRestore(reason)
    if record.accounting_status in NOT_LISTED:
        record.accounting_status = AccountingStatus.UNKNOWN
    record.archived_at = None
    record.archived_reason = ArchivedReason.NONE
    record.save(update_fields=["archived_at", "archived_reason", "accounting_status"])
    record_event(
        company=record.company,
        action=f"{record.kind}.restored",
        sentence=f"{by} restored the {record.kind} {record}.",
        user=by,
        subject=record,
    )


def why_not_restored(record: AccountingRecord) -> str:
    """Why the record has to stay archived, in a sentence, or ""."""
    if record.archived_reason == ArchivedReason.MERGED:
        return "It was merged into another record and can't be restored."
    if record.accounting_status == AccountingStatus.INACTIVE:  # type: ignore[attr-defined]  # of FromAccounting
        name = provider_name(record)
        return f"It is inactive in {name}; activate it there and import again."
    return ""


def provider_name(record: AccountingRecord) -> str:
    """The accounting system that the record comes from, for sentences."""
    return record.books.provider_name if record.books else "accounting"


def waiting_invoices(record: Record) -> QuerySet[Invoice]:
    """Approved invoices with this record that have not left for accounting (I-5)."""
    invoices = Invoice.objects.filter(company=record.company, state=InvoiceState.APPROVED)
    if isinstance(record, Client):
        invoices = invoices.filter(client=record)
    elif isinstance(record, Service):
        invoices = invoices.filter(lines__service=record)
    else:
        invoices = invoices.filter(lines__employee=record)
    for only_waiting in registry.only_waiting_invoices:
        invoices = only_waiting(invoices)
    return invoices.distinct()
