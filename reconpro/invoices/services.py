"""What is done with invoices: make, change, approve, set back to draft, void, delete.

Each function is one transaction. One that changes an invoice locks its row first and asks the
`registry.invoice_locks` under that lock, so that what is being sent to accounting can't change (X-8).

`version` is the `updated_at` that the person saw. If the invoice was changed since, nothing is done
and `StaleInvoice` is raised; None skips that check (commands, tests).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from reconpro.audit.log import record_event
from reconpro.company.models import Client, Company, Employee, Service, Team, User
from reconpro.invoices.models import Invoice, InvoiceLine, InvoiceState, line_amount
from reconpro.invoices.numbering import next_number
from reconpro.registry import registry

NOTHING = Decimal("0.00")
LARGEST_AMOUNT = Decimal("999999999999.99")  # what the columns of amounts and totals hold


class InvoiceRefused(Exception):
    """It can't be done; str() is a sentence for the page."""


class InvoiceLocked(InvoiceRefused):
    """The invoice's state, or an integration (X-8), forbids it now."""


class StaleInvoice(InvoiceRefused):
    """Somebody else changed the invoice since this person read it. `current` is the invoice as it is now."""

    def __init__(self, current: Invoice) -> None:
        super().__init__(
            f"{current} was changed by somebody else, or in another tab, since you opened this page."
        )
        self.current = current


class NumberTaken(InvoiceRefused):
    """The company has an invoice of this number already."""

    def __init__(self, number: str) -> None:
        super().__init__(f"There is an invoice with the number {number} already. Choose another.")


class NotReadyToApprove(InvoiceRefused):
    """Something that an approved invoice needs is missing."""


class AmountTooLarge(InvoiceRefused):
    """A line or the total is more than an invoice can hold."""


@dataclass(frozen=True, slots=True)
class LineValues:
    """A line as somebody wants it; its amount is computed here and nowhere else."""

    service: Service
    quantity: Decimal
    price: Decimal
    employee: Employee | None = None
    description: str = ""
    vin: str = ""
    stock_number: str = ""


@dataclass(frozen=True, slots=True)
class HeadValues:
    """An invoice without its lines. No `number` leaves it as it is, or takes the company's next one."""

    client: Client
    date: date
    number: str = ""
    team: Team | None = None
    terms: str = ""
    memo: str = ""


def total_of(lines: Sequence[LineValues]) -> Decimal:
    """The sum of the rounded lines, so that the invoice adds up on paper."""
    return sum((line_amount(line.quantity, line.price) for line in lines), NOTHING)


@transaction.atomic
def create_invoice(
    *, company: Company, by: User | None, head: HeadValues, lines: Sequence[LineValues] = ()
) -> Invoice:
    """A new draft. Raises NumberTaken, AmountTooLarge."""
    _require_same_company(company, head, lines)
    invoice = Invoice(company=company, number=head.number or next_number(company))
    _write_head(invoice, head)
    _write_lines(invoice, lines)
    record_event(
        company=company,
        action="invoice.created",
        sentence=f"{invoice} for {invoice.client} was made.",
        user=by,
        subject=invoice,
    )
    return invoice


@transaction.atomic
def save_invoice(
    *,
    invoice: Invoice,
    by: User | None,
    head: HeadValues,
    lines: Sequence[LineValues],
    version: datetime | None = None,
) -> Invoice:
    """Change a draft; equal values write nothing.

    Raises InvoiceLocked, StaleInvoice, NumberTaken, AmountTooLarge.
    """
    current = _locked_draft(invoice, version)
    _require_same_company(current.company, head, lines)
    changed = _changed_heads(current, head)
    before = current.total
    if changed:
        current.number = head.number or current.number
        _write_head(current, head)
    if lines_of(current) != list(lines):
        _write_lines(current, lines)
        changed.append("lines")
    if changed:
        record_event(
            company=current.company,
            action="invoice.changed",
            sentence=f"{current} was changed: {', '.join(changed)}.",
            user=by,
            subject=current,
            details={"changed": changed, "total": [str(before), str(current.total)]},
        )
    return current


