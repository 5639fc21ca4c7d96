"""Order Entry: create_sotransaction and delete_sotransaction."""

from decimal import Decimal

from lxml import etree

from . import contacts
from .calls import Call, Outcome
from .checks import (
    american,
    cents,
    check_open,
    custom_fields,
    customer_of,
    day_from,
    day_of,
    dimensions,
    due,
    followed_by,
    item_of,
    number,
    one_currency,
    one_entity,
    only_modelled,
    plain,
    refused,
    required_day,
    text,
)
from .company import ORDER_ENTRY
from .ledger_kinds import SODOCUMENT, SODOCUMENTENTRY
from .tables import Row

MODELLED = (
    "transactiontype datecreated dateposted createdfrom customerid documentno origdocdate referenceno "
    "termname datedue message shippingmethod shipto billto supdocid externalid basecurr currency "
    "customfields state sotransitems subtotals"
)
MODELLED_LINE = (
    "itemid itemdesc quantity unit discountpercent price locationid departmentid memo customfields employeeid"
)


def create_sotransaction(call: Call, element: etree._Element) -> Outcome:
    """Check and keep one document; the key is `<transaction type>-<number>`."""
    call.require(SODOCUMENT, "create", "CREATE")
    with followed_by("Could not create Document record!"):
        return _create(call, element)


def _create(call: Call, element: etree._Element) -> Outcome:
    only_modelled(call, element, MODELLED)
    company = call.company
    definition = _definition(call, text(element, "transactiontype"))
    definitions = company.table("SODOCUMENTPARAMS")
    name = definitions.value(definition, "DOCID")
    created = required_day(element, "datecreated")
    check_open(call, day_of(element, "dateposted") or created)
    customer = customer_of(call, element)
    due_day, term = due(call, element, created)
    own_number = _document_number(call, text(element, "documentno"), definition)
    origin = text(element, "createdfrom")
    if origin and company.table(SODOCUMENT.name).find(origin) is None:
        raise refused("SIM-CREATEDFROM", f"Cannot find the document '{origin}' to create from.")
    people = _contacts(call, element, customer)
    one_currency(element)
    document_id = f"{name}-{own_number}"
    lines = [_line(call, each, document_id) for each in element.iterfind("sotransitems/sotransitem")]
    one_entity(call, (line["LOCATIONID"] for line in lines))
    subtotal = sum((Decimal(line["TOTAL"]) for line in lines), Decimal(0))
    extras = [_subtotal(call, each) for each in element.iterfind("subtotals/subtotal")]
    tax = cents(subtotal * Decimal(company.settings.tax_percent) / 100, "tax")
    total = cents(subtotal + sum(extras, Decimal(0)) + tax, "total")
    customers = company.table("CUSTOMER")
    call.store(
        ORDER_ENTRY,
        {
            "DOCNO": own_number,
            "DOCID": document_id,
            "DOCPARID": name,
            "DOCPARCLASS": definitions.value(definition, "DOCCLASS"),
            "CUSTVENDID": customers.value(customer, "CUSTOMERID"),
            "CUSTVENDNAME": customers.value(customer, "NAME"),
            "PONUMBER": text(element, "referenceno"),
            "STATE": text(element, "state") or "Pending",
            "WHENCREATED": american(created),
            "WHENDUE": american(due_day),
            "SUBTOTAL": plain(subtotal),
            "TOTAL": plain(total),
            "CURRENCY": text(element, "currency") or "USD",
            "TERM.NAME": term,
            "MESSAGE": text(element, "message"),
            "EXTERNALID": text(element, "externalid"),
            "SUPDOCID": text(element, "supdocid"),
            "SHIPVIA": text(element, "shippingmethod"),
            "ORIGDOCDATE": american(day_of(element, "origdocdate")),
            **people,
            **custom_fields(call, SODOCUMENT, element),
            "MEGAENTITYID": call.session.entity,
            "CREATEDFROM": origin,
        },
        lines,
    )
    return Outcome(key=document_id, billed=1)


def _contacts(call: Call, element: etree._Element, customer: Row) -> dict[str, str]:
    """The fields of the contacts that a document names."""
    found: dict[str, str] = {}
    for path, prefix in (("shipto", "SHIPTO"), ("billto", "BILLTO")):
        part = element.find(path)
        details = None if part is None else contacts.given(call, part, customer)
        found |= {f"{prefix}.{leaf}": value for leaf, value in (details or {}).items()}
    return found


