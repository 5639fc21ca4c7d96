"""The parts with limits of their own: a slow gateway, memory, the number of statements."""

import re
from collections import Counter
from typing import Any

from tools.bench.databases import Copies
from tools.bench.sizes import Sizes
from tools.bench.verdicts import Verdicts
from tools.bench.world import world

LATENCY_MS = 800
MOST_OVER_GATEWAY = 1.1
MOST_MB, MOST_GROWTH_MB = 160, 15
PAGE = 2000
# So that only what the records ask for is counted, and nothing that the clock does.
NO_CLOCK = {"RUN_PROGRESS_SECONDS": "1000000", "RUN_HEARTBEAT_SECONDS": "1000000"}


def bench_slow_gateway(copies: Copies, sizes: Sizes, verdicts: Verdicts) -> None:
    """A first import from a gateway that lets each request wait."""
    with world(sizes.slow, latency_ms=LATENCY_MS) as at_gateway:
        prepared = copies.copy_for(at_gateway.url)
        found = at_gateway.measure("import", prepared)
        copies.drop(prepared)
    calls = found["run"]["gateway_calls"]
    own = calls * LATENCY_MS / 1000 + found["simulator_seconds"]
    ratio = found["seconds"] / own
    verdicts.expect(
        f"{copies.engine}, {at_gateway.customers:,}, first, {LATENCY_MS} ms a page: {found['seconds']:.1f} s,"
        f" {ratio:.3f} times the gateway's own {own:.1f} s (at most {MOST_OVER_GATEWAY})",
        ratio <= MOST_OVER_GATEWAY,
    )


def bench_memory(copies: Copies, sizes: Sizes, verdicts: Verdicts) -> None:
    """The peak of a first import, for few and for many."""
    peaks = []
    for customers in (sizes.memory_small, sizes.memory_large):
        with world(customers) as at_gateway:
            prepared = copies.copy_for(at_gateway.url)
            found = at_gateway.measure("import", prepared)
            copies.drop(prepared)
        peaks.append(found["peak_mb"])
        verdicts.expect(
            f"{copies.engine}, {customers:,}, first: peak memory {found['peak_mb']:.1f} MiB, in"
            f" {found['seconds']:.1f} s (below {MOST_MB})",
            found["peak_mb"] < MOST_MB,
        )
    growth = peaks[1] - peaks[0]
    verdicts.expect(
        f"{copies.engine}: {growth:+.1f} MiB for {sizes.memory_large:,} instead of {sizes.memory_small:,}"
        f" (at most {MOST_GROWTH_MB})",
        growth <= MOST_GROWTH_MB,
    )


def bench_statements(copies: Copies, sizes: Sizes, verdicts: Verdicts) -> None:
    """The SQL statements of an import of few and of many: equal but for pages."""
    found: dict[int, dict[str, Any]] = {}
    for customers in (sizes.few, sizes.large):
        with world(customers) as at_gateway:
            at_gateway.let_some_be_alike()  # warnings are the same few statements, however many there are
            prepared = copies.copy_for(at_gateway.url)
            for step in ("first", "unchanged"):
                found[customers, step] = at_gateway.measure("statements", prepared, **NO_CLOCK)
            copies.drop(prepared)
    for step in ("first", "unchanged"):
        few, many = found[sizes.few, step], found[sizes.large, step]
        pages = many["run"]["gateway_calls"] - few["run"]["gateway_calls"]
        rest, per_page = beside_pages(few["statements"], many["statements"], pages)
        verdicts.expect(
            f"{copies.engine}, {step}: {sum(few['statements'].values())} SQL statements for"
            f" {few['rows']:,} records, {sum(many['statements'].values())} for {many['rows']:,}:"
            f" {per_page} for each of {pages} more pages, and {rest} more",
            rest == 0,
            is_about_time=False,
        )


def beside_pages(few: dict[str, int], many: dict[str, int], pages: int) -> tuple[int, int]:
    """How many more statements there are beside those of each page, and how many a page has."""
    more = Counter(many)
    more.subtract(few)
    per_page = sum(number // pages for number in more.values() if pages and number % pages == 0)
    return sum(abs(number) for number in more.values()) - per_page * pages, per_page


def without_values(statement: str) -> str:
    """The statement's text, the same for other values, lists of other lengths, and other savepoints."""
    text = re.sub(r"\((?:(?:%s|\?|\d+|%\(\w+\)s)(?:, ?)?)+\)", "(…)", statement)
    text = re.sub(r"\(…\)(?:, \(…\))+", "(…)", text)
    return re.sub(r'(SAVEPOINT|TO SAVEPOINT) "?\w+"?', r"\1", text)
