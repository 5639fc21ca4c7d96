"""The part about exports: invoices of 5 lines, beside a bare loop that sends the same batches."""

from typing import Any

from tools.bench.databases import Copies
from tools.bench.sizes import Sizes
from tools.bench.verdicts import Verdicts
from tools.bench.world import World, world

CUSTOMERS = 500
LATENCIES_MS = (0, 200)
MOST_OVER_BARE = 1.3  # where a request takes its time; without any it is told only
MOST_GROWTH_MB = 10
COLUMNS = (
    "| database   | invoices | ms a request | bare loop s | export s | of bare | invoices/s | requests "
    "| billable | peak MiB |"
)
RULE = (
    "| ---------- | -------: | -----------: | ----------: | -------: | ------: | ---------: | -------: "
    "| -------: | -------: |"
)


def bench_exports(engines: list[Copies], sizes: Sizes, verdicts: Verdicts) -> None:
    """Few invoices and many, in a database of their own each time, at no latency and at one that is usual."""
    print(COLUMNS)
    print(RULE, flush=True)
    told = []
    with world(CUSTOMERS) as at_gateway:
        for copies in engines:
            peaks = {}
            for invoices in (sizes.invoices_few, sizes.invoices):
                prepared = copies.copy_for(at_gateway.url)
                at_gateway.measure("prepare_export", prepared, EXPORT_INVOICES=str(invoices))
                for latency in LATENCIES_MS if invoices == sizes.invoices else LATENCIES_MS[:1]:
                    bare, export = _one_round(at_gateway, copies, prepared, latency)
                    ratio = export["seconds"] / bare["seconds"]
                    _tell(copies.engine, invoices, latency, bare, export)
                    peaks[invoices] = export["peak_mb"]
                    if latency:
                        told.append((copies.engine, invoices, latency, ratio))
                copies.drop(prepared)
            growth = peaks[sizes.invoices] - peaks[sizes.invoices_few]
            verdicts.expect(
                f"{copies.engine}: {growth:.1f} MiB more for {sizes.invoices:,} invoices than for"
                f" {sizes.invoices_few:,} (at most {MOST_GROWTH_MB})",
                growth <= MOST_GROWTH_MB,
            )
    for engine, invoices, latency, ratio in told:
        verdicts.expect(
            f"{engine}, {invoices:,} invoices at {latency} ms a request: {ratio:.2f} times the bare loop (at"
            f" most {MOST_OVER_BARE})",
            ratio <= MOST_OVER_BARE,
        )


def _one_round(
    at_gateway: World, copies: Copies, prepared: str, latency_ms: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The bare loop, then ReconPro's export, each into an empty ledger."""
    found = []
    for name in ("bare_export", "export"):
        at_gateway.running.tell(latency_ms=latency_ms, forget_documents=True, forget_control_ids=True)
        database = copies.copy(prepared)
        result = at_gateway.measure(name, database)
        copies.drop(database)
        state = at_gateway.running.state()
        if state["documents"]["count"] != result["invoices"]:
            raise SystemExit(f"{name}: {state['documents']['count']} of {result['invoices']} arrived")
        found.append({**result, "requests": state["requests"], "billable": state["billable_transactions"]})
    at_gateway.running.tell(latency_ms=0)
    return found[0], found[1]


def _tell(engine: str, invoices: int, latency_ms: int, bare: dict[str, Any], export: dict[str, Any]) -> None:
    took, at_least = export["seconds"], bare["seconds"]
    cells = (
        f"{engine:10} | {invoices:8,} | {latency_ms:12} | {at_least:11.2f} | {took:8.2f}",
        f"{took / at_least:7.2f} | {invoices / took:10,.0f}",
        f"{export['requests']:8,} | {export['billable']:8,}",
        f"{export['peak_mb']:8.0f}",
    )
    print(f"| {' | '.join(cells)} |", flush=True)
