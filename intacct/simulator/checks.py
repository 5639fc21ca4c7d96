"""What a ledger checks before it keeps a document of either kind, each refusing with its own problem."""

import calendar
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

from .calls import Call
from .kinds import Kind
from .refusals import FunctionRefusal, Problem, not_simulated
from .tables import Row
from .values import day_of_parts, decimal_of, moment_of, whole_of

CENT = Decimal("0.01")
LARGEST_AMOUNT = Decimal(10) ** 14  # what a ledger's column holds before the point
LONGEST_TERM = 3650  # days
# Section 8 of the reference: lengths by the DTD's types, which only business logic enforces.
LENGTHS = {
    "transactiontype": 30,
    "documentno": 20,
    "referenceno": 20,
    "invoiceno": 30,
    "ponumber": 20,
    "description": 80,
    "termname": 40,
    "itemid": 30,
    "itemdesc": 200,
    "unit": 30,
    "memo": 500,
    "message": 4000,
    "glaccountno": 24,
    "accountlabel": 80,
    "customfieldname": 80,
    "supdocid": 100,
}
# Element -> what the gateway calls it, and the kind that may have records of it here
UNUSED_DIMENSIONS = {
    "projectid": ("Project", "PROJECT"),
    "classid": ("Class", "CLASS"),
    "contractid": ("Contract", ""),
    "vendorid": ("Vendor", ""),
    "warehouseid": ("Warehouse", ""),
}
DIMENSIONS = (("location", "LOCATION"), ("department", "DEPARTMENT"), ("employee", "EMPLOYEE"))


def refused(errorno: str, sentence: str, correction: str = "") -> FunctionRefusal:
    return FunctionRefusal(Problem(errorno, sentence, correction=correction))


@contextmanager
def followed_by(sentence: str) -> Iterator[None]:
    """The generic companion that the gateway puts behind the specific problem of a write."""
    try:
        yield
    except FunctionRefusal as refusal:
        raise FunctionRefusal(*refusal.problems, Problem("BL01001973", sentence)) from None


def text(element: etree._Element, path: str) -> str:
    """The text at `path` as it was sent, blanks included; empty where there is none."""
    found = element.findtext(path) or ""
    limit = LENGTHS.get(path)
    if limit is not None and len(found) > limit:
        raise refused("SIM-TOO-LONG", f"{path} may have at most {limit} characters: '{found}'.")
    return found


def day_of(element: etree._Element, path: str) -> date | None:
    """The date of year, month and day elements; None where it is absent or empty."""
    found = element.find(path)
    if found is None:
        return None
    parts = [(found.findtext(name) or "").strip() for name in ("year", "month", "day")]
    if not any(parts):
        return None
    day = day_of_parts(*parts)
    if day is None:
        raise refused("SIM-DATE", f"{path} {'-'.join(parts)} is not a date.")
    return day


def required_day(element: etree._Element, path: str) -> date:
    day = day_of(element, path)
    if day is None:
        raise refused("SIM-DATE", "Required field Date is missing")
    return day


def number(text_: str, name: str) -> Decimal:
    value = decimal_of(text_)
    if value is None:
        raise refused("SIM-NUMBER", f"{name} '{text_}' is not a number.")
    return value


def cents(amount: Decimal, name: str) -> Decimal:
    """An amount rounded to the cent, of a size that the books can hold."""
    if abs(amount) >= LARGEST_AMOUNT:
        raise refused("SIM-NUMBER", f"{name} '{amount}' is too large.")
    return amount.quantize(CENT, ROUND_HALF_UP)


