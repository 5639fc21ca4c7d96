"""Starting the product's processes, for the demo and for scripts that show it at work."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class Processes:
    """Child processes that end together, each in a group of its own."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)
        self._running: dict[str, subprocess.Popen[str]] = {}

    def start(self, name: str, *command: str, **popen: Any) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            command, env=self.environment, cwd=ROOT, start_new_session=True, text=True, **popen
        )
        self._running[name] = process
        return process

    def manage(self, *arguments: str, **extra_environment: str) -> "subprocess.CompletedProcess[str]":
        """Run one `manage.py` command to its end; standard output is captured."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            env={**self.environment, **extra_environment},
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
        )

    def run_module(self, module: str, *arguments: str, **extra_environment: str) -> None:
        """Run `python -m module` to its end; raises CalledProcessError if it fails."""
        subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env={**self.environment, **extra_environment},
            cwd=ROOT,
            check=True,
        )

    def ended(self) -> str:
        """The name of a process that has ended by itself, or ""."""
        return next((name for name, p in self._running.items() if p.poll() is not None), "")

    def stop(self, *names: str) -> None:
        """End those named, or all, politely and then not."""
        chosen = {n: p for n, p in self._running.items() if not names or n in names}
        for process in chosen.values():
            if process.poll() is None:
                process.terminate()  # each ends its own children in good order
        for name, process in chosen.items():
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            del self._running[name]

    def kill(self) -> None:
        """End all with what they started, at once: for a product that is thrown away."""
        for process in self._running.values():
            with suppress(ProcessLookupError):  # it ended by itself
                os.killpg(process.pid, signal.SIGKILL)
        for process in self._running.values():
            process.wait()
        self._running.clear()


def free_port(preferred: int = 0) -> int:
    """A free port of loopback: the preferred one if it is free."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", preferred))
        except OSError:
            listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Simulator:
    """The local gateway as a process, and its control address."""

    def __init__(self, processes: Processes, *, port: int = 0, **options: object) -> None:
        self.port = free_port(port)
        arguments = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        process = processes.start(
            "simulator",
            *(sys.executable, "manage.py", "intacct_simulator", "--port", str(self.port), *arguments),
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        self.ready_line = process.stdout.readline().strip()
        if not self.ready_line:
            raise RuntimeError("The simulator did not start.")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/ia/xml/xmlgw.phtml"

    def state(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/control") as answer:
            return dict(json.load(answer))

    def papers(self, kind: str) -> list[dict[str, Any]]:
        """Everything in its ledger of one kind: "documents" (Order Entry) or "invoices" (AR)."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/control/{kind}") as answer:
            return list(json.load(answer))

    def tell(self, **changes: Any) -> dict[str, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/control",
            data=json.dumps(changes).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            return dict(json.load(answer))


def wait_until_answers(url: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
