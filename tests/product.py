"""The whole product as real processes on a database of its own: web, worker, scheduler, simulator.

SQLite with the file-system broker, or, where DATABASE_URL names a PostgreSQL, a new database there with
Redis as the broker.
"""

import os
import secrets
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import lxml.html
import psycopg2
import requests

from tests import services
from tools.processes import Processes, Simulator, free_port, wait_until_answers

ADMINISTRATOR = "admin@demo.example"
PASSWORD = "a long enough password"
SENDER_PASSWORD = "sender-secret"
USER_PASSWORD = "user-secret"
# Seconds where operators have minutes.
QUICK = {
    "RUN_HEARTBEAT_SECONDS": "0.5",
    "RUN_STALE_AFTER_SECONDS": "3",
    "RUN_NUDGE_AGAIN_AFTER_SECONDS": "2",
    "RUN_SWEEP_SECONDS": "1",
    "EXPORT_READ_BACK_SECONDS": "1",
    "SCHEDULE_SCAN_SECONDS": "1",
    "GATEWAY_FIRST_BACKOFF_SECONDS": "0.1",
    "GATEWAY_LONGEST_BACKOFF_SECONDS": "0.5",
    # A request must fit into a turn with room to spare on a busy machine; the sweep frees a dead run's turn.
    "GATEWAY_TURN_SECONDS": "40",
}

_empty_database: list[bytes] = []


