"""Reading back documents by their number, in both versions (spec X-5)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal, InvalidOperation

from intacct.gateway.functions import GetList, Query, all_of, any_of, equal, one_of
from intacct.gateway.functions.base import Element
from intacct.gateway.version import Version

# Which field is the document's number could not be verified without a company; they are named here only.
SALES_NUMBER = "DOCNO"
LEGACY_SALES_NUMBER = "documentnumber"
INVOICE_NUMBER = "RECORDID"
LEGACY_INVOICE_NUMBER = "invoiceno"

_SALES_FIELDS = (
    "RECORDNO", "DOCID", SALES_NUMBER, "DOCPARID", "CUSTVENDID", "WHENCREATED", "WHENDUE", "TOTAL", "STATE",
)  # fmt: skip
_INVOICE_FIELDS = (
    "RECORDNO", INVOICE_NUMBER, "CUSTOMERID", "WHENCREATED", "WHENDUE", "TOTALENTERED", "STATE",
)  # fmt: skip
# Without its lines. Legacy sales transactions come whole, since only their lines tell what they come to.
_LEGACY_INVOICE_FIELDS = ("key", "customerid", "datecreated", LEGACY_INVOICE_NUMBER, "totalamount", "state")


@dataclass(frozen=True)
class Document:
    """A document as Intacct has it. ``total`` and ``date`` are None where the answer does not tell them.

    ``key`` is what its creation answered: the document id of Order Entry, the record number of AR.
    ``reversed`` is None where its state is not told, and for Order Entry, which knows no reversal.
    """

    key: str
    number: str
    customer_id: str
    date: date | None
    total: Decimal | None
    state: str
    reversed: bool | None = None


@dataclass(frozen=True)
class SalesTransactions:
    """Order Entry documents of one transaction definition, such as ``Sales Invoice``."""

    definition: str

    def listing(self, version: Version, numbers: Sequence[str]) -> Query | GetList:
        """The question for all these numbers at once."""
        if version is Version.V3_0:
            return Query(
                "SODOCUMENT",
                _SALES_FIELDS,
                filter=one_of(SALES_NUMBER, tuple(numbers)),
                docparid=self.definition,
            )
        return GetList(
            "sotransaction",
            filter=all_of(
                equal("transactiontype", self.definition),
                any_of(*(equal(LEGACY_SALES_NUMBER, number) for number in numbers)),
            ),
            sort="key",
        )

    def read(self, element: Element) -> Document | None:
        """The document of a record, of either version; None if it is of another definition: those may have
        the same numbers. When in doubt it is ours: one wrongly taken for absent would be sent again.
        """
        definition = _text(element, "DOCPARID", "transactiontype")
        if definition and folded(definition) != folded(self.definition):
            return None
        return Document(
            key=_text(element, "DOCID", "key"),
            number=_text(element, SALES_NUMBER, LEGACY_SALES_NUMBER),
            customer_id=_text(element, "CUSTVENDID", "customerid"),
            date=_date(element),
            total=_total_of_lines(element)
            if element.find("TOTAL") is None
            else decimal_of(element.findtext("TOTAL")),
            state=_text(element, "STATE", "transactionstate"),
        )


@dataclass(frozen=True)
class ArInvoices:
    """Invoices of Accounts Receivable."""

    def listing(self, version: Version, numbers: Sequence[str]) -> Query | GetList:
        """The question for all these numbers at once."""
        if version is Version.V3_0:
            return Query("ARINVOICE", _INVOICE_FIELDS, filter=one_of(INVOICE_NUMBER, tuple(numbers)))
        numbered = one_of(LEGACY_INVOICE_NUMBER, tuple(numbers))
        return GetList("invoice", _LEGACY_INVOICE_FIELDS, filter=numbered, sort="key")

    def read(self, element: Element) -> Document | None:
        """The invoice of a record, of either version."""
        state = _text(element, "STATE", "state").strip()
        return Document(
            key=_text(element, "RECORDNO", "key"),
            number=_text(element, INVOICE_NUMBER, LEGACY_INVOICE_NUMBER),
            customer_id=_text(element, "CUSTOMERID", "customerid"),
            date=_date(element),
            total=decimal_of(_text(element, "TOTALENTERED", "totalamount")),
            state=state,
            reversed=state.casefold() == "reversed" if state else None,
        )


DocumentKind = SalesTransactions | ArInvoices

_CENT = Decimal("0.01")
_LONGEST_WHOLE_PART = 15
"""Digits before the point of any quantity, price or amount; what claims more is none."""
_EXACTLY = Context(prec=2 * _LONGEST_WHOLE_PART + 20)


def _text(element: Element, *names: str) -> str:
    """The text of the first of these that is there, since the versions name it differently."""
    for name in names:
        text: str | None = element.findtext(name)
        if text is not None:
            return text
    return ""


def is_of(document: Document, wanted: Collection[str]) -> bool:
    """Whether its number is one of the ``wanted``, which are folded. One that tells none may be any of them:
    when in doubt it is ours.
    """
    number = folded(document.number)
    return not number or number in wanted


def folded(text: str) -> str:
    """As the gateway compares: without regard to case and to the width of blanks."""
    return " ".join(text.split()).casefold()


def _total_of_lines(element: Element) -> Decimal | None:
    """Legacy documents have no total; without a single line, or with one that tells no amount: None."""
    total: Decimal | None = None
    for line in element.iterfind("sotransitems/sotransitem"):
        amount = decimal_of(line.findtext("totalamount"))
        if amount is None:
            quantity, price = decimal_of(line.findtext("quantity")), decimal_of(line.findtext("price"))
            if quantity is None or price is None:
                return None
            amount = _EXACTLY.multiply(quantity, price).quantize(_CENT, context=_EXACTLY)
        total = amount if total is None else total + amount
    return total


def decimal_of(text: str | None) -> Decimal | None:
    """The number that stands there, if one does that a ledger can hold: less than 10^15, either way."""
    try:
        value = Decimal((text or "").strip())
    except InvalidOperation:
        return None
    # Beyond it arithmetic would raise, or bring forth millions of digits.
    return value if value.is_finite() and value.adjusted() < _LONGEST_WHOLE_PART else None


def _date(element: Element) -> date | None:
    """``WHENCREATED``, as MM/DD/YYYY with perhaps a time behind it, or the parts of ``datecreated``."""
    parts = element.find("datecreated")
    try:
        if parts is not None:
            year, month, day = (int(parts.findtext(name) or "") for name in ("year", "month", "day"))
        else:
            month, day, year = (int(part) for part in _text(element, "WHENCREATED").split()[0].split("/"))
        return date(year, month, day)
    except (ValueError, IndexError, OverflowError):
        return None
