"""Runs at the terminal, for operators and cron (R-7): what a provider's command is a thin shell over."""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from django.db.models import Sum

from integrations.runs import lifecycle, nudges
from integrations.runs.lifecycle import CheckOutOfDate, MustBeChecked, NotReady
from integrations.runs.models import COUNT_NAMES, GatewayRequest, Mode, Operation, Outcome, Run, StartedFrom
from integrations.runs.wording import counts_sentence, duration, seconds_of, waits_for
from reconpro.company.models import Company

logger = logging.getLogger(__name__)

SUCCEEDED, DID_NOT_SUCCEED, BUSY, MUST_BE_CHECKED = 0, 1, 3, 4
POLL_SECONDS = 0.5


def run_operation(
    company: Company,
    operation: Operation,
    provider: str,
    *,
    as_json: bool = False,
    wait: bool = True,
    mode: Mode = Mode.WHOLE,
    applies: Run | None = None,
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """Run it in this process and answer the exit status: 0 succeeded (warnings too), 1 failed, cancelled
    or interrupted, 3 another run of the company is open and `wait` is False, 4 it must be checked first, or
    what was to be applied is out of date and was checked again (I-9, S-7).

    Waits its turn in the company's queue. Progress goes to `out`, or to `err` where `out` is to hold
    nothing but one JSON object. Ctrl-C cancels at the next clean point, a second one at once.
    """
    out, err = out or sys.stdout, err or sys.stderr
    terminal = Terminal(err if as_json else out)
    with stopping_politely() as asked_to_stop:
        try:
            run = _carried_out(company, operation, provider, wait, terminal, asked_to_stop, mode, applies)
            if mode == Mode.APPLY and (again := _check_after(run)):
                terminal.say(f"{run}: {run.message}")
                run = _until_closed(again, wait, terminal, asked_to_stop)
        except MustBeChecked as error:
            _tell(None, operation, f"{error} Run it with --check.", as_json, out, terminal, outcome="")
            return MUST_BE_CHECKED
        except NotReady as error:
            _tell(None, operation, str(error), as_json, out, terminal)
            return DID_NOT_SUCCEED
        except Busy as busy:
            _tell(None, operation, str(busy), as_json, out, terminal, outcome="")
            return BUSY
    _tell(run, operation, _message_of(run, mode), as_json, out, terminal)
    if run.outcome not in (Outcome.SUCCEEDED, Outcome.WARNED):
        return DID_NOT_SUCCEED
    return MUST_BE_CHECKED if mode == Mode.APPLY and run.is_check else SUCCEEDED


def _message_of(run: Run, asked_for: Mode) -> str:
    """A check's in words for what comes next."""
    if not run.is_check or run.outcome != Outcome.SUCCEEDED:
        return run.message
    why = (
        "What was to be applied is out of date, so it was checked again. " if asked_for == Mode.APPLY else ""
    )
    then = f"Nothing was changed. Look at it on its page, then apply it there or with --apply {run.pk}."
    return f"{why}{run.message} {then}".replace("  ", " ").strip()


def _check_after(run: Run) -> Run | None:
    """The check that a run left in the queue because it had nothing to apply any more."""
    if run.outcome != Outcome.FAILED:
        return None
    return Run.objects.filter(
        company=run.company, operation=run.operation, mode=Mode.CHECK, outcome=Outcome.OPEN, pk__gt=run.pk
    ).first()


class Busy(Exception):
    """Another run of the company is open, and the command was told not to wait."""


class Terminal:
    """Progress for a person: one line that is written over on a terminal, a line per phase elsewhere."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.is_terminal = stream.isatty()
        self._last = ""
        self._dirty = False
        self._written_at = 0.0

    def say(self, sentence: str) -> None:
        self.end_line()
        self.stream.write(f"{sentence}\n")
        self.stream.flush()

    def say_once(self, sentence: str) -> None:
        if sentence != self._last:
            self._last = sentence
            self.say(sentence)

    def progress(self, phase: str, done: int, total: int | None) -> None:
        if not self.is_terminal:
            self.say_once(phase)
            return
        now = time.monotonic()
        if phase == self._last and now - self._written_at < 0.1:
            return
        self._last, self._written_at, self._dirty = phase, now, True
        of = f" of {total:,}" if total is not None else ""
        self.stream.write(f"\r\x1b[K{phase}" + (f": {done:,}{of}" if done or total else ""))
        self.stream.flush()

    def end_line(self) -> None:
        if self._dirty:
            self.stream.write("\n")
            self._dirty = False


def _carried_out(
    company: Company,
    operation: Operation,
    provider: str,
    wait: bool,
    terminal: Terminal,
    asked_to_stop: threading.Event,
    mode: Mode,
    applies: Run | None,
) -> Run:
    try:
        run = _queued(company, operation, provider, wait, terminal, asked_to_stop, mode, applies)
    except CheckOutOfDate as stale:
        terminal.say(f"Out of date: {stale} It is checked again.")
        run = _queued(company, operation, provider, wait, terminal, asked_to_stop, Mode.CHECK, None)
    return _until_closed(run, wait, terminal, asked_to_stop)


def _until_closed(run: Run, wait: bool, terminal: Terminal, asked_to_stop: threading.Event) -> Run:
    """Carry it out, or wait until somebody else has."""
    while run.is_open:
        try:
            if asked_to_stop.is_set():
                lifecycle.request_cancel(run)
            if run.is_queued:
                run = lifecycle.carry_out(
                    run.pk, on_progress=terminal.progress, asked_to_stop=asked_to_stop.is_set
                )
            if run.is_open:
                if not wait:
                    lifecycle.request_cancel(run)  # somebody was faster: leave nothing in the queue
                    raise Busy(waits_for(run))
                # Queued behind others; or a worker took it, because this process was silent too long.
                terminal.say_once(waits_for(run) if run.is_queued else "A worker carries it out.")
                _wait(run)
        except KeyboardInterrupt:
            lifecycle.request_cancel(run)
        except Busy:
            raise
        except Exception:
            logger.exception("Run %s ended with an error of ours.", run.pk)
            _wait(run)
        run.refresh_from_db()
    return run


def _wait(run: Run) -> None:
    """A moment, in which the queue goes on and knows that this process is still there."""
    nudges.touch(run.pk)
    lifecycle.sweep(run.company)
    time.sleep(POLL_SECONDS)


def _queued(
    company: Company,
    operation: Operation,
    provider: str,
    wait: bool,
    terminal: Terminal,
    asked_to_stop: threading.Event,
    mode: Mode,
    applies: Run | None,
) -> Run:
    """A run of our own in the queue; waits while one of the same operation is open."""
    while True:
        lifecycle.sweep(company)
        other = Run.objects.filter(company=company, outcome=Outcome.OPEN).first()
        if other and not wait:
            state = "waits in the queue" if other.is_queued else "is running"
            raise Busy(f"{other.title} (run {other.pk}) {state}.")
        run, is_new = lifecycle.start(
            company,
            operation,
            provider=provider,
            started_from=StartedFrom.COMMAND,
            nudge=False,
            mode=mode,
            applies=applies,
        )
        if is_new:
            return run
        if not wait:
            raise Busy(f"{run.title} (run {run.pk}) was just started.")
        if asked_to_stop.is_set():
            raise NotReady("Stopped while waiting; nothing was started.")
        terminal.say_once(f"Waiting for run {run.pk}, the same operation, to end.")
        time.sleep(POLL_SECONDS)


@contextmanager
def stopping_politely() -> Iterator[threading.Event]:
    """Ctrl-C (or SIGTERM) sets the event, heard at the next clean point; a second one interrupts at once."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return

    def stop(_signal: int, _frame: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        # Past the stream's buffer, in whose middle the signal may have come.
        os.write(2, b"\nStopping at the next clean point. Ctrl-C again stops at once.\n")

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(
    run: Run | None,
    operation: Operation,
    message: str,
    as_json: bool,
    out: TextIO,
    terminal: Terminal,
    outcome: str = Outcome.FAILED,
) -> None:
    result = result_of(run, operation, message, outcome)
    if as_json:
        out.write(json.dumps(result) + "\n")
        out.flush()
    told = " ".join(filter(None, [message, run.advice if run else ""]))
    if run is None:
        terminal.say(told)
        return
    terminal.say(f"{run}: {run.get_outcome_display()} in {duration(result['seconds'])}. {told}".rstrip())
    if counted := counts_sentence(run) + _plural(run.warning_count, "warning"):
        terminal.say(f"  {counted}")
    if run.error_text or run.error_code:
        terminal.say(f"  The gateway's words: {run.error_code} {run.error_text}".rstrip())


def _plural(number: int, noun: str) -> str:
    return f"; {number:,} {noun}{'s' if number > 1 else ''}" if number else ""


def result_of(run: Run | None, operation: Operation, message: str, outcome: str = "") -> dict[str, Any]:
    """What `--json` prints: exactly these fields (docs/architecture.md). `seconds` is the active time."""
    requests: dict[str, Any] = {"seconds": None}
    calls = 0
    if run is not None:
        calls = GatewayRequest.objects.filter(run=run).count()
        requests = GatewayRequest.objects.filter(run=run).aggregate(seconds=Sum("milliseconds"))
    seconds = (seconds_of(run) if run else None) or 0.0
    return {
        "run_id": run.pk if run else None,
        "operation": str(operation),
        "outcome": str(run.outcome) if run else str(outcome),
        "message": message,
        "seconds": round(seconds, 3),
        "gateway_calls": calls,
        "gateway_seconds": round((requests["seconds"] or 0) / 1000, 3),
        "counts": run.counts if run else dict.fromkeys(COUNT_NAMES, 0),
        "warnings": run.warning_count if run else 0,
    }
