"""What a job is given: the run that it carries out, and how to speak to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from integrations.connections.models import Connection
from integrations.duplicates.collector import WarningCollector
from integrations.runs import nudges
from integrations.runs.models import COUNT_NAMES, GatewayRequest, Heartbeat, Operation, Outcome, Run
from reconpro.company.models import Company

# An export that leaves any of these behind did not simply succeed.
TROUBLE = ("failed", "unknown", "conflict", "blocked")


@dataclass
class RunFailed(Exception):
    """The run can't go on, for a reason that an admin understands (R-3).

    `message` is a sentence, `advice` what to do next; `code` and `text` the gateway's own words.
    """

    message: str
    advice: str = ""
    code: str = ""
    text: str = ""

    def __str__(self) -> str:
        return self.message


class OutOfDate(RunFailed):
    """What was to be applied is not what it would come to by now, so nothing was; it is read again (I-9)."""


class Cancelled(Exception):
    """Somebody asked the run to stop; it does so at this clean point (R-1)."""


class RunClosed(Exception):
    """The run has its outcome already: this worker is late and may change nothing (R-3)."""


class RequestLine(Protocol):
    """One request as a gateway's client tells it; holds no secret (R-4)."""

    @property
    def control_id(self) -> str: ...
    @property
    def function(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def milliseconds(self) -> int: ...
    @property
    def http_status(self) -> int | None: ...
    @property
    def error_number(self) -> str: ...
    @property
    def error_text(self) -> str: ...
    @property
    def support_id(self) -> str: ...
    @property
    def records(self) -> int | None: ...


def keep_request(company: Company, line: RequestLine, run: Run | None = None) -> GatewayRequest:
    """Write one request to the log, at once (R-4, P-4); `run` None for Test Connection and look-ups."""

    def text(value: str, length: int = 2000) -> str:
        return value.replace("\x00", "")[:length]

    return GatewayRequest.objects.create(
        company=company,
        run=run,
        control_id=text(line.control_id, 256),
        function=text(line.function, 120),
        started_at=line.started_at,
        milliseconds=max(line.milliseconds, 0),
        http_status=line.http_status,
        error_number=text(line.error_number, 200),
        error_text=text(line.error_text),
        support_id=text(line.support_id, 200),
        records=line.records,
    )


ProgressListener = Callable[[str, int, int | None], None]


class RunContext:
    """A job's view of its run. `run` is active; `warnings` are stored by `finish`."""

    def __init__(
        self,
        run: Run,
        *,
        on_progress: ProgressListener | None = None,
        asked_to_stop: Callable[[], bool] | None = None,
    ) -> None:
        self.run = run
        self.company: Company = run.company
        self.connection: Connection | None = run.connection
        self.warnings = WarningCollector()
        # What of the provider's settings an import depends on, as the run began (I-9).
        self.settings_seen: str | None = None
        self.note = ""  # a sentence that goes before the outcome's own message
        self.phase, self.done, self.total = "", 0, None  # type: str, int, int | None
        self.counts_so_far: dict[str, int] = {}
        self.has_settled = False
        # Set by the heartbeat when it finds that the run has its outcome.
        self.closed = threading.Event()
        self.has_heartbeat = False
        self._on_progress = on_progress
        self._asked_to_stop = asked_to_stop
        self._looked_at = 0.0

    def progress(self, phase: str, done: int = 0, total: int | None = None) -> None:
        """Tell how far the run is: "Reading customers", 2000, 5000. Call it as often as you like.

        Raises Cancelled or RunClosed when the run is to stop. Between two looks at the database lie
        RUN_PROGRESS_SECONDS, but a new phase always looks.
        """
        new_phase = phase != self.phase
        self.phase, self.done, self.total = phase[:80], done, total
        if self._on_progress:
            self._on_progress(phase, done, total)
        if new_phase:
            self._looked_at = 0.0
        if self.checkpoint():
            self.beat()

    def checkpoint(self) -> bool:
        """Only ask whether to stop; raises Cancelled or RunClosed. True if the database was asked."""
        if self.closed.is_set():
            raise RunClosed
        if self._asked_to_stop and self._asked_to_stop():
            raise Cancelled
        now = time.monotonic()
        if self._looked_at and now - self._looked_at < settings.RUN_PROGRESS_SECONDS:
            return False
        self._looked_at = now
        row = Run.objects.filter(pk=self.run.pk).values_list("outcome", "cancel_requested_at").first()
        if row is None or row[0]:
            self.closed.set()
            raise RunClosed
        if row[1]:
            raise Cancelled
        return True

    def beat(self) -> bool:
        """Write a sign of life and the progress; False if the run has its outcome already."""
        if transaction.get_connection().in_atomic_block and self.has_heartbeat:
            # Within the job's transaction the row would stay locked, and stop the heartbeat's thread.
            return True
        beats = Heartbeat.objects.filter(run_id=self.run.pk, run__outcome=Outcome.OPEN).update(
            beat_at=timezone.now(), phase=self.phase, done=self.done, total=self.total
        )
        return bool(beats)

    def record_request(self, record: RequestLine) -> None:
        """Keep one request to the gateway (R-4). May be called from a thread that fetches ahead, which
        then closes its own database connection when it ends."""
        keep_request(self.company, record, self.run)

    def settled(self, counts: Mapping[str, int]) -> None:
        """What is done for good so far, told again after each batch: kept whatever the outcome.

        An export's invoices stay exported when the run fails or is cancelled later; an import has
        nothing to tell here (R-5).
        """
        self.counts_so_far = _checked(counts)
        self.has_settled = True

    def lock_open(self) -> None:
        """Lock the run's row until the transaction ends; the last clean point of an import.

        Raises RunClosed if it has its outcome, Cancelled if an import was asked to stop (an export
        has sent all by then).
        """
        _require_transaction("lock_open")
        run = Run.objects.select_for_update(of=("self",)).filter(pk=self.run.pk, outcome=Outcome.OPEN).first()
        if run is None:
            self.closed.set()
            raise RunClosed
        if run.cancel_requested_at and run.operation != Operation.EXPORT_INVOICES:
            raise Cancelled

    def finish(
        self,
        *,
        counts: Mapping[str, int],
        message: str = "",
        list_complete: bool = False,
        signed_in_as: str = "",
        keeps_warnings: bool = True,
    ) -> None:
        """Write outcome, counts and warnings in the caller's transaction, so that they hold together
        with what was applied or not at all (R-5). Raises RunClosed if another outcome came first.

        With `keeps_warnings` False none is stored: a check changed nothing that could be warned of (I-9).
        """
        _require_transaction("finish")
        numbers = _checked(counts)
        warnings = self.warnings.store(self.run) if keeps_warnings else 0
        warned = bool(warnings) or any(numbers.get(name) for name in TROUBLE)
        closed = Run.objects.filter(pk=self.run.pk, outcome=Outcome.OPEN, started_at__isnull=False).update(
            outcome=Outcome.WARNED if warned else Outcome.SUCCEEDED,
            finished_at=timezone.now(),
            message=f"{self.note} {message}".strip(),
            warning_count=warnings,
            list_complete=list_complete,
            signed_in_as=signed_in_as[:300],
            **{f"{name}_count": value for name, value in numbers.items()},
        )
        if not closed:
            self.closed.set()
            raise RunClosed
        company_id = self.run.company_id
        transaction.on_commit(lambda: nudges.nudge_next(company_id))


def _checked(counts: Mapping[str, int]) -> dict[str, int]:
    if unknown := set(counts) - set(COUNT_NAMES):
        raise ValueError(f"A run has no such counts: {', '.join(sorted(unknown))}.")
    return dict(counts)


def _require_transaction(verb: str) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{verb}() belongs inside transaction.atomic(): it holds with the rest or not.")
