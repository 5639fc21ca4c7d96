"""Master data written over the gateway: what is checked before a record is made, changed or deleted.

The texts of a record come as field -> text, by the names of 3.0; who reads them is in `master_functions`.
"""

from collections.abc import Callable, Iterable

from . import contacts
from .calls import Call
from .checks import refused
from .kinds import BOOLEAN, DATE, DECIMAL, Kind
from .ledger_kinds import (
    ARACCOUNTLABEL,
    ARINVOICE,
    ARINVOICEITEM,
    CONTACT,
    GLACCOUNT,
    SODOCUMENT,
    SODOCUMENTENTRY,
)
from .objects import ARTERM, CLASS, CUSTOMER, DEPARTMENT, EMPLOYEE, ITEM, LOCATION, PROJECT
from .refusals import FunctionRefusal, Problem
from .tables import Row
from .values import decimal_of, moment_of

Fields = dict[str, str]

# What can be written, and what a new record of it can't do without beside its id.
WRITABLE: dict[Kind, tuple[str, ...]] = {
    CUSTOMER: ("NAME",),
    ITEM: ("NAME", "ITEMTYPE"),
    EMPLOYEE: ("CONTACT.CONTACTNAME",),
    LOCATION: ("NAME",),
    DEPARTMENT: ("TITLE",),
    ARTERM: (),
    GLACCOUNT: ("TITLE",),
    ARACCOUNTLABEL: ("GLACCOUNTNO",),
    PROJECT: ("NAME", "PROJECTCATEGORY"),
    CLASS: ("NAME",),
    CONTACT: ("PRINTAS",),
}
ITEM_TYPES = {
    "Inventory",
    "Non-Inventory",
    "Non-Inventory (Purchase only)",
    "Non-Inventory (Sales only)",
    "Kit",
    "Stockable Kit",
}
READ_ONLY = set("WHENCREATED WHENMODIFIED CREATEDBY MODIFIEDBY TOTALDUE MEGAENTITYID MEGAENTITYNAME".split())
# Section 8 of the reference, by the last part of a field's name
LENGTHS = {
    **dict.fromkeys(("ITEMID", "ZIP"), 30),
    **dict.fromkeys(("NAME", "COMPANYNAME"), 100),
    **dict.fromkeys(("FIRSTNAME", "LASTNAME", "INITIAL", "STATE", "TERMNAME"), 40),
    **dict.fromkeys(("EMAIL1", "EMAIL2", "ADDRESS1", "ADDRESS2", "CITY", "ACCOUNTLABEL"), 80),
    **{"PRINTAS": 200, "COUNTRY": 60, "ACCOUNTNO": 24, "TAXID": 20},
}
CONTACT_PARTS = set("DISPLAYCONTACT CONTACTINFO BILLTO SHIPTO PERSONALINFO MAILADDRESS".split())
CONTACT_PARTS |= {"DISPLAYCONTACT.MAILADDRESS"}
# (kind, field) -> the kind whose business id it holds, and what the gateway calls it
REFERENCES = {
    (CUSTOMER, "PARENTID"): (CUSTOMER, "Customer"),
    (CUSTOMER, "TERMNAME"): (ARTERM, "Term"),
    (CUSTOMER, "CUSTREPID"): (EMPLOYEE, "Employee"),
    (EMPLOYEE, "LOCATIONID"): (LOCATION, "Location"),
    (EMPLOYEE, "DEPARTMENTID"): (DEPARTMENT, "Department"),
    (EMPLOYEE, "SUPERVISORID"): (EMPLOYEE, "Employee"),
    (LOCATION, "PARENTID"): (LOCATION, "Location"),
    (DEPARTMENT, "PARENTID"): (DEPARTMENT, "Department"),
    (CLASS, "PARENTID"): (CLASS, "Class"),
    (PROJECT, "CUSTOMERID"): (CUSTOMER, "Customer"),
    (ARACCOUNTLABEL, "GLACCOUNTNO"): (GLACCOUNT, "Account"),
}
# kind -> where documents name its records
USED: dict[Kind, tuple[tuple[Kind, str], ...]] = {
    CUSTOMER: ((SODOCUMENT, "CUSTVENDID"), (ARINVOICE, "CUSTOMERID")),
    ITEM: ((SODOCUMENTENTRY, "ITEMID"), (ARINVOICEITEM, "ITEMID")),
    EMPLOYEE: ((SODOCUMENTENTRY, "EMPLOYEEID"), (ARINVOICEITEM, "EMPLOYEEID")),
    LOCATION: ((SODOCUMENTENTRY, "LOCATIONID"), (ARINVOICEITEM, "LOCATIONID")),
    DEPARTMENT: ((SODOCUMENTENTRY, "DEPARTMENTID"), (ARINVOICEITEM, "DEPARTMENTID")),
    GLACCOUNT: ((ARINVOICEITEM, "ACCOUNTNO"),),
}


