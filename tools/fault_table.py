"""What the gateway client must make of every fault that the simulator knows: the one place that says it.

`make faults` prints it beside what happened; tests/gateway/test_fault_table.py holds the client to it.
Operations fall into five steps, since what a fault means depends on whether repeating does harm, and on
whether an earlier sending may have run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class Step(StrEnum):
    """What sort of request a fault meets."""

    SIGN_IN = "sign-in"
    READ = "read"
    MORE = "next page by cursor"
    WRITE = "write"
    AGAIN = "write sent before, its answer lost"


@dataclass(frozen=True)
class Ends:
    """How an operation ends: "done", what was found instead, or the name of the error.

    `retries`: failed requests that were not the end of it. `seconds` of simulated waiting. `made`: of the two
    documents sent, how many are in the ledger afterwards (None: nothing was sent).
    """

    outcome: str
    retries: int = 0
    seconds: float = 0
    made: int | None = None


@dataclass(frozen=True)
class Row:
    """One fault, and how each step ends; `otherwise` are operations that differ, by name or label.

    `times` 1: once; -1: for ever.
    """

    name: str
    kind: str
    ends: Mapping[Step, Ends]
    times: int = 1
    options: Mapping[str, Any] = field(default_factory=dict)
    otherwise: Mapping[str, Ends] = field(default_factory=dict)

    def expected(self, name: str, label: str, step: Step) -> Ends:
        for key in (label, name):
            if key in self.otherwise:
                return self.otherwise[key]
        if step is Step.AGAIN:
            # Whatever is told now, the first sending may have run; here it has. It is waited and tried as for
            # any write, and never concluded that nothing is there.
            write = self.ends[Step.WRITE]
            unmet = f", {NOT_STRUCK}" if write.outcome.endswith(NOT_STRUCK) else ""
            return replace(write, outcome=f"OutcomeUnknown{unmet}", made=2)
        return self.ends[step]


NOT_FAULTS = {"then": "changes made between two requests: tests/gateway/test_with_the_simulator.py"}

NOT_STRUCK = "not struck"
"""The fault is still waiting: nothing that the operation did can meet it."""
UNMET = Ends(f"done, {NOT_STRUCK}")
UNMET_WRITE = Ends(f"done, {NOT_STRUCK}", made=2)
ALL_OR_NONE = "orders, all or none"

FIRST_PAUSE = 2.0
ALL_PAUSES = 2.0 + 4 + 8 + 16 + 32
SEVEN_AT_LEAST = 7.0 + 7 + 8 + 16 + 32
"""What Retry-After asks for, or the client's own pause where that has grown longer."""
MOST_RETRIES = 5


def _row(
    name: str,
    sign_in: Ends,
    read: Ends,
    more: Ends,
    write: Ends,
    *,
    kind: str = "",
    times: int = 1,
    otherwise: Mapping[str, Ends] | None = None,
    **options: Any,
) -> Row:
    ends = {Step.SIGN_IN: sign_in, Step.READ: read, Step.MORE: more, Step.WRITE: write}
    return Row(name, kind or name, ends, times, options, otherwise or {})


def _done(retries: int = 0, seconds: float = 0) -> Ends:
    return Ends("done", retries, seconds)


def _made(retries: int = 0, seconds: float = 0) -> Ends:
    return Ends("done", retries, seconds, made=2)


def _refused(error: str, made: int | None = None) -> Ends:
    return Ends(error, made=made)


def _lost(kind: str, error: str, *, ran: bool, when: str = "") -> list[Row]:
    """No telling whether anything ran: what only reads is repeated, a write is unknown and never repeated."""
    write = Ends("OutcomeUnknown", made=2 if ran else 0)
    name = f"{kind}, {when} the work" if when else kind
    options = {"when": when} if when else {}
    again = _done(1, FIRST_PAUSE)
    given_up = Ends(error, MOST_RETRIES, ALL_PAUSES)
    return [
        # The cursor has moved: that list begins again instead of asking for the same page.
        _row(name, again, again, again, write, kind=kind, **options),
        _row(
            f"{name}, for ever",
            given_up,
            given_up,
            Ends(error, 1, FIRST_PAUSE),  # begun again once, and lost again
            write,
            kind=kind,
            times=-1,
            **options,
        ),
    ]


def _before_and_after(kind: str, error: str) -> list[Row]:
    return [row for when in ("before", "after") for row in _lost(kind, error, ran=when == "after", when=when)]