class Product:
    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        mail = {"EMAIL_URL": f"filemail:///{folder / 'mail'}"}  # a file each, to be read by a test
        self.processes = Processes({**os.environ, **QUICK, **mail, **environment, "VAR_DIR": str(folder)})
        self.database_url = environment.get("DATABASE_URL", "")
        self.simulator: Simulator
        self.url = ""
        self.workers = 0

    def manage(self, *arguments: str, **environment: str) -> str:
        result = self.processes.manage(*arguments, **environment)
        assert result.returncode == 0, f"{arguments} ended with {result.returncode}: {result.stdout}"
        return result.stdout

    def start(self, **simulator_options: object) -> None:
        self._create_tables()
        self.manage(
            *("create_company", "--code", "demo", "--name", "Demo Reconditioning"),
            *("--edition", "enterprise", "--feature", "intacct", "--admin-email", ADMINISTRATOR),
            ADMIN_PASSWORD=PASSWORD,
        )
        self.simulator = Simulator(self.processes, **simulator_options)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.processes.start(
            "web",
            *(sys.executable, "-m", "gunicorn", "reconpro.wsgi", "--bind", f"127.0.0.1:{port}"),
            *("--workers", "1", "--threads", "4", "--log-level", "warning"),
        )
        self.start_worker()
        self._celery("scheduler", "beat")
        wait_until_answers(f"{self.url}/sign-in/")

    def _create_tables(self) -> None:
        """Migrate an empty database; on SQLite once in a test process, and then a copy of it does."""
        if self.database_url:
            self.manage("migrate", "--verbosity", "0")
            return
        database = self.folder / "reconpro.sqlite3"
        if not _empty_database:
            self.manage("migrate", "--verbosity", "0")
            _empty_database.append(database.read_bytes())
        else:
            database.write_bytes(_empty_database[0])

    def configure(self, *more: str, version: str = "v3.0") -> None:
        """The settings, as an operator enters them."""
        self.manage(
            *("intacct_configure", "--company", "demo", "--sender-id", "recon_sender"),
            *("--dtd-version", version, "--auth-user-id", "recon_ws"),
            *("--auth-company-id", "ACME-SANDBOX", "--post-url", self.simulator.url),
            *("--default-team", "Main shop", *more),
            INTACCT_SENDER_PASSWORD=SENDER_PASSWORD,
            INTACCT_AUTH_PASSWORD=USER_PASSWORD,
        )

    def _celery(self, name: str, *arguments: str) -> Any:
        return self.processes.start(
            name, *(sys.executable, "-m", "celery", "-A", "reconpro", *arguments, "--loglevel", "WARNING")
        )

    def start_worker(self) -> None:
        self.workers += 1
        self.worker = self._celery(f"worker-{self.workers}", "worker", "--concurrency", "2")

    def kill_worker(self) -> None:
        """SIGKILL for the worker and all its children: nothing of it gets to clean up."""
        os.killpg(self.worker.pid, signal.SIGKILL)
        self.processes.stop(f"worker-{self.workers}")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What the database holds, past all our code."""
        if self.database_url:
            dsn = psycopg2_dsn(self.database_url)
            with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall()
        with closing(sqlite3.connect(self.folder / "reconpro.sqlite3", timeout=30)) as connection:
            return connection.execute(sql).fetchall()

    def execute(self, sql: str) -> None:
        """Change what the database holds, past all our code."""
        if self.database_url:
            dsn = psycopg2_dsn(self.database_url)
            with closing(psycopg2.connect(dsn)) as connection, connection, connection.cursor() as cursor:
                cursor.execute(sql)
            return
        with closing(sqlite3.connect(self.folder / "reconpro.sqlite3", timeout=30)) as connection, connection:
            connection.execute(sql)

    def value(self, sql: str) -> Any:
        return self.rows(sql)[0][0]

    def wait_for(self, what: str, condition: Callable[[], Any], seconds: float = 60) -> Any:
        """Poll until the condition holds; its value. Fails with `what` when the time is up."""
        end = time.monotonic() + seconds
        while not (value := condition()):
            assert time.monotonic() < end, f"Waited {seconds} s for {what}."
            time.sleep(0.1)
        return value


class Visitor:
    """A signed-in person without a browser: opens pages and presses buttons by their words."""

    def __init__(self, product: Product, username: str = ADMINISTRATOR, password: str = PASSWORD) -> None:
        self.base = product.url
        self.http = requests.Session()
        self.press("/sign-in/", "Sign in", username=username, password=password)

    def open(self, path: str) -> Any:
        answer = self.http.get(urljoin(self.base, path), timeout=60)
        assert answer.ok, f"{path} answered {answer.status_code}"
        return lxml.html.fromstring(answer.text, base_url=answer.url)

    def press(self, path: str, button: str, **fields: str) -> Any:
        """Open the page, fill in the fields of the button's form and send it; the page that follows."""
        page = self.open(path)
        found = [
            b for b in page.iter("button", "input") if (b.get("value") or b.text_content()).strip() == button
        ]
        assert found, f"{path} has no button {button!r}"
        form = next(f for f in found[0].iterancestors("form"))
        values = {**dict(form.form_values()), **fields}
        if found[0].get("name"):
            values[found[0].get("name")] = found[0].get("value") or ""
        target = found[0].get("formaction") or form.get("action") or page.base_url
        answer = self.http.request(
            (form.get("method") or "get").upper(),
            urljoin(page.base_url, target),
            data=values,
            timeout=60,
            headers={"Referer": page.base_url},
        )
        assert answer.ok, f"{button} answered {answer.status_code}"
        return lxml.html.fromstring(answer.text, base_url=answer.url)


def psycopg2_dsn(url: str) -> str:
    """The same database in the scheme that libpq reads."""
    return url.replace("postgres://", "postgresql://", 1)


@contextmanager
def running_product(folder: Path) -> Iterator[Product]:
    """A product that is not started yet; all its processes end with it."""
    server = os.environ.get("DATABASE_URL", "")
    environment = {"DATABASE_URL": "", "CELERY_BROKER_URL": ""}
    name = f"journey_{secrets.token_hex(4)}"
    if server.startswith("postgres"):
        _administer(server, f"CREATE DATABASE {name}")
        parts = urlsplit(server)
        environment["DATABASE_URL"] = urlunsplit(parts._replace(path=f"/{name}"))
        with services.redis() as redis_url:
            environment["CELERY_BROKER_URL"] = f"{redis_url.rsplit('/', 1)[0]}/{secrets.randbelow(14) + 1}"
            product = Product(folder, environment)
            try:
                yield product
            finally:
                product.processes.kill()
                _administer(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        return
    product = Product(folder, {k: v for k, v in environment.items() if v})
    for variable in environment:
        product.processes.environment.pop(variable, None)
    try:
        yield product
    finally:
        product.processes.kill()


def _administer(url: str, sql: str) -> None:
    with closing(psycopg2.connect(psycopg2_dsn(url))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
