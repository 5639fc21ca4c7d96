"""The functions that write master data: create, update and delete of 3.0, and the legacy ones."""

from collections.abc import Callable

from lxml import etree

from . import contacts, masters
from .calls import Call, Outcome
from .checks import american, custom_fields, day_of, followed_by
from .kinds import DATE, LEGACY_CONTACT, Kind
from .ledger_kinds import CONTACT
from .markup import escape
from .masters import Fields
from .objects import BY_NAME, CLASS, CUSTOMER, DEPARTMENT, EMPLOYEE, ITEM, LOCATION, PROJECT
from .refusals import FunctionRefusal, Problem, not_simulated, unknown_object
from .tables import Row
from .values import whole_of

MOST_RECORDS = 100  # a call
Function = Callable[[Call, etree._Element], Outcome]


def _kind_named(name: str, verb: str) -> Kind:
    kind = CONTACT if name.upper() == CONTACT.name else BY_NAME.get(name.upper())
    if kind is None:
        raise FunctionRefusal(unknown_object(name))
    if kind not in masters.WRITABLE:
        raise FunctionRefusal(not_simulated(f"{verb} of {kind.name}"))
    return kind


def _fields(element: etree._Element) -> Fields:
    """The leaves of a record by their paths with dots."""
    found: Fields = {}

    def walk(parent: etree._Element, path: str) -> None:
        for child in parent:
            name = f"{path}{child.tag}"
            if len(child):
                walk(child, f"{name}.")
            else:
                found[name.upper()] = child.text or ""

    walk(element, "")
    return found


def _records(element: etree._Element) -> list[etree._Element]:
    records = list(element)
    if not 1 <= len(records) <= MOST_RECORDS:
        raise FunctionRefusal(Problem("SIM-RECORDS", f"1 to {MOST_RECORDS} records a call."))
    return records


def _told(rows: list[tuple[Kind, Row]], newline: str) -> str:
    """What create and update answer: number and id of each record that is done."""
    inside = newline.join(
        f"<{kind.name.lower()}><RECORDNO>{row[0]}</RECORDNO>"
        f"<{kind.key}>{escape(row[kind.positions[kind.key]])}</{kind.key}></{kind.name.lower()}>"
        for kind, row in rows
    )
    return f'<data listtype="objects" count="{len(rows)}">{inside}</data>'


def create(call: Call, element: etree._Element) -> Outcome:
    """New records of any kinds; if one of them is refused, none is made."""
    made: list[tuple[Kind, Row]] = []
    try:
        for record in _records(element):
            kind = _kind_named(str(record.tag), "create")
            call.require(kind, "create", "CREATE")
            with followed_by(f"Could not create {kind.name.lower()} record!"):
                made.append((kind, masters.create(call, kind, _fields(record))))
    except FunctionRefusal as refusal:
        call.take_back()
        return Outcome(data=_told([], call.newline), problems=refusal.problems)
    return Outcome(data=_told(made, call.newline), billed=len(made))


def update(call: Call, element: etree._Element) -> Outcome:
    """Changes of records, each by its RECORDNO or its id; the first that is refused ends it."""
    done: list[tuple[Kind, Row]] = []
    problems: tuple[Problem, ...] = ()
    for record in _records(element):
        mark = len(call.journal)
        try:
            kind = _kind_named(str(record.tag), "update")
            call.require(kind, "update", "UPDATE")
            fields = _fields(record)
            row = _to_update(call, kind, fields)
            with followed_by(f"Could not update {kind.name.lower()} record!"):
                done.append((kind, masters.update(call, kind, row, fields)))
        except FunctionRefusal as refusal:
            while len(call.journal) > mark:
                call.journal.pop()()
            problems = refusal.problems
            break
    return Outcome(data=_told(done, call.newline), billed=len(done), problems=problems)


def _to_update(call: Call, kind: Kind, fields: Fields) -> Row:
    field = "RECORDNO" if fields.get("RECORDNO") else kind.key
    value = fields.get(field, "")
    row = _by_number(call, kind, value) if field == "RECORDNO" else masters.found(call, kind, value)
    if row is None:
        # The sentence is the code: so it is with the real one. It is told twice, since published clients
        # take the first error's description2 for granted.
        sentence = f"Cannot update non-existing {kind.name} with {field}={value}."
        raise FunctionRefusal(Problem(sentence, sentence))
    return row


def _by_number(call: Call, kind: Kind, text: str) -> Row | None:
    number = whole_of(text)
    row = call.company.table(kind.name).rows.get(number) if number is not None else None
    visible = call.visible(kind, show_private=True)
    return row if row is not None and (visible is None or visible(row)) else None


def delete(call: Call, element: etree._Element) -> Outcome:
    """Records by their RECORDNOs; if one of them is refused, none is deleted."""
    kind = _kind_named((element.findtext("object") or "").strip(), "delete")
    call.require(kind, "delete", "DELETE")
    keys = [key.strip() for key in (element.findtext("keys") or "").split(",") if key.strip()]
    if not 1 <= len(keys) <= MOST_RECORDS:
        raise FunctionRefusal(Problem("SIM-RECORDS", f"1 to {MOST_RECORDS} keys a call."))
    for key in keys:
        masters.delete(call, kind, _known(_by_number(call, kind, key), kind, key, "delete"))
    return Outcome(billed=len(keys))


