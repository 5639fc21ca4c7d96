"""`make bench`, or some of its parts: `python -m tools.bench imports memory`. BENCH_SIZES makes it small.

Prints a table and a sentence for each thing that must be reached; any that is not ends it with status 1.
"""

import argparse
import os
import platform
import sys
import time
from contextlib import ExitStack
from importlib.metadata import version

from tools.bench.databases import POSTGRES, SQLITE, Copies, copies
from tools.bench.duplicates import bench_duplicates
from tools.bench.exports import bench_exports
from tools.bench.imports import bench_imports
from tools.bench.limits import bench_memory, bench_slow_gateway, bench_statements
from tools.bench.sizes import sizes
from tools.bench.verdicts import Verdicts

# A new part is one line here: a function of the engines, the sizes and the verdicts.
PARTS = {
    "imports": bench_imports,
    "statements": lambda engines, *rest: [bench_statements(engine, *rest) for engine in engines],
    "duplicates": lambda engines, *rest: [bench_duplicates(engine, *rest) for engine in engines],
    "slow": lambda engines, *rest: bench_slow_gateway(engines[0], *rest),
    "memory": lambda engines, *rest: bench_memory(engines[0], *rest),
    "exports": bench_exports,
}
PACKAGES = ("Django", "psycopg2-binary", "requests", "lxml", "sageintacctsdk")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all by default")
    parser.add_argument("--only", choices=[POSTGRES, SQLITE], help="one database instead of both")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; known: {', '.join(PARTS)}")
    try:
        how_large = sizes()
    except ValueError as problem:
        parser.error(str(problem))
    verdicts = Verdicts(judged=how_large.judged)
    begun = time.monotonic()
    with ExitStack() as stack:
        engines = [
            stack.enter_context(copies(engine))
            for engine in ([options.only] if options.only else [POSTGRES, SQLITE])
        ]
        print(machine(engines))
        for name in options.parts or PARTS:
            print(f"\n{name}\n", flush=True)
            PARTS[name](engines, how_large, verdicts)
    print(f"\n{(time.monotonic() - begun) / 60:.1f} minutes")
    return verdicts.conclude()


def machine(engines: list[Copies]) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    databases = ", ".join(f"{engine.engine} {engine.version}" for engine in engines)
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{time.strftime('%Y-%m-%d')}; {os.cpu_count()} cores, {memory:.0f} GiB; Python"
        f" {platform.python_version()}, {databases}, {packages}"
    )


if __name__ == "__main__":
    sys.exit(main())
