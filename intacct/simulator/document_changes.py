"""update_invoice and update_sotransaction: the header of a document; its lines stay as they were made."""

from lxml import etree

from . import contacts
from .calls import Call, Outcome
from .checks import (
    active,
    american,
    check_open,
    custom_fields,
    customer_of,
    day_from,
    day_of,
    followed_by,
    one_currency,
    only_modelled,
    refused,
    text,
)
from .ledger_kinds import ARINVOICE, SODOCUMENT
from .order_entry import find_document
from .receivables import ACTIONS, find_invoice, free_invoice_number

Fields = dict[str, str]
MODELLED_INVOICE = (
    "customerid datecreated dateposted datedue termname action invoiceno ponumber description payto returnto "
    "currency supdocid customfields"
)
MODELLED_DOCUMENT = (
    "datecreated dateposted referenceno termname datedue origdocdate message shippingmethod shipto billto "
    "supdocid externalid basecurr currency customfields state"
)
INVOICE_TEXTS = {"ponumber": "DOCNUMBER", "description": "DESCRIPTION", "supdocid": "SUPDOCID"}
INVOICE_DAYS = {"datecreated": "WHENCREATED", "dateposted": "WHENPOSTED", "datedue": "WHENDUE"}
DOCUMENT_TEXTS = {
    "referenceno": "PONUMBER",
    "message": "MESSAGE",
    "shippingmethod": "SHIPVIA",
    "supdocid": "SUPDOCID",
    "externalid": "EXTERNALID",
    "state": "STATE",
}
DOCUMENT_DAYS = {"datecreated": "WHENCREATED", "datedue": "WHENDUE", "origdocdate": "ORIGDOCDATE"}
NEVER_EMPTY = {"datecreated", "dateposted", "datedue", "state"}


def update_invoice(call: Call, element: etree._Element) -> Outcome:
    """Change what stands above the lines of an invoice that isn't reversed; a draft may be posted."""
    call.require(ARINVOICE, "update", "UPDATE")
    with followed_by("Could not update ARInvoice record!"):
        only_modelled(call, element, MODELLED_INVOICE)
        one_currency(element)
        invoice, table = find_invoice(call, element), call.company.table(ARINVOICE.name)
        state = table.value(invoice, "STATE")
        if state == "Reversed":
            raise refused("SIM-NOT-POSTED", f"The invoice {invoice[0]} can't be changed: it is reversed.")
        check_open(call, day_from(table.value(invoice, "WHENPOSTED")))
        fields = _common(call, element, INVOICE_TEXTS, INVOICE_DAYS, "TERMNAME")
        if "WHENPOSTED" in fields:
            check_open(call, day_from(fields["WHENPOSTED"]))
        fields |= custom_fields(call, ARINVOICE, element)
        customer = customer_of(call, element) if text(element, "customerid") else None
        if customer is not None:
            customers = call.company.table("CUSTOMER")
            fields["CUSTOMERID"] = customers.value(customer, "CUSTOMERID")
            fields["CUSTOMERNAME"] = customers.value(customer, "NAME")
        number = text(element, "invoiceno")
        if number and number != table.value(invoice, "RECORDID"):
            fields["RECORDID"] = free_invoice_number(call, number)
        action = text(element, "action")
        if action not in ACTIONS or (action == "Draft" and state != "Draft"):
            raise refused(
                "SIM-ACTION", f"action '{action}' can't be taken on an invoice that is {state.lower()}."
            )
        if action == "Submit":
            fields["STATE"] = ACTIONS[action]
        for path, prefix, short in (
            ("payto", "BILLTO", "BILLTOPAYTOCONTACTNAME"),
            ("returnto", "SHIPTO", "SHIPTORETURNTOCONTACTNAME"),
        ):
            person = _person(call, element, path, prefix)
            fields |= person
            if person:
                fields[short] = person[f"{prefix}.CONTACTNAME"]
        call.change(ARINVOICE, invoice, fields)
    return Outcome(key=invoice[0], billed=1)


def update_sotransaction(call: Call, element: etree._Element) -> Outcome:
    """Change what stands above the lines of an Order Entry document."""
    call.require(SODOCUMENT, "update", "UPDATE")
    with followed_by("Could not update Document record!"):
        only_modelled(call, element, MODELLED_DOCUMENT)
        one_currency(element)
        document = find_document(call, element, element.get("externalkey") == "true", "update")
        key = call.company.table(SODOCUMENT.name).value(document, "DOCID")
        check_open(call, day_from(call.company.table(SODOCUMENT.name).value(document, "WHENCREATED")))
        fields = _common(call, element, DOCUMENT_TEXTS, DOCUMENT_DAYS, "TERM.NAME")
        for day in (day_of(element, path) for path in ("dateposted", "datecreated")):
            if day is not None:
                check_open(call, day)
        fields |= custom_fields(call, SODOCUMENT, element)
        for path, prefix in (("shipto", "SHIPTO"), ("billto", "BILLTO")):
            fields |= _person(call, element, path, prefix)
        call.change(SODOCUMENT, document, fields)
    return Outcome(key=key, billed=1)


def _common(
    call: Call, element: etree._Element, texts: dict[str, str], days: dict[str, str], term: str
) -> Fields:
    """What is given of texts, dates and the term. An empty element clears only under set_nulls."""
    clears = element.get("set_nulls") == "true"
    fields: Fields = {}

    def note(path: str, field: str, value: str) -> None:
        given = element.find(path) is not None
        if given and (value or (clears and path not in NEVER_EMPTY)):
            fields[field] = value

    for path, field in {**texts, "termname": term}.items():
        note(path, field, text(element, path))
    for path, field in days.items():
        note(path, field, american(day_of(element, path)))
    if fields.get(term) and active(call, "ARTERM", fields[term]) is None:
        raise refused("BL01001973", f"Invalid Term '{fields[term]}' specified.")
    return fields


def _person(call: Call, element: etree._Element, path: str, prefix: str) -> Fields:
    part = element.find(path)
    details = None if part is None else contacts.given(call, part)
    return {f"{prefix}.{leaf}": value for leaf, value in (details or {}).items()}