def _known(row: Row | None, kind: Kind, key: str, verb: str) -> Row:
    if row is None:
        sentence = f"Cannot find {kind.name.lower()} with key '{key}' to {verb}."
        raise FunctionRefusal(Problem("BL01001973", sentence))
    return row


# Legacy functions, in both versions. What their elements are called where the legacy records, or the
# fields in small letters, have other names.
LEGACY_KINDS: dict[str, tuple[Kind, str]] = {  # word of the function -> kind, attribute that names a record
    "customer": (CUSTOMER, "customerid"),
    "item": (ITEM, "itemid"),
    "employee": (EMPLOYEE, "employeeid"),
    "location": (LOCATION, "locationid"),
    "department": (DEPARTMENT, "departmentid"),
    "class": (CLASS, "key"),
    "project": (PROJECT, "key"),
    "contact": (CONTACT, "contactname"),
}
OTHER_NAMES = {
    ITEM: {"standard_unit": "BASEUOM", "base_price": "BASEPRICE", "itaxgroup": "TAXGROUP"},
}
LEAVES = {leaf.replace("/", "."): name for leaf, name in LEGACY_CONTACT}
CONTACT_PLACES = {
    "billto": "BILLTOCONTACT",
    "shipto": "SHIPTOCONTACT",
    "contactinfo": "DISPLAYCONTACT",
    "personalinfo": "CONTACT",
}


def _legacy_fields(call: Call, kind: Kind, element: etree._Element, *, clears: bool) -> Fields:
    """The fields of a legacy function by their names in 3.0; empty elements only where they clear."""
    found: Fields = dict(custom_fields(call, kind, element))
    for child in element:
        name = str(child.tag)
        if name == "customfields":
            continue
        if name in CONTACT_PLACES:
            found |= _legacy_contact(call, kind, child, CONTACT_PLACES[name])
            continue
        if name == "mailaddress":
            found |= {LEAVES[f"mailaddress.{leaf.tag}"]: leaf.text or "" for leaf in child}
            continue
        field = OTHER_NAMES.get(kind, {}).get(name, name.upper())
        if kind.types.get(field) == DATE:
            found[field] = american(day_of(element, name))
        elif len(child):
            raise FunctionRefusal(not_simulated(f"{element.tag}/{name}"))
        else:
            found[field] = child.text or ""
    return {name: text for name, text in found.items() if text or clears}


def _legacy_contact(call: Call, kind: Kind, element: etree._Element, prefix: str) -> Fields:
    """A contact by name, or in full: then it is made, unless it is a customer's own."""
    details = contacts.given(call, element)
    if details is None:
        return {}
    if prefix != "DISPLAYCONTACT":
        return {f"{prefix}.CONTACTNAME": details["CONTACTNAME"]}
    own = {f"{prefix}.{leaf}": text for leaf, text in details.items() if text}
    return {name: text for name, text in own.items() if name in kind.types}


def _creator(kind: Kind) -> Function:
    def run(call: Call, element: etree._Element) -> Outcome:
        call.require(kind, "create", "CREATE")
        with followed_by(f"Could not create {kind.name.lower()} record!"):
            row = masters.create(call, kind, _legacy_fields(call, kind, element, clears=False))
        return Outcome(key=row[kind.positions[kind.key]], billed=1)

    return run


def _updater(kind: Kind, attribute: str) -> Function:
    def run(call: Call, element: etree._Element) -> Outcome:
        call.require(kind, "update", "UPDATE")
        row = _legacy_row(call, kind, element, attribute, "update")
        clears = element.get("set_nulls") == "true"
        with followed_by(f"Could not update {kind.name.lower()} record!"):
            masters.update(call, kind, row, _legacy_fields(call, kind, element, clears=clears))
        return Outcome(key=row[kind.positions[kind.key]], billed=1)

    return run


def _deleter(kind: Kind, attribute: str) -> Function:
    def run(call: Call, element: etree._Element) -> Outcome:
        call.require(kind, "delete", "DELETE")
        masters.delete(call, kind, _legacy_row(call, kind, element, attribute, "delete"))
        return Outcome(billed=1)

    return run


def _legacy_row(call: Call, kind: Kind, element: etree._Element, attribute: str, verb: str) -> Row:
    key = element.get(attribute) or ""
    if element.get("externalkey") == "true":
        raise FunctionRefusal(not_simulated(f"{element.tag} by an external key"))
    return _known(masters.found(call, kind, key), kind, key, verb)


FUNCTIONS: dict[str, Function] = {
    "create": create,
    "update": update,
    "delete": delete,
    **{f"create_{word}": _creator(kind) for word, (kind, _) in LEGACY_KINDS.items()},
    **{f"update_{word}": _updater(kind, key) for word, (kind, key) in LEGACY_KINDS.items()},
    **{f"delete_{word}": _deleter(kind, key) for word, (kind, key) in LEGACY_KINDS.items()},
}
