"""Keeping the small lists of the accounting side in step: terms, locations, entities, departments."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.db import transaction

from integrations.connections.models import Connection, ReferenceEntry, ReferenceKind


@dataclass(frozen=True)
class ReferenceRow:
    """One entry as the accounting side has it; the columns of `ReferenceEntry`."""

    code: str
    name: str = ""
    parent_code: str = ""
    is_active: bool = True
    due_days: int | None = None
    due_from: str = ""


COLUMNS = ("name", "parent_code", "is_active", "due_days", "due_from")


def replace_reference(connection: Connection, kind: ReferenceKind, rows: Iterable[ReferenceRow]) -> None:
    """Make the list of this kind equal to `rows`, writing only what differs.

    Of two rows with one code the first counts; a row without a code, or with one too long to be kept,
    is left out. The caller has read the whole list: what is missing in it is deleted here.
    """
    longest = ReferenceEntry._meta.get_field("code").max_length or 0
    wanted: dict[str, ReferenceRow] = {}
    for row in rows:
        if row.code and len(row.code) <= longest:
            wanted.setdefault(row.code, _cut(row))
    with transaction.atomic():
        # One at a time per connection, or two imports that end together would add the same code twice.
        Connection.objects.select_for_update().get(pk=connection.pk)
        there = {
            entry.code: entry for entry in ReferenceEntry.objects.filter(connection=connection, kind=kind)
        }
        gone = [entry.pk for code, entry in there.items() if code not in wanted]
        if gone:
            ReferenceEntry.objects.filter(pk__in=gone).delete()
        changed = []
        for code, entry in there.items():
            new_state = wanted.get(code)
            if new_state is not None and _differs(entry, new_state):
                for column in COLUMNS:
                    setattr(entry, column, getattr(new_state, column))
                changed.append(entry)
        if changed:
            ReferenceEntry.objects.bulk_update(changed, COLUMNS, batch_size=100)
        new = [
            ReferenceEntry(connection=connection, kind=kind, **asdict(row))
            for code, row in wanted.items()
            if code not in there
        ]
        if new:
            ReferenceEntry.objects.bulk_create(new, batch_size=500)


def _differs(entry: ReferenceEntry, row: ReferenceRow) -> bool:
    return any(getattr(entry, column) != getattr(row, column) for column in COLUMNS)


def _cut(row: ReferenceRow) -> ReferenceRow:
    name_length = ReferenceEntry._meta.get_field("name").max_length
    parent_length = ReferenceEntry._meta.get_field("parent_code").max_length
    return ReferenceRow(
        **{**asdict(row), "name": row.name[:name_length], "parent_code": row.parent_code[:parent_length]}
    )
