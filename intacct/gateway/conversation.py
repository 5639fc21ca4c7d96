"""Requests until there is an answer: session, turn, waiting, repeating (spec G-3).

Only what may heal is repeated, and only where repeating is harmless: reads and sign-ins. A write goes
again in two cases: the session had expired, or the gateway was throttling. Then nothing ran, as far as one
knows: certain is it only where the gateway itself says so, in an answer of its own (HTTP 200). A limiter in
front of it may say 429 whatever happened behind. So without ``unique``, which makes the gateway refuse a
repetition, only what is certain goes again; and whatever fails after a sending that may have run is
OutcomeUnknown, however definite it sounds: it may be the gateway's way to say that it was done before.
A cursor is not asked again where its answer was lost, since it has moved.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

from intacct.gateway.address import AddressRule
from intacct.gateway.answer_stream import TakeRecord
from intacct.gateway.answers import Answer
from intacct.gateway.deadline import telling_when_sent
from intacct.gateway.envelope import Envelope
from intacct.gateway.error_rows import REFUSED_WITH_ENTITY, REFUSED_WITHOUT_ENTITY
from intacct.gateway.errors import (
    AddressRefused,
    GatewayError,
    OutcomeUnknown,
    SignInRefused,
    Throttled,
)
from intacct.gateway.exchange import Exchange, Exchanger
from intacct.gateway.functions import Function, GetApiSession, ReadMore
from intacct.gateway.request_log import RequestRecord
from intacct.gateway.sessions import Session, SignIn, session_in
from intacct.gateway.settings import Credentials, Limits
from intacct.gateway.version import Version

LONGEST_SILENCE_SECONDS = 40


@dataclass
class Doubt:
    """Whether a sending of a write may have run without our knowing its outcome. ``before``: of an earlier
    request with the same control ids; ``now``: of this one.
    """

    before: bool = False
    now: bool = False

    def __bool__(self) -> bool:
        return self.before or self.now


@dataclass(frozen=True)
class Call:
    """What one request shall do. ``signs_in``: by login, not by session. ``take``: what becomes of each
    record of a list. ``doubt`` is kept up to date while a write is sent.
    """

    functions: tuple[Function, ...]
    control_ids: tuple[str, ...]
    take: TakeRecord | None = None
    writes: bool = False
    unique: bool = False
    transaction: bool = False
    signs_in: bool = False
    doubt: Doubt = field(default_factory=Doubt)

    @property
    def repeatable(self) -> bool:
        """Whether it does no harm if the gateway carries it out twice."""
        return not self.writes and not isinstance(self.functions[0], ReadMore)


@dataclass(frozen=True)
class Surroundings:
    """What a client is given instead of taking it from the world."""

    clock: Callable[[], datetime]
    timer: Callable[[], float]
    sleep: Callable[[float], None]
    jitter: Callable[[float], float]
    new_control_id: Callable[[], str]
    before_request: Callable[[], None]
    on_request: Callable[[RequestRecord], None]


HEAD_START_SECONDS = 0.05
"""So long at most the caller waits until a request has gone out. Of threads only one works at a time, and the
caller's next piece of work would keep the request back, so that the gateway had nothing to do meanwhile."""


class Ahead:
    """A request under way in another thread."""

    def __init__(self, send: Callable[[], Exchange]) -> None:
        self._future: Future[Exchange] = Future()
        self._has_gone_out = threading.Event()
        self.taken = False
        threading.Thread(target=self._run, args=(send,), name="intacct-next-page", daemon=True).start()
        self._has_gone_out.wait(HEAD_START_SECONDS)

    def _run(self, send: Callable[[], Exchange]) -> None:
        try:
            with telling_when_sent(self._has_gone_out.set):
                self._future.set_result(send())
        except BaseException as error:
            self._future.set_exception(error)  # it surfaces in the caller's thread
        finally:
            self._has_gone_out.set()

    def take(self) -> Exchange:
        """Wait for what came of it."""
        exchange = self._future.result()
        self.taken = True
        return exchange