def create(call: Call, kind: Kind, fields: Fields) -> Row:
    """Check and keep one new record."""
    fields = _by_own_names(call, kind, fields)
    fields = {name: text for name, text in fields.items() if text}
    table = call.company.table(kind.name)
    if kind is CUSTOMER and not fields.get(kind.key):
        fields[kind.key] = _customer_number(call)
    for name in (kind.key, *WRITABLE[kind]):
        if not fields.get(name):
            raise refused("SIM-REQUIRED", f"Required field {name} is missing")
    own_id = fields[kind.key]
    taken = table.find(own_id) is not None
    if taken or (kind is CONTACT and contacts.details_of(call, own_id) is not None):
        raise _taken(kind, own_id)
    _check(call, kind, fields)
    if kind is CUSTOMER:
        fields = _with_contacts(call, fields)
    if kind is EMPLOYEE:
        fields = _with_person(call, fields)
    if kind is ITEM:
        fields = {"UOMGRP": "Count", "BASEUOM": "Each"} | fields  # what a company here counts in
    if "MEGAENTITYID" in kind.types:
        entity = call.session.entity
        places = call.company.table("LOCATIONENTITY")
        found = places.find(entity) if entity else None
        name = places.value(found, "NAME") if found is not None else ""
        fields |= {"MEGAENTITYID": entity, "MEGAENTITYNAME": name}
    return call.add(kind, fields)


def update(call: Call, kind: Kind, row: Row, fields: Fields) -> Row:
    """Check and change one record: what isn't named stays, what is named and empty is cleared."""
    fields = _by_own_names(call, kind, fields)
    table = call.company.table(kind.name)
    own_id = fields.get(kind.key, "") or table.value(row, kind.key)
    if own_id != table.value(row, kind.key) and table.find(own_id) is not None:
        raise _taken(kind, own_id)
    fields[kind.key] = own_id
    for name in WRITABLE[kind]:
        if fields.get(name) == "":
            raise refused("SIM-REQUIRED", f"Required field {name} is missing")
    _refuse_entity(call, kind, row)
    _check(call, kind, {name: text for name, text in fields.items() if text})
    if kind is EMPLOYEE and "CONTACT.CONTACTNAME" in fields:
        fields = _with_person(call, fields)
    if kind is CUSTOMER:
        for prefix in ("BILLTOCONTACT", "SHIPTOCONTACT"):
            if f"{prefix}.CONTACTNAME" in fields:
                fields |= _linked(call, prefix, fields[f"{prefix}.CONTACTNAME"], row)
    return call.change(kind, row, fields)


def delete(call: Call, kind: Kind, row: Row) -> None:
    """Delete one record that nothing names."""
    table = call.company.table(kind.name)
    own_id = table.value(row, kind.key)
    _refuse_entity(call, kind, row)
    named_by = [
        *USED.get(kind, ()),
        *((who, field) for (who, field), (of, _) in REFERENCES.items() if of is kind),
    ]
    for who, field in named_by:
        others = call.company.table(who.name)
        place = others.places[field]
        if any(each[place] == own_id for each in others):
            raise refused("SIM-IN-USE", f"{_title(kind)} '{own_id}' is used by a {who.legacy_name}.")
    call.delete(kind, row)


def found(call: Call, kind: Kind, key: str) -> Row | None:
    """A record by its business id, if this session may see it."""
    row = call.company.table(kind.name).find(key)
    visible = call.visible(kind, show_private=True)
    return row if row is not None and (visible is None or visible(row)) else None


def _title(kind: Kind) -> str:
    return kind.name.capitalize()


def _taken(kind: Kind, own_id: str) -> FunctionRefusal:
    return refused(
        "BL34000061",
        f"Another {_title(kind)} with the given value(s) {own_id}  already exists",
        "Use a unique value instead.",
    )


def _customer_number(call: Call) -> str:
    table = call.company.table(CUSTOMER.name)
    number = len(table) + 1
    while table.find(f"C-{number:05d}") is not None:
        number += 1
    return f"C-{number:05d}"


