"""Runs in words: what one waits for, how far it is, how it stands. Shared by pages and terminal."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from integrations.runs.models import Heartbeat, Mode, Operation, Outcome, Run

# Bootstrap's colour of each state; words always stand beside it.
COLOURS = {
    Outcome.SUCCEEDED: "success",
    Outcome.WARNED: "warning",
    Outcome.FAILED: "danger",
    Outcome.CANCELLED: "secondary",
    Outcome.INTERRUPTED: "danger",
}


# Of a check's counts: nothing of it was done.
WOULD = {
    "created": "to create",
    "updated": "to change",
    "archived": "to archive",
    "restored": "to restore",
    "skipped": "to skip",
}


# Of a month that was compared.
COMPARED = {
    "unchanged": "agree",
    "skipped": "differ or were numbered by others",
    "conflict": "differences",
}


@dataclass(frozen=True)
class State:
    """How a run stands, in a word or two and a Bootstrap colour."""

    label: str
    colour: str


@dataclass(frozen=True)
class Progress:
    """An open run as its page shows it. `sentence` changes with the phase only, so it can be read aloud."""

    sentence: str
    done: int = 0
    total: int | None = None
    elapsed: str = ""
    remaining: str = ""
    is_stopping: bool = False

    @property
    def capped_done(self) -> int:
        return min(self.done, self.total) if self.total else self.done


def state_of(run: Run) -> State:
    if run.outcome:
        label = "Checked" if run.is_check and run.outcome == Outcome.SUCCEEDED else run.get_outcome_display()
        return State(label, COLOURS[Outcome(run.outcome)])
    if run.started_at is None:
        return State("Waiting", "secondary")
    return State("Stopping" if run.cancel_requested_at else "Running", "primary")


def progress_of(run: Run) -> Progress:
    """Costs one query, for the heartbeat, or two for what a queued run waits for."""
    if run.outcome:
        return Progress(sentence=run.message)
    now = timezone.now()
    if run.started_at is None:
        elapsed = duration((now - run.queued_at).total_seconds())
        return Progress(sentence=waits_for(run), elapsed=elapsed)
    beat = Heartbeat.objects.filter(run_id=run.pk).first() or Heartbeat(run_id=run.pk)
    seconds = (now - run.started_at).total_seconds()
    return Progress(
        sentence="Stopping at the next clean point" if run.cancel_requested_at else beat.phase or "Starting",
        done=beat.done,
        total=beat.total,
        elapsed=duration(seconds),
        remaining=_estimate(beat.done, beat.total, seconds),
        is_stopping=run.cancel_requested_at is not None,
    )


def _estimate(done: int, total: int | None, seconds: float) -> str:
    """How long it may still take, once enough is done to tell."""
    if not total or not done or done >= total or seconds < 1:
        return ""
    return duration(seconds * (total - done) / done)


def waits_for(run: Run) -> str:
    """What a queued run waits for (R-2)."""
    before = (
        Run.objects.filter(company_id=run.company_id, outcome=Outcome.OPEN)
        .exclude(pk=run.pk)
        .order_by("queued_at", "id")
    )
    active = next((other for other in before if other.started_at), None)
    if active:
        return f"Waiting for {active.title}, which is running."
    earlier = [other for other in before if (other.queued_at, other.pk) < (run.queued_at, run.pk)]
    if earlier:
        return f"Waiting for {earlier[-1].title}, which is before it in the queue."
    return "Waiting for a free worker."


def seconds_of(run: Run) -> float | None:
    """How long it was active; None if it never was, or still is."""
    if run.started_at is None or run.finished_at is None:
        return None
    return (run.finished_at - run.started_at).total_seconds()


def told_counts(run: Run) -> list[tuple[str, int]]:
    """The counts worth telling, in the order of COUNT_NAMES: all that aren't zero, and always how many
    were read or exported, but for an Apply that came to nothing: it reads nothing itself. A check's in words
    for what would be (I-9)."""
    main = "exported" if run.operation == Operation.EXPORT_INVOICES else "read"
    if run.mode == Mode.APPLY and run.outcome not in (Outcome.SUCCEEDED, Outcome.WARNED):
        main = ""
    words = WOULD if run.is_check else COMPARED if run.operation == Operation.COMPARE_MONTH else {}
    return [(words.get(name, name), number) for name, number in run.counts.items() if number or name == main]


def untold_counts(run: Run) -> list[tuple[str, int]]:
    """`told_counts` for a place that shows the run's message beside them: none where that tells them, as it
    does of an export that came to its end."""
    ended = run.outcome in (Outcome.SUCCEEDED, Outcome.WARNED)
    is_told = ended and run.operation == Operation.EXPORT_INVOICES and run.message
    return [] if is_told else told_counts(run)


def counts_sentence(run: Run) -> str:
    """The same in a line: "5,000 read, 3 created, 4,997 unchanged"."""
    return ", ".join(f"{number:,} {name}" for name, number in told_counts(run))


def duration(seconds: float) -> str:
    """A length of time in at most two units: "19 ms", "0.4 s", "12 s", "3 min 5 s", "2 h 10 min"."""
    if seconds < 0.1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 1:
        return f"{seconds:.1f} s"
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