class Conversation:
    """One user of one company at one gateway. Every callback runs in the thread of the caller."""

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        version: Version,
        *,
        address_rule: AddressRule,
        exchanger: Exchanger,
        limits: Limits,
        surroundings: Surroundings,
        keeps_session: bool = True,
    ) -> None:
        self._url = url
        self._credentials = credentials
        self._version = version
        self._rule = address_rule
        self._exchanger = exchanger
        self._limits = limits
        self._around = surroundings
        self._keeps_session = keeps_session
        self._session: Session | None = None

    def sign_in(self) -> SignIn:
        """Open a new session by login, whatever was there before."""
        return self._open_session().sign_in

    def read(self, function: Function, take: TakeRecord | None = None) -> Call:
        """The call of a single function that changes nothing."""
        return Call((function,), (self._around.new_control_id(),), take, signs_in=not self._keeps_session)

    def write(
        self,
        functions: tuple[Function, ...],
        control_ids: tuple[str, ...],
        *,
        unique: bool,
        transaction: bool,
        doubt: Doubt,
    ) -> Call:
        """The call of functions that change something."""
        return Call(
            functions,
            control_ids,
            writes=True,
            unique=unique,
            transaction=transaction,
            signs_in=not self._keeps_session,
            doubt=doubt,
        )

    def start(self, call: Call) -> Ahead:
        """Send in another thread; hand what comes of it to ``converse``, or ``settle`` it."""
        return Ahead(self._prepare(call))

    def settle(self, ahead: Ahead) -> None:
        """Wait for a request that nobody wants any more: one in flight at a time, each one logged."""
        if not ahead.taken:
            self._note(ahead.take())

    def converse(
        self, call: Call, ahead: Ahead | None = None, *, meanwhile: Callable[[], None] | None = None
    ) -> Answer:
        """Send, wait and repeat until there is an answer; raise the typed error if there is none.

        For a write that error is OutcomeUnknown unless it is certain that nothing of it ever ran.
        ``meanwhile`` is done in this thread while the first sending is on its way in another one; what it
        raises comes when that request has ended.
        """
        try:
            return self._converse(call, ahead, meanwhile)
        except OutcomeUnknown:
            raise
        except GatewayError as fault:
            if call.writes and call.doubt:
                raise outcome_unknown(fault, sent_before=True) from None
            raise

    def _converse(self, call: Call, ahead: Ahead | None, meanwhile: Callable[[], None] | None) -> Answer:
        retries = 0
        renewed = call.signs_in
        while True:
            send = ahead.take if ahead is not None else self._prepare(call)
            ahead = None
            in_doubt = call.doubt.now
            call.doubt.now = True  # until it is known better, whatever interrupts the sending
            exchange = send() if meanwhile is None else self._send_while(send, meanwhile)
            meanwhile = None
            self._note(exchange)
            if exchange.answer is not None:
                call.doubt.now = in_doubt
                return exchange.answer
            fault = exchange.fault
            assert fault is not None
            certain = _vouches(fault)
            call.doubt.now = in_doubt or not certain
            may_go_again = call.unique or certain or not call.writes
            if not renewed and _is_dead_session(fault, call) and may_go_again:
                # Refused at sign-in, nothing ran: one new session, one more try, never a loop.
                renewed = True
                self._session = None
                continue
            if call.writes and not fault.nothing_ran:
                raise outcome_unknown(fault)
            if not (may_go_again and self._may_repeat(call, fault, retries)):
                if call.writes and not (certain or in_doubt):
                    if isinstance(fault, Throttled):
                        raise outcome_unknown(fault)
                    call.doubt.now = False  # refused in XML, and sent this once only: it did not run
                raise fault
            self.wait_after(fault, retries)
            retries += 1

    def _send_while(self, send: Callable[[], Exchange], work: Callable[[], None]) -> Exchange:
        ahead = Ahead(send)
        try:
            work()
        except BaseException:
            self.settle(ahead)
            raise
        return ahead.take()

    def wait_after(self, fault: GatewayError, retries: int = 0) -> None:
        """Sleep, but not through the turn's expiry nor past a Cancel: the request may have taken nearly all
        of the turn, and long pauses come in pieces.
        """
        seconds = self._pause_seconds(fault, retries)
        while True:
            self._around.before_request()
            self._around.sleep(min(seconds, LONGEST_SILENCE_SECONDS))
            seconds -= LONGEST_SILENCE_SECONDS
            if seconds <= 0:
                return

    def _may_repeat(self, call: Call, fault: GatewayError, retries: int) -> bool:
        if call.writes and not isinstance(fault, Throttled):
            return False
        if not call.repeatable and not fault.nothing_ran:
            return False
        most = self._limits.read_retries
        if fault.most_retries is not None:
            most = min(most, fault.most_retries)
        return fault.retryable and retries < most

    def _pause_seconds(self, fault: GatewayError, retries: int) -> float:
        """Never shorter than without ``Retry-After``, which may be 0 or a date that has gone by."""
        asked = min(fault.retry_after_seconds or 0, self._limits.longest_retry_after_seconds)
        ceiling = self._limits.first_backoff_seconds * 2**retries
        return max(asked, self._around.jitter(min(ceiling, self._limits.longest_backoff_seconds)))

    def _prepare(self, call: Call) -> Callable[[], Exchange]:
        """Everything but the sending itself, since that may happen in another thread."""
        session = None if call.signs_in else self._usable_session()
        url = self._url if session is None else session.sign_in.endpoint
        self._rule.check(url)
        self._around.before_request()
        envelope = Envelope(
            self._credentials,
            self._version,
            self._around.new_control_id(),
            call.functions,
            call.control_ids,
            session_id="" if session is None else session.session_id,
            unique=call.unique,
            transaction=call.transaction,
        )
        return lambda: self._exchanger.send(url, envelope, writes=call.writes, take=call.take)

    def _note(self, exchange: Exchange) -> None:
        if exchange.answer is not None and self._session is not None:
            self._session.touch(exchange.answer, timer=self._around.timer(), now=self._around.clock())
        self._around.on_request(exchange.record)

    def _usable_session(self) -> Session:
        if self._session is None or self._session.is_ending(self._around.timer()):
            return self._open_session()
        return self._session

    def _open_session(self) -> Session:
        self._session = None
        call = Call((GetApiSession(),), (self._around.new_control_id(),), signs_in=True)
        try:
            answer = self.converse(call)
            session = session_in(answer, answer.results[0], self._credentials, self._url)
            self._check_endpoint(session.sign_in.endpoint)
        except GatewayError as fault:
            fault.nothing_ran = True  # a sign-in changes nothing, and what should follow it was not sent
            if not self._credentials.entity_id:
                fault.message = fault.message.replace(REFUSED_WITH_ENTITY, REFUSED_WITHOUT_ENTITY)
            elif fault.level == "authentication":
                fault.advice += " Check too that the user may work in the entity of the settings."
            raise
        session.touch(answer, timer=self._around.timer(), now=self._around.clock())
        self._session = session
        return session

    def _check_endpoint(self, endpoint: str) -> None:
        try:
            self._rule.check(endpoint, (*self._credentials.secrets, *self._exchanger.session_ids))
        except AddressRefused as refusal:
            raise AddressRefused(
                f"The sign-in led to another address, which is refused: {refusal.message}",
                advice="Check Post URL; if it is right, tell ReconPro's support.",
                level="address",
                culprit="address",
                after_sign_in=True,
            ) from None


