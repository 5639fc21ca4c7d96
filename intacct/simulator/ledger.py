"""create_sotransaction: what a ledger checks before it keeps an Order Entry document.

Each check refuses with one specific problem; the generic companion follows it, as the gateway does.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from lxml import etree

from .calls import Call, Outcome
from .objects import SODOCUMENT
from .refusals import FunctionRefusal, Problem
from .tables import Row, Table

CENT = Decimal("0.01")
# Section 8 of the reference: lengths by the DTD's types, which only business logic enforces.
LENGTHS = {
    "transactiontype": 30,
    "documentno": 20,
    "referenceno": 20,
    "termname": 40,
    "itemid": 30,
    "itemdesc": 200,
    "unit": 30,
    "memo": 500,
    "message": 4000,
}
COULD_NOT_CREATE = Problem("BL01001973", "Could not create Document record!")


def _refuse(errorno: str, sentence: str, correction: str = "") -> FunctionRefusal:
    return FunctionRefusal(Problem(errorno, sentence, correction=correction), COULD_NOT_CREATE)


@dataclass
class Line:
    """One checked line and its amount to the cent."""

    fields: dict[str, str]
    amount: Decimal
    entity: str


def _text(element: etree._Element, path: str) -> str:
    text = (element.findtext(path) or "").strip()
    limit = LENGTHS.get(path)
    if limit is not None and len(text) > limit:
        raise _refuse("SIM-TOO-LONG", f"{path} may have at most {limit} characters: '{text}'.")
    return text


def _date(element: etree._Element, path: str) -> date | None:
    """The date of year, month and day elements; None where it is absent or empty."""
    found = element.find(path)
    if found is None:
        return None
    parts = [(found.findtext(name) or "").strip() for name in ("year", "month", "day")]
    if not any(parts):
        return None
    try:
        return date(*(int(part) for part in parts))
    except ValueError:
        raise _refuse("SIM-DATE", f"{path} {'-'.join(parts)} is not a date.") from None


def _decimal(text: str, name: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise _refuse("SIM-NUMBER", f"{name} '{text}' is not a number.") from None
    if not value.is_finite():
        raise _refuse("SIM-NUMBER", f"{name} '{text}' is not a number.")
    return value


def plain(value: Decimal) -> str:
    """A decimal the way answers write it: no exponent, no idle zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _active(call: Call, kind: str, business_id: str) -> Row | None:
    """The record of that id if it is active and this session may see it."""
    table = call.company.table(kind)
    row = table.find(business_id)
    if row is None or table.value(row, "STATUS") != "active":
        return None
    visible = call.visible(table.kind, show_private=True)
    return row if visible is None or visible(row) else None


def _american(day: date | None) -> str:
    return day.strftime("%m/%d/%Y") if day else ""


def create_sotransaction(call: Call, element: etree._Element) -> Outcome:
    """Check and keep one document; the key is `<transaction type>-<number>`."""
    call.require(SODOCUMENT, "create", "CREATE")
    company = call.company
    definition = _definition(call, _text(element, "transactiontype"))
    definitions = company.table("SODOCUMENTPARAMS")
    name = definitions.value(definition, "DOCID")

    created = _date(element, "datecreated")
    if created is None:
        raise _refuse("SIM-DATE", "Required field Date is missing")
    _check_open(call, _date(element, "dateposted") or created)

    customer_id = _text(element, "customerid")
    customer = _active(call, "CUSTOMER", customer_id)
    if customer is None:
        raise _refuse("BL01001973", f"Customer '{customer_id}' specified is not valid.")
    due, term = _due(call, element)
    numbered = definitions.value(definition, "NUMBERED") == "true"
    number = _document_number(call, _text(element, "documentno"), name, numbered=numbered)
    contacts = {
        path: _contact(call, _text(element, f"{path}/contactname"), customer) for path in ("shipto", "billto")
    }

    lines = [_line(call, each) for each in element.iterfind("sotransitems/sotransitem")]
    entities = {line.entity for line in lines if line.entity}
    if len(entities) > 1 and not company.settings.allow_several_entities:
        raise _refuse("SIM-SEVERAL-ENTITIES", "All lines of a document must belong to one entity.")
    subtotal = sum((line.amount for line in lines), Decimal(0))
    total = subtotal + sum(
        (_decimal(_text(each, "total"), "total") for each in element.iterfind("subtotals/subtotal")),
        Decimal(0),
    )
    tax = (subtotal * Decimal(company.settings.tax_percent) / 100).quantize(CENT, ROUND_HALF_UP)
    customers = company.table("CUSTOMER")
    document = company.store_document(
        {
            "DOCNO": number,
            "DOCID": f"{name}-{number}",
            "DOCPARID": name,
            "DOCPARCLASS": definitions.value(definition, "DOCCLASS"),
            "CUSTVENDID": customer_id,
            "CUSTVENDNAME": customers.value(customer, "NAME"),
            "PONUMBER": _text(element, "referenceno"),
            "STATE": _text(element, "state") or "Pending",
            "WHENCREATED": _american(created),
            "WHENDUE": _american(due),
            "SUBTOTAL": plain(subtotal),
            "TOTAL": plain((total + tax).quantize(CENT, ROUND_HALF_UP)),
            "CURRENCY": _text(element, "currency") or "USD",
            "TERM.NAME": term,
            "MESSAGE": _text(element, "message"),
            "EXTERNALID": _text(element, "externalid"),
            "BILLTO.CONTACTNAME": contacts["billto"],
            "SHIPTO.CONTACTNAME": contacts["shipto"],
            "MEGAENTITYID": call.session.entity,
        },
        [line.fields for line in lines],
    )
    return Outcome(key=f"{name}-{number}", billed=1, undo=lambda: company.remove_document(document))


