"""The order of work of the gateway, from a request's bytes to an answer's bytes.

Well-formed, schema, sender, policy, sign-in, sender authorised, permission, function (section 10.2 of
the reference): what is wrong fails at the level at which the real gateway would say so.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from . import broken_answers, catalogue, ledger, legacy_reading, reading
from .answers import Answer, Done, document, errors, result
from .calls import Call, Memory, Outcome
from .envelope import Control, Request, check, parse, read_control, take_apart
from .faults import AFTER, BEFORE, FaultQueue, Strike
from .refusals import (
    ROLLED_BACK,
    WRONG_SENDER,
    WRONG_SIGN_IN,
    ControlRefusal,
    FunctionRefusal,
    Problem,
    Refusal,
    SignInRefusal,
    not_simulated,
    repeated_control_id,
    unauthorised_sender,
)
from .sessions import Session, Sessions
from .world import Company, World

FUNCTIONS: dict[str, Callable[[Call, etree._Element], Outcome]] = {
    "getAPISession": catalogue.get_api_session,
    "lookup": catalogue.lookup,
    "inspect": catalogue.inspect,
    "getUserPermissions": catalogue.get_user_permissions,
    "query": reading.query,
    "readByQuery": reading.read_by_query,
    "readMore": reading.read_more,
    "read": reading.read,
    "readByName": reading.read_by_name,
    "get_list": legacy_reading.get_list,
    "get": legacy_reading.get,
    "create_sotransaction": ledger.create_sotransaction,
}
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
            return Answer(self._control_failure(control, refusal))
        request = take_apart(root, control)
        company = self._company_of(request)
        strike = self.faults.strike(request.functions, request.objects, company.name if company else "")
        with self._in_flight(company, request):
            return self._answer_valid(request, company, strike)

    def _answer_valid(self, request: Request, company: Company | None, strike: Strike) -> Answer:
        slow = strike.get("slow")
        wait = self.latency_seconds + (float(slow.options.get("seconds", 1)) if slow else 0)
        if wait > 0:
            time.sleep(min(wait, HOLD_SECONDS))
        early = strike.outcome(BEFORE)
        if early is not None and early.kind not in broken_answers.RUN_ANYWAY:
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
            except ValueError as problem:  # told where a test looks, since nobody waits for it
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
    def _in_flight(self, company: Company | None, request: Request) -> Iterator[None]:
        meter = company.meter if company else None
        with self.world.lock:
            self.running += 1
            if meter:
                meter.requests += 1
                meter.functions.update(request.functions)
                meter.in_flight += 1
                meter.in_flight_max = max(meter.in_flight_max, meter.in_flight)
        try:
            yield
        finally:
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
        try:
            self._check_sender(control)
        except ControlRefusal as refusal:
            return Answer(self._control_failure(control, refusal))
        operations = [self._operation(element, request, strike) for element in request.operations]
        newline = "\n" if control.whitespace else ""
        return Answer(document(control, "success", newline.join(operations), newline))

    def _check_sender(self, control: Control) -> None:
        sender = control.senderid.strip()
        if sender not in self.world.senders or self.world.senders[sender] != control.password:
            raise ControlRefusal(WRONG_SENDER)
        if control.policyid.strip():
            raise ControlRefusal(
                Problem("XL03000006", f"{control.policyid} is not a valid transport policy.")
            )

    def _control_failure(self, control: Control, refusal: Refusal) -> bytes:
        newline = "\n" if control.whitespace else ""
        return document(control, "failure", errors(refusal.problems), newline)

    def _operation(self, element: etree._Element, request: Request, strike: Strike) -> str:
        control = request.control
        newline = "\n" if control.whitespace else ""
        (authentication,) = element.iterfind("authentication")
        login = authentication.find("login")
        user = "" if login is None else (login.findtext("userid") or "").strip()
        company_id = "" if login is None else (login.findtext("companyid") or "").strip()
        try:
            session, company = self._sign_in(authentication, control.senderid.strip())
        except SignInRefusal as refusal:
            who = f"<userid>{escape(user)}</userid><companyid>{escape(company_id)}</companyid>"
            return (
                f"<operation>{newline}<authentication><status>failure</status>{who}"
                f"</authentication>{newline}{errors(refusal.problems)}{newline}</operation>"
            )
        call = Call(
            world=self.world,
            company=company,
            session=session,
            sessions=self.sessions,
            sender=control.senderid.strip(),
            endpoint=self.endpoint,
            newline=newline,
            strike=strike,
            memory=self.memory,
        )
        functions = element.findall("content/function")
        whole = element.get("transaction") == "true"
        with self.world.lock:
            done = self._functions(call, functions, unique=control.unique, whole=whole)
            written = any(each.outcome and each.outcome.undo for each in done)
            if written or control.unique:
                self.after_writing()
        opened, expires = session.stamps()
        parts = [
            "<operation>",
            f"<authentication><status>success</status><userid>{escape(session.user)}</userid>"
            f"<companyid>{escape(company.name)}</companyid>"
            f"<locationid>{escape(session.entity)}</locationid>"
            f"<sessiontimestamp>{opened}</sessiontimestamp>"
            f"<sessiontimeout>{expires}</sessiontimeout></authentication>",
            *(result(each, newline) for each in done),
            "</operation>",
        ]
        return newline.join(parts)

    def _sign_in(self, authentication: etree._Element, sender: str) -> tuple[Session, Company]:
        login = authentication.find("login")
        if login is None:
            session_id = (authentication.findtext("sessionid") or "").strip()
            session = self.sessions.find(session_id)
            company = self.world.company(session.company) if session else None
            if session is None or company is None:
                raise SignInRefusal(WRONG_SIGN_IN)
            self.sessions.slide(session, company.settings.session_seconds)
        else:
            company, session = self._log_in(login)
        if sender not in company.settings.authorised_senders:
            raise SignInRefusal(unauthorised_sender(sender, company.name))
        return session, company

    def _log_in(self, login: etree._Element) -> tuple[Company, Session]:
        company = self.world.company((login.findtext("companyid") or "").strip())
        user = (login.findtext("userid") or "").strip()
        entity = (login.findtext("locationid") or "").strip()
        if (
            company is None
            or user not in company.users
            or login.findtext("password") != company.settings.user_password
            or (entity and entity not in company.entity_ids())
        ):
            raise SignInRefusal(WRONG_SIGN_IN)
        seconds = company.settings.session_seconds
        return company, self.sessions.for_one_request(company.name, user, entity, seconds)

    def _functions(
        self, call: Call, functions: list[etree._Element], *, unique: bool, whole: bool
    ) -> list[Done]:
        """Run them in order. `whole`: all or nothing; what follows the culprit doesn't run."""
        done: list[Done] = []
        for function in functions:
            done.append(self._function(call, function, unique=unique))
            if whole and done[-1].problems:
                self._roll_back(call, done)
                break
        return done

    def _function(self, call: Call, function: etree._Element, *, unique: bool) -> Done:
        name, control_id = str(function[0].tag), function.get("controlid") or ""
        remembered = (call.sender, control_id)
        try:
            if call.strike.get("offline"):
                raise FunctionRefusal(Problem("", "The Service is Temporarily Off-line"))
            if unique and remembered in call.company.completed:
                raise FunctionRefusal(repeated_control_id(control_id))
            if name not in FUNCTIONS:
                raise FunctionRefusal(not_simulated(name))
            limit, meter = call.company.settings.billing_limit, call.company.meter
            if limit and meter.billable_transactions >= limit:
                raise FunctionRefusal(Problem("SIM-BILLING-LIMIT", f"{limit} transactions are used up."))
            outcome = FUNCTIONS[name](call, function[0])
        except FunctionRefusal as refusal:
            return Done(name, control_id, None, refusal.problems, "failure")
        meter.billable_transactions += outcome.billed
        if unique:
            call.company.completed.add(remembered)
        return Done(name, control_id, outcome)

    def _roll_back(self, call: Call, done: list[Done]) -> None:
        for each in reversed(done[:-1]):
            if each.outcome is not None and each.outcome.undo is not None:
                each.outcome.undo()
            call.company.completed.discard((call.sender, each.controlid))
            each.outcome, each.status, each.problems = None, "aborted", (ROLLED_BACK,)
        done[-1].problems += (ROLLED_BACK,)
