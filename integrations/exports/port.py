"""What an export asks of a provider: the port to somebody's books.

A provider implements `Books`; `service.export_invoices` decides when to send, when to ask and what to
believe. Nothing here knows how the books are spoken to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportLine:
    """A line of a document. Quantity times price is `amount` exactly (X-2); empty = without."""

    service_id: str
    description: str
    quantity: Decimal
    unit: str
    price: Decimal
    amount: Decimal
    location: str
    department: str
    employee_id: str
    memo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportDocument:
    """What an invoice goes as. `posted_on` None: on its own date.

    A credit has positive amounts, its `type` says what it is (X-3). `account` or `account_label` is where
    all lines are booked, where the books don't find that out from the services; both empty there.
    """

    invoice_id: int
    type: str  # the kind of document, in the accounting system's words
    number: str
    client_id: str
    posted_on: date | None
    due_on: date
    date: date
    terms: str
    memo: str
    ship_to: str
    bill_to: str
    total: Decimal
    lines: tuple[ExportLine, ...]
    account: str = ""
    account_label: str = ""
    is_credit: bool = False

    @property
    def booked(self) -> Decimal:
        """What it adds to what the client owes: less for a credit."""
        return -self.total if self.is_credit else self.total

    def by_location(self) -> dict[str, str]:
        """What its lines come to at each location, as texts."""
        amounts: dict[str, Decimal] = {}
        for line in self.lines:
            amounts[line.location] = amounts.get(line.location, Decimal(0)) + line.amount
        return {location: str(amount) for location, amount in amounts.items()}

    def digest(self) -> str:
        """Equal for equal content (X-5), whatever the invoice's row says otherwise."""
        content = (_content_of(self), [_content_of_line(line) for line in self.lines])
        return hashlib.sha256(json.dumps(content, default=str).encode()).hexdigest()


_content_of = attrgetter(
    *(field.name for field in fields(ExportDocument) if field.name not in ("invoice_id", "lines"))
)
_content_of_line = attrgetter(*(field.name for field in fields(ExportLine)))


@dataclass(frozen=True, slots=True)
class Parcel:
    """A document on its way, under the id that stays the same at every retry of the same content (X-5)."""

    control_id: str
    document: ExportDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """A document that was exported and shall be taken back by the books themselves (X-8). `control_id` stays
    the same at every retry; `on` is the day of the reversal."""

    control_id: str
    type: str
    number: str
    key: str
    on: date
    reason: str


class Answer(StrEnum):
    """What the books said to one document."""

    CREATED = "created"  # with the key of what was made
    REFUSED = "refused"  # definitely not made
    EXISTS = "exists"  # refused since such a document is there: ask for it before believing anything
    LOST = "lost"  # no telling
    BUSY = "busy"  # definitely not made, and it may go again at once


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """The answer to one document. `code` and `text` are the accounting system's own words, `message` a
    sentence for an admin with what to do. `went_before`: the provider sent it more than once, and it is not
    known what came of it the first time."""

    answer: Answer
    key: str = ""
    code: str = ""
    text: str = ""
    message: str = ""
    went_before: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document that the books are asked for."""

    type: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDocument:
    """A document as the books have it. `date`, `total` or `reversed` None where they don't tell it.

    `number` is the one that it was wanted by; `numbered` what the books call it, where that isn't the very
    same to the letter.
    """

    key: str
    type: str
    number: str
    client_id: str
    date: date | None
    total: Decimal | None
    reversed: bool | None = None
    numbered: str = ""


class NothingSent(Exception):
    """The whole batch certainly never ran. The invoices are as before, and the run ends with `failure`:
    RunFailed, or what else stopped it before anything was sent."""

    def __init__(self, failure: Exception) -> None:
        super().__init__(str(failure))
        self.failure = failure


class AnswerLost(Exception):
    """The batch may or may not have been carried out. `str()` of it is why that is not known."""


class Books(Protocol):
    def send(self, batch: Sequence[Parcel], meanwhile: Callable[[], None] | None = None) -> list[SendResult]:
        """Send all in one request, each for itself; one result per document, in their order.

        `meanwhile` may be called, once, in the caller's thread while the batch is on its way; it doesn't
        speak to the books. Raises NothingSent or AnswerLost for the batch as a whole.
        """
        ...

    def find(self, wanted: Sequence[Wanted]) -> list[FoundDocument]:
        """All documents of these types and numbers, each told under the type and the number it was wanted as:
        what is not returned is not there. Raises RunFailed."""
        ...

    def reverse(self, reversal: Reversal) -> SendResult:
        """Take back one document; CREATED with its key if that was done. `find` then shows it as reversed.

        Only where the rules' `reversal` is BOOKS. Raises NothingSent or AnswerLost, as `send` does.
        """
        ...
