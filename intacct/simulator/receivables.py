"""AR invoices: create_invoice, get_invoice, reverse_invoice and delete_invoice."""

from decimal import Decimal

from lxml import etree

from . import contacts
from .calls import Call, Outcome
from .checks import (
    active,
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
from .company import RECEIVABLE
from .ledger_kinds import ARINVOICE, ARINVOICEITEM
from .paper_rendering import legacy_invoice
from .tables import Row

ACTIONS = {"": "Posted", "Submit": "Posted", "Draft": "Draft"}
MODELLED = (
    "customerid datecreated dateposted datedue termname action invoiceno ponumber description externalid "
    "billto shipto basecurr currency supdocid customfields invoiceitems"
)
MODELLED_LINE = (
    "accountlabel glaccountno offsetglaccountno amount memo locationid departmentid customfields "
    "employeeid itemid"
)
# What an account may ask of a line: its flag, the line's field, the dimension's name
REQUIRED = (
    ("REQUIREDEPT", "DEPARTMENTID", "Department"),
    ("REQUIRELOC", "LOCATIONID", "Location"),
    ("REQUIREITEM", "ITEMID", "Item"),
    ("REQUIREEMPLOYEE", "EMPLOYEEID", "Employee"),
)


def create_invoice(call: Call, element: etree._Element) -> Outcome:
    """Check and keep one invoice; the key is its RECORDNO."""
    call.require(ARINVOICE, "create", "CREATE")
    with followed_by("Could not create ARInvoice record!"):
        return _create(call, element)


def _create(call: Call, element: etree._Element) -> Outcome:
    only_modelled(call, element, MODELLED)
    company = call.company
    customer = customer_of(call, element)
    created = required_day(element, "datecreated")
    posted = day_of(element, "dateposted") or created
    check_open(call, posted)
    due_day, term = due(call, element, created)
    action = text(element, "action")
    if action not in ACTIONS:
        raise refused("SIM-ACTION", f"action is Draft or Submit, not '{action}'.")
    own_number = _invoice_number(call, text(element, "invoiceno"))
    one_currency(element)
    people = _contacts(call, element, customer)
    lines = [_line(call, each, american(posted)) for each in element.iterfind("invoiceitems/lineitem")]
    one_entity(call, (line["LOCATIONID"] for line in lines))
    total = plain(cents(sum((Decimal(line["AMOUNT"]) for line in lines), Decimal(0)), "total"))
    customers = company.table("CUSTOMER")
    invoice = call.store(
        RECEIVABLE,
        {
            "RECORDID": own_number,
            "STATE": ACTIONS[action],
            "CUSTOMERID": customers.value(customer, "CUSTOMERID"),
            "CUSTOMERNAME": customers.value(customer, "NAME"),
            "DOCNUMBER": text(element, "ponumber"),
            "DESCRIPTION": text(element, "description"),
            "TERMNAME": term,
            "WHENCREATED": american(created),
            "WHENPOSTED": american(posted),
            "WHENDUE": american(due_day),
            "BASECURR": text(element, "basecurr") or "USD",
            "CURRENCY": text(element, "currency") or "USD",
            **dict.fromkeys(("TOTALENTERED", "TOTALDUE", "TRX_TOTALENTERED", "TRX_TOTALDUE"), total),
            **dict.fromkeys(("TOTALPAID", "TRX_TOTALPAID", "TOTALSELECTED", "TRX_TOTALSELECTED"), "0"),
            "BILLTOPAYTOCONTACTNAME": people["BILLTO.CONTACTNAME"],
            "SHIPTORETURNTOCONTACTNAME": people["SHIPTO.CONTACTNAME"],
            **people,
            **custom_fields(call, ARINVOICE, element),
            "MODULEKEY": "4.AR",
            "SYSTEMGENERATED": "F",
            "EXTERNALID": text(element, "externalid"),
            "SUPDOCID": text(element, "supdocid"),
            "MEGAENTITYID": call.session.entity,
        },
        lines,
    )
    return Outcome(key=invoice[0], billed=1)


def _contacts(call: Call, element: etree._Element, customer: Row) -> dict[str, str]:
    """The fields of the contacts of an invoice: the customer's own where none is given."""
    own = contacts.of_record(call.company.table("CUSTOMER"), customer, "DISPLAYCONTACT")
    found = {f"CONTACT.{leaf}": value for leaf, value in own.items()}
    for path, prefix in (("billto", "BILLTO"), ("shipto", "SHIPTO")):
        part = element.find(path)
        details = None if part is None else contacts.given(call, part, customer)
        found |= {f"{prefix}.{leaf}": value for leaf, value in (details or own).items()}
    return found


def _invoice_number(call: Call, own_number: str) -> str:
    if own_number:
        return free_invoice_number(call, own_number)
    return f"INV-{call.company.table(ARINVOICE.name).last_recordno + 1}"


def free_invoice_number(call: Call, own_number: str) -> str:
    """The number of an invoice, if the company takes it."""
    invoices = call.company.table(ARINVOICE.name)
    if not call.company.settings.allow_repeated_numbers:
        place = invoices.places["RECORDID"]
        if any(row[place] == own_number for row in invoices):
            raise refused(
                "PL01000127",
                f"Another Invoice with the given value(s) {own_number}  already exists",
                "Use a unique value instead.",
            )
    return own_number


def _account(call: Call, element: etree._Element) -> tuple[str, str]:
    """The account number of a line and its label: the line names one of them."""
    label = text(element, "accountlabel")
    if element.find("accountlabel") is not None:
        row = active(call, "ARACCOUNTLABEL", label)
        if row is None:
            raise refused("BL01001973", f"Account label '{label}' is not valid")
        return call.company.table("ARACCOUNTLABEL").value(row, "GLACCOUNTNO"), label
    return text(element, "glaccountno"), ""


def _line(call: Call, element: etree._Element, entry_date: str) -> dict[str, str]:
    """One checked line."""
    only_modelled(call, element, MODELLED_LINE)
    accounts = call.company.table("GLACCOUNT")
    account_no, label = _account(call, element)
    account = active(call, "GLACCOUNT", account_no)
    if account is None:
        raise refused("BL01001973", f"Account {account_no} is not valid")
    amount = number(text(element, "amount"), "amount")
    if amount != cents(amount, "amount"):
        raise refused("SIM-NUMBER", f"amount '{amount}' has more than two decimal places.")
    items, item_id = call.company.table("ITEM"), text(element, "itemid")
    line = {
        "ACCOUNTNO": account_no,
        "ACCOUNTTITLE": accounts.value(account, "TITLE"),
        "ACCOUNTLABEL": label,
        "OFFSETGLACCOUNTNO": text(element, "offsetglaccountno"),
        "ENTRY_DATE": entry_date,
        "AMOUNT": plain(amount),
        "TRX_AMOUNT": plain(amount),
        "ENTRYDESCRIPTION": text(element, "memo"),
        "ITEMID": item_id,
        "ITEMNAME": items.value(item_of(call, item_id), "NAME") if item_id else "",
        "LINEITEM": "T",
        "CURRENCY": "USD",
        "BASECURR": "USD",
        "STATE": "Posted",
        **dimensions(call, element),
        **custom_fields(call, ARINVOICEITEM, element),
    }
    for flag, name, dimension in REQUIRED:
        if accounts.value(account, flag) == "true" and not line[name]:
            raise refused(
                "BL03000018",
                f"This transaction is missing the {dimension} dimension for the Account {account_no}",
            )
    return line


def find_invoice(call: Call, element: etree._Element) -> Row:
    """The invoice that `key` names: its record key, or its external id."""
    key, invoices = element.get("key") or "", call.company.table(ARINVOICE.name)
    if element.get("externalkey") == "true":
        found = [row for row in invoices if key and invoices.value(row, "EXTERNALID") == key]
        invoice = found[0] if found else None
    else:
        invoice = invoices.find(key)
    visible = call.visible(ARINVOICE, show_private=True)
    if invoice is None or (visible is not None and not visible(invoice)):
        raise refused("DL03000005", f"No record exits for the invoicekey {key}")
    return invoice


def get_invoice(call: Call, element: etree._Element) -> Outcome:
    """One invoice with its lines."""
    call.require(ARINVOICE, "read", "GET")
    record = legacy_invoice(call.company, find_invoice(call, element), None)
    return Outcome(data=f"<data>{call.newline}{record}{call.newline}</data>", billed=1)


def reverse_invoice(call: Call, element: etree._Element) -> Outcome:
    """Take a posted invoice out of the books; works once."""
    call.require(ARINVOICE, "update", "REVERSE")
    with followed_by("Could not reverse ARInvoice record!"):
        invoices, invoice = call.company.table(ARINVOICE.name), find_invoice(call, element)
        state = invoices.value(invoice, "STATE")
        if state != "Posted":
            sentence = f"The invoice {invoice[0]} can't be reversed: it is {state.lower()}."
            raise refused("SIM-NOT-POSTED", sentence)
        reversed_on = required_day(element, "datereversed")
        if reversed_on < day_from(invoices.value(invoice, "WHENPOSTED")):
            raise refused("SIM-DATE", "The reversal date lies before the date of the invoice.")
        check_open(call, reversed_on)
        call.change(
            ARINVOICE,
            invoice,
            {
                "STATE": "Reversed",
                "TOTALDUE": "0",
                "TRX_TOTALDUE": "0",
                "WHENPAID": american(reversed_on),
                "DESCRIPTION2": text(element, "description"),
            },
        )
    return Outcome(key=invoice[0], billed=1)


def delete_invoice(call: Call, element: etree._Element) -> Outcome:
    """Delete a draft; what is posted stays in the books."""
    call.require(ARINVOICE, "delete", "DELETE")
    invoices, invoice = call.company.table(ARINVOICE.name), find_invoice(call, element)
    if invoices.value(invoice, "STATE") != "Draft":
        raise refused("SIM-NOT-A-DRAFT", f"Cannot delete invoice {invoice[0]}: only drafts can be deleted.")
    call.remove(RECEIVABLE, invoice)
    return Outcome(key=invoice[0], billed=1)
