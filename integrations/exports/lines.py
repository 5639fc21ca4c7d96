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


def export_line(
    line: LineFacts, location: str, rules: ExportRules, *, on_account: bool = False, is_credit: bool = False
) -> ExportLine:
    """One line. Quantity and price go as they are only where their product is the amount exactly; otherwise
    the line goes as 1 at its amount, with the quantity in the memo, so that nobody else rounds (X-2). So
    does a line `on_account`, whose description is in the memo too. A line of a credit has the opposite sign.
    """
    quantity, price, amount = line.quantity, line.price, line.amount.quantize(CENT)
    if is_credit:
        amount = -amount
        quantity, price = (quantity, -price) if quantity > 0 else (-quantity, price)
    as_it_is = (
        not on_account and quantity > 0 and price == price.quantize(CENT) and quantity * price == amount
    )
    memo = [f"VIN {line.vin}" if line.vin else "", f"stock {line.stock_number}" if line.stock_number else ""]
    if as_it_is:
        quantity, price = plain(quantity), price.quantize(CENT)
    else:
        if not on_account or quantity != ONE:
            memo.append(f"quantity {plain(quantity):f} at {plain(price):f}")
        quantity, price = ONE, amount
    described = line.description or line.service.name
    unit = (line.service.unit if rules.unit_of_service else "") or rules.unit
    employee = line.employee
    return ExportLine(
        service_id=line.service.accounting_id,
        description=shortened(described, rules.description_length),
        quantity=quantity,
        unit=unit,
        price=price,
        amount=amount,
        location=location,
        department=line.service.department,
        employee_id=employee.employee_id if employee is not None else "",
        memo=_memo(described if on_account else "", memo, rules.memo_length),
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
    on_account, is_credit = document_type in rules.on_account, invoice.total < 0
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
        total=abs(invoice.total.quantize(CENT)),
        lines=tuple(
            export_line(
                line,
                location_of(line, invoice.team, rules),
                rules,
                on_account=on_account,
                is_credit=is_credit,
            )
            for line in invoice.lines
        ),
        account=rules.account if on_account else "",
        account_label=rules.account_label if on_account else "",
        is_credit=is_credit,
    )


def _memo(described: str, parts: list[str], length: int) -> str:
    """The description goes first, and is what is cut: the other parts are told nowhere else."""
    told = shortened(", ".join(part for part in parts if part), length)
    room = length - len(told) - len(", ")
    if described and room > 0:
        first = shortened(described, room)
        return f"{first}, {told}" if told else first
    return told


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
