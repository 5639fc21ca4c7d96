"""What a provider's mapping hands over: records of the accounting side, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import overload


@dataclass(slots=True)
class ExternalRecord:
    """One record as the accounting side tells it, raw: `cleaning` looks after its shape (I-11).

    `values` is by column of the kind's `FromAccounting` model. Absent (or None) = not brought, what is
    here stays; "" = empty, what is here is emptied (I-3). `external_key` is the accounting system's own
    immutable key, None where it tells none.
    """

    external_key: str | None
    is_active: bool
    values: Mapping[str, str | Decimal | None]


@dataclass(frozen=True)
class ExternalColumns(Sequence[ExternalRecord]):
    """Records that all bring the same texts, by column: a long list is cleaned and staged several times
    faster so. All are as long; `columns` is by column of the kind's `FromAccounting` model."""

    external_keys: Sequence[str | None]
    are_active: Sequence[bool]
    columns: Mapping[str, Sequence[str]]

    def __len__(self) -> int:
        return len(self.external_keys)

    @overload
    def __getitem__(self, place: int) -> ExternalRecord: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[ExternalRecord]: ...
    def __getitem__(self, place: int | slice) -> ExternalRecord | Sequence[ExternalRecord]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        values = {name: column[place] for name, column in self.columns.items()}
        return ExternalRecord(self.external_keys[place], self.are_active[place], values)


@dataclass(slots=True)
class ExternalPage:
    """One page of the list; `total` is the length of the whole list as announced with this page.

    `grown`: records were added at the end of the list while it was read, and nothing else can have moved, so
    that this total takes the place of those announced with the pages before (I-5).
    """

    records: Sequence[ExternalRecord]
    total: int | None
    grown: bool = False