@transaction.atomic
def save_lines(
    *, invoice: Invoice, by: User | None, lines: Sequence[LineValues], version: datetime | None = None
) -> Invoice:
    """Replace the lines of a draft and leave the rest. Raises as `save_invoice`."""
    head = HeadValues(
        client=invoice.client,
        date=invoice.date,
        team=invoice.team,
        terms=invoice.terms,
        memo=invoice.memo,
    )
    return save_invoice(invoice=invoice, by=by, head=head, lines=lines, version=version)


@transaction.atomic
def approve(*, invoice: Invoice, by: User | None, version: datetime | None = None) -> Invoice:
    """Make a draft an invoice that may leave for accounting (X-1). Raises NotReadyToApprove and as above."""
    current = _locked_draft(invoice, version)
    if not current.lines.exists():
        raise NotReadyToApprove(f"{current} has no lines yet. Add what was done, then approve it.")
    current.state = InvoiceState.APPROVED
    current.approved_at = timezone.now()
    current.approved_by = by
    current.save(update_fields=["state", "approved_at", "approved_by", "updated_at"])
    _record_step(current, "approved", f"{current} was approved: {_money(current)}.", by)
    return current


@transaction.atomic
def back_to_draft(*, invoice: Invoice, by: User | None, version: datetime | None = None) -> Invoice:
    """Take the approval back, so that the invoice can be changed: `approved_at` tells what was approved."""
    current = _locked(invoice, version)
    if current.state != InvoiceState.APPROVED:
        raise InvoiceLocked(f"{current} is {_state(current)}; only an approved invoice goes back to draft.")
    current.state = InvoiceState.DRAFT
    current.approved_at = None
    current.approved_by = None
    current.save(update_fields=["state", "approved_at", "approved_by", "updated_at"])
    _record_step(current, "back_to_draft", f"{current} was set back to draft.", by)
    return current


@transaction.atomic
def void(*, invoice: Invoice, by: User | None, version: datetime | None = None) -> Invoice:
    """End an invoice for good and keep its number. Raises InvoiceLocked, StaleInvoice."""
    current = _locked(invoice, version)
    if current.state == InvoiceState.VOID:
        raise InvoiceLocked(f"{current} is void already.")
    was = _state(current)
    current.state = InvoiceState.VOID
    current.voided_at = timezone.now()
    current.save(update_fields=["state", "voided_at", "updated_at"])
    _record_step(current, "voided", f"{current} was voided; it was {was}: {_money(current)}.", by)
    return current


@transaction.atomic
def corrected_copy(*, invoice: Invoice, by: User | None) -> Invoice:
    """A new draft with all that is on the invoice, under the next number, which names the old one (X-8).

    Raises InvoiceRefused if there is one already. Whoever calls it knows that the old one was taken back.
    """
    old = Invoice.objects.select_for_update(of=("self",)).select_related("company", "client", "team")
    current = old.get(pk=invoice.pk, company_id=invoice.company_id)
    earlier = current.corrections.exclude(state=InvoiceState.VOID).first()
    if earlier is not None:
        raise InvoiceRefused(f"{earlier} corrects {current} already.")
    longest = Invoice._meta.get_field("memo").max_length
    head = HeadValues(
        client=current.client,
        date=current.date,
        team=current.team,
        terms=current.terms,
        memo=f"Corrects invoice {current.number}. {current.memo}".strip()[:longest],
    )
    copy = create_invoice(company=current.company, by=by, head=head, lines=lines_of(current))
    copy.corrects = current
    copy.save(update_fields=["corrects", "updated_at"])
    _record_step(current, "corrected", f"{copy} was made as its corrected copy.", by)
    return copy


@transaction.atomic
def delete_draft(*, invoice: Invoice, by: User | None, version: datetime | None = None) -> None:
    """Remove a draft. One that was sent to accounting before stays: void it instead."""
    current = _locked_draft(invoice, version)
    _record_step(current, "deleted", f"{current} for {current.client}, a draft, was deleted.", by)
    try:
        with transaction.atomic():
            current.delete()
    except ProtectedError as error:
        raise InvoiceLocked(
            f"{current} was sent to accounting before or is named by another invoice. Void it instead."
        ) from error


