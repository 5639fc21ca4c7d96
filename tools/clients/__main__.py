"""`make clients`: published clients of the gateway against the simulator, each step told.

Ends with status 1 if a step failed or a client could not be run.
"""

import sys
import time
from collections.abc import Callable, Iterator

from tests.simulator_process import Simulator, start_simulator
from tools.clients import javascript_sdk, python_sdk
from tools.clients.steps import SIZES, Step

CLIENTS: tuple[tuple[str, Callable[[Simulator], Iterator[Step]]], ...] = (
    (f"{python_sdk.NAME} (Python index)", python_sdk.steps),
    (f"{javascript_sdk.NAME} (npm registry)", javascript_sdk.steps),
)


def main() -> int:
    begun, passed, failed = time.monotonic(), 0, 0
    for name, take_steps in CLIENTS:
        print(f"\n{name}")
        try:
            with start_simulator(**SIZES) as simulator:  # each client its own: nothing is left over
                for step in take_steps(simulator):
                    print(step, flush=True)
                    passed, failed = passed + step.ok, failed + (not step.ok)
        except javascript_sdk.NotInstalled as problem:
            print(f"  FAIL  not run: {problem}")
            failed += 1
    seconds = time.monotonic() - begun
    told = f"{failed} failed" if failed else "all passed"
    print(f"\n{passed + failed} steps of {len(CLIENTS)} published clients, {told}, {seconds:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
