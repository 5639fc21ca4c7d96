"""Collects a run's warnings and stores them with its outcome (I-8)."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, TypedDict

from django.db.models import QuerySet
from django.utils import timezone

from integrations.duplicates.codes import DUPLICATES, Code
from integrations.duplicates.models import Resolution, RunWarning, Warning

if TYPE_CHECKING:
    from integrations.runs.models import Run

# More of one code than a person reads: the rest is told as a number, so that memory stays flat.
MOST_PER_CODE = 500
MOST_SIDES = 50
CHUNK = 400  # keeps below SQLite's limit of variables
MORE = "and more"
# What a later run may open again: a person's answer stays (I-8).
REOPENABLE = (Resolution.OPEN, Resolution.GONE)


class Side(TypedDict):
    """A record that a warning leads to: its kind ("client", "invoice"), its id here (None if it has none)
    and what it is called ("C-17 Acme Motors")."""

    kind: str
    id: int | None
    label: str


@dataclass(frozen=True, slots=True)
class _Found:
    code: str
    fingerprint: str
    message: str
    sides: list[Side]
    members: frozenset[int] = frozenset()  # of a group of duplicates, if all are here and are told


class WarningCollector:
    """The warnings of one run, in memory until its outcome is written."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], _Found] = {}
        self._kept: Counter[str] = Counter()
        self._more: Counter[str] = Counter()

    def add(
        self, code: Code, message: str, *, sides: Iterable[Side] = (), fingerprint: str | None = None
    ) -> None:
        """Warn of something. Equal fingerprints are one warning, also over runs: without one given it is
        made from the sides (kind and id, else label), or from the message where there are none."""
        every_side = [Side(kind=s["kind"], id=s["id"], label=_storable(s["label"])) for s in sides]
        basis = fingerprint if fingerprint is not None else _basis(message, every_side)
        found = _Found(
            code.value,
            _digest(basis),
            _storable(message),
            every_side[:MOST_SIDES],
            _members(code, every_side),
        )
        key = (found.code, found.fingerprint)
        if key in self._found:
            return
        if self._kept[found.code] >= MOST_PER_CODE:
            self._more[found.code] += 1
            return
        self._kept[found.code] += 1
        self._found[key] = found

    def is_full(self, code: Code) -> bool:
        """Whether more of this code are only counted, so that their finder need not make them."""
        return self._kept[code.value] >= MOST_PER_CODE

    def add_uncollected(self, code: Code, number: int) -> None:
        """Count more of a code than their finder handed over: only their number is told."""
        if number > 0:
            self._more[code.value] += number

    def to_json(self) -> dict[str, Any]:
        """All that was collected, to be stored and taken up again (I-9)."""
        kept = [[one.code, one.fingerprint, one.message, one.sides] for one in self._found.values()]
        return {"found": kept, "more": dict(self._more)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> WarningCollector:
        """A collector that goes on where `to_json` was called."""
        collector = cls()
        for code, fingerprint, message, sides in stored["found"]:
            found = _Found(code, fingerprint, message, sides, _members(Code(code), sides))
            collector._found[code, fingerprint] = found
            collector._kept[code] += 1
        collector._more.update(stored["more"])
        return collector

    def __len__(self) -> int:
        return len(self._found) + sum(self._more.values())

    def store(self, run: Run, *, is_complete: bool = True) -> int:
        """Write them, linked to the run, and answer how many are open.

        One that an earlier run of the same operation and connection opened is the same row again;
        one that a person answered stays answered and counts for nothing, and so does a group all of
        whose members are in one that was answered *They are different*. Open ones that this run
        did not see are closed as gone, unless it broke off (`is_complete` False) or saw more than
        it could keep. Belongs in the transaction that writes the outcome.
        """
        now = timezone.now()
        found = [*_asked_about(run, self._found.values()), *self._and_more()]
        open_ids: list[int] = []
        for chunk in _chunks(found, CHUNK):
            open_ids += _store_chunk(run, chunk, now)
        RunWarning.objects.bulk_create(
            (RunWarning(run_id=run.pk, warning_id=pk) for pk in open_ids), batch_size=CHUNK
        )
        if is_complete:
            _of(run).filter(resolution=Resolution.OPEN, last_seen_at__lt=now).exclude(
                code__in=list(self._more)
            ).update(resolution=Resolution.GONE, closed_at=now)
        return len(open_ids)

    def _and_more(self) -> Iterator[_Found]:
        for code, number in self._more.items():
            yield _Found(code, _digest(MORE), f"{Code(code).label}: and {number:,} more like these.", [])


def _of(run: Run) -> QuerySet[Warning]:
    return Warning.objects.filter(
        company_id=run.company_id, connection_id=run.connection_id, operation=run.operation
    )


def _asked_about(run: Run, found: Collection[_Found]) -> list[_Found]:
    """Without groups that are what is left of one that a person answered: nothing in them is new (I-8)."""
    answers: dict[tuple[str, int], list[tuple[str, frozenset[int]]]] = {}
    if codes := {one.code for one in found if one.members}:
        answered = _of(run).filter(resolution=Resolution.DIFFERENT, code__in=codes)
        for code, fingerprint, sides in answered.values_list("code", "fingerprint", "sides").iterator():
            members = frozenset(side["id"] for side in sides)
            for member in members:
                answers.setdefault((code, member), []).append((fingerprint, members))
    return [
        one
        for one in found
        if not one.members
        # The answered one itself goes on: it is seen again, and stays answered.
        or not any(
            one.members <= members and one.fingerprint != fingerprint
            for fingerprint, members in answers.get((one.code, min(one.members)), ())
        )
    ]


def _members(code: Code, sides: Sequence[Side]) -> frozenset[int]:
    ids = [side["id"] for side in sides]
    if code not in DUPLICATES or len(ids) >= MOST_SIDES:
        return frozenset()
    return frozenset() if None in ids else frozenset(pk for pk in ids if pk is not None)


def _store_chunk(run: Run, chunk: Sequence[_Found], now: datetime) -> list[int]:
    """The ids of those that are open now."""
    by_key = {(found.code, found.fingerprint): found for found in chunk}
    known = (
        _of(run)
        .select_for_update()
        .filter(
            code__in={found.code for found in chunk},
            fingerprint__in={found.fingerprint for found in chunk},
        )
    )
    same: list[int] = []
    changed: list[Warning] = []
    answered: list[int] = []
    for row in known:
        found = by_key.pop((row.code, row.fingerprint), None)
        if found is None:
            continue
        if row.resolution not in REOPENABLE:
            answered.append(row.pk)
        elif row.resolution == Resolution.OPEN and (row.message, row.sides) == (found.message, found.sides):
            same.append(row.pk)
        else:
            if row.resolution:
                row.resolution, row.closed_at, row.opened_at = Resolution.OPEN, None, now
            row.message, row.sides, row.last_seen_at = found.message, found.sides, now
            changed.append(row)
    Warning.objects.filter(pk__in=same + answered).update(last_seen_at=now)
    Warning.objects.bulk_update(
        changed, ["resolution", "closed_at", "opened_at", "message", "sides", "last_seen_at"]
    )
    new = Warning.objects.bulk_create(
        Warning(
            company_id=run.company_id,
            connection_id=run.connection_id,
            operation=run.operation,
            code=found.code,
            fingerprint=found.fingerprint,
            message=found.message,
            sides=found.sides,
            opened_at=now,
            last_seen_at=now,
        )
        for found in by_key.values()
    )
    return same + [row.pk for row in changed] + [row.pk for row in new]


def _basis(message: str, sides: Sequence[Side]) -> str:
    if not sides:
        return message
    return json.dumps(sorted([side["kind"], str(side["id"] or side["label"])] for side in sides))


def _storable(text: str) -> str:
    """Without the one character that PostgreSQL keeps in no text."""
    return text.replace("\x00", "")


def _digest(basis: str) -> str:
    return hashlib.sha256(basis.encode()).hexdigest()


def _chunks(items: Iterable[_Found], size: int) -> Iterator[list[_Found]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