def lines_of(invoice: Invoice) -> list[LineValues]:
    """The invoice's lines in order, as values. One query."""
    return [
        LineValues(
            service=line.service,
            quantity=line.quantity,
            price=line.price,
            employee=line.employee,
            description=line.description,
            vin=line.vin,
            stock_number=line.stock_number,
        )
        for line in invoice.lines.select_related("service", "employee")
    ]


def lock_sentence(invoice: Invoice) -> str:
    """Why an integration forbids to change this invoice now, or "" (X-8)."""
    return next((sentence for lock in registry.invoice_locks if (sentence := lock(invoice))), "")


def _locked(invoice: Invoice, version: datetime | None) -> Invoice:
    """The invoice's row, locked until the transaction ends, of the company that was asked for (U-2)."""
    current = (
        Invoice.objects.select_for_update(of=("self",))
        .select_related("company", "client")
        .get(pk=invoice.pk, company_id=invoice.company_id)
    )
    if sentence := lock_sentence(current):
        raise InvoiceLocked(sentence)
    if version is not None and current.updated_at != version:
        raise StaleInvoice(current)
    return current


def _locked_draft(invoice: Invoice, version: datetime | None) -> Invoice:
    current = _locked(invoice, version)
    if current.state == InvoiceState.APPROVED:
        raise InvoiceLocked(f"{current} is approved. Set it back to draft first.")
    if current.state == InvoiceState.VOID:
        raise InvoiceLocked(f"{current} is void and stays as it is.")
    return current


def _changed_heads(current: Invoice, head: HeadValues) -> list[str]:
    wanted = {
        "number": head.number or current.number,
        "client": head.client,
        "date": head.date,
        "team": head.team,
        "terms": head.terms,
        "memo": head.memo,
    }
    return [name for name, value in wanted.items() if getattr(current, name) != value]


def _write_head(invoice: Invoice, head: HeadValues) -> None:
    invoice.client = head.client
    invoice.date = head.date
    invoice.team = head.team
    invoice.terms = head.terms
    invoice.memo = head.memo
    try:
        with transaction.atomic():  # the unique number speaks here, whoever came first
            invoice.save()
    except IntegrityError as error:
        taken = Invoice.objects.filter(company=invoice.company, number=invoice.number).exclude(pk=invoice.pk)
        if taken.exists():
            raise NumberTaken(invoice.number) from error
        raise


def _write_lines(invoice: Invoice, lines: Sequence[LineValues]) -> None:
    total = total_of(lines)
    if abs(total) > LARGEST_AMOUNT or any(
        abs(line_amount(line.quantity, line.price)) > LARGEST_AMOUNT for line in lines
    ):
        raise AmountTooLarge("The invoice comes to more than it can hold. Look at its quantities and prices.")
    invoice.lines.all().delete()
    InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice,
            position=position,
            service=line.service,
            employee=line.employee,
            description=line.description,
            quantity=line.quantity,
            price=line.price,
            amount=line_amount(line.quantity, line.price),
            vin=line.vin,
            stock_number=line.stock_number,
        )
        for position, line in enumerate(lines, start=1)
    )
    invoice.total = total
    invoice.save(update_fields=["total", "updated_at"])


def _require_same_company(company: Company, head: HeadValues, lines: Sequence[LineValues]) -> None:
    """Forms refuse another company's records in words; one that comes this far is a bug (U-2)."""
    records = [head.client, head.team, *(r for line in lines for r in (line.service, line.employee))]
    if any(record is not None and record.company_id != company.pk for record in records):
        raise ValueError("An invoice can't refer to records of another company.")


def _record_step(invoice: Invoice, step: str, sentence: str, by: User | None) -> None:
    record_event(
        company=invoice.company, action=f"invoice.{step}", sentence=sentence, user=by, subject=invoice
    )


def _state(invoice: Invoice) -> str:
    return InvoiceState(invoice.state).label.lower()


def _money(invoice: Invoice) -> str:
    return f"{invoice.total:,.2f} {invoice.company.currency}"
