"""What a provider's settings say about exports: plain values, no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class ReversalWay(StrEnum):
    """How a document that was exported is taken back (X-8)."""

    BOOKS = "by the books"  # the accounting system has a reversal of its own
    CREDIT = "credit"  # a document of the rules' `credit_type` over the same amounts
    BY_HAND = "by hand"  # a person voids it there, and marks it here


@dataclass(frozen=True, kw_only=True)
class ExportRules:
    """How a company's invoices go into its books (S-5, X-1 to X-4).

    `start` None: an admin has not said yet from which date on invoices go. `document_type` is what they go
    as, in the accounting system's words. `unit` goes on every line, unless `unit_of_service` says to prefer
    the service's own. The lengths are what the accounting system takes.

    `credit_type` is what negative totals go as, with positive amounts; "" = they are blocked, and
    `no_credit_reason` says why (X-3). Lines of the types in `on_account` have an amount on `account` or
    `account_label` instead of quantity and price (X-2).
    """

    start: date | None = None
    document_type: str = ""
    document_prefix: str = ""
    credit_type: str = ""
    no_credit_reason: str = ""
    reversal: ReversalWay = ReversalWay.BY_HAND
    on_account: frozenset[str] = frozenset()
    account: str = ""
    account_label: str = ""
    unit: str = "Each"
    unit_of_service: bool = False
    default_terms: str = ""
    default_location: str = ""
    department_required: bool = False
    several_entities_allowed: bool = False
    closed_through: date | None = None
    move_closed: bool = False
    number_length: int = 20
    service_id_length: int = 30
    terms_length: int = 40
    unit_length: int = 30
    description_length: int = 200
    memo_length: int = 500
    message_length: int = 4000

    def type_of(self, total: Decimal) -> str:
        """What an invoice of this total goes as (X-3)."""
        return self.credit_type if total < 0 and self.credit_type else self.document_type
