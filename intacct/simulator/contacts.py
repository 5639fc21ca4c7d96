"""Contacts that a document or a record names: a customer's or an employee's own, or one made for itself.

A contact given in full is made, as a record of its own; a name alone must be known.
"""

import re

from lxml import etree

from .calls import Call
from .checks import refused, text
from .kinds import LEGACY_CONTACT
from .ledger_kinds import CONTACT, PERSON
from .refusals import FunctionRefusal, not_simulated
from .tables import Row, Table

Details = dict[str, str]  # the leaf of a contact's field -> text, CONTACTNAME among them
AUTOMATIC = re.compile(r".*\(C(.+)\)", re.DOTALL)  # name and id of the customer that it was made for
ROLES = ("DISPLAYCONTACT", "BILLTOCONTACT", "SHIPTOCONTACT")
FULL = dict(LEGACY_CONTACT) | {
    name.lower(): name for name in PERSON if "." not in name and name not in ("VISIBLE",)
}


def details_of(call: Call, name: str, customer: Row | None = None) -> Details | None:
    """A contact by its name, with all that is known of it; None if nobody is called so."""
    own = call.company.table(CONTACT.name)
    row = own.find(name)
    if row is not None:
        return {leaf: own.value(row, leaf) for leaf in PERSON}
    customers, people = call.company.table("CUSTOMER"), call.company.table("EMPLOYEE")
    automatic = AUTOMATIC.fullmatch(name)
    likely = [customer, customers.find(automatic.group(1)) if automatic else None]
    for candidate in likely:
        if candidate is not None:
            found = _among(customers, candidate, ROLES, name)
            if found is not None:
                return found
    place = people.places["CONTACT.CONTACTNAME"]
    for person in people:
        if person[place] == name:
            return _among(people, person, ("CONTACT",), name)
    places = [customers.places[f"{role}.CONTACTNAME"] for role in ROLES]
    for each in customers:
        if any(each[place] == name for place in places):
            return _among(customers, each, ROLES, name)
    return None


def _among(table: Table, row: Row, prefixes: tuple[str, ...], name: str) -> Details | None:
    for prefix in prefixes:
        if table.value(row, f"{prefix}.CONTACTNAME") == name:
            return of_record(table, row, prefix)
    return None


def of_record(table: Table, row: Row, prefix: str) -> Details:
    """The contact that a record holds under `prefix`."""
    places = table.places
    return {leaf: row[place] for leaf in PERSON if (place := places.get(f"{prefix}.{leaf}")) is not None}


def named(call: Call, name: str, customer: Row | None = None) -> Details:
    """A contact by its name; refuses one that nobody has."""
    found = details_of(call, name, customer)
    if found is None:
        raise refused("BL01001973", f"Contact '{name}' specified is not valid.")
    return found


def given(call: Call, element: etree._Element, customer: Row | None = None) -> Details | None:
    """The contact of a `billto`, `shipto` or the like: a name, or all of it; None where it is empty.

    One in full is made, as a record of its own.
    """
    contact = element.find("contact")
    if contact is None:
        name = text(element, "contactname")
        return named(call, name, customer) if name else None
    details = _read(contact)
    if not details["CONTACTNAME"]:
        raise refused("SIM-CONTACT", "A contact needs a contactname.")
    if details_of(call, details["CONTACTNAME"], customer) is not None:
        raise refused(
            "BL34000061",
            f"Another Contact with the given value(s) {details['CONTACTNAME']}  already exists",
            "Use a unique value instead.",
        )
    call.add(CONTACT, {**details, "MEGAENTITYID": call.session.entity})
    return details


def _read(contact: etree._Element) -> Details:
    details = dict.fromkeys(PERSON, "")
    for leaf in contact.iter():
        if leaf is contact or leaf.tag == "mailaddress" or not (leaf.text or "").strip():
            continue
        parent = leaf.getparent()
        inside = parent is not None and parent is not contact
        path = f"{parent.tag}/{leaf.tag}" if inside and parent is not None else str(leaf.tag)
        if path == "status":
            continue
        if path not in FULL:
            raise FunctionRefusal(not_simulated(f"contact/{path}"))
        details[FULL[path]] = leaf.text or ""
    return details
