"""ITEM → service (spec I-1, I-11).

An item has no standard department: Accounting ID 2 comes from a field named DEPARTMENTID where the
company has one (S-6, Automatic). 2.1 tells neither RECORDNO nor the price of an item.
"""

from intacct.gateway import Version
from intacct.mapping.status import is_active
from intacct.mapping.table import Column, Record, Table
from integrations.reconcile.external import ExternalRecord

DEPARTMENT_FIELD = "DEPARTMENTID"

ITEMS = Table(
    object="ITEM",
    legacy_object="icitem",
    plural="items",
    columns=(
        Column("key", "RECORDNO", (), essential=True),
        Column("accounting_id", "ITEMID", ("itemid",), essential=True, always_shown=True),
        Column("status", "STATUS", ("status",), essential=True),
        Column("name", "NAME", ("itemname",), always_shown=True),
        Column("unit", "BASEUOM", ("standardunit",)),
        Column("list_price", "BASEPRICE", ()),
        Column("accounting_id_2", DEPARTMENT_FIELD, (f"customfields.{DEPARTMENT_FIELD}",)),
    ),
)
TAKEN_OVER = ("accounting_id", "name", "unit", "list_price", "accounting_id_2")


def to_service(record: Record, version: Version) -> ExternalRecord:
    """What one item brings to a service; the price as Intacct writes it, "185" or "185.5"."""
    values = ITEMS.values(record, version)
    return ExternalRecord(
        external_key=values.get("key") or None,
        is_active=is_active(values.get("status", "")),
        values={name: values[name] for name in TAKEN_OVER if name in values},
    )
