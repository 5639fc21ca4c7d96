"""The part about duplicates: finding them among many records, and merging two of these."""

from typing import Any

from tools.bench.databases import Copies
from tools.bench.measured import measure
from tools.bench.sizes import Sizes
from tools.bench.verdicts import Verdicts

MOST_FINDING, MOST_MERGING = 5.0, 1.0  # seconds


def bench_duplicates(copies: Copies, sizes: Sizes, verdicts: Verdicts) -> None:
    prepared = copies.copy_for("https://api.intacct.com/ia/xml/xmlgw.phtml")
    found: dict[str, Any] = measure("merging", str(sizes.large), prepared)
    copies.drop(prepared)
    for what in found["finding"]:
        verdicts.expect(
            f"{copies.engine}, {sizes.large:,} records, {what['case']}: {what['warnings']:,} warnings of"
            f" duplicates in {what['seconds']:.2f} s (at most {MOST_FINDING:.0f})",
            what["seconds"] <= MOST_FINDING,
        )
    merging = found["merging"]
    verdicts.expect(
        f"{copies.engine}, {sizes.large:,} records: {merging['number']} merges with {merging['invoices']:,}"
        f" invoices each, the slowest in {merging['slowest']:.2f} s (at most {MOST_MERGING:.0f})",
        merging["slowest"] <= MOST_MERGING,
    )