def _definition(call: Call, name: str) -> Row:
    definitions = call.company.table("SODOCUMENTPARAMS")
    definition = definitions.find(name)
    if definition is None or definitions.value(definition, "STATUS") != "active":
        raise refused("SIM-DEFINITION", f"Transaction definition '{name}' does not exist.")
    if definitions.value(definition, "ENTITYONLY") == "true" and not call.session.entity:
        raise refused("BL01001973", f"Transaction definition '{name}' can only be used in an entity.")
    return definition


def _document_number(call: Call, own_number: str, definition: Row) -> str:
    """The number of a new document, unique within its definition; the ledger's own where it numbers them."""
    documents, definitions = call.company.table(SODOCUMENT.name), call.company.table("SODOCUMENTPARAMS")
    name = definitions.value(definition, "DOCID")
    if not own_number:
        if definitions.value(definition, "NUMBERED") != "true":
            raise refused(
                "PL01000127",
                "Document Number is missing",
                "Make desired changes and press Save to continue.",
            )
        prefix, following = definitions.value(definition, "PREFIX"), documents.last_recordno + 1
        while documents.find(f"{name}-{prefix}{following:05d}") is not None:
            following += 1
        return f"{prefix}{following:05d}"
    repeated = documents.find(f"{name}-{own_number}") is not None
    if repeated and not call.company.settings.allow_repeated_numbers:
        raise refused(
            "BL34000061",
            f"Another Document with the given value(s) {own_number}  already exists",
            "Use a unique value instead.",
        )
    return own_number


def _subtotal(call: Call, element: etree._Element) -> Decimal:
    """What a subtotal adds to the total of a document; no more is kept of it."""
    only_modelled(call, element, "description total")
    return number(text(element, "total"), "total")


def _line(call: Call, element: etree._Element, document_id: str) -> dict[str, str]:
    """One checked line; its TOTAL is rounded to the cent."""
    only_modelled(call, element, MODELLED_LINE)
    items = call.company.table("ITEM")
    item = item_of(call, text(element, "itemid"))
    unit = text(element, "unit") or items.value(item, "BASEUOM")
    if unit != items.value(item, "BASEUOM"):
        raise refused("BL03000018", "Missing unit")
    quantity = number(text(element, "quantity"), "quantity")
    price = number(text(element, "price") or items.value(item, "BASEPRICE") or "0", "price")
    discount = number(text(element, "discountpercent") or "0", "discountpercent")
    amount = cents(quantity * price * (100 - discount) / 100, "total")
    return {
        "DOCHDRID": document_id,
        "ITEMID": items.value(item, "ITEMID"),
        "ITEMDESC": text(element, "itemdesc") or items.value(item, "NAME"),
        "UNIT": unit,
        "QUANTITY": plain(quantity),
        "PRICE": plain(price),
        "TOTAL": plain(amount),
        "MEMO": text(element, "memo"),
        **dimensions(call, element),
        **custom_fields(call, SODOCUMENTENTRY, element),
    }


def find_document(call: Call, element: etree._Element, external: bool, verb: str) -> Row:
    """The document that `key` names: its id, or its external id."""
    key, documents = element.get("key") or "", call.company.table(SODOCUMENT.name)
    if external:
        found = [row for row in documents if key and documents.value(row, "EXTERNALID") == key]
        document = found[0] if found else None
    else:
        document = documents.find(key)
    visible = call.visible(SODOCUMENT, show_private=True)
    if document is None or (visible is not None and not visible(document)):
        raise refused("BL01001973", f"Cannot find sotransaction with key '{key}' to {verb}.")
    return document


def delete_sotransaction(call: Call, element: etree._Element) -> Outcome:
    """Delete one document by its id, or by its external id."""
    call.require(SODOCUMENT, "delete", "DELETE")
    document = find_document(call, element, element.get("external") == "true", "delete")
    check_open(call, day_from(call.company.table(SODOCUMENT.name).value(document, "WHENCREATED")))
    call.remove(ORDER_ENTRY, document)
    return Outcome(billed=1)
