"""What a provider's mapping hands over: records of the accounting side, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


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


@dataclass(slots=True)
class ExternalPage:
    """One page of the list; `total` is the length of the whole list as announced with this page.

    `grown`: records were added at the end of the list while it was read, and nothing else can have moved, so
    that this total takes the place of those announced with the pages before (I-5).
    """

    records: list[ExternalRecord]
    total: int | None
    grown: bool = False
