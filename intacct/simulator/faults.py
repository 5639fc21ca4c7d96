"""Faults on demand: what a real gateway, its proxies and the network do now and then.

They stand in a queue; a request meets the first one that matches it. `when` says whether the work was
done before things went wrong ("after") or not ("before").
"""

import json
import random
import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from .fault_kinds import (
    AFTER,
    BEFORE,
    COMMON_OPTIONS,
    KINDS,
    ONCE,
    OUTCOMES,
    REFUSALS,
    SPOILT,
    STANDING,
    listed,
    wrong_option,
)

__all__ = [
    "AFTER",
    "BEFORE",
    "COMMON_OPTIONS",
    "KINDS",
    "ONCE",
    "OUTCOMES",
    "REFUSALS",
    "STANDING",
    "BadFault",
    "Fault",
    "FaultQueue",
    "Strike",
    "listed",
    "read_words",
]
LISTS = frozenset(("query", "readByQuery", "readMore", "get_list"))  # what `short_list` can cut
OWN_OPTIONS = ("function", "object", "company", "times", "skip", "when", "probability")


class BadFault(ValueError):
    """A fault that can't be queued; `str()` is a sentence."""


@dataclass
class Fault:
    """One entry of the queue."""

    kind: str
    function: str = ""
    object: str = ""
    company: str = ""
    times: int = 1
    skip: int = 0
    when: str = ""
    probability: float = 1.0
    options: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, given: dict[str, Any]) -> "Fault":
        """From JSON; raises BadFault."""
        given = dict(given)
        kind = given.pop("kind", "")
        if kind not in KINDS:
            raise BadFault(f"There is no fault {kind!r}. Known: {', '.join(KINDS)}.")
        own = {name: given.pop(name) for name in OWN_OPTIONS if name in given}
        if not isinstance(own.get("times", 1), int) or not isinstance(own.get("skip", 0), int):
            raise BadFault("times and skip are whole numbers.")
        if own.get("when", BEFORE) not in (BEFORE, AFTER):
            raise BadFault("when is before or after.")
        if (kind in REFUSALS and own.get("when") == AFTER) or (kind in SPOILT and own.get("when") == BEFORE):
            raise BadFault(f"{kind} strikes {OUTCOMES[kind][0]} the work only.")
        probability = own.get("probability", 1)
        if isinstance(probability, bool) or not isinstance(probability, (int, float)):
            raise BadFault("probability is a number from 0 to 1.")
        if not 0 <= probability <= 1:
            raise BadFault("probability is a number from 0 to 1.")
        if not all(isinstance(own.get(name, ""), str) for name in ("function", "object", "company")):
            raise BadFault("function, object and company are names.")
        problem = wrong_option(kind, given)
        if problem:
            raise BadFault(problem)
        lasting = kind in STANDING or "probability" in own
        own.setdefault("times", -1 if lasting else 1)
        own.setdefault("when", OUTCOMES[kind][0] if kind in OUTCOMES else AFTER)
        return cls(kind=kind, options=given, **own)

    def matches(
        self, functions: Collection[str], objects: Iterable[str], company: str, *, in_session: bool
    ) -> bool:
        """Whether it can strike this request: what would have no effect on it waits for another one."""
        return (
            (self.kind != "expired_session" or in_session)
            and (self.kind != "short_list" or not LISTS.isdisjoint(functions))
            and (not self.function or self.function in functions)
            and (not self.object or self.object.lower() in {each.lower() for each in objects})
            and (not self.company or self.company == company)
        )

    def as_json(self) -> dict[str, Any]:
        named = {"function": self.function, "object": self.object, "company": self.company}
        told: dict[str, Any] = {name: value for name, value in named.items() if value}
        if self.probability < 1:
            told["probability"] = self.probability
        return {"kind": self.kind, **told, "times": self.times, "skip": self.skip, **self.options}


def read_words(text: str) -> dict[str, Any]:
    """`kind,name=value,...` as --fault takes it, as JSON has it; raises BadFault."""
    kind, _, rest = text.partition(",")
    given: dict[str, Any] = {"kind": kind.strip()}
    while rest:
        name, equals, rest = rest.partition("=")
        if not equals or not name.strip() or "," in name:
            raise BadFault(f"{name!r} in {text!r} is not of the form name=value.")
        given[name.strip()], rest = _first_value(rest)
    Fault.read(given)  # say now what is wrong with it
    return given


def _first_value(text: str) -> tuple[Any, str]:
    """The value that a text begins with, JSON with commas of its own or plain text, and what follows it."""
    try:
        value, end = json.JSONDecoder().raw_decode(text)
        if text[end : end + 1] in ("", ","):
            return value, text[end + 1 :]
    except ValueError:
        pass
    plain, _, rest = text.partition(",")
    return plain, rest


class Strike:
    """The faults that one request meets."""

    def __init__(self, faults: list[Fault]) -> None:
        self._faults = {fault.kind: fault for fault in faults}

    def get(self, kind: str) -> Fault | None:
        return self._faults.get(kind)

    def outcome(self, when: str) -> Fault | None:
        """The one fault that decides how the request ends, if it strikes at that time."""
        for kind, fault in self._faults.items():
            if kind in OUTCOMES and fault.when == when:
                return fault
        return None


class FaultQueue:
    """Faults in the order in which they were asked for. The dice fall the same way for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._dice = random.Random(seed)  # noqa: S311 (chance that can be repeated, not a secret)

    def roll_from(self, seed: int) -> None:
        """Start the dice anew, so that a run with faults by probability can be repeated."""
        with self._lock:
            self._dice.seed(seed)

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.as_json() for fault in self._faults]

    def strike(
        self, functions: list[str], objects: list[str], company: str, *, in_session: bool = True
    ) -> Strike:
        """Take what this request meets: at most one outcome, and one of each other kind."""
        taken: dict[str, Fault] = {}
        with self._lock:
            for fault in self._faults:
                group = "outcome" if fault.kind in OUTCOMES else fault.kind
                if group in taken or not fault.matches(functions, objects, company, in_session=in_session):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                if fault.probability < 1 and self._dice.random() >= fault.probability:
                    continue
                taken[group] = fault
                if fault.times > 0:
                    fault.times -= 1
            self._faults = [fault for fault in self._faults if fault.times != 0]
        return Strike(list(taken.values()))
