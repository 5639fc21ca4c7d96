"""All documents of a period with what their lines come to by location, in both versions (spec X-9)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from intacct.gateway.documents import (
    INVOICE_NUMBER,
    SALES_NUMBER,
    Document,
    DocumentKind,
    SalesTransactions,
    decimal_of,
)
from intacct.gateway.functions import GetList, Query, all_of, equal, one_of
from intacct.gateway.functions.base import Element
from intacct.gateway.functions.filters import Comparison, Filter
from intacct.gateway.version import Version

DOCUMENTS_AT_A_TIME = 400
"""Documents whose lines are asked for in one question: with five lines each they fill one page."""

_SALES_FIELDS = ("RECORDNO", "DOCID", SALES_NUMBER, "DOCPARID", "CUSTVENDID", "WHENCREATED", "TOTAL", "STATE")
_INVOICE_FIELDS = ("RECORDNO", INVOICE_NUMBER, "CUSTOMERID", "WHENCREATED", "TOTALENTERED", "STATE")


@dataclass(frozen=True, slots=True)
class PeriodDocument:
    """``amounts``: what the lines come to by Location ID, "" for none; None where the lines were not told."""

    document: Document
    amounts: Mapping[str, Decimal] | None


@dataclass(frozen=True, slots=True)
class Header:
    """A document of the list, with what its lines name it by in 3.0."""

    record_number: str
    document: Document


def listing_of(kind: DocumentKind, version: Version, first: date, last: date) -> Query | GetList:
    """The question for all documents of the kind that are dated from ``first`` to ``last``. Legacy ones come
    whole, since their lines are inside them.
    """
    is_sales = isinstance(kind, SalesTransactions)
    if version is Version.V3_0:
        days = _between("WHENCREATED", first, last)
        if isinstance(kind, SalesTransactions):
            of_it = all_of(equal("DOCPARID", kind.definition), *days)
            return Query("SODOCUMENT", _SALES_FIELDS, filter=of_it, docparid=kind.definition)
        return Query("ARINVOICE", _INVOICE_FIELDS, filter=all_of(*days))
    conditions = list(_between("datecreated", first, last))
    if isinstance(kind, SalesTransactions):
        conditions.insert(0, equal("transactiontype", kind.definition))
    return GetList("sotransaction" if is_sales else "invoice", filter=all_of(*conditions), sort="key")


def lines_listing(kind: DocumentKind, headers: Sequence[Header]) -> Query:
    """3.0: the question for the lines of these documents."""
    numbers = tuple(header.record_number for header in headers)
    if isinstance(kind, SalesTransactions):
        fields = ("RECORDNO", "DOCHDRNO", "LOCATIONID", "TOTAL")
        return Query("SODOCUMENTENTRY", fields, filter=one_of("DOCHDRNO", numbers))
    fields = ("RECORDNO", "RECORDKEY", "LOCATIONID", "AMOUNT")
    return Query("ARINVOICEITEM", fields, filter=one_of("RECORDKEY", numbers))


def read_header(kind: DocumentKind, element: Element) -> Header | None:
    """The document of a record of 3.0; None if it is of another definition."""
    document = kind.read(element)
    return None if document is None else Header(element.findtext("RECORDNO") or "", document)


def read_line(element: Element) -> tuple[str, str, Decimal | None]:
    """The header's record number, the location and the amount of a line of 3.0."""
    header = element.findtext("DOCHDRNO") or element.findtext("RECORDKEY") or ""
    amount = element.findtext("TOTAL") if element.find("TOTAL") is not None else element.findtext("AMOUNT")
    return header, element.findtext("LOCATIONID") or "", decimal_of(amount)


def read_legacy(kind: DocumentKind, element: Element) -> PeriodDocument | None:
    """A document of 2.1 with its lines."""
    document = kind.read(element)
    if document is None:
        return None
    is_sales = isinstance(kind, SalesTransactions)
    path, amount = (
        ("sotransitems/sotransitem", "totalamount") if is_sales else ("invoiceitems/lineitem", "amount")
    )
    lines = [
        (line.findtext("locationid") or "", decimal_of(line.findtext(amount)))
        for line in element.iterfind(path)
    ]
    return PeriodDocument(document, summed(lines))


def summed(lines: Sequence[tuple[str, Decimal | None]]) -> dict[str, Decimal] | None:
    """What lines come to by location; None without any, or where one tells no amount."""
    amounts: dict[str, Decimal] = {}
    for location, amount in lines:
        if amount is None:
            return None
        amounts[location] = amounts.get(location, Decimal(0)) + amount
    return amounts or None


def in_chunks(headers: Sequence[Header]) -> Iterator[Sequence[Header]]:
    for begin in range(0, len(headers), DOCUMENTS_AT_A_TIME):
        yield headers[begin : begin + DOCUMENTS_AT_A_TIME]


def _between(field: str, first: date, last: date) -> tuple[Filter, Filter]:
    return (
        Comparison(field, "greaterthanorequalto", (f"{first:%m/%d/%Y}",)),
        Comparison(field, "lessthanorequalto", (f"{last:%m/%d/%Y}",)),
    )
