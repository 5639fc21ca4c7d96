"""What can't go, grouped by cause and by the place to mend it; memory doesn't grow with the invoices."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from integrations.exports.causes import Blocker, Cause, Place
from integrations.exports.facts import InvoiceFacts
from integrations.exports.readiness import Verdict

SAMPLES = 10  # invoices named in each group
ANY_INVOICE = Place("invoice", 0, "")


@dataclass(slots=True)
class Group:
    """One cause at one place. What is mended on the invoices themselves is one group per cause."""

    cause: Cause
    place: Place
    detail: str
    count: int = 0
    total: Decimal = Decimal("0.00")
    samples: list[InvoiceFacts] = field(default_factory=list)
    _matters: int = 0  # a digest over the invoices and what is wrong with each, in any order

    def add(self, invoice: InvoiceFacts, detail: str) -> None:
        self.count += 1
        self.total += invoice.total
        if len(self.samples) < SAMPLES:
            self.samples.append(invoice)
        self._matters ^= int.from_bytes(hashlib.sha256(f"{invoice.id}:{detail}".encode()).digest())

    @property
    def fingerprint(self) -> str:
        """Another one as soon as an invoice or a detail is another."""
        return f"{self.key}:{self._matters:x}"

    @property
    def key(self) -> str:
        return f"{self.cause}:{self.place.kind}:{self.place.id}"

    @property
    def more(self) -> int:
        """How many invoices there are beyond those that are named."""
        return self.count - len(self.samples)


@dataclass(slots=True)
class BlockedGroups:
    """An invoice with several causes is in several groups, and counts once in `count` and `total`."""

    count: int = 0
    total: Decimal = Decimal("0.00")
    _groups: dict[tuple[Cause, str, int], Group] = field(default_factory=dict)

    def add(self, verdict: Verdict, *, counts: bool = True) -> None:
        """`counts` False: told in its groups, but not in the sum."""
        if counts:
            self.count += 1
            self.total += verdict.invoice.total
        seen = set()
        for blocker in verdict.blockers:
            group = self._group(blocker)
            if group.key in seen:
                continue
            seen.add(group.key)
            group.add(verdict.invoice, blocker.detail)

    def _group(self, blocker: Blocker) -> Group:
        place = ANY_INVOICE if blocker.place.kind == "invoice" else blocker.place
        key = (blocker.cause, place.kind, place.id)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(blocker.cause, place, blocker.detail)
        elif group.detail != blocker.detail:
            group.detail = ""  # each its own; the invoice tells
        return group

    def __iter__(self) -> Iterator[Group]:
        """By cause in the order in which causes are told, then where most money waits."""
        order = {cause: number for number, cause in enumerate(Cause)}
        return iter(sorted(self._groups.values(), key=lambda g: (order[g.cause], -g.total, g.place.label)))