def _definition(call: Call, name: str) -> Row:
    definitions = call.company.table("SODOCUMENTPARAMS")
    definition = definitions.find(name)
    if definition is None or definitions.value(definition, "STATUS") != "active":
        raise _refuse("SIM-DEFINITION", f"Transaction definition '{name}' does not exist.")
    if definitions.value(definition, "ENTITYONLY") == "true" and not call.session.entity:
        raise _refuse("BL01001973", f"Transaction definition '{name}' can only be used in an entity.")
    return definition


def _check_open(call: Call, posted: date) -> None:
    closed = call.company.settings.closed_through
    if closed and posted <= date.fromisoformat(closed):
        raise _refuse(
            "SIM-CLOSED-PERIOD",
            f"The period of {_american(posted)} is closed.",
            "Use a date in an open period.",
        )


def _due(call: Call, element: etree._Element) -> tuple[date | None, str]:
    term, due = _text(element, "termname"), _date(element, "datedue")
    if term and _active(call, "ARTERM", term) is None:
        raise _refuse("BL01001973", f"Invalid Term '{term}' specified.")
    if not term and due is None:
        raise _refuse("BL01001973", "Required field Date Due is missing")
    return due, term


def _document_number(call: Call, number: str, definition: str, *, numbered: bool) -> str:
    documents: Table = call.company.table(SODOCUMENT.name)
    if not number:
        if not numbered:
            raise _refuse(
                "PL01000127",
                "Document Number is missing",
                "Make desired changes and press Save to continue.",
            )
        number = f"SO{documents.last_recordno + 1:05d}"
    repeated = documents.find(f"{definition}-{number}") is not None
    if repeated and not call.company.settings.allow_repeated_numbers:
        raise _refuse(
            "BL34000061",
            f"Another Document with the given value(s) {number}  already exists",
            "Use a unique value instead.",
        )
    return number


def _contact(call: Call, name: str, customer: Row) -> str:
    """A contact of the customer itself, or of anybody else; any other name is refused."""
    if not name:
        return ""
    places = [
        call.company.table("CUSTOMER").places[f"{role}CONTACT.CONTACTNAME"]
        for role in ("DISPLAY", "BILLTO", "SHIPTO")
    ]
    if name in (customer[place] for place in places):
        return name
    people = call.company.table("EMPLOYEE")
    place = people.places["CONTACT.CONTACTNAME"]
    if any(name == row[place] for row in people) or any(
        name == row[place] for row in call.company.table("CUSTOMER") for place in places
    ):
        return name
    raise _refuse("BL01001973", f"Contact '{name}' specified is not valid.")


def _line(call: Call, element: etree._Element) -> Line:
    company, settings = call.company, call.company.settings
    item_id = _text(element, "itemid")
    item = _active(call, "ITEM", item_id)
    if item is None:
        raise _refuse("BL01001973", f"Invalid Item '{item_id}' specified.")
    items = company.table("ITEM")
    unit = _text(element, "unit") or items.value(item, "BASEUOM")
    if unit != items.value(item, "BASEUOM"):
        raise _refuse("BL03000018", "Missing unit")
    quantity = _decimal(_text(element, "quantity"), "quantity")
    price = _decimal(_text(element, "price") or items.value(item, "BASEPRICE") or "0", "price")
    discount = _decimal(_text(element, "discountpercent") or "0", "discountpercent")
    amount = (quantity * price * (100 - discount) / 100).quantize(CENT, ROUND_HALF_UP)
    location = _text(element, "locationid")
    fields = {
        "ITEMID": item_id,
        "ITEMDESC": _text(element, "itemdesc") or items.value(item, "NAME"),
        "UNIT": unit,
        "QUANTITY": plain(quantity),
        "PRICE": plain(price),
        "TOTAL": plain(amount),
        "LOCATIONID": location,
        "DEPARTMENTID": _text(element, "departmentid"),
        "EMPLOYEEID": _text(element, "employeeid"),
        "MEMO": _text(element, "memo"),
    }
    for dimension, name, required in (
        ("location", "LOCATION", settings.require_location),
        ("department", "DEPARTMENT", settings.require_department),
        ("employee", "EMPLOYEE", settings.require_employee),
    ):
        value = fields[f"{name}ID"]
        if not value and required:
            raise _refuse("BL03000018", f"This transaction is missing the {dimension.title()} dimension")
        if value and _active(call, name, value) is None:
            raise _refuse("BL01001973", f"The {dimension} '{value}' is invalid.")
    entity = company.entity_of(location)
    if call.session.entity and location and entity != call.session.entity:
        raise _refuse("BL01001973", f"The location '{location}' is invalid.")
    return Line(fields, amount, entity)
