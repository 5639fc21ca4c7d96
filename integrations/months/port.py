"""What Close month asks of a provider's books."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from integrations.exports.port import FoundDocument, Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthDocument:
    """A document as the books have it, a credit with a positive total. `amounts`: what its lines come to by
    location; None, like `date` and `total`, where the books don't tell it."""

    key: str
    type: str
    number: str
    client_id: str
    date: date | None
    total: Decimal | None
    reversed: bool | None = None
    amounts: Mapping[str, Decimal] | None = None


class MonthBooks(Protocol):
    def documents_between(
        self, types: Collection[str], first: date, last: date
    ) -> Iterator[list[MonthDocument]]:
        """All documents of these types dated from `first` to `last`; raises RunFailed if one is missing."""
        ...

    def find(self, wanted: Sequence[Wanted]) -> list[FoundDocument]:
        """As in `exports.port.Books`."""
        ...