def _by_own_names(call: Call, kind: Kind, fields: Fields) -> Fields:
    """By the names of the kind itself, aliases resolved. What it hasn't is refused, all of it at once."""
    absent, unknown = call.absent(kind), []
    known: Fields = {}
    for name, text in fields.items():
        own = kind.aliases.get(name.upper(), name.upper())
        # A contact without anything in it is what a published client writes where nothing changes.
        if own == "RECORDNO" or (own in CONTACT_PARTS and not text):
            continue
        if own not in kind.types or own in absent:
            unknown.append(name)
        elif own in READ_ONLY:
            raise refused("SIM-READ-ONLY", f"The field '{name}' can't be written.")
        else:
            known[own] = text
    if unknown:
        raise refused("XL03000010", f"The field '{', '.join(unknown)}' does not exist.")
    return known


def _check(call: Call, kind: Kind, fields: Fields) -> None:
    """Each text against its type, its length, its values and what it refers to."""
    for name, text in fields.items():
        allowed = _allowed(kind, name)
        if allowed is not None and not allowed(text):
            raise refused("SIM-VALUE", f"{name} '{text}' is not valid.")
        limit = LENGTHS.get(name.rsplit(".", 1)[-1])
        if limit is not None and len(text) > limit:
            raise refused("SIM-TOO-LONG", f"{name} may have at most {limit} characters: '{text}'.")
        reference = REFERENCES.get((kind, name))
        if reference is not None:
            other, title = reference
            if found(call, other, text) is None or (text == fields.get(kind.key) and other is kind):
                raise refused("BL01001973", f"Invalid {title} '{text}' specified.")


def _allowed(kind: Kind, name: str) -> Callable[[str], bool] | None:
    if name == "STATUS":
        return {"active", "inactive"}.__contains__
    if kind is ITEM and name == "ITEMTYPE":
        return ITEM_TYPES.__contains__
    data_type = kind.types[name]
    if data_type == BOOLEAN:
        return {"true", "false"}.__contains__
    if data_type == DECIMAL:
        return lambda text: decimal_of(text) is not None
    if data_type == DATE:
        return lambda text: moment_of(text) is not None and ":" not in text
    return None


def _refuse_entity(call: Call, kind: Kind, row: Row) -> None:
    if (
        kind is LOCATION
        and call.company.table("LOCATIONENTITY").find(row[kind.positions[kind.key]]) is not None
    ):
        raise FunctionRefusal(Problem("SIM-NOT-SIMULATED", "The simulator does not change entities."))


def _linked(call: Call, prefix: str, name: str, customer: Row | None = None) -> Fields:
    details = contacts.named(call, name, customer) if name else {}
    return _under(call, CUSTOMER, prefix, details)


def _under(call: Call, kind: Kind, prefix: str, details: contacts.Details) -> Fields:
    """All fields of a record's contact: what isn't known of it is empty."""
    own = (name for name in kind.types if name.startswith(f"{prefix}."))
    return {name: details.get(name.removeprefix(f"{prefix}."), "") for name in own}


def _with_contacts(call: Call, fields: Fields) -> Fields:
    """A new customer's contacts: its own under a name that is made for it, the others by a link or as it."""
    own = "DISPLAYCONTACT.CONTACTNAME"
    linked = fields.pop(own, "")  # CONTACTINFO.CONTACTNAME, the primary contact
    if linked:
        fields = {**_linked(call, "DISPLAYCONTACT", linked), **fields}
    fields.setdefault(own, f"{fields['NAME']}(C{fields['CUSTOMERID']})")
    fields.setdefault("DISPLAYCONTACT.PRINTAS", fields["NAME"])
    display = {leaf: text for name, text in fields.items() for leaf in _leaves("DISPLAYCONTACT", name)}
    for prefix in ("BILLTOCONTACT", "SHIPTOCONTACT"):
        name = fields.get(f"{prefix}.CONTACTNAME", "")
        fields |= _linked(call, prefix, name) if name else _under(call, CUSTOMER, prefix, display)
    return fields


def _leaves(prefix: str, name: str) -> Iterable[str]:
    return [name.removeprefix(f"{prefix}.")] if name.startswith(f"{prefix}.") else []


def _with_person(call: Call, fields: Fields) -> Fields:
    """An employee's contact is a link to one that exists."""
    details = contacts.named(call, fields["CONTACT.CONTACTNAME"])
    return {**fields, **_under(call, EMPLOYEE, "CONTACT", details)}
