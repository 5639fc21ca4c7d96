"""What happens to a drill's requests and to its worker, and when: the same for the same seed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# Groups of faults as people tell them apart -> the simulator's own faults of that sort
GROUPS: dict[str, tuple[dict[str, Any], ...]] = {
    "answer lost after the work": ({"kind": "drop_after"}, {"kind": "http_500", "when": "after"}),
    "lost before the work": ({"kind": "drop_before"},),
    "throttled": ({"kind": "http_429"}, {"kind": "rate_text"}),
    "cut": ({"kind": "cut"}, {"kind": "cut_connection"}),
    "5xx": (
        {"kind": "http_500", "when": "before"},
        {"kind": "http_502"},
        {"kind": "http_503"},
        {"kind": "http_504"},
        {"kind": "http_524"},
    ),
    "session expired": ({"kind": "expired_session"},),
}
UNTIL = 0.75  # of the invoices: what is left lets the last faults meet a request
MOST_SKIPPED = 2  # requests that a fault lets pass first
LONGEST_DELAY_SECONDS = 0.4  # between the moment in the plan and the kill: any line of a batch may be the one


@dataclass(frozen=True)
class PlannedFault:
    """A fault that is given to the simulator when `at` invoices are exported."""

    at: int
    group: str
    fault: dict[str, Any]


@dataclass(frozen=True)
class PlannedKill:
    """The worker is killed this long after `at` invoices were exported."""

    at: int
    delay_seconds: float


@dataclass(frozen=True)
class Plan:
    """Both in the order in which they come."""

    faults: tuple[PlannedFault, ...]
    kills: tuple[PlannedKill, ...]


def make_plan(*, seed: int, invoices: int, each: int, kills: int, function: str) -> Plan:
    """At least `each` faults of every group meet a request with `function`; a quarter more meet any."""
    chance = random.Random(seed)
    last = int(invoices * UNTIL)
    planned = []
    for group, faults in GROUPS.items():
        for number in range(each + each // 4):
            aimed = {"function": function} if number < each else {}
            fault = {**faults[number % len(faults)], **aimed, "skip": chance.randint(0, MOST_SKIPPED)}
            planned.append(PlannedFault(chance.randrange(last), group, fault))
    moments = sorted(chance.randrange(last) for _ in range(kills))
    return Plan(
        tuple(sorted(planned, key=lambda each_one: each_one.at)),
        tuple(PlannedKill(at, chance.uniform(0, LONGEST_DELAY_SECONDS)) for at in moments),
    )


def met(given: Sequence[PlannedFault], left: Sequence[dict[str, Any]]) -> dict[str, int]:
    """How many of each group met a request: those that were given and that the simulator has not left."""
    told = Counter(str(fault["kind"]) + str(fault.get("function", "")) for fault in left)
    counts = dict.fromkeys(GROUPS, 0)
    for planned in given:
        name = planned.fault["kind"] + planned.fault.get("function", "")
        if told[name] > 0:
            told[name] -= 1
        else:
            counts[planned.group] += 1
    return counts