def _throttled(
    name: str,
    pause: float,
    pauses: float,
    write: str = "OutcomeUnknown",
    *,
    kind: str = "http_429",
    **options: Any,
) -> list[Row]:
    """Most likely nothing ran: everything is sent again after a while, writes too, under their control ids. A
    limiter can't vouch for it, so that a write that was given up is unknown."""
    again = _done(1, pause)
    given_up = Ends("Throttled", MOST_RETRIES, pauses)
    return [
        _row(name, again, again, again, _made(1, pause), kind=kind, **options),
        _row(
            f"{name}, for ever",
            given_up,
            given_up,
            given_up,
            Ends(write, MOST_RETRIES, pauses, made=0),
            kind=kind,
            times=-1,
            **options,
        ),
    ]


def _credentials(kind: str, error: str = "SignInRefused", *, write: str = "") -> list[Row]:
    """At a sign-in it is final. In a session it may be the session: a new one, one more try, never a loop."""
    final, final_again = _refused(error), Ends(error, 1)
    return [
        # The cursor lived in the old session, so that list begins again.
        _row(kind, final, _done(1), _done(2), _made(1), kind=kind),
        _row(
            f"{kind}, for ever",
            final,
            final_again,
            final_again,
            Ends(write or error, 1, made=0),
            kind=kind,
            times=-1,
        ),
    ]


def _final(
    name: str,
    error: str,
    *,
    write: str = "",
    made: int = 0,
    kind: str = "",
    otherwise: Mapping[str, Ends] | None = None,
    **options: Any,
) -> Row:
    """Nothing that waiting or a new session could mend."""
    end, written = _refused(error), _refused(write or error, made=made)
    return _row(name, end, end, end, written, kind=kind, otherwise=otherwise, **options)


def _not_reached(error: str) -> dict[str, Ends]:
    """In a transaction the first refusal ends it: the second one was not reached."""
    return {ALL_OR_NONE: Ends(f"{error}, RecordRefused", made=0)}


