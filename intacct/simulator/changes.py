"""Master data that changes: what a test asks for record by record, and a believable day of changes."""

import random
from typing import Any

from .company import PAPERS, BadSetting, Company
from .kinds import DECIMAL, Kind
from .names import ENTITIES, FAMILY, GIVEN
from .objects import kind_named
from .seed import customer_name
from .tables import Row, Table, UnknownField
from .values import decimal_of

MOST_ADDED = 1_000_000  # by one change
VERBS = ("set", "add", "delete", "deactivate", "activate", "rename")


def _kind(change: dict[str, Any]) -> Kind:
    kind = kind_named(str(change.get("object", "")))
    if kind is None:
        raise BadSetting(f"There is no object {change.get('object')!r}.")
    return kind


def _find(table: Table, change: dict[str, Any]) -> Row:
    row = table.find(str(change.get("id", "")))
    if row is None:
        raise BadSetting(f"There is no {table.kind.name} {change.get('id')!r}.")
    return row


def _listed(value: Any) -> list[dict[str, Any]]:
    changes = value if isinstance(value, list) else [value]
    if not all(isinstance(each, dict) for each in changes):
        raise BadSetting('A change looks like {"object": "CUSTOMER", "id": "C-00001", ...}.')
    return changes


def apply(company: Company, verb: str, value: Any) -> int:
    """Make the changes of one verb; answers how many. Raises BadSetting with a sentence.

    Each change names `object` and `id`; `set` and `add` bring `fields`, `rename` a `new_id` (the RECORDNO
    stays). `add` takes `count` too: so many records, numbered from the id on.
    """
    changes = _listed(value)
    for change in changes:
        kind = _kind(change)
        if not isinstance(change.get("fields", {}), dict):
            raise BadSetting('fields look like {"NAME": "..."}.')
        _check_books(kind, change.get("fields", {}))
        table = company.table(kind.name)
        try:
            if verb == "add":
                _add(company, table, change)
            elif verb == "set":
                _change(company, table, _find(table, change), dict(change.get("fields", {})))
            elif verb == "rename":
                new_id = str(change.get("new_id", ""))
                if not new_id or table.find(new_id) is not None:
                    raise BadSetting(f"new_id {new_id!r} is empty or taken.")
                _change(company, table, _find(table, change), {kind.key: new_id})
            elif verb == "delete":
                _delete(company, table, _find(table, change))
            else:
                status = "active" if verb == "activate" else "inactive"
                _change(company, table, _find(table, change), {"STATUS": status})
        except UnknownField as unknown:
            raise BadSetting(f"{kind.name} has no field {unknown}.") from None
    return len(changes)


def _check_books(kind: Kind, fields: dict[str, Any]) -> None:
    """The books are summed up, so that a number in them has to be one; elsewhere anything may be planted."""
    if kind.name not in PAPERS:
        return
    for name, value in fields.items():
        data_type, text = kind.types.get(str(name).upper()), str(value)
        if text and data_type == DECIMAL and decimal_of(text) is None:
            raise BadSetting(f"{name} {text!r} is not a number.")


def _twin(company: Company, table: Table, row: Row) -> tuple[Table, Row] | None:
    """An entity is listed twice, as LOCATIONENTITY and as LOCATION: both change together."""
    other = {"LOCATIONENTITY": "LOCATION", "LOCATION": "LOCATIONENTITY"}.get(table.kind.name)
    if other is None:
        return None
    found = company.table(other).find(table.value(row, "LOCATIONID"))
    return None if found is None else (company.table(other), found)


def _change(company: Company, table: Table, row: Row, fields: dict[str, str]) -> None:
    twin = _twin(company, table, row)
    table.change(row, fields)
    if twin is not None:
        other, other_row = twin
        shared = {name: text for name, text in fields.items() if name.upper() in other.places}
        other.change(other_row, shared)


def _delete(company: Company, table: Table, row: Row) -> None:
    twin = _twin(company, table, row)
    paper = PAPERS.get(table.kind.name)
    if paper is not None:
        company.remove(paper, row)
    else:
        table.delete(row)
    if twin is not None:
        twin[0].delete(twin[1])


