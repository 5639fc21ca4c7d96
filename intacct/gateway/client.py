"""The client: signs in, reads lists, carries out functions (spec section 7)."""

import random
import time
import uuid
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Literal, Self, TypeVar

import requests

from intacct.gateway.address import AddressRule
from intacct.gateway.answer_stream import TakeRecord
from intacct.gateway.answers import ResultPart
from intacct.gateway.conversation import Conversation, Doubt, Surroundings
from intacct.gateway.definitions import Definition, definition_in, object_names_in
from intacct.gateway.documents import Document, DocumentKind, folded, is_of
from intacct.gateway.errors import GatewayError, ListIncomplete
from intacct.gateway.exchange import Exchanger
from intacct.gateway.functions import Function, GetList, Inspect, Lookup, Query, ReadByQuery
from intacct.gateway.functions.base import Element
from intacct.gateway.objects import object_name
from intacct.gateway.paging import Listing, Page, Step, paging_of
from intacct.gateway.period import (
    Header,
    PeriodDocument,
    in_chunks,
    lines_listing,
    listing_of,
    read_header,
    read_legacy,
    read_line,
    summed,
)
from intacct.gateway.records import FlatRecords
from intacct.gateway.request_log import RequestRecord
from intacct.gateway.results import Result, results_in
from intacct.gateway.sessions import SignIn
from intacct.gateway.settings import Credentials, Limits
from intacct.gateway.text import xml_text
from intacct.gateway.transport import Transport
from intacct.gateway.version import Version

T = TypeVar("T")
LONGEST_CONTROL_ID = 256
SAMPLE_SIZE = 100
"""Records looked at for their fields in 2.1: a page costs the same however many it holds."""

