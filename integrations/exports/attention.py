"""*Needs attention* (P-3): what of exports is open, by cause, the worst first by the money that waits.

An invoice with several causes is told under each of them. What was told under a cause can be retried by the
ids of its invoices, also when it is mended by then and told no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, QuerySet, Sum

from integrations.connections.models import Connection
from integrations.exports.causes import Cause, Place
from integrations.exports.loading import chunks_of, judged, read_books, to_be_exported
from integrations.exports.models import ExportReversal, ExportState, InvoiceExport
from integrations.exports.readiness import Verdict
from integrations.exports.rules import ExportRules
from integrations.exports.screening import suspects
from integrations.exports.tally import NOT_REVERSED
from integrations.exports.words import count_of, money, own_words
from reconpro.company.models import Company
from reconpro.invoices.models import Invoice, InvoiceState

CHUNK = 2000  # invoices judged at a time
PLACES_NAMED = 5
SAMPLES = 10  # invoices named under a cause
GROUPS_SHOWN = 50  # refusals of so many kinds are told one by one
SENTENCES_APART = 10  # said under one code: each is a cause; more of them speak of each invoice
_PLURALS = {"client": "clients", "service": "services", "employee": "employees", "team": "teams"}


@dataclass(slots=True)
class Trouble:
    """One cause with what waits for it. `accounting` is the list's filter that shows its invoices, "" for
    blocked ones. `where` says on how many records it is mended: "2 services", "" for the invoices."""

    heading: str
    advice: str
    accounting: str = ""
    key: str = ""
    count: int = 0
    total: Decimal = Decimal("0.00")
    ids: list[int] = field(default_factory=list)
    places: dict[tuple[str, int], Place] = field(default_factory=dict)
    theirs: str = ""  # the accounting system's own words
    can_retry: bool = True
    is_check: bool = False  # what is in doubt is looked up, not sent
    cause: Cause | None = None  # of blocked ones

    @property
    def where(self) -> str:
        kinds = {kind for kind, _ in self.places}
        if len(kinds) != 1:
            return ""
        [kind] = kinds
        return count_of(len(self.places), kind, _PLURALS[kind]) if kind in _PLURALS else ""

    def sentence(self, currency: str) -> str:
        """ "Department ID missing on 2 services: 14 invoices, $8,420.00 wait"."""
        told = self.cause.on(len(self.places), self.where) if self.cause and self.where else self.heading
        wait = "waits" if self.count == 1 else "wait"
        return f"{told}: {count_of(self.count)}, {money(self.total, currency)} {wait}"

    @property
    def named(self) -> list[Place]:
        return [place for place in self.places.values() if place.id or place.kind == "settings"][
            :PLACES_NAMED
        ]

    @property
    def more_places(self) -> int:
        return len(self.places) - len(self.named)

    def _add(self, verdict: Verdict, place: Place) -> None:
        if not self.ids or self.ids[-1] != verdict.invoice.id:
            self.count += 1
            self.total += verdict.invoice.total
            self.ids.append(verdict.invoice.id)
        if place.kind != "invoice":
            self.places.setdefault((place.kind, place.id), place)


@dataclass(frozen=True, slots=True)
class Attention:
    """`kept_back` stands apart: a person decided so."""

    troubles: list[Trouble]
    kept_back_count: int = 0
    kept_back_total: Decimal = Decimal("0.00")
    numbers: dict[int, str] = field(default_factory=dict)  # of the first invoices of each cause, by id

    @property
    def is_empty(self) -> bool:
        return not (self.troubles or self.kept_back_count)


def needs_attention(company: Company, connection: Connection, rules: ExportRules) -> Attention:
    """All that is open of the company's exports. A handful of statements; where something is amiss with
    invoices, a handful more for each CHUNK of those."""
    troubles = [
        *(_blocked(company, connection, rules) if rules.start is not None else ()),
        *_refused(company),
        *_in_doubt(company),
        *_reversals(company),
    ]
    troubles.sort(key=lambda trouble: (-abs(trouble.total), trouble.heading))
    kept = _sums(_exports(company, ExportState.KEPT_BACK))
    first = {pk for trouble in troubles for pk in trouble.ids[:SAMPLES]}
    numbers = dict(Invoice.objects.filter(pk__in=first).values_list("pk", "number"))
    return Attention(troubles, kept[0], kept[1], numbers)


def _exports(company: Company, *states: ExportState) -> QuerySet[InvoiceExport]:
    return InvoiceExport.objects.filter(
        company=company, state__in=states, invoice__state=InvoiceState.APPROVED
    ).order_by()


def _sums(rows: QuerySet[InvoiceExport]) -> tuple[int, Decimal]:
    told = rows.aggregate(count=Count("pk"), total=Sum("invoice__total"))
    return told["count"], told["total"] or Decimal("0.00")


def _blocked(company: Company, connection: Connection, rules: ExportRules) -> Iterable[Trouble]:
    assert rules.start is not None
    books = read_books(connection)
    found = to_be_exported(company, rules.start)
    troubles: dict[Cause, Trouble] = {}
    for ids in _chunks(found, suspects(found, connection, rules, books)):
        for verdict in judged(ids, connection=connection, rules=rules, books=books):
            for blocker in verdict.blockers:
                trouble = troubles.get(blocker.cause)
                if trouble is None:
                    cause = blocker.cause
                    trouble = Trouble(cause.heading, cause.advice, key=f"blocked-{cause.value}", cause=cause)
                    troubles[cause] = trouble
                trouble._add(verdict, blocker.place)
    return troubles.values()


def _chunks(found: QuerySet[Invoice], suspected: set[int] | None) -> Iterator[list[int]]:
    if suspected is None:
        yield from chunks_of(found, CHUNK)
        return
    ids = sorted(suspected)
    for begin in range(0, len(ids), CHUNK):
        yield ids[begin : begin + CHUNK]


def _refused(company: Company) -> Iterator[Trouble]:
    """By the accounting system's own code, and by what it said where it said a few things under one code: the
    same code may speak of an item here and of a department there."""
    failed = _exports(company, ExportState.FAILED)
    kinds = _kinds_of(failed, "error_code")
    several = [kind["error_code"] for kind in kinds if 1 < kind["sentences"] <= SENTENCES_APART]
    if several:
        kinds = [kind for kind in kinds if kind["error_code"] not in several]
        kinds += _kinds_of(failed.filter(error_code__in=several), "error_code", "message")
    first = InvoiceExport.objects.in_bulk([kind["first"] for kind in kinds])
    for number, kind in enumerate(kinds, 1):
        row = first.get(kind["first"])
        if row is None:  # settled between the two statements
            continue
        same = kind["texts"] == kind["sentences"] == 1
        of_it = failed.filter(**{name: kind[name] for name in ("error_code", "message") if name in kind})
        yield Trouble(
            "Refused",
            (row.message if kind["sentences"] == 1 else "")
            or "Each invoice tells its reason. Correct what it names, then retry.",
            accounting=ExportState.FAILED,
            key=f"refused-{number}",
            count=kind["count"],
            total=kind["total"],
            ids=list(of_it.order_by("invoice_id").values_list("invoice_id", flat=True)),
            theirs=own_words(row) if same else kind["error_code"],
        )


def _kinds_of(failed: QuerySet[InvoiceExport], *alike: str) -> list[dict[str, Any]]:
    sums = failed.values(*alike).annotate(
        count=Count("pk"),
        total=Sum("invoice__total"),
        sentences=Count("message", distinct=True),
        texts=Count("error_text", distinct=True),
        first=Min("pk"),
    )
    return list(sums.order_by("-total", *alike)[:GROUPS_SHOWN])


def _in_doubt(company: Company) -> Iterator[Trouble]:
    for heading, advice, accounting, states in (
        (
            "In conflict",
            "The books have another document of that number. Open each invoice and decide.",
            ExportState.CONFLICT,
            (ExportState.CONFLICT,),
        ),
        (
            "Being checked",
            "The answer to them was lost. Don’t enter them by hand: the next export looks them up.",
            ExportState.UNKNOWN,
            (ExportState.UNKNOWN,),
        ),
    ):
        count, total = _sums(_exports(company, *states))
        if count:
            yield Trouble(
                heading,
                advice,
                accounting=accounting,
                key=accounting,
                count=count,
                total=total,
                can_retry=False,
                is_check=accounting == ExportState.UNKNOWN,
            )


def _reversals(company: Company) -> Iterator[Trouble]:
    undone = ExportReversal.objects.filter(company=company, state__in=NOT_REVERSED)
    rows = list(undone.order_by("pk").values_list("export__invoice_id", "export__invoice__total")[:1000])
    if rows:
        yield Trouble(
            "Not reversed yet",
            "Open each invoice: it says what stands in the way of its reversal.",
            accounting=ExportState.EXPORTED,
            key="reversals",
            count=len(rows),
            total=sum((total for _, total in rows), Decimal("0.00")),
            ids=[pk for pk, _ in rows],
            can_retry=False,
            is_check=True,
        )


def packed(ids: Iterable[int]) -> str:
    """Ids for a form, neighbours as a range: "3-17 21"."""
    parts: list[str] = []
    begin = end = 0
    for pk in [*sorted(set(ids)), 0]:
        if begin and pk == end + 1:
            end = pk
            continue
        if begin:
            parts.append(str(begin) if begin == end else f"{begin}-{end}")
        begin = end = pk
    return " ".join(parts)


MOST_UNPACKED = 100_000


def unpacked(text: str) -> list[int] | None:
    """What `packed` wrote; None for anything else, or for more than a form of ours could mean."""
    ids: list[int] = []
    for part in text.split():
        first, dash, last = part.partition("-")
        if not all(each.isascii() and each.isdigit() and len(each) < 19 for each in (first, last or first)):
            return None
        begin, end = int(first), int(last if dash else first)
        if end < begin or len(ids) + end - begin >= MOST_UNPACKED:
            return None
        ids.extend(range(begin, end + 1))
    return ids
