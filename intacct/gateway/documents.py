"""Reading back Order Entry documents by their number, in both versions (spec X-5)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from intacct.gateway.functions import GetList, Query, all_of, any_of, equal, one_of
from intacct.gateway.functions.base import Element
from intacct.gateway.paging import Listing
from intacct.gateway.version import Version

# Which field is the document's number could not be verified without a company; it is named here only.
NUMBER_FIELD = "DOCNO"
LEGACY_NUMBER_FIELD = "documentnumber"

_FIELDS = (
    "RECORDNO", "DOCID", NUMBER_FIELD, "DOCPARID", "CUSTVENDID", "WHENCREATED", "WHENDUE", "TOTAL", "STATE",
)  # fmt: skip


@dataclass(frozen=True)
class Document:
    """A document as Intacct has it. ``total`` and ``date`` are None where the answer does not tell them."""

    key: str
    number: str
    customer_id: str
    date: date | None
    total: Decimal | None
    state: str


def documents_listing(version: Version, numbers: Sequence[str], transaction_definition: str) -> Listing:
    """The question for all these numbers at once."""
    if version is Version.V3_0:
        return Query(
            "SODOCUMENT",
            _FIELDS,
            filter=one_of(NUMBER_FIELD, tuple(numbers)),
            docparid=transaction_definition,
        )
    return GetList(
        "sotransaction",
        filter=all_of(
            equal("transactiontype", transaction_definition),
            any_of(*(equal(LEGACY_NUMBER_FIELD, number) for number in numbers)),
        ),
    )


def documents_in(version: Version, data: Element | None, transaction_definition: str) -> Iterator[Document]:
    """The documents of that transaction definition on one page; others may have the same numbers."""
    for element in () if data is None else data:
        generic = version is Version.V3_0
        definition = element.findtext("DOCPARID" if generic else "transactiontype")
        # When in doubt it is ours: a document wrongly taken for absent would be sent a second time.
        if not definition or _folded(definition) == _folded(transaction_definition):
            yield _generic(element) if generic else _legacy(element)


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _generic(element: Element) -> Document:
    return Document(
        key=element.findtext("DOCID") or "",
        number=element.findtext(NUMBER_FIELD) or "",
        customer_id=element.findtext("CUSTVENDID") or "",
        date=_american_date(element.findtext("WHENCREATED") or ""),
        total=_decimal(element.findtext("TOTAL")),
        state=element.findtext("STATE") or "",
    )


def _legacy(element: Element) -> Document:
    return Document(
        key=element.findtext("key") or "",
        number=element.findtext(LEGACY_NUMBER_FIELD) or "",
        customer_id=element.findtext("customerid") or "",
        date=_legacy_date(element.find("datecreated")),
        total=_total_of_lines(element),
        state=element.findtext("transactionstate") or "",
    )


def _total_of_lines(element: Element) -> Decimal | None:
    """Legacy documents have no total; without a single line, or with one that tells no amount: None."""
    total: Decimal | None = None
    for line in element.iterfind("sotransitems/sotransitem"):
        amount = _decimal(line.findtext("totalamount"))
        if amount is None:
            quantity, price = _decimal(line.findtext("quantity")), _decimal(line.findtext("price"))
            if quantity is None or price is None:
                return None
            amount = (quantity * price).quantize(Decimal("0.01"))
        total = amount if total is None else total + amount
    return total


def _decimal(text: str | None) -> Decimal | None:
    try:
        value = Decimal((text or "").strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _american_date(text: str) -> date | None:
    """``MM/DD/YYYY``, perhaps with a time behind it."""
    try:
        month, day, year = (int(part) for part in text.split()[0].split("/"))
        return date(year, month, day)
    except (ValueError, IndexError):
        return None


def _legacy_date(element: Element | None) -> date | None:
    if element is None:
        return None
    try:
        year, month, day = (int(element.findtext(part) or "") for part in ("year", "month", "day"))
        return date(year, month, day)
    except ValueError:
        return None