def _add(company: Company, table: Table, change: dict[str, Any]) -> None:
    kind, fields = table.kind, dict(change.get("fields", {}))
    business_id = str(change.get("id") or fields.get(kind.key, ""))
    count = int(change.get("count", 1))
    if "RECORDNO" in fields:
        raise BadSetting("RECORDNO is given by the gateway.")
    if not 1 <= count <= MOST_ADDED:
        raise BadSetting(f"count is 1 to {MOST_ADDED}.")
    if kind.name == "CUSTOMER":
        name = str(fields.get("NAME", business_id))
        fields.setdefault("DISPLAYCONTACT.CONTACTNAME", f"{name}(C{business_id})")
        fields.setdefault("TERMNAME", "Net 30")
    for number in range(count):
        own_id = business_id if count == 1 else f"{business_id}{number + 1}"
        if kind.name == "LOCATIONENTITY":
            entity = {"LOCATIONID": own_id, "NAME": str(fields.get("NAME", own_id))}
            company.table("LOCATION").add(entity)
        table.add({**fields, kind.key: own_id})


def advance(company: Company) -> dict[str, list[str]]:
    """One day of a company's life: new, renamed, moved, priced, left, back and deleted records.

    The same day of the same company always brings the same changes. Answers the ids by what happened.
    """
    company.days_advanced += 1
    dice = random.Random(f"{company.name} day {company.days_advanced}")  # noqa: S311 (the same each time)
    told: dict[str, list[str]] = {}
    _advance_customers(company, dice, told)
    _advance_items(company, dice, told)
    _advance_employees(company, dice, told)
    return told


def _active_rows(table: Table, active: bool = True) -> list[Row]:
    wanted = "active" if active else "inactive"
    return [row for row in table.ordered() if table.value(row, "STATUS") == wanted]


def _pick(dice: random.Random, rows: list[Row], count: int) -> list[Row]:
    return dice.sample(rows, min(count, len(rows)))


