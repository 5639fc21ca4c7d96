"""One measurement, in a fresh process of its own: `python -m tools.bench.measured NAME URL`.

Prints one JSON object: what the measurement found, and `peak_mb`, the most memory that the process ever had.
"""

import argparse
import importlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tools.processes import ROOT

# Where each is found: loaded only in the process that carries it out, so that it has no other's memory.
MODULES = {
    "prepare": "product",
    "import": "product",
    "statements": "product",
    "floor": "floor",
    "reading": "floor",
    "usual": "usual",
    "merging": "merging",
    "prepare_export": "exporting",
    "export": "exporting",
    "bare_export": "exporting",
}


def measure(name: str, url: str, database_url: str, **environment: str) -> dict[str, Any]:
    """What a fresh process tells that did it; CalledProcessError if it failed, its own words on stderr."""
    child = subprocess.run(
        [sys.executable, "-m", "tools.bench.measured", name, url],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url, **environment},
        text=True,
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
    return found


@contextmanager
def timed(found: dict[str, Any]) -> Iterator[None]:
    """Note the seconds that the block takes, and the processor time of this process in it."""
    begun, worked = time.perf_counter(), time.process_time()
    yield
    found["seconds"] = time.perf_counter() - begun
    found["working"] = time.process_time() - worked


def peak_mb() -> float:
    """The most memory this process ever had, in MiB."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass  # not Linux
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 / (1024 if sys.platform == "darwin" else 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=MODULES)
    parser.add_argument("url", help="the gateway's")
    options = parser.parse_args()
    module = importlib.import_module(f"tools.bench.{MODULES[options.name]}")
    work: Callable[[str], dict[str, Any]] = getattr(module, f"measure_{options.name}")
    found = work(options.url)
    print(json.dumps({**found, "peak_mb": peak_mb()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
