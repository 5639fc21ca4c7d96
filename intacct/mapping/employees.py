"""EMPLOYEE → employee, with the entity that the Accounting ID ends in (spec I-1, I-11)."""

from intacct.gateway import Version
from intacct.mapping.places import Places
from intacct.mapping.status import is_active
from intacct.mapping.table import Column, Record, Table, contact_paths
from integrations.reconcile.external import ExternalRecord

EMPLOYEES = Table(
    object="EMPLOYEE",
    legacy_object="employee",
    plural="employees",
    columns=(
        Column("key", "RECORDNO", ("recordno",), essential=True),
        Column("employee_id", "EMPLOYEEID", ("employeeid",), essential=True, always_shown=True),
        Column("status", "STATUS", ("status",), essential=True),
        # The entity follows from it, and the Accounting ID ends in the entity.
        Column("location", "LOCATIONID", ("locationid",), essential=True, always_shown=True),
        Column(
            "first_name", "CONTACT.FIRSTNAME", contact_paths("personalinfo", "firstname"), always_shown=True
        ),
        Column("last_name", "CONTACT.LASTNAME", contact_paths("personalinfo", "lastname"), always_shown=True),
        Column("whole_name", "CONTACT.PRINTAS", contact_paths("personalinfo", "printas"), always_shown=True),
        Column("email", "CONTACT.EMAIL1", contact_paths("personalinfo", "email1"), always_shown=True),
    ),
)


def to_employee(record: Record, version: Version, places: Places) -> ExternalRecord:
    """What one employee brings; ``places`` tell which entity its location belongs to."""
    values = EMPLOYEES.values(record, version)
    employee_id = values.get("employee_id", "").strip()
    entity = places.entity_of(values.get("location", ""))
    brought = {
        "accounting_id": accounting_id(employee_id, entity),
        "accounting_employee_id": employee_id,
        "accounting_entity_id": entity,
    }
    brought |= names_in(values)
    if "email" in values:
        brought["email"] = values["email"]
    return ExternalRecord(
        external_key=values.get("key") or None,
        is_active=is_active(values.get("status", "")),
        values=dict(brought),
    )


def accounting_id(employee_id: str, entity: str) -> str:
    """``EmployeeID:EntityID``, or the Employee ID alone without an entity; "" without an Employee ID."""
    return f"{employee_id}:{entity}" if employee_id and entity else employee_id


def names_in(values: Record) -> dict[str, str]:
    """First and last name as brought; where both are empty, split from the name as it is printed."""
    names = {name: values[name] for name in ("first_name", "last_name") if name in values}
    whole = values.get("whole_name", "").split()
    if whole and not any(name.strip() for name in names.values()):
        return {"first_name": " ".join(whole[:-1]), "last_name": whole[-1]}
    return names