def _advance_customers(company: Company, dice: random.Random, told: dict[str, list[str]]) -> None:
    table = company.table("CUSTOMER")
    used = {company.table("SODOCUMENT").value(row, "CUSTVENDID") for row in company.table("SODOCUMENT")}
    share = max(1, len(table) // 60)
    # Chosen before the new ones arrive, so that nobody comes and goes on one day.
    returning = _pick(dice, _active_rows(table, False), share)
    chosen = _pick(dice, _active_rows(table), 5 * share)
    for number in range(2 * share):
        next_number = len(table) + company.days_advanced * 7 + number
        while table.find(f"C-{next_number:05d}") is not None:
            next_number += 1
        name = customer_name(next_number + 3000)
        fields = {
            "NAME": name,
            "TERMNAME": "Net 30",
            "DISPLAYCONTACT.CONTACTNAME": f"{name}(CC-{next_number:05d})",
            "DISPLAYCONTACT.EMAIL1": f"new{next_number}@dealer.example",
            "DISPLAYCONTACT.PHONE1": f"555-9{number % 1000:03d}",
            "BILLTOCONTACT.CONTACTNAME": f"{name}(CC-{next_number:05d})",
            "BILLTOCONTACT.MAILADDRESS.ADDRESS1": f"{next_number} Auto Row",
            "BILLTOCONTACT.MAILADDRESS.CITY": "Oakland",
            "BILLTOCONTACT.MAILADDRESS.STATE": "CA",
            "BILLTOCONTACT.MAILADDRESS.ZIP": "94607",
        }
        table.add({"CUSTOMERID": f"C-{next_number:05d}", **fields})
        told.setdefault("new customers", []).append(f"C-{next_number:05d}")

    def ids(verb: str, rows: list[Row]) -> list[Row]:
        told.setdefault(f"{verb} customers", []).extend(table.value(row, "CUSTOMERID") for row in rows)
        return rows

    for row in ids("restored", returning):
        table.change(row, {"STATUS": "active"})
    for row in ids("renamed", chosen[:share]):
        table.change(row, {"NAME": f"{table.value(row, 'NAME')} Group"})
    for row in ids("moved", chosen[share : 3 * share]):
        street = f"{dice.randrange(1, 999)} New Auto Row"
        table.change(row, {"BILLTOCONTACT.MAILADDRESS.ADDRESS1": street, "TERMNAME": "Net 15"})
    for row in ids("inactive", chosen[3 * share : 4 * share]):
        table.change(row, {"STATUS": "inactive"})
    # A ledger doesn't let go of a customer that a document names.
    free = [row for row in chosen[4 * share :] if table.value(row, "CUSTOMERID") not in used]
    for row in ids("deleted", free):
        table.delete(row)


def _advance_items(company: Company, dice: random.Random, told: dict[str, list[str]]) -> None:
    table = company.table("ITEM")
    share, day = max(1, len(table) // 50), company.days_advanced
    chosen = _pick(dice, _active_rows(table), 2 * share)
    for number in range(share):
        new_id = f"SEASON-{day}-{number + 1}"
        if table.find(new_id) is None:
            table.add(
                {
                    "ITEMID": new_id,
                    "NAME": f"Seasonal package {day}-{number + 1}",
                    "ITEMTYPE": "Non-Inventory (Sales only)",
                    "GLGROUP": "Services",
                    "UOMGRP": "Count",
                    "BASEUOM": "Each",
                    "BASEPRICE": "99",
                    "TAXABLE": "false",
                    "DEPARTMENTID": "200",
                }
            )
            told.setdefault("new items", []).append(new_id)
    for row in chosen[:share]:
        table.change(row, {"NAME": f"{table.value(row, 'NAME')} (new)", "BASEPRICE": "101.5"})
        told.setdefault("changed items", []).append(table.value(row, "ITEMID"))
    for row in chosen[share:]:
        table.change(row, {"STATUS": "inactive"})
        told.setdefault("inactive items", []).append(table.value(row, "ITEMID"))


def _advance_employees(company: Company, dice: random.Random, told: dict[str, list[str]]) -> None:
    table, day = company.table("EMPLOYEE"), company.days_advanced
    places = [entity_id for entity_id, _name in ENTITIES if entity_id in company.entity_ids()]
    share = max(1, len(table) // 40)
    returning = _pick(dice, _active_rows(table, False), share)
    chosen = _pick(dice, _active_rows(table), 2 * share)
    for number in range(share):
        new_id = f"E-{70000 + day * 100 + number:05d}"
        if table.find(new_id) is None:
            first, last = dice.choice(GIVEN), dice.choice(FAMILY)
            table.add(
                {
                    "EMPLOYEEID": new_id,
                    "TITLE": "Detailer",
                    "LOCATIONID": dice.choice(places) if places else "",
                    "EMPLOYEETYPE": "Full Time",
                    "CONTACT.CONTACTNAME": f"{first} {last} ({new_id})",
                    "CONTACT.PRINTAS": f"{first} {last}",
                    "CONTACT.FIRSTNAME": first,
                    "CONTACT.LASTNAME": last,
                    "CONTACT.EMAIL1": f"{new_id.lower()}@acme.example",
                }
            )
            told.setdefault("new employees", []).append(new_id)
    for row in returning:
        table.change(row, {"STATUS": "active"})
        told.setdefault("restored employees", []).append(table.value(row, "EMPLOYEEID"))
    for row in chosen[:share]:
        elsewhere = [place for place in places if place != table.value(row, "LOCATIONID")]
        if elsewhere:
            table.change(row, {"LOCATIONID": dice.choice(elsewhere), "MEGAENTITYID": ""})
            told.setdefault("moved employees", []).append(table.value(row, "EMPLOYEEID"))
    for row in chosen[share:]:
        table.change(row, {"STATUS": "inactive"})
        told.setdefault("inactive employees", []).append(table.value(row, "EMPLOYEEID"))
