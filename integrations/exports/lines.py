"""An invoice as the document that goes into the books (X-2, X-3): equal to the cent, within the lengths."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from integrations.exports.facts import BooksFacts, InvoiceFacts, LineFacts, TeamFacts
from integrations.exports.port import ExportDocument, ExportLine
from integrations.exports.rules import ExportRules

CENT = Decimal("0.01")
ONE = Decimal(1)


def document_number(number: str, rules: ExportRules) -> str:
    return f"{rules.document_prefix}{number}"


def location_of(line: LineFacts, team: TeamFacts | None, rules: ExportRules) -> str:
    """X-4: the invoice's team's location if set, else the employee's entity, else the default."""
    if team is not None and team.location:
        return team.location
    if line.employee is not None and line.employee.entity:
        return line.employee.entity
    return rules.default_location


def export_line(line: LineFacts, location: str, rules: ExportRules) -> ExportLine:
    """One line. Quantity and price go as they are only where their product is the amount exactly; otherwise
    the line goes as 1 at its amount, with the quantity in the memo, so that nobody else rounds (X-2)."""
    memo = [f"VIN {line.vin}" if line.vin else "", f"stock {line.stock_number}" if line.stock_number else ""]
    as_it_is = (
        line.quantity > 0
        and line.price == line.price.quantize(CENT)
        and line.quantity * line.price == line.amount
    )
    if as_it_is:
        quantity, price = plain(line.quantity), line.price.quantize(CENT)
    else:
        quantity, price = ONE, line.amount.quantize(CENT)
        memo.append(f"quantity {plain(line.quantity):f} at {plain(line.price):f}")
    unit = (line.service.unit if rules.unit_of_service else "") or rules.unit
    employee = line.employee
    return ExportLine(
        service_id=line.service.accounting_id,
        description=shortened(line.description or line.service.name, rules.description_length),
        quantity=quantity,
        unit=unit,
        price=price,
        amount=line.amount.quantize(CENT),
        location=location,
        department=line.service.department,
        employee_id=employee.employee_id if employee is not None else "",
        memo=shortened(", ".join(part for part in memo if part), rules.memo_length),
    )


def export_document(
    invoice: InvoiceFacts,
    rules: ExportRules,
    *,
    number: str,
    document_type: str,
    terms: str,
    due_on: date,
    posted_on: date | None,
) -> ExportDocument:
    """The whole document; what may stop it was found before, by `readiness.judge`."""
    return ExportDocument(
        invoice_id=invoice.id,
        type=document_type,
        number=number,
        client_id=invoice.client.accounting_id,
        date=invoice.date,
        posted_on=posted_on,
        due_on=due_on,
        terms=terms,
        memo=shortened(invoice.memo, rules.message_length),
        ship_to=invoice.client.ship_to,
        bill_to=invoice.client.bill_to,
        total=invoice.total.quantize(CENT),
        lines=tuple(
            export_line(line, location_of(line, invoice.team, rules), rules) for line in invoice.lines
        ),
    )


def entities_of(invoice: InvoiceFacts, rules: ExportRules, books: BooksFacts) -> set[str]:
    """The entities that the invoice's lines belong to."""
    found = {books.entity_of(location_of(line, invoice.team, rules)) for line in invoice.lines}
    return found - {""}


def plain(value: Decimal) -> Decimal:
    """Without zeros that say nothing: 2.5000 is 2.5, and 100.00 is 100 (not 1E+2)."""
    whole = value.to_integral_value()
    return whole.quantize(ONE) if value == whole else value.normalize()


def shortened(text: str, length: int) -> str:
    """The text in one line, cut with an ellipsis where it is longer than the books take."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
