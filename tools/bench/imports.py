"""The part about imports: first, unchanged, 1 % changed, 1 % gone, beside the floor and the usual way."""

from collections import defaultdict
from statistics import median
from typing import Any

from tools.bench.databases import POSTGRES, SQLITE, Copies
from tools.bench.sizes import Sizes
from tools.bench.table import Table, seconds, times
from tools.bench.verdicts import Verdicts
from tools.bench.world import World, world

FIRST, UNCHANGED, CHANGED, GONE = "first", "unchanged", "1 % changed", "1 % gone"
STEPS = (FIRST, UNCHANGED, CHANGED, GONE)
FLOOR, READING, USUAL, USUAL_AGAIN = "floor", "reading alone", "usual way, first", "usual way, unchanged"
MOST_OVER_FLOOR, MOST_OVER_READING = 1.5, 1.4
LEAST_BELOW_USUAL = {POSTGRES: 25, SQLITE: 8}
Found = dict[str, list[dict[str, Any]]]


def bench_imports(engines: list[Copies], sizes: Sizes, verdicts: Verdicts) -> None:
    table = Table()
    table.head()
    for customers in sorted({sizes.small, sizes.large}):
        is_small = customers == sizes.small
        with world(customers) as at_gateway:
            for copies in engines:
                prepared = copies.copy_for(at_gateway.url)
                found: Found = defaultdict(list)
                for number in range(sizes.rounds):
                    one_round(at_gateway, copies, prepared, found)
                    if is_small and number < sizes.usual_rounds:
                        the_usual_way(at_gateway, copies, prepared, found)
                copies.drop(prepared)
                tell(table, copies.engine, at_gateway.customers, found)
                judge(verdicts, copies.engine, at_gateway.customers, found, is_small=is_small)


def one_round(at_gateway: World, copies: Copies, prepared: str, found: Found) -> None:
    """One of each, in a database of their own, and what each import must have counted."""
    database = copies.copy(prepared)
    total = at_gateway.customers

    def take(name: str, as_what: str) -> dict[str, Any]:
        result = at_gateway.measure(name, database)
        found[as_what].append(result)
        return result

    def imported(as_what: str, **expected: int) -> None:
        counts = take("import", as_what)["counts"]
        differs = {name: counts[name] for name, number in expected.items() if counts[name] != number}
        if differs:
            raise SystemExit(f"{as_what}: expected {expected}, counted {differs}")

    for name, as_what in (("floor", FLOOR), ("reading", READING)):
        if (rows := take(name, as_what)["rows"]) != total:
            raise SystemExit(f"{as_what}: {rows} of {total} customers read")
    imported(FIRST, read=total, created=total)
    imported(UNCHANGED, read=total, unchanged=total)
    changed = at_gateway.change()
    imported(CHANGED, read=total, updated=changed, unchanged=total - changed)
    gone = at_gateway.lose()
    imported(GONE, read=total - gone, unchanged=total - gone)
    at_gateway.replace_lost(gone)
    copies.drop(database)


def the_usual_way(at_gateway: World, copies: Copies, prepared: str, found: Found) -> None:
    database = copies.copy(prepared)
    for as_what in (USUAL, USUAL_AGAIN):
        found[as_what].append(at_gateway.measure("usual", database))
    copies.drop(database)


def middle(found: Found, as_what: str, figure: str = "seconds") -> float:
    return float(median(result[figure] for result in found[as_what]))


def tell(table: Table, engine: str, customers: int, found: Found) -> None:
    floor, reading = middle(found, FLOOR), middle(found, READING)
    for as_what in (READING, FLOOR, *STEPS, USUAL, USUAL_AGAIN):
        if as_what not in found:
            continue
        took = middle(found, as_what)
        usual = {FIRST: USUAL, UNCHANGED: USUAL_AGAIN}.get(as_what)
        table.row(
            database=engine,
            customers=f"{customers:,}",
            what=as_what,
            seconds=seconds(took),
            own=seconds(middle(found, as_what, "working")),
            rate=f"{customers / took:,.0f}",
            floor=times(took / floor),
            reading=times(took / reading),
            usual=f"1/{middle(found, usual) / took:.0f}" if usual in found else "",
            share=f"{middle(found, as_what, 'simulator_seconds') / took:.0%}",
            peak=f"{max(result['peak_mb'] for result in found[as_what]):.0f}",
        )


def judge(verdicts: Verdicts, engine: str, customers: int, found: Found, *, is_small: bool) -> None:
    if is_small:
        for step, usual in ((FIRST, USUAL), (UNCHANGED, USUAL_AGAIN)):
            ratio = middle(found, usual) / middle(found, step)
            least = LEAST_BELOW_USUAL[engine]
            verdicts.expect(
                f"{engine}, {customers:,}, {step}: {ratio:.1f} times as fast as the usual way"
                f" (at least {least})",
                ratio >= least,
            )
    elif engine == POSTGRES:
        for step, beside, most in (
            (FIRST, FLOOR, MOST_OVER_FLOOR),
            (UNCHANGED, READING, MOST_OVER_READING),
        ):
            ratio = middle(found, step) / middle(found, beside)
            verdicts.expect(
                f"{engine}, {customers:,}, {step}: {ratio:.2f} times the {beside} (at most {most})",
                ratio <= most,
            )
