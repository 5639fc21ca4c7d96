"""A simulator of one's own, without Django, for scripts that measure or show the gateway client."""

import json
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tools.processes import ROOT

READY = "Simulator ready at "


@dataclass(frozen=True)
class RunningSimulator:
    """`url` is the gateway's address; the control address is beside it."""

    url: str

    @property
    def _control(self) -> str:
        return self.url.removesuffix("/ia/xml/xmlgw.phtml") + "/control"

    def state(self) -> dict[str, Any]:
        """Counts of the company, and what the gateway did for it (GET /control)."""
        with urllib.request.urlopen(self._control, timeout=60) as answer:
            return dict(json.load(answer))

    def tell(self, **changes: Any) -> dict[str, Any]:
        """Change it (POST /control)."""
        request = urllib.request.Request(
            self._control,
            data=json.dumps(changes).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return dict(json.load(answer))


@contextmanager
def simulator(*, seconds: float = 120, **options: object) -> Iterator[RunningSimulator]:
    """A simulator on a free port for the length of the block; options are those of its command.

    RuntimeError if it isn't ready in time.
    """
    words = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", str(value))]
    process = subprocess.Popen(
        [sys.executable, "-m", "intacct.simulator", "--port", "0", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(seconds, process.kill)
    watchdog.start()
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        watchdog.cancel()
        if not line.startswith(READY):
            raise RuntimeError("The simulator did not start.")
        yield RunningSimulator(line.removeprefix(READY).split()[0])
    finally:
        watchdog.cancel()
        process.terminate()
        process.wait(timeout=20)
        if process.stdout:
            process.stdout.close()