ROWS: tuple[Row, ...] = (
    # -- the line, and the proxies in front of the gateway
    *_before_and_after("http_500", "TemporarilyUnavailable"),
    *_before_and_after("http_502", "TemporarilyUnavailable"),
    *_before_and_after("http_503", "TemporarilyUnavailable"),
    *_before_and_after("http_504", "TemporarilyUnavailable"),
    *_before_and_after("http_524", "TemporarilyUnavailable"),
    *_before_and_after("html_200", "ProtocolFault"),
    *_before_and_after("empty", "ProtocolFault"),
    *_lost("drop_before", "NetworkFault", ran=False),
    *_lost("drop_after", "NetworkFault", ran=True),
    *_lost("cut_connection", "NetworkFault", ran=True),
    _row(
        "slow",
        _done(1, FIRST_PAUSE),
        _done(1, FIRST_PAUSE),
        _done(1, FIRST_PAUSE),
        Ends("OutcomeUnknown", made=2),
        seconds=0.6,
    ),
    # -- answers that are none
    *_lost("cut", "ProtocolFault", ran=True),
    *_lost("doubled", "ProtocolFault", ran=True),
    *_lost("not_utf8", "ProtocolFault", ran=True),
    *_lost("wrong_encoding", "ProtocolFault", ran=True),
    *_lost("hostile", "ProtocolFault", ran=True),
    *_lost("entity_bomb", "ProtocolFault", ran=True),
    *_lost("too_deep", "ProtocolFault", ran=True),
    _final("packed_twice", "ProtocolFault", write="OutcomeUnknown", made=2),
    _row("two_members", _done(), _done(), _done(), _made()),
    *_lost("wrong_control_id", "ProtocolFault", ran=True),
    _row(
        "too_large",
        _refused("ProtocolFault"),
        _refused("ProtocolFault"),
        _refused("ProtocolFault"),
        _refused("OutcomeUnknown", made=2),
        megabytes=5,
    ),
    _row(
        "missing_result",
        _done(1, FIRST_PAUSE),
        _done(1, FIRST_PAUSE),
        _done(1, FIRST_PAUSE),
        Ends("done, OutcomeUnknown", made=2),
        otherwise={ALL_OR_NONE: Ends("OutcomeUnknown", made=2)},  # not even the one that is told
    ),
    # -- throttling
    *_throttled("http_429 without Retry-After", FIRST_PAUSE, ALL_PAUSES),
    *_throttled("http_429 with Retry-After", 7, SEVEN_AT_LEAST, retry_after=7),
    *_throttled("http_429 with a long Retry-After", 120, 120 * MOST_RETRIES, retry_after=3600),
    _row(
        "http_429, after the work",
        _done(1, FIRST_PAUSE),
        _done(1, FIRST_PAUSE),
        _done(1, FIRST_PAUSE),  # the cursor has moved: the gap shows, and the list begins again
        Ends("OutcomeUnknown", 1, FIRST_PAUSE, made=2),
        kind="http_429",
        when="after",
    ),
    # Neither can be obeyed: a date in no calendar, and longer than anybody waits.
    *_throttled(
        "http_429 until no date", FIRST_PAUSE, ALL_PAUSES, retry_after=f"1 Jan {'9' * 20} 00:00:00 GMT"
    ),
    *_throttled("http_429 for 10^60 seconds", 120, 120 * MOST_RETRIES, retry_after="9" * 60),
    # Here the gateway itself says so, before it does anything.
    *_throttled("GW-0010 in HTTP 200", FIRST_PAUSE, ALL_PAUSES, "Throttled", kind="throttled"),
    *_throttled("GW-0010 with Retry-After", 7, SEVEN_AT_LEAST, "Throttled", kind="throttled", retry_after=7),
    *_throttled("GW-0010 in HTTP 403", 7, SEVEN_AT_LEAST, kind="throttled", retry_after=7, status=403),
    *_lost("rate_text", "Throttled", ran=False),
    _row(
        "rate_text with Retry-After",
        _done(1, 7),
        _done(1, 7),
        _done(1, 7),
        Ends("OutcomeUnknown", made=0),
        kind="rate_text",
        retry_after=7,
    ),
    _row(
        "offline",
        _done(1, FIRST_PAUSE),
        _done(1, FIRST_PAUSE),
        _done(1, FIRST_PAUSE),
        _refused("TemporarilyUnavailable", made=0),
        otherwise=_not_reached("TemporarilyUnavailable"),
    ),
    # -- refusals
    *_credentials("http_401", write="OutcomeUnknown"),  # sent twice, and not the gateway's own word
    *_credentials("wrong_user"),
    *_credentials("wrong_company"),
    *_credentials("unauthorised_sender"),
    _final("wrong_sender", "SignInRefused"),
    _final("company_expired", "SubscriptionMissing"),
    _final("no_permission", "PermissionRefused", otherwise=_not_reached("PermissionRefused")),
    _final("bad_request", "RequestRefused"),
    _final("http_403", "PermissionRefused", write="OutcomeUnknown"),
    _final("http_404", "RequestRefused", write="OutcomeUnknown"),
    _final("redirect", "RequestRefused", write="OutcomeUnknown"),
    _final(
        "redirect to no address",
        "RequestRefused",
        write="OutcomeUnknown",
        kind="redirect",
        to="https://[gateway\xff/%zz",
    ),
    _row("expired_session", UNMET, _done(1), _done(2), _made(1)),  # a login has no session
    # -- answers that are well-formed and still wrong
    _row("odd_content_type", _done(), _done(), _done(), _made()),
    _row(
        "foreign_endpoint",
        _refused("AddressRefused"),
        _done(),
        _done(),
        _made(),
        times=-1,
        otherwise={"query by login": _done()},
    ),
    _row(
        "wrong_total",
        _done(),
        Ends("total differs"),
        Ends("total differs"),
        _made(),
        times=-1,
        otherwise={
            "get_list": Ends("ListIncomplete"),  # its next page brings nothing, though more is announced
            "query by login": Ends("total differs"),
            "names of objects": _done(),
            "fields of records": _done(),
            "lookup": _done(),
            "inspect": _done(),
            "find orders": Ends("ListIncomplete"),
            "find AR invoices": Ends("ListIncomplete"),
        },
    ),
    _row(
        "hidden_fields",
        _done(),
        Ends("FieldsRefused"),
        _done(),  # which fields come was settled with the first page
        _made(),
        times=-1,
        fields=["TERMNAME"],
        otherwise={
            "query by login": Ends("FieldsRefused"),
            "fields of records": Ends("without the field"),
            "names of objects": _done(),
            "check of one record": _done(),  # by another field
            "get_list": Ends("without the field"),
            **dict.fromkeys(("lookup", "inspect", "find orders", "find AR invoices"), _done()),
        },
    ),
    _row(
        "short_list",
        _done(),
        Ends("total differs"),
        _done(),  # the cursor's pages tell how many remain: the gap shows, and the list begins again
        UNMET_WRITE,
        otherwise={
            **dict.fromkeys(("sign-in", "lookup", "inspect", "names of objects"), UNMET),
            "query by login": Ends("total differs"),
            "fields of records": _done(),
            "check of one record 2.1": Ends("ListIncomplete"),
            "check of one record 3.0": _done(),
            "find orders": Ends("ListIncomplete"),
            "find AR invoices": Ends("ListIncomplete"),
        },
    ),
)
