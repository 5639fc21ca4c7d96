"""Faults on demand: what a real gateway, its proxies and the network do now and then.

They stand in a queue; a request meets the first one that matches it. `when` says whether the work was
done before things went wrong ("after") or not ("before").
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

BEFORE, AFTER = "before", "after"

# kind -> (when it strikes by default, what it does)
OUTCOMES = {
    "drop_before": (BEFORE, "connection reset before the work is done"),
    "drop_after": (AFTER, "connection reset after the work was done"),
    "http_500": (BEFORE, "HTTP 500 with an empty body"),
    "http_502": (BEFORE, "HTTP 502 with an HTML page"),
    "http_503": (BEFORE, "HTTP 503 with an HTML page"),
    "http_524": (AFTER, "HTTP 524: the proxy cut the line, the gateway still works on it"),
    "http_401": (BEFORE, "HTTP 401 XMLGW_JPP0002, sign-in information is incorrect"),
    "http_429": (BEFORE, "HTTP 429 GW-0010; retry_after: seconds to tell, absent without it"),
    "bad_request": (BEFORE, "HTTP 400 GW-0011 Invalid Request"),
    "rate_text": (BEFORE, "HTTP 200 whose body says API rate limit exceeded"),
    "html_200": (BEFORE, "HTTP 200 with an HTML page"),
    "empty": (AFTER, "HTTP 200 with an empty body"),
    "cut": (AFTER, "an answer that ends in the middle of its XML"),
    "cut_connection": (AFTER, "connection reset in the middle of the answer"),
    "doubled": (AFTER, "two XML documents one after the other"),
    "not_utf8": (AFTER, "an answer with bytes that are no UTF-8"),
    "hostile": (AFTER, "an answer with a DOCTYPE and an entity"),
    "odd_content_type": (AFTER, 'Content-Type: text/xml; encoding="UTF-8"'),
    "wrong_control_id": (AFTER, "an answer to another control id"),
    "missing_result": (AFTER, "the result of the last function is not in the answer"),
    "expired_session": (BEFORE, "the session is no longer known"),
    "offline": (BEFORE, "The Service is Temporarily Off-line, as a result of each function"),
    "foreign_endpoint": (AFTER, "sign-in answers an endpoint on another host"),
}
# These change what a function does and go on until they are cleared, unless `times` is given.
STANDING = {
    "hidden_fields": "fields: names that can't be queried (absent in get_list)",
    "wrong_total": "by: how many more than there are the total of a list tells (default 1)",
}
ONCE = {
    "slow": "seconds: waits that long before the answer",
    "short_list": "a list says that it is at its end before all was given",
    "then": "do: changes (as POST /control takes them) made right after the request was answered",
}
KINDS = {
    **{kind: text for kind, (_when, text) in OUTCOMES.items()},
    **STANDING,
    **ONCE,
}
COMMON_OPTIONS = (
    "each takes: function, object, company (which requests it meets), times (how often; -1: always), "
    "skip (how many matching ones to let pass first), when (before or after the work)"
)


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
    options: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, given: dict[str, Any]) -> "Fault":
        """From JSON; raises BadFault."""
        given = dict(given)
        kind = given.pop("kind", "")
        if kind not in KINDS:
            raise BadFault(f"There is no fault {kind!r}. Known: {', '.join(KINDS)}.")
        own = {
            name: given.pop(name)
            for name in ("function", "object", "company", "times", "skip", "when")
            if name in given
        }
        if not isinstance(own.get("times", 1), int) or not isinstance(own.get("skip", 0), int):
            raise BadFault("times and skip are whole numbers.")
        if own.get("when", BEFORE) not in (BEFORE, AFTER):
            raise BadFault("when is before or after.")
        own.setdefault("times", -1 if kind in STANDING else 1)
        own.setdefault("when", OUTCOMES[kind][0] if kind in OUTCOMES else AFTER)
        return cls(kind=kind, options=given, **own)

    def matches(self, functions: Iterable[str], objects: Iterable[str], company: str) -> bool:
        return (
            (not self.function or self.function in functions)
            and (not self.object or self.object.lower() in {each.lower() for each in objects})
            and (not self.company or self.company == company)
        )

    def as_json(self) -> dict[str, Any]:
        named = {"function": self.function, "object": self.object, "company": self.company}
        told = {name: value for name, value in named.items() if value}
        return {"kind": self.kind, **told, "times": self.times, "skip": self.skip, **self.options}


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
    """Faults in the order in which they were asked for."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.as_json() for fault in self._faults]

    def strike(self, functions: list[str], objects: list[str], company: str) -> Strike:
        """Take what this request meets: at most one outcome, and one of each other kind."""
        taken: dict[str, Fault] = {}
        with self._lock:
            for fault in self._faults:
                group = "outcome" if fault.kind in OUTCOMES else fault.kind
                if group in taken or not fault.matches(functions, objects, company):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                taken[group] = fault
                if fault.times > 0:
                    fault.times -= 1
            self._faults = [fault for fault in self._faults if fault.times != 0]
        return Strike(list(taken.values()))
