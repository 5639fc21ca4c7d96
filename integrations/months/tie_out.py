"""ReconPro's exported documents of a month beside those of the books (X-9): what differs, and nothing else.

The books' documents come a page at a time; ours of the same numbers are read for each page with two queries.
What grows with the month is a set of ids and a sum for each client and location.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from integrations.exports.port import FoundDocument, Wanted
from integrations.exports.words import money
from integrations.months.models import DifferenceKind
from integrations.months.ours import DONE, Key, Ours
from integrations.months.port import MonthDocument

NOTHING = Decimal("0.00")
MOST_KEPT = 20_000  # differences told one by one; beyond that they are only counted
Amounts = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Difference:
    kind: DifferenceKind
    number: str
    sentence: str
    invoice_id: int | None = None
    type: str = ""
    client_id: str = ""
    location: str = ""
    ours: Decimal | None = None
    theirs: Decimal | None = None


@dataclass(slots=True)
class Sums:
    """Counts and totals of both sides."""

    our_count: int = 0
    our_total: Decimal = NOTHING
    their_count: int = 0
    their_total: Decimal = NOTHING

    @property
    def differ(self) -> bool:
        return (self.our_count, self.our_total) != (self.their_count, self.their_total)


@dataclass(slots=True)
class TieOut:
    """`prefix` is how our documents are numbered, `credit_type` what is worth less than nothing."""

    first: date
    last: date
    prefix: str
    credit_type: str
    books_name: str
    currency: str
    sums: Sums = field(default_factory=Sums)
    groups: dict[tuple[str, str], Sums] = field(default_factory=lambda: defaultdict(Sums))
    differences: list[Difference] = field(default_factory=list)
    difference_count: int = 0
    read: int = 0
    agreeing: int = 0
    other_count: int = 0
    other_total: Decimal = NOTHING
    knows_locations: bool = True
    _seen: set[Key] = field(default_factory=set)
    _located_there: dict[Key, dict[str, Decimal]] = field(default_factory=dict)

    def add(
        self,
        page: Sequence[MonthDocument],
        ours: Mapping[str, Sequence[Ours]],
        invoices: Mapping[str, int],
    ) -> None:
        """A page of the books' documents, with all of ours that have one of their numbers, and the ids of
        invoices that would have gone under them."""
        for document in page:
            self.read += 1
            self._take(document, ours.get(document.number, ()), invoices.get(document.number))

    def _take(self, document: MonthDocument, same: Sequence[Ours], invoice_id: int | None) -> None:
        mine = next((each for each in same if each.type in ("", document.type)), None)
        total = document.total or NOTHING
        if mine is None:
            # With one of our numbers but of another kind: what the books made of ours themselves.
            if same or not document.number.startswith(self.prefix):
                self.other_count += 1
                self.other_total += total
                return
            theirs = NOTHING if document.reversed else self._signed(document, total)
            self._count_theirs(document, theirs)
            if document.reversed:
                return  # worth nothing, and nobody here means it
            self._differs(
                DifferenceKind.EXTRA,
                document,
                f"{self.books_name} has {document.number} of {self._money(theirs)}, "
                "which was not exported from here.",
                invoice_id=invoice_id,
                theirs=theirs,
            )
            return
        sign = -1 if mine.is_credit else 1
        theirs = NOTHING if document.reversed else sign * (mine.size if document.total is None else total)
        if mine.state not in DONE:
            self._count_theirs(document, theirs, sign)
            self._differs(
                DifferenceKind.UNSETTLED,
                document,
                f"{self.books_name} has {document.number}, but here it is {mine.state_label.lower()}.",
                mine=mine,
                theirs=theirs,
            )
            return
        is_again = mine.key in self._seen
        self._seen.add(mine.key)
        self._count_theirs(document, theirs, sign, mine=mine)
        if is_again:
            self._differs(
                DifferenceKind.TWICE,
                document,
                f"{self.books_name} has {document.number} more than once.",
                mine=mine,
                theirs=theirs,
            )
            return
        self._compare(document, mine, theirs)

    def _compare(self, document: MonthDocument, mine: Ours, theirs: Decimal) -> None:
        name = self.books_name
        found: list[tuple[DifferenceKind, str]] = []
        if document.reversed and mine.stands:
            found.append((DifferenceKind.REVERSED, f"{name} shows {mine.number} as reversed."))
        elif not document.reversed and not mine.stands:
            # Whether a document was voided by hand some books don't tell: what stands there counts there.
            found.append(
                (DifferenceKind.STANDS, f"{mine.number} is reversed here, and still stands in {name}.")
            )
        elif mine.stands:
            found += self._of_content(document, mine, theirs)
        if not self.first <= mine.date <= self.last:
            sentence = f"{mine.number} went with {mine.date:%B %-d, %Y}; {name} has it in this month."
            found.append((DifferenceKind.MOVED, sentence))
        if not found:
            self.agreeing += 1
            return
        kind = found[0][0]
        sentence = " ".join(sentence for _, sentence in found)
        self._differs(kind, document, sentence, mine=mine, theirs=theirs)

    def _of_content(
        self, document: MonthDocument, mine: Ours, theirs: Decimal
    ) -> Iterator[tuple[DifferenceKind, str]]:
        name = self.books_name
        if document.client_id != mine.client_id:
            yield (
                DifferenceKind.CLIENT,
                f"{name} has {mine.number} for {document.client_id or 'nobody'}; it went for "
                f"{mine.client_id}.",
            )
        more = abs(theirs) - abs(mine.booked)
        if more and more > 0 and document.amounts and sum(document.amounts.values()) == mine.size:
            yield (
                DifferenceKind.ADDED,
                f"{name} added {self._money(more)} to {mine.number}: tax or another charge.",
            )
        elif more:
            yield (
                DifferenceKind.TOTAL,
                f"{name} has {mine.number} with {self._money(theirs)}; it went with "
                f"{self._money(mine.booked)}.",
            )
        elif document.amounts and mine.amounts and _plain(document.amounts) != _plain(mine.amounts):
            yield (
                DifferenceKind.LOCATION,
                f"{name} has {mine.number} at {_places(document.amounts)}; it went at "
                f"{_places(mine.amounts)}.",
            )

    def ours_of_month(self, rows: Iterable[Ours]) -> list[Ours]:
        """Count all of ours of the month; answers those that the books' lists did not show."""
        missing = []
        for mine in rows:
            if mine.stands:
                self.sums.our_count += 1
                self.sums.our_total += mine.booked
                amounts = mine.amounts or self._located_there.get(mine.key)
                for location, amount in self._spread(amounts, mine.size).items():
                    group = self.groups[(mine.client_id, location)]
                    group.our_count += 1
                    group.our_total += -amount if mine.is_credit else amount
            if mine.key not in self._seen:
                missing.append(mine)
        return missing

    def not_in_the_lists(self, missing: Sequence[Ours], found: Iterable[FoundDocument]) -> None:
        """What became of ours that the books' lists of the month did not show, looked up by number."""
        there: dict[str, list[FoundDocument]] = defaultdict(list)
        for document in found:
            there[document.number].append(document)
        for mine in missing:
            shown = next((d for d in there.get(mine.number, ()) if mine.type in ("", d.type)), None)
            if shown is None:
                if mine.stands:
                    told = f"{self.books_name} has no {mine.number}: it was deleted or renumbered there."
                    self._told(DifferenceKind.MISSING, mine, told)
                continue
            if shown.date is None or self.first <= shown.date <= self.last:
                self._take(_of_found(shown), [mine], mine.invoice_id)  # it came while the lists were read
                continue
            if not mine.stands and shown.reversed:
                continue
            sentence = f"{self.books_name} has {mine.number} dated {shown.date:%B %-d, %Y}, in another month."
            self._told(DifferenceKind.MOVED, mine, sentence)

    def wanted(self, missing: Iterable[Ours], types: Collection[str]) -> list[Wanted]:
        """What to ask for: one that was entered by hand may be of any type."""
        return [
            Wanted(each, mine.number) for mine in missing for each in ([mine.type] if mine.type else types)
        ]

    def _count_theirs(
        self, document: MonthDocument, theirs: Decimal, sign: int = 0, mine: Ours | None = None
    ) -> None:
        if document.reversed:
            return
        sign = sign or self._sign(document)
        self.sums.their_count += 1
        self.sums.their_total += theirs
        if document.amounts is None:
            self.knows_locations = False
        amounts = document.amounts or (mine.amounts if mine is not None else None)
        spread = self._spread(amounts, abs(theirs))
        if mine is not None and not mine.amounts:
            self._located_there[mine.key] = spread
        for location, amount in spread.items():
            group = self.groups[(document.client_id, location)]
            group.their_count += 1
            group.their_total += sign * amount

    def _spread(self, amounts: Amounts | None, total: Decimal) -> dict[str, Decimal]:
        """The total over the locations; what the lines don't explain, such as tax, goes to the first."""
        spread = dict(sorted(amounts.items())) if amounts else {"": NOTHING}
        first = next(iter(spread))
        spread[first] += total - sum(spread.values(), NOTHING)
        return spread

    def _sign(self, document: MonthDocument) -> int:
        return -1 if self.credit_type and document.type == self.credit_type else 1

    def _signed(self, document: MonthDocument, total: Decimal) -> Decimal:
        return self._sign(document) * total

    def _money(self, amount: Decimal) -> str:
        return money(amount, self.currency)

    def _differs(
        self,
        kind: DifferenceKind,
        document: MonthDocument,
        sentence: str,
        *,
        mine: Ours | None = None,
        invoice_id: int | None = None,
        theirs: Decimal,
    ) -> None:
        is_ours = mine is not None and mine.state in DONE and kind != DifferenceKind.TWICE
        self._keep(
            Difference(
                kind,
                document.number,
                sentence,
                invoice_id=mine.invoice_id if mine is not None else invoice_id,
                type=document.type,
                client_id=document.client_id,
                location=", ".join(sorted(filter(None, document.amounts or ()))),
                ours=mine.booked if mine is not None and is_ours else None,
                theirs=theirs,
            )
        )

    def _told(self, kind: DifferenceKind, mine: Ours, sentence: str) -> None:
        self._keep(
            Difference(
                kind,
                mine.number,
                sentence,
                invoice_id=mine.invoice_id,
                type=mine.type,
                client_id=mine.client_id,
                location=", ".join(sorted(filter(None, mine.amounts or ()))),
                ours=mine.booked,
            )
        )

    def _keep(self, difference: Difference) -> None:
        self.difference_count += 1
        if len(self.differences) < MOST_KEPT:
            self.differences.append(difference)


def _of_found(found: FoundDocument) -> MonthDocument:
    return MonthDocument(
        key=found.key,
        type=found.type,
        number=found.number,
        client_id=found.client_id,
        date=found.date,
        total=found.total,
        reversed=found.reversed,
    )


def _plain(amounts: Amounts) -> dict[str, Decimal]:
    return {location: amount for location, amount in amounts.items() if amount}


def _places(amounts: Amounts) -> str:
    return ", ".join(location or "no location" for location in sorted(_plain(amounts)) or [""])
