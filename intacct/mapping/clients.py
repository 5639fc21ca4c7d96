"""CUSTOMER → client (spec I-1, I-11)."""

from intacct.gateway import Version
from intacct.mapping.status import is_active
from intacct.mapping.table import (
    Column,
    Record,
    Table,
    address,
    address_columns,
    contact_paths,
    joined,
)
from integrations.reconcile.external import ExternalRecord

CUSTOMERS = Table(
    object="CUSTOMER",
    legacy_object="customer",
    plural="customers",
    columns=(
        Column("key", "RECORDNO", ("recordno",), essential=True),
        Column("accounting_id", "CUSTOMERID", ("customerid",), essential=True, always_shown=True),
        Column("status", "STATUS", ("status",), essential=True),
        Column("name", "NAME", ("name",), always_shown=True),
        Column("terms", "TERMNAME", ("termname",)),
        Column("accounting_parent_id", "PARENTID", ("parentid",)),
        Column(
            "first_name",
            "DISPLAYCONTACT.FIRSTNAME",
            contact_paths("contactinfo", "firstname"),
            always_shown=True,
        ),
        Column(
            "last_name",
            "DISPLAYCONTACT.LASTNAME",
            contact_paths("contactinfo", "lastname"),
            always_shown=True,
        ),
        Column("phone", "DISPLAYCONTACT.PHONE1", contact_paths("contactinfo", "phone1"), always_shown=True),
        Column("email", "DISPLAYCONTACT.EMAIL1", contact_paths("contactinfo", "email1"), always_shown=True),
        Column("bill_to", "BILLTOCONTACT.CONTACTNAME", contact_paths("billto", "contactname")),
        *address_columns("bill_to", "BILLTOCONTACT", "billto"),
        Column("ship_to", "SHIPTOCONTACT.CONTACTNAME", contact_paths("shipto", "contactname")),
        *address_columns("ship_to", "SHIPTOCONTACT", "shipto"),
    ),
)
TAKEN_OVER = (
    "accounting_id",
    "accounting_id_2",
    "name",
    "terms",
    "accounting_parent_id",
    "phone",
    "email",
    "bill_to",
    "ship_to",
)


def to_client(record: Record, version: Version, table: Table = CUSTOMERS) -> ExternalRecord:
    """What one customer brings to a client; ``table`` may hold a column for Accounting ID 2 (S-5)."""
    values = table.values(record, version)
    brought = {name: values[name] for name in TAKEN_OVER if name in values}
    for name, made in (
        ("contact_name", joined(values, "first_name", "last_name")),
        ("bill_to_address", address(values, "bill_to")),
        ("ship_to_address", address(values, "ship_to")),
    ):
        if made is not None:
            brought[name] = made
    return ExternalRecord(
        external_key=values.get("key") or None,
        is_active=is_active(values.get("status", "")),
        values=brought,
    )
