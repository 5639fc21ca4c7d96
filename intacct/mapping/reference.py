"""Intacct's small lists → reference entries: terms, locations, entities, departments."""

from intacct.gateway import Version
from intacct.mapping.status import is_active
from intacct.mapping.table import Column, Record, Table
from integrations.connections.models import ReferenceKind
from integrations.connections.reference import ReferenceRow

TERMS = Table(
    object="ARTERM",
    legacy_object="arterm",
    plural="terms",
    columns=(
        Column("code", "NAME", ("name",), essential=True, always_shown=True),
        Column("name", "DESCRIPTION", ("description",)),
        Column("status", "STATUS", ("status",)),
        Column("days", "DUEDATE", ("due.daysforward",)),
        Column("counted_from", "DUEFROM", ()),
        Column("day_of_month", "", ("due.dayofmonth",)),
        Column("months_forward", "", ("due.monthsforward",)),
    ),
)
LOCATIONS = Table(
    object="LOCATION",
    legacy_object="location",
    plural="locations",
    columns=(
        Column("code", "LOCATIONID", ("locationid",), essential=True, always_shown=True),
        Column("name", "NAME", ("name",)),
        Column("parent_code", "PARENTID", ("parentid",), essential=True),
        Column("status", "STATUS", ("status",)),
    ),
)
ENTITIES = Table(
    object="LOCATIONENTITY",
    legacy_object="locationentity",
    plural="entities",
    columns=(
        Column("code", "LOCATIONID", ("locationid",), essential=True, always_shown=True),
        Column("name", "NAME", ("name",)),
        Column("status", "STATUS", ("status",)),
    ),
)
DEPARTMENTS = Table(
    object="DEPARTMENT",
    legacy_object="department",
    plural="departments",
    columns=(
        Column("code", "DEPARTMENTID", ("departmentid",), essential=True, always_shown=True),
        Column("name", "TITLE", ("title",)),
        Column("parent_code", "PARENTID", ("parentid",)),
        Column("status", "STATUS", ("status",)),
    ),
)
TABLES = {
    ReferenceKind.TERM: TERMS,
    ReferenceKind.LOCATION: LOCATIONS,
    ReferenceKind.ENTITY: ENTITIES,
    ReferenceKind.DEPARTMENT: DEPARTMENTS,
}


def to_reference(kind: ReferenceKind, record: Record, version: Version) -> ReferenceRow:
    """One entry of a small list; its code is "" if Intacct told none."""
    values = TABLES[kind].values(record, version)
    due_days, due_from = due_rule(values) if kind is ReferenceKind.TERM else (None, "")
    return ReferenceRow(
        code=values.get("code", "").strip(),
        name=" ".join(values.get("name", "").split()),
        parent_code=values.get("parent_code", "").strip(),
        # A status that is hidden must not make every term or department unusable.
        is_active=is_active(values.get("status", "active")),
        due_days=due_days,
        due_from=due_from,
    )


def due_rule(values: Record) -> tuple[int | None, str]:
    """Days and what they are counted from: "invoice", "month" or "next_month" (the 1st of it being day 1).

    (None, "") for a rule that we don't know: the invoice is then sent with the term's name only where
    the export can compute a due date by other means.
    """
    if (days := whole_number(values.get("day_of_month"))) is not None:
        ahead = whole_number(values.get("months_forward", "0"))
        start = {0: "month", 1: "next_month"}.get(-1 if ahead is None else ahead, "")
        return (days, start) if start else (None, "")
    days = whole_number(values.get("days"))
    if days is None:
        return (None, "")
    counted_from = values.get("counted_from", "from invoice/bill date").strip().lower()
    if counted_from.startswith("of next month"):
        return (days, "next_month")
    if counted_from.startswith("of the month"):
        return (days, "month")
    return (days, "invoice") if counted_from.startswith("from invoice") else (None, "")


def whole_number(text: str | None) -> int | None:
    """A number of at most four digits; None for anything else."""
    digits = (text or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 4 else None
