"""Both versions: create an Order Entry document (invoice, order, ...)."""

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

# Lengths that the gateway's own type names give; no schema enforces them, business logic may.
_LENGTHS = {
    "transaction_type": 30,
    "document_no": 20,
    "reference_no": 20,
    "term_name": 40,
    "message": 4000,
}
_LINE_LENGTHS = {"item_id": 30, "item_desc": 200, "unit": 30, "memo": 500}


@dataclass(frozen=True, kw_only=True)
class SalesLine:
    """One line; ``item_id`` and ``quantity`` are required, what is empty is left out.

    ``unit`` must be the item's own, letter by letter. ``price`` None leaves the price to Intacct. ValueError
    for a number that is not finite, TypeError for one that is no Decimal.
    """

    item_id: str
    item_desc: str = ""
    quantity: Decimal
    unit: str = ""
    price: Decimal | None = None
    location_id: str = ""
    department_id: str = ""
    memo: str = ""
    employee_id: str = ""

    def __post_init__(self) -> None:
        for number in (self.quantity, self.price):
            if number is not None:
                decimal_text(number)

    def write(self, parent: Element) -> None:
        """Append ``<sotransitem>`` in the schema's order."""
        line = etree.SubElement(parent, "sotransitem")
        child(line, "itemid", self.item_id)
        optional(line, "itemdesc", self.item_desc)
        child(line, "quantity", decimal_text(self.quantity))
        optional(line, "unit", self.unit)
        if self.price is not None:
            child(line, "price", decimal_text(self.price))
        optional(line, "locationid", self.location_id)
        optional(line, "departmentid", self.department_id)
        optional(line, "memo", self.memo)
        optional(line, "employeeid", self.employee_id)


@dataclass(frozen=True, kw_only=True)
class CreateSalesTransaction:
    """Create a document of a transaction definition of the company, such as ``Sales Invoice``.

    The success of it answers the document id as key, ``Sales Invoice-RP-104233``. ``ship_to`` and ``bill_to``
    are names of contacts. What is empty is left out.
    """

    name: ClassVar[str] = "create_sotransaction"
    label: ClassVar[str] = "create_sotransaction"
    answers_key: ClassVar[bool] = True

    transaction_type: str
    date_created: date
    customer_id: str
    document_no: str = ""
    reference_no: str = ""
    term_name: str = ""
    date_due: date | None = None
    message: str = ""
    ship_to: str = ""
    bill_to: str = ""
    external_id: str = ""
    state: str = "Pending"
    lines: tuple[SalesLine, ...]
    date_posted: date | None = None

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError("A sales transaction needs at least one line.")

    def to_xml(self) -> Element:
        document = etree.Element("create_sotransaction")
        child(document, "transactiontype", self.transaction_type)
        date_parts(document, "datecreated", self.date_created)
        if self.date_posted is not None:
            date_parts(document, "dateposted", self.date_posted)
        child(document, "customerid", self.customer_id)
        optional(document, "documentno", self.document_no)
        optional(document, "referenceno", self.reference_no)
        optional(document, "termname", self.term_name)
        if self.date_due is not None:
            date_parts(document, "datedue", self.date_due)
        optional(document, "message", self.message)
        # Here the receiver comes before the payer; in create_invoice it is the other way round.
        contact(document, "shipto", self.ship_to)
        contact(document, "billto", self.bill_to)
        optional(document, "externalid", self.external_id)
        optional(document, "state", self.state)
        lines = etree.SubElement(document, "sotransitems")
        for line in self.lines:
            line.write(lines)
        return document

    def too_long(self) -> tuple[str, ...]:
        """Sentences about texts longer than the gateway's types; to be told before sending."""
        return longer_than_allowed(self, _LENGTHS, self.lines, _LINE_LENGTHS)
