"""The order of work of the gateway, from a request's bytes to an answer's bytes.

Well-formed, schema, sender, policy, sign-in, sender authorised, permission, function (section 10.2 of
the reference): what is wrong fails at the level at which the real gateway would say so.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree

from . import broken_answers
from .answers import Answer, document, errors, result
from .calls import Call, Memory
from .company import Company, Meter
from .envelope import Control, Request, check, parse, read_control, take_apart
from .faults import AFTER, BEFORE, REFUSALS, FaultQueue, Strike
from .markup import escape
from .operations import carry_out
from .refusals import ControlRefusal, SignInRefusal
from .sessions import Sessions
from .signing_in import check_sender, sign_in
from .world import World

REMEMBERED_INVALID = 100
HOLD_SECONDS = 600  # no fault may hold a request longer


class Gateway:
    """Answers requests for the companies of one world."""

    def __init__(self, world: World, *, endpoint: str = "") -> None:
        self.world = world
        self.endpoint = endpoint
        self.sessions = Sessions()
        self.faults = FaultQueue()
        self.memory = Memory()
        self.latency_seconds = 0.0
        self.requests = 0
        self.running = 0
        self.invalid_requests: list[str] = []
        self.after_writing: Callable[[], None] = lambda: None  # the state file listens here
        self.on_then: Callable[[dict[str, Any]], object] = lambda changes: None  # the control address

    def answer(self, body: bytes) -> Answer:
        """Answer one request; what goes wrong with it is an answer too."""
        with self.world.lock:
            self.requests += 1
        control = Control()
        try:
            root = parse(body)
            control = read_control(root)
            check(root, control)
        except ControlRefusal as refusal:
            self._remember_invalid(str(refusal))
            return Answer(_control_failure(control, refusal))
        request = take_apart(root, control)
        company = self._company_of(request)
        strike = self.faults.strike(
            request.functions,
            request.objects,
            company.name if company else "",
            in_session=bool(request.session_ids),
        )
        with self._in_flight(company, request) as admitted:
            answer = self._answer_valid(request, company, strike) if admitted else broken_answers.throttled()
        answer.meter = company.meter if company else None
        return answer

    def count_serving(self, meter: Meter | None, seconds: float) -> None:
        """Note the processor time of one request, from its last byte to the answer's last byte."""
        if meter is not None:
            with self.world.lock:
                meter.seconds_serving += seconds

    def _answer_valid(self, request: Request, company: Company | None, strike: Strike) -> Answer:
        slow = strike.get("slow")
        wait = self.latency_seconds + (float(slow.options.get("seconds", 1)) if slow else 0)
        if wait > 0:
            time.sleep(min(wait, HOLD_SECONDS))
        early = strike.outcome(BEFORE)
        if early is not None and early.kind not in REFUSALS:
            return broken_answers.instead(early)
        if early is not None and early.kind == "expired_session":
            self.sessions.forget(request.session_ids)
        begun = time.perf_counter()
        answer = self._run(request, strike)
        if company is not None:
            with self.world.lock:
                company.meter.seconds += time.perf_counter() - begun
        then = strike.get("then")
        if then is not None:
            try:
                self.on_then(then.options.get("do", {}))
            except (
                ValueError,
                TypeError,
                AttributeError,
                OverflowError,
            ) as problem:  # told where a test looks, since nobody waits for it
                self._remember_invalid(f"The changes of a fault 'then' can't be made: {problem}")
        late = strike.outcome(AFTER)
        return answer if late is None else broken_answers.spoil(late, answer)

    def _company_of(self, request: Request) -> Company | None:
        names = list(request.companies)
        for session_id in request.session_ids:
            session = self.sessions.find(session_id)
            if session is not None:
                names.append(session.company)
        return self.world.company(names[0]) if names else None

    @contextmanager
    def _in_flight(self, company: Company | None, request: Request) -> Iterator[bool]:
        """Whether the request may run; counted, and held back by the company's limiter before that."""
        meter = company.meter if company else None
        with self.world.lock:
            self.running += 1
            if meter:
                meter.requests += 1
                meter.functions.update(request.functions)
                meter.in_flight += 1
                meter.in_flight_max = max(meter.in_flight_max, meter.in_flight)
        admitted = False
        try:
            admitted = company is None or company.limiter.enter(
                running=company.settings.running_limit,
                waiting=company.settings.waiting_limit,
                hold_seconds=company.settings.hold_seconds,
            )
            yield admitted
        finally:
            if company is not None and admitted:
                company.limiter.leave()
            with self.world.lock:
                self.running -= 1
                if meter:
                    meter.in_flight -= 1

    def _remember_invalid(self, sentence: str) -> None:
        with self.world.lock:
            self.invalid_requests.append(sentence)
            del self.invalid_requests[:-REMEMBERED_INVALID]

    def _run(self, request: Request, strike: Strike) -> Answer:
        control = request.control
        newline = "\n" if control.whitespace else ""
        try:
            check_sender(self.world, control, strike)
        except ControlRefusal as refusal:
            return Answer(_control_failure(control, refusal))
        pieces: list[bytes] = []
        for element in request.operations:
            pieces += [newline.encode()] * bool(pieces) + self._operation(element, control, strike)
        return Answer(document(control, "success", pieces, newline))

    def _operation(self, element: etree._Element, control: Control, strike: Strike) -> list[bytes]:
        newline = "\n" if control.whitespace else ""
        sender = control.senderid.strip()
        authentication = next(element.iterfind("authentication"))  # both schemas want it
        try:
            session, company = sign_in(self.world, self.sessions, authentication, sender, strike)
        except SignInRefusal as refusal:
            user = (authentication.findtext("login/userid") or "").strip()
            company_id = (authentication.findtext("login/companyid") or "").strip()
            who = f"<userid>{escape(user)}</userid><companyid>{escape(company_id)}</companyid>"
            lines = (
                "<operation>",
                f"<authentication><status>failure</status>{who}</authentication>",
                errors(refusal.problems),
                "</operation>",
            )
            return [newline.join(lines).encode()]
        call = Call(
            world=self.world,
            company=company,
            session=session,
            sessions=self.sessions,
            sender=sender,
            endpoint=self.endpoint,
            newline=newline,
            strike=strike,
            memory=self.memory,
        )
        functions = element.findall("content/function")
        whole = element.get("transaction") == "true"
        with self.world.lock:
            done = carry_out(call, functions, unique=control.unique, whole=whole)
            written = any(each.journal for each in done)
            if written or control.unique:
                self.after_writing()
        opened, expires = session.stamps()
        head = (
            f"<operation>{newline}<authentication><status>success</status>"
            f"<userid>{escape(session.user)}</userid>"
            f"<companyid>{escape(company.name)}</companyid>"
            f"<locationid>{escape(session.entity)}</locationid>"
            f"<sessiontimestamp>{opened}</sessiontimestamp>"
            f"<sessiontimeout>{expires}</sessiontimeout></authentication>{newline}"
        )
        results = [
            piece
            for each in done
            for piece in (*result(each, newline), newline.encode())  # a line each, if lines are wanted
        ]
        return [head.encode(), *results, b"</operation>"]


def _control_failure(control: Control, refusal: ControlRefusal) -> bytes:
    newline = "\n" if control.whitespace else ""
    return document(control, "failure", [errors(refusal.problems).encode()], newline)
