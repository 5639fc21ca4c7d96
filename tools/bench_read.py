"""`make bench-read`: reading customers over the gateway client, without a database.

Two processes, each fresh, read 10,000 and 500,000 customers from a simulator: with the fields of Import
Customers, page by page, every record looked at and let go. The peaks of their memory must be the same
within 20 %. A third makes the requests of a whole Import Customers of 100,000: the simulator may bill no
more than the pages of 2,000 and two more, and must serve them at least three times as fast as the client
reads them (processor time of both). Any difference ends it with status 1.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from typing import Any

from tools.processes import ROOT
from tools.simulating import RunningSimulator, simulator

SMALL, LARGE, IMPORTED = 10_000, 500_000, 100_000
PAGE = 2000
MOST_GROWTH = 1.20
LEAST_SPEED = 3  # the client's processor time over the simulator's, or the simulator would be measured too
ROW = "{customers:>10} {pages:>6} {seconds:>9} {rate:>9} {share:>16} {peak:>10}"


def read(url: str, *, whole_import: bool) -> dict[str, Any]:
    """Read all customers at that address; what it took. The work of one fresh process."""
    from intacct.gateway import AddressRule, Client, Credentials, GetList, Query, Version
    from intacct.mapping.clients import CUSTOMERS

    listings: list[Query | GetList] = [CUSTOMERS.listing(Version.V3_0)]
    if whole_import:
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reconpro.settings")
        django.setup()  # its models name the small lists; no database is touched
        from intacct.mapping.reference import TERMS

        listings.insert(0, TERMS.listing(Version.V3_0))
    credentials = Credentials("recon_sender", "sender-secret", "recon_ws", "ACME-SANDBOX", "user-secret")
    rule = AddressRule(allow_loopback_http=True)
    begun, worked = time.perf_counter(), time.process_time()
    rows = pages = 0
    with Client(url, credentials, Version.V3_0, address_rule=rule) as client:
        for listing in listings:
            rows, total = 0, None
            for page in client.pages(listing):
                rows += sum(1 for record in page.records if record.get("RECORDNO") or record.get("NAME"))
                total, pages = page.total, pages + 1
            if rows != total:
                raise SystemExit(f"{total} announced, {rows} read")
    seconds, working = time.perf_counter() - begun, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"rows": rows, "pages": pages, "seconds": seconds, "working": working, "peak_mb": peak / 1024}


def measure(running: RunningSimulator, *, whole_import: bool = False) -> dict[str, Any]:
    """What a fresh process tells that read everything, and what the simulator says it cost."""
    running.tell(reset_counters=True)
    child = subprocess.run(
        [sys.executable, "-m", "tools.bench_read", "--read", running.url]
        + (["--whole-import"] if whole_import else []),
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(child.stdout)
    told = running.state()
    # The work of a request as the gateway tells it; serving adds the way to the socket.
    found["simulator_seconds"] = told["seconds_serving"]
    found["billed"] = told["billable_transactions"]
    return found


def show(found: dict[str, Any]) -> None:
    own = found["simulator_seconds"]
    share = f"{own:.2f} ({own / found['seconds']:.0%})"
    print(
        ROW.format(
            customers=f"{found['rows']:,}",
            pages=found["pages"],
            seconds=f"{found['seconds']:.2f}",
            rate=f"{found['rows'] / found['seconds']:,.0f}",
            share=share,
            peak=f"{found['peak_mb']:.1f}",
        )
    )


def check(sentence: str, holds: bool) -> bool:
    print(f"{'ok             ' if holds else 'NOT AS EXPECTED'} {sentence}")
    return holds


def bench() -> int:
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores; "
        f"3.0, pages of {PAGE:,}, the fields of Import Customers\n"
    )
    print(
        ROW.format(
            customers="customers",
            pages="pages",
            seconds="seconds",
            rate="rows/s",
            share="simulator's own",
            peak="peak MB",
        )
    )
    found: dict[int, dict[str, Any]] = {}
    for customers in (SMALL, LARGE, IMPORTED):
        begun = time.perf_counter()
        with simulator(customers=customers, items=10, employees=10) as running:
            started = time.perf_counter() - begun
            found[customers] = measure(running, whole_import=customers == IMPORTED)
            show(found[customers])
        if customers == LARGE:
            print(f"{'':>10} (the simulator made {customers:,} customers in {started:.1f} s)")
    growth = found[LARGE]["peak_mb"] / found[SMALL]["peak_mb"]
    most = -(-IMPORTED // PAGE) + 2
    billed = found[IMPORTED]["billed"]
    speed = found[IMPORTED]["working"] / found[IMPORTED]["simulator_seconds"]
    print()
    results = [
        *(
            check(f"{customers:,} customers read", each["rows"] == customers)
            for customers, each in found.items()
        ),
        check(
            f"peak memory of {LARGE:,} customers is {growth:.2f} times that of {SMALL:,} "
            f"(at most {MOST_GROWTH})",
            1 / MOST_GROWTH <= growth <= MOST_GROWTH,
        ),
        check(
            f"transactions billed for importing {IMPORTED:,} customers: {billed} (at most {most})",
            billed <= most,
        ),
        check(
            f"{IMPORTED:,} customers served {speed:.1f} times as fast as the client reads them "
            f"(at least {LEAST_SPEED})",
            speed >= LEAST_SPEED,
        ),
    ]
    return 0 if all(results) else 1


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--read", metavar="URL", help="read once, and print what it took as JSON")
    parser.add_argument("--whole-import", action="store_true", help="with the small lists of the import")
    options = parser.parse_args()
    if options.read:
        print(json.dumps(read(options.read, whole_import=options.whole_import)))
        return 0
    return bench()


if __name__ == "__main__":
    sys.exit(main())
