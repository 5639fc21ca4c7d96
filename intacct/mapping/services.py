"""ITEM → service (spec I-1, I-11).

An item has no standard department: Accounting ID 2 comes from a field that the company has made for it
(S-6, `chosen_fields`). 2.1 tells neither RECORDNO nor the price of an item.
"""

from dataclasses import replace

from intacct.gateway import Version
from intacct.mapping.chosen_fields import legacy_department_field, legacy_path
from intacct.mapping.status import is_active
from intacct.mapping.table import Column, Record, Table
from integrations.reconcile.external import ExternalRecord

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
    ),
)
# 2.1 tells no definition: all custom fields come, and say by their names which one holds a Department ID.
ITEMS_WITH_CUSTOM_FIELDS = replace(ITEMS, columns=(*ITEMS.columns, Column("custom", "", ("customfields",))))
TAKEN_OVER = ("accounting_id", "name", "unit", "list_price", "accounting_id_2")


def to_service(record: Record, version: Version, table: Table = ITEMS) -> ExternalRecord:
    """What one item brings to a service; the price as Intacct writes it, "185" or "185.5".

    ``table`` may hold a column for Accounting ID 2.
    """
    values = table.values(record, version)
    if table is ITEMS_WITH_CUSTOM_FIELDS and (field := legacy_department_field(record)):
        values["accounting_id_2"] = record[legacy_path(ITEMS.object, field)]
    return ExternalRecord(
        external_key=values.get("key") or None,
        is_active=is_active(values.get("status", "")),
        values={name: values[name] for name in TAKEN_OVER if name in values},
    )