MOST_OF_ONE_NUMBER = 100
"""Documents; where more come, the question was not understood, and the whole ledger may follow."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _full_jitter(ceiling_seconds: float) -> float:
    return random.uniform(0, ceiling_seconds)  # noqa: S311 - spreads waiting, guards nothing


def _random_control_id() -> str:
    return f"rp-{uuid.uuid4()}"


class Client:
    """One user of one company at one gateway, for one thread at a time.

    ``before_request`` is called in the caller's thread before every request and every pause, and now and
    then in a long one (the turn is renewed there; what it raises goes through, and nothing is sent),
    ``on_request`` after every request, failed ones too. ``clock`` tells aware times, ``timer`` and
    ``sleep`` count seconds, ``jitter`` picks a wait up to a ceiling. An HTTP session that is passed in must
    not retry by itself, and is not closed. ``keeps_session`` False: every request signs in by login, and
    goes to ``url``.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        version: Version,
        *,
        address_rule: AddressRule,
        http: requests.Session | None = None,
        limits: Limits | None = None,
        clock: Callable[[], datetime] = _utc_now,
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[float], float] = _full_jitter,
        on_request: Callable[[RequestRecord], None] | None = None,
        before_request: Callable[[], None] | None = None,
        new_control_id: Callable[[], str] = _random_control_id,
        user_agent: str = "ReconPro/0.1",
        keeps_session: bool = True,
    ) -> None:
        self._version = version
        self._limits = limits or Limits()
        self._keeps_session = keeps_session
        self._may_have_run: set[str] = set()
        self._own_http = None if http is not None else requests.Session()
        self._transport = Transport(
            http or self._own_http or requests.Session(),
            self._limits,
            user_agent=user_agent,
            clock=clock,
            timer=timer,
        )
        self._conversation = Conversation(
            url,
            credentials,
            version,
            address_rule=address_rule,
            exchanger=Exchanger(self._transport, self._limits, clock, timer),
            limits=self._limits,
            surroundings=Surroundings(
                clock=clock,
                timer=timer,
                sleep=sleep,
                jitter=jitter,
                new_control_id=new_control_id,
                before_request=before_request or (lambda: None),
                on_request=on_request or (lambda record: None),
            ),
            keeps_session=keeps_session,
        )
        self._flat = FlatRecords(self._limits.max_depth)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give up the connections that the client opened itself."""
        self._transport.close()
        if self._own_http is not None:
            self._own_http.close()

    def sign_in(self) -> SignIn:
        """Open a session by login. The other methods do so by themselves when they need one."""
        return self._conversation.sign_in()

    def pages(self, listing: Query | ReadByQuery | GetList) -> Generator[Page, None, None]:
        """The pages of a list, at least one; the next one is fetched while the caller works (spec G-3).

        One request at a time is under way. Closing the generator waits for that one and ends. Raises
        FieldsRefused if fields may not be seen (spec I-11), ListIncomplete if the list broke off or has no
        end. Records may come and go meanwhile: what the totals then are worth is told by Page, and by the
        ways of ``paging``. Only a ReadByQuery may begin again, once, when its cursor expired or lost its way.
        """
        self._check_listing(listing)
        with closing(self._walk(listing, self._flat)) as steps:
            for step in steps:
                yield Page(
                    list(step.records), step.total, step.offset, step.begins_again, step.grown, step.doubtful
                )

    def execute(
        self,
        functions: Sequence[Function],
        *,
        control_ids: Sequence[str],
        transaction: bool = False,
        unique: bool = True,
        resent: Collection[str] = (),
        meanwhile: Callable[[], None] | None = None,
    ) -> list[Result]:
        """Carry out functions that write, in one request: one result per function, in their order.

        ``control_ids`` must stay the same when the same content is sent again: with ``unique`` the gateway
        refuses what it has completed before. ``resent``: those of which somebody else's sending may have run
        (the client knows its own); whatever refuses them now is OutcomeUnknown, and tells the refusal. Raises
        OutcomeUnknown if the answer was lost, or anything fails and one of them may have run before; any
        other GatewayError means that nothing ran. ValueError for useless control ids. ``meanwhile`` is
        called once, in this thread, while the request is on its way; not if it never left.
        """
        _check_control_ids(functions, control_ids)
        if not functions:
            return []
        before = (self._may_have_run | set(resent)).intersection(control_ids)
        doubt = Doubt(before=bool(before))
        talk = self._conversation
        call = talk.write(
            tuple(functions), tuple(control_ids), unique=unique, transaction=transaction, doubt=doubt
        )
        try:
            answer = talk.converse(call, meanwhile=meanwhile)
        except BaseException:  # what stops a run goes through as well, and may come while it waits
            if doubt.now:
                self._may_have_run.update(control_ids)
            raise
        results = results_in(
            answer,
            functions,
            control_ids,
            transaction=transaction,
            max_depth=self._limits.max_depth,
            resent=control_ids if doubt.now else before,
        )
        self._may_have_run.update(each.control_id for each in results if each.succeeded or each.read_back)
        return results

    @property
    def may_have_run(self) -> frozenset[str]:
        """Control ids that this client has sent and that were carried out, or may have been. What its
        callbacks raise in the middle of ``execute`` doesn't tell that; this does.
        """
        return frozenset(self._may_have_run)

    def check_read(self, object_name_: str) -> int | None:
        """Read one record of an object, as Test Connection does (spec S-4); returns how many there are."""
        name = object_name(object_name_, self._version)
        if self._version is Version.V3_0:
            listing: Listing = Query(name, ("RECORDNO",), page_size=1)
        else:
            listing = GetList(name, max_items=1)
        return self._first_step(listing).total

    def lookup_fields(self, object_name_: str) -> set[str]:
        """The names of an object's fields, spelled as its records spell them.

        3.0 asks for the definition. 2.1 has none: there it is the names seen in the first records, with
        custom fields as ``customfields.NAME``.
        """
        if self._version is Version.V3_0:
            return self.definition(object_name_).names
        name = object_name(object_name_, self._version)
        step = self._first_step(GetList(name, max_items=SAMPLE_SIZE))
        return {name for record in step.records for name in record}

    def definition(
        self, object_name_: str, *, by: Literal["lookup", "inspect"] = "lookup", docparid: str = ""
    ) -> Definition:
        """The fields that an object really has in this company, with labels and types (spec S-5, S-6).

        3.0 only. ``lookup`` also tells relationships, but no published schema knows it; ``inspect`` is in
        them. ``docparid``: the transaction definition, for SODOCUMENT.
        """
        self._check_generic(by)
        name = object_name(object_name_, self._version)
        function = Lookup(name, docparid) if by == "lookup" else Inspect(name)
        return definition_in(self._read(function).data)

    def object_names(self) -> dict[str, str]:
        """Name and label of every object that the company has; 3.0 only."""
        self._check_generic("inspect")
        return object_names_in(self._read(Inspect("*")).data)

    def find_documents(self, numbers: Sequence[str], kind: DocumentKind) -> list[Document]:
        """The documents of that kind with these numbers, as Intacct has them (spec X-5).

        All of a batch in one request. Raises ListIncomplete rather than leave one out: what is not returned
        is not there. Documents that nobody asked for are left out, and many of them are no answer.
        """
        wanted = list(dict.fromkeys(clean for number in numbers if (clean := xml_text(number))))
        ours = {folded(number) for number in wanted}
        size = self._limits.document_batch_size
        found: list[Document] = []
        for start in range(0, len(wanted), size):
            some = wanted[start : start + size]
            listing = kind.listing(self._version, some)
            read = 0
            with closing(self._walk(listing, kind.read)) as steps:
                for step in steps:
                    read += len(step.records)
                    if read > MOST_OF_ONE_NUMBER * len(some):
                        raise ListIncomplete(
                            "Intacct sent other documents than those that were asked for.",
                            advice="They are looked up again later.",
                            level="result",
                        )
                    found += [each for each in step.records if each is not None and is_of(each, ours)]
            if step.doubtful or (step.total is not None and step.total != read):
                raise ListIncomplete(
                    "The documents changed while they were looked up."
                    if step.total is None
                    else f"Intacct announced {step.total} documents and sent {read}.",
                    advice="They are looked up again later.",
                    level="result",
                )
        return found

    def documents_between(
        self, kind: DocumentKind, first: date, last: date, *, with_lines: bool = True
    ) -> Generator[list[PeriodDocument], None, None]:
        """All documents of that kind dated from ``first`` to ``last``, a page at a time (spec X-9).

        2.1 tells the lines inside the documents. 3.0 is asked for the lines of a few hundred at a time, after
        the documents themselves, which are held meanwhile. Raises ListIncomplete rather than leave one out.
        """
        listing = listing_of(kind, self._version, first, last)
        if self._version is Version.V2_1:
            yield from self._whole(listing, partial(read_legacy, kind))
            return
        headers: list[Header] = [
            header for page in self._whole(listing, partial(read_header, kind)) for header in page
        ]
        for some in in_chunks(headers):
            lines: dict[str, list[tuple[str, Decimal | None]]] = {}
            if with_lines:
                for page in self._whole(lines_listing(kind, some), read_line):
                    for number, location, amount in page:
                        lines.setdefault(number, []).append((location, amount))
            yield [
                PeriodDocument(header.document, summed(lines.get(header.record_number, [])))
                for header in some
            ]

    def _whole(self, listing: Listing, take: Callable[[Element], T | None]) -> Generator[list[T], None, None]:
        """The pages of a list that must be whole, without what ``take`` makes None of."""
        read = 0
        for step in self._walk(listing, take):
            read += len(step.records)
            yield [record for record in step.records if record is not None]
        if step.doubtful or (step.total is not None and step.total != read):
            raise ListIncomplete(
                "The documents changed while they were read."
                if step.total is None
                else f"Intacct announced {step.total:,} records and sent {read:,}.",
                advice="Start it again.",
                level="result",
            )

    def _walk(self, listing: Listing, take: TakeRecord) -> Generator[Step, None, None]:
        """Pages as they come; a cursor that is lost on the way is opened again once."""
        begun_again = False
        while True:
            steps = self._walk_once(listing, take)
            handed_out = 0
            try:
                for step in steps:
                    yield replace(step, begins_again=begun_again and not handed_out)
                    handed_out += 1
                return
            except GatewayError as fault:
                lost = isinstance(fault, ListIncomplete) or (fault.retryable and not fault.nothing_ran)
                if begun_again or not handed_out or not lost or not isinstance(listing, ReadByQuery):
                    raise
                if fault.retryable:
                    self._conversation.wait_after(fault)
                begun_again = True
            finally:
                steps.close()

    def _walk_once(self, listing: Listing, take: TakeRecord) -> Generator[Step, None, None]:
        """Each page is handed out with the next one already asked for."""
        talk = self._conversation
        paging = paging_of(listing, self._limits)
        take = paging.with_keys(take)
        ahead = None
        try:
            answer = talk.converse(talk.read(paging.request(), take))
            while True:
                step = paging.take(answer.results[0])
                if paging.done:
                    yield step
                    return
                call = talk.read(paging.request(), take)
                ahead = talk.start(call)
                yield step
                answer = talk.converse(call, ahead)
        finally:
            if ahead is not None:
                talk.settle(ahead)

    def _first_step(self, listing: Listing) -> Step:
        paging = paging_of(listing, self._limits)
        return paging.take(self._read(paging.request(), paging.with_keys(self._flat)))

    def _read(self, function: Function, take: TakeRecord | None = None) -> ResultPart:
        talk = self._conversation
        return talk.converse(talk.read(function, take)).results[0]

    def _check_listing(self, listing: Listing) -> None:
        if not isinstance(listing, GetList):
            self._check_generic(listing.name)
        if isinstance(listing, ReadByQuery) and not self._keeps_session:
            raise ValueError("A cursor lives in a session; use Query.")

    def _check_generic(self, name: str) -> None:
        if self._version is Version.V2_1:
            raise ValueError(f"Version 2.1 has no {name}; use GetList.")


def _check_control_ids(functions: Sequence[Function], control_ids: Sequence[str]) -> None:
    if len(functions) != len(control_ids):
        raise ValueError("Each function needs its control id.")
    if len(set(control_ids)) != len(control_ids):
        raise ValueError("Two functions have the same control id.")
    for control_id in control_ids:
        usable = control_id.isprintable() and control_id == control_id.strip()
        if not usable or not 0 < len(control_id) <= LONGEST_CONTROL_ID:
            raise ValueError("A control id has 1 to 256 printable characters, no blanks around them.")
