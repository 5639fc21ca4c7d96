"""Both versions: take a posted Accounts Receivable invoice back."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from lxml import etree

from intacct.gateway.functions.base import Element, date_parts, optional
from intacct.gateway.text import xml_text

_LONGEST_DESCRIPTION = 80


@dataclass(frozen=True, kw_only=True)
class ReverseInvoice:
    """Reverse the invoice of this record number: Intacct books its opposite on the day of the reversal.

    It can be done once; a second time is refused. The description is cut to what the gateway takes.
    ValueError without a record number.
    """

    name: ClassVar[str] = "reverse_invoice"
    label: ClassVar[str] = "reverse_invoice"
    # Its success names nothing new, so an answer without a key is believed.
    answers_key: ClassVar[bool] = False

    record_number: str
    reversed_on: date
    description: str = ""

    def __post_init__(self) -> None:
        if not xml_text(self.record_number):
            raise ValueError("A reversal needs the record number of the invoice.")

    def to_xml(self) -> Element:
        reversal = etree.Element("reverse_invoice", key=xml_text(self.record_number))
        date_parts(reversal, "datereversed", self.reversed_on)
        optional(reversal, "description", self.description[:_LONGEST_DESCRIPTION])
        return reversal
