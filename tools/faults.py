"""`make faults`: every fault of the simulator by every operation of the gateway client.

Prints what each ended as, the requests beyond those needed, the simulated seconds of waiting, and whether
that is what tools/fault_table.py expects. Any row that isn't ends it with status 1.
"""

import argparse
import sys
import time

from intacct.simulator.faults import KINDS
from tools.fault_operations import CUSTOMERS, OPERATIONS, Bench, Operation
from tools.fault_table import NOT_FAULTS, ROWS, Ends, Row
from tools.simulating import simulator

LINE = "{fault:<42} {operation:<22} {outcome:<24} {retries:>7} {seconds:>8} {made:>6}  {verdict}"
HEADINGS = {
    "fault": "fault",
    "operation": "operation",
    "outcome": "ended as",
    "retries": "retries",
    "seconds": "seconds",
    "made": "made",
    "verdict": "",
}


def show(row: Row, operation: Operation, ended: Ends, expected: Ends) -> bool:
    verdict = "ok" if ended == expected else f"NOT AS EXPECTED: {expected}"
    print(
        LINE.format(
            fault=row.name,
            operation=operation.label,
            outcome=ended.outcome,
            retries=ended.retries,
            seconds=f"{ended.seconds:g}",
            made="" if ended.made is None else f"{ended.made} of 2",
            verdict=verdict,
        )
    )
    return ended == expected


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("fault", nargs="*", help="only faults whose name holds one of these")
    parser.add_argument("--wrong", action="store_true", help="print only what is not as expected")
    options = parser.parse_args()
    rows = [row for row in ROWS if not options.fault or any(part in row.name for part in options.fault)]
    begun = time.perf_counter()
    tried = wrong = 0
    simulated = 0.0
    with simulator(customers=CUSTOMERS) as running:
        bench = Bench(running)
        bench.prepare()
        print(LINE.format(**HEADINGS).rstrip())
        for row in rows:
            for operation in OPERATIONS:
                ended = bench.ended(row, operation)
                expected = row.expected(operation.name, operation.label, operation.step)
                tried, simulated = tried + 1, simulated + ended.seconds
                if options.wrong and ended == expected:
                    continue
                wrong += not show(row, operation, ended, expected)
    missing = sorted(set(KINDS) - {row.kind for row in ROWS} - set(NOT_FAULTS))
    print(
        f"\n{len(rows)} cases of {len({row.kind for row in rows})} faults × {len(OPERATIONS)} operations = "
        f"{tried} rows; {simulated:,.0f} s simulated, "
        f"{time.perf_counter() - begun:.0f} s real"
    )
    if missing:
        print(f"NOT AS EXPECTED: faults of the simulator without a row: {', '.join(missing)}")
    print(f"NOT AS EXPECTED: {wrong} rows" if wrong else "All as expected.")
    return 1 if wrong or missing else 0


if __name__ == "__main__":
    sys.exit(main())
