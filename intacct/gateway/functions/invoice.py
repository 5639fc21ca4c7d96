"""Both versions: create an Accounts Receivable invoice."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from lxml import etree

from intacct.gateway.functions.base import (
    Element,
    child,
    contact,
    date_parts,
    decimal_text,
    longer_than_allowed,
    optional,
)
from intacct.gateway.text import xml_text

_LENGTHS = {"term_name": 40, "invoice_no": 30, "po_number": 20, "description": 80, "action": 15}
_LINE_LENGTHS = {"account_label": 80, "gl_account_no": 24, "item_id": 30, "memo": 500}


@dataclass(frozen=True, kw_only=True)
class InvoiceLine:
    """One line: an amount on a revenue account, given by its number or by its AR account label.

    What is empty is left out. ValueError unless exactly one of the two names the account, and for an amount
    that is not finite; TypeError for one that is no Decimal.
    """

    amount: Decimal
    account_label: str = ""
    gl_account_no: str = ""
    memo: str = ""
    location_id: str = ""
    department_id: str = ""
    customer_id: str = ""
    employee_id: str = ""
    item_id: str = ""

    def __post_init__(self) -> None:
        decimal_text(self.amount)
        if bool(xml_text(self.account_label)) == bool(xml_text(self.gl_account_no)):
            raise ValueError("A line needs either an account label or an account number.")

    def write(self, parent: Element) -> None:
        """Append ``<lineitem>`` in the schema's order."""
        line = etree.SubElement(parent, "lineitem")
        optional(line, "accountlabel", self.account_label)
        optional(line, "glaccountno", self.gl_account_no)
        child(line, "amount", decimal_text(self.amount))
        optional(line, "memo", self.memo)
        optional(line, "locationid", self.location_id)
        optional(line, "departmentid", self.department_id)
        optional(line, "customerid", self.customer_id)
        optional(line, "employeeid", self.employee_id)
        optional(line, "itemid", self.item_id)


@dataclass(frozen=True, kw_only=True)
class CreateInvoice:
    """Create an AR invoice, to be posted (``Submit``) or kept as a ``Draft``.

    The success of it answers the record's number as key. Intacct asks for a due date or a term.
    ``bill_to`` and ``ship_to`` are names of contacts. What is empty is left out.
    """

    name: ClassVar[str] = "create_invoice"
    label: ClassVar[str] = "create_invoice"
    answers_key: ClassVar[bool] = True

    customer_id: str
    date_created: date
    date_posted: date | None = None
    date_due: date | None = None
    term_name: str = ""
    action: str = "Submit"
    invoice_no: str = ""
    po_number: str = ""
    description: str = ""
    external_id: str = ""
    bill_to: str = ""
    ship_to: str = ""
    lines: tuple[InvoiceLine, ...]

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError("An invoice needs at least one line.")

    def to_xml(self) -> Element:
        document = etree.Element("create_invoice")
        child(document, "customerid", self.customer_id)
        date_parts(document, "datecreated", self.date_created)
        if self.date_posted is not None:
            date_parts(document, "dateposted", self.date_posted)
        if self.date_due is not None:
            date_parts(document, "datedue", self.date_due)
        optional(document, "termname", self.term_name)
        optional(document, "action", self.action)
        optional(document, "invoiceno", self.invoice_no)
        optional(document, "ponumber", self.po_number)
        optional(document, "description", self.description)
        optional(document, "externalid", self.external_id)
        # Here the payer comes before the receiver; in create_sotransaction it is the other way round.
        contact(document, "billto", self.bill_to)
        contact(document, "shipto", self.ship_to)
        lines = etree.SubElement(document, "invoiceitems")
        for line in self.lines:
            line.write(lines)
        return document

    def too_long(self) -> tuple[str, ...]:
        """Sentences about texts longer than the gateway's types; to be told before sending."""
        return longer_than_allowed(self, _LENGTHS, self.lines, _LINE_LENGTHS)