def plain(value: Decimal) -> str:
    """A decimal the way answers write it: no exponent, no idle zeros."""
    written = format(value, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def american(day: date | None) -> str:
    return f"{day.month:02}/{day.day:02}/{day.year:04}" if day else ""


def day_from(text_: str) -> date:
    """The date that a stored MM/DD/YYYY names; the first of all for what a test has planted instead."""
    moment = moment_of(text_)
    return moment.date() if moment else date.min


def active(call: Call, kind: str, business_id: str) -> Row | None:
    """The record of that id if it is active and this session may see it."""
    table = call.company.table(kind)
    row = table.find(business_id)
    if row is None or table.value(row, "STATUS") != "active":
        return None
    visible = call.visible(table.kind, show_private=True)
    return row if visible is None or visible(row) else None


def customer_of(call: Call, element: etree._Element) -> Row:
    customer_id = text(element, "customerid")
    customer = active(call, "CUSTOMER", customer_id)
    if customer is None:
        raise refused("BL01001973", f"Customer '{customer_id}' specified is not valid.")
    return customer


def item_of(call: Call, item_id: str) -> Row:
    item = active(call, "ITEM", item_id)
    if item is None:
        raise refused("BL01001973", f"Invalid Item '{item_id}' specified.")
    return item


def check_open(call: Call, posted: date) -> None:
    closed = call.company.settings.closed_through
    if closed and posted <= date.fromisoformat(closed):
        raise refused(
            "SIM-CLOSED-PERIOD",
            f"The period of {american(posted)} is closed.",
            "Use a date in an open period.",
        )


def due(call: Call, element: etree._Element, created: date) -> tuple[date, str]:
    """The due date, from the term where none is given, and the term."""
    term, day = text(element, "termname"), day_of(element, "datedue")
    row = active(call, "ARTERM", term) if term else None
    if term and row is None:
        raise refused("BL01001973", f"Invalid Term '{term}' specified.")
    if day is None:
        if row is None:
            raise refused("BL01001973", "Required field Date Due is missing")
        terms = call.company.table("ARTERM")
        day = _after_term(
            created,
            min(whole_of(terms.value(row, "DUEDATE")) or 0, LONGEST_TERM),
            terms.value(row, "DUEFROM"),
        )
    return day, term


def _after_term(created: date, days: int, counted_from: str) -> date:
    if "month" not in counted_from:
        return created + timedelta(days=days)
    month = created.month + (1 if "next month" in counted_from else 0)
    year, month = created.year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, min(max(days, 1), calendar.monthrange(year, month)[1]))


def dimensions(call: Call, element: etree._Element) -> dict[str, str]:
    """LOCATIONID, DEPARTMENTID and EMPLOYEEID of a line, known and present where the company wants them."""
    settings = call.company.settings
    required = {
        "LOCATION": settings.require_location,
        "DEPARTMENT": settings.require_department,
        "EMPLOYEE": settings.require_employee,
    }
    found: dict[str, str] = {}
    for dimension, name in DIMENSIONS:
        value = text(element, f"{dimension}id")
        if not value and required[name]:
            raise refused("BL03000018", f"This transaction is missing the {dimension.title()} dimension")
        if value and active(call, name, value) is None:
            raise refused("BL01001973", f"The {dimension} '{value}' is invalid.")
        found[f"{name}ID"] = value
    entity = call.company.entity_of(found["LOCATIONID"])
    if call.session.entity and found["LOCATIONID"] and entity != call.session.entity:
        raise refused("BL01001973", f"The location '{found['LOCATIONID']}' is invalid.")
    return found


def one_entity(call: Call, locations: Iterable[str]) -> None:
    """Refuse lines of several entities where the company wants one."""
    entities = {call.company.entity_of(location) for location in locations} - {""}
    if len(entities) > 1 and not call.company.settings.allow_several_entities:
        raise refused("SIM-SEVERAL-ENTITIES", "All lines of a document must belong to one entity.")


def one_currency(element: etree._Element) -> None:
    """The companies here keep their books in one currency, so that no other can be used."""
    for name in ("basecurr", "currency"):
        currency = text(element, name)
        if currency not in ("", "USD"):
            raise refused("SIM-CURRENCY", f"{name} '{currency}' is not used by this company.")


def custom_fields(call: Call, kind: Kind, element: etree._Element) -> dict[str, str]:
    """The `customfields` of a document, a line or a record; refuses what the company doesn't have."""
    absent = call.absent(kind)
    found: dict[str, str] = {}
    for each in element.iterfind("customfields/customfield"):
        name = text(each, "customfieldname")
        if name not in kind.custom or name in absent:
            raise refused("XL03000010", f"The field '{name}' does not exist.")
        found[name] = text(each, "customfieldvalue")
    return found


def only_modelled(call: Call, element: etree._Element, names: str) -> None:
    """Refuse whatever stands in an element beside `names`, so that nothing is taken and forgotten.

    Empty elements say nothing. Dimensions that no company here has are refused as the gateway refuses
    an unknown one.
    """
    known = set(names.split())
    for child in element:
        name = str(child.tag)
        if name in known or not "".join(map(str, child.itertext())).strip():
            continue
        title, kind = UNUSED_DIMENSIONS.get(name, ("", ""))
        if title and (not kind or call.company.table(kind).find(child.text or "") is None):
            raise refused("BL01001973", f"Invalid {title} '{child.text}' specified.")
        raise FunctionRefusal(not_simulated(f"{element.tag}/{name}"))
