"""CUSTOMER → client (spec I-1, I-11)."""

from collections.abc import Sequence

from intacct.gateway import Version
from intacct.mapping.status import is_active
from intacct.mapping.table import (
    Column,
    Record,
    Table,
    address_columns,
    address_parts,
    contact_paths,
    written_address,
    written_addresses,
)
from integrations.reconcile.external import ExternalColumns, ExternalRecord

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
WITHOUT_ID_2 = tuple(name for name in TAKEN_OVER if name != "accounting_id_2")


OWN = ("key", "status", "first_name", "last_name")
BILL_TO, SHIP_TO = address_parts("bill_to"), address_parts("ship_to")


def to_client(record: Record, version: Version, table: Table = CUSTOMERS) -> ExternalRecord:
    """What one customer brings to a client; ``table`` may hold a column for Accounting ID 2 (S-5)."""
    taken = TAKEN_OVER if table.holds("accounting_id_2") else WITHOUT_ID_2
    brought = dict(zip(taken, table.some(record, version, taken), strict=True))
    key, status, first_name, last_name = table.some(record, version, OWN)
    if first_name is not None or last_name is not None:
        brought["contact_name"] = f"{(first_name or '').strip()} {(last_name or '').strip()}".strip()
    brought["bill_to_address"] = written_address(table.some(record, version, BILL_TO))
    brought["ship_to_address"] = written_address(table.some(record, version, SHIP_TO))
    if None in brought.values():
        brought = {name: value for name, value in brought.items() if value is not None}
    return ExternalRecord(key or None, is_active(status or ""), brought)


def to_clients(
    records: Sequence[Record], version: Version, table: Table = CUSTOMERS
) -> Sequence[ExternalRecord]:
    """`to_client` of each. Where all of them hold every field, as nearly all answers do, by column."""
    held = table.by_column(records, version)
    if held is None:
        return [to_client(record, version, table) for record in records]
    is_active_of = {status: is_active(status) for status in set(held["status"])}
    names = zip(held["first_name"], held["last_name"], strict=True)
    brought: dict[str, Sequence[str]] = {name: held[name] for name in TAKEN_OVER if name in held}
    brought["contact_name"] = [f"{first.strip()} {last.strip()}".strip() for first, last in names]
    brought["bill_to_address"] = written_addresses([held[part] for part in BILL_TO])
    brought["ship_to_address"] = written_addresses([held[part] for part in SHIP_TO])
    return ExternalColumns(
        external_keys=[key or None for key in held["key"]],
        are_active=[is_active_of[status] for status in held["status"]],
        columns=brought,
    )
