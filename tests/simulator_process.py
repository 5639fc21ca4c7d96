"""Starts the simulated gateway as a process of its own, for any test that needs a gateway.

with start_simulator(customers=100) as simulator:
    simulator.url                       # the address for requests
    simulator.tell(latency_ms=20)       # POST /control
    simulator.state()["customers"]      # GET /control
"""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

PROJECT = Path(__file__).resolve().parents[1]
READY = "Simulator ready at "
START_SECONDS = 60

SENDER_ID, SENDER_PASSWORD = "recon_sender", "sender-secret"
COMPANY_ID, OTHER_COMPANY_ID = "ACME-SANDBOX", "OTHER-CO"
USER_ID, USER_PASSWORD = "recon_ws", "user-secret"


@dataclass
class Simulator:
    """A running simulator. `url` is what goes into Post URL."""

    url: str
    process: subprocess.Popen[str]

    @property
    def port(self) -> int:
        port = urlsplit(self.url).port
        assert port
        return port

    @property
    def control_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/control"

    def tell(self, **changes: Any) -> dict[str, Any]:
        """POST to the control address; fails with the simulator's own sentence."""
        answer = requests.post(self.control_url, json=changes, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    def state(self, company: str = COMPANY_ID) -> dict[str, Any]:
        answer = requests.get(self.control_url, params={"company": company}, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    def documents(self, company: str = COMPANY_ID) -> list[dict[str, Any]]:
        """The Order Entry documents that the company holds, lines included."""
        url = f"{self.control_url}/documents"
        return requests.get(url, params={"company": company}, timeout=60).json()

    def invoices(self, company: str = COMPANY_ID) -> list[dict[str, Any]]:
        """The AR invoices that the company holds, lines included, by the gateway's field names."""
        url = f"{self.control_url}/invoices"
        return requests.get(url, params={"company": company}, timeout=60).json()

    def fault(self, kind: str, **options: Any) -> None:
        """Queue one fault; `intacct_simulator --help` lists them."""
        self.tell(faults=[{"kind": kind, **options}])

    def stop(self) -> None:
        """End it the polite way, as `make demo` does; a second call does nothing."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout=20)
        if self.process.stdout:
            self.process.stdout.close()


@contextlib.contextmanager
def start_simulator(*, environment: dict[str, str] | None = None, **options: Any) -> Iterator[Simulator]:
    """A simulator on a free port (or `port=`), stopped at the end of the block.

    Options are those of the command: customers, items, employees, departments, locations, entities,
    seed, latency_ms, state, fault.
    """
    options.setdefault("port", 0)
    words = [
        word
        for name, value in options.items()
        if value is not None
        for word in (f"--{name.replace('_', '-')}", str(value))
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "intacct.simulator", *words],
        cwd=PROJECT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        text=True,
    )
    # A process that never gets ready must end the test, not hang it.
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    simulator = Simulator("", process)
    try:
        assert process.stdout
        line = process.stdout.readline()
        watchdog.cancel()
        assert line.startswith(READY), f"The simulator did not start: {line or process.poll()!r}"
        simulator.url = line.removeprefix(READY).split()[0]
        yield simulator
    finally:
        watchdog.cancel()
        simulator.stop()