def outcome_unknown(fault: GatewayError, *, sent_before: bool = False) -> OutcomeUnknown:
    """The write may or may not have been carried out; ``fault`` tells why that is not known.
    ``sent_before``: not this sending is in doubt, but one before it.
    """
    told = (
        "It had been sent before, and may have been carried out then."
        if sent_before
        else "It was sent, but Intacct's answer was lost."
    )
    return OutcomeUnknown(
        f"{told} {fault.message}",
        advice="It is looked up in Intacct before anything else happens; don't enter it by hand.",
        code=fault.code,
        text=fault.text,
        support_id=fault.support_id,
        level=fault.level,
        control_id=fault.control_id,
        culprit=fault.culprit,
        http_status=fault.http_status,
    )


def _vouches(fault: GatewayError) -> bool:
    """Whether it is certain that this sending never ran: it never left, or the gateway itself says so."""
    return fault.nothing_ran and fault.http_status in (None, 200)


def _is_dead_session(fault: GatewayError, call: Call) -> bool:
    """Whether the session, and not the credentials, may be what was refused."""
    refused = fault.level == "authentication" or isinstance(fault, SignInRefused)
    # The sender's password goes with every request, whatever signs it in.
    return refused and fault.culprit != "sender" and (fault.nothing_ran or not call.writes)
