"""The client: signs in, reads lists, carries out functions (spec section 7)."""

import random
import time
import uuid
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Self

import requests

from intacct.gateway.address import AddressRule
from intacct.gateway.answers import ResultPart
from intacct.gateway.conversation import Call, Conversation, Surroundings
from intacct.gateway.documents import Document, documents_in, documents_listing
from intacct.gateway.errors import ListIncomplete
from intacct.gateway.exchange import Exchanger
from intacct.gateway.functions import Function, GetList, Lookup, Query
from intacct.gateway.objects import object_name
from intacct.gateway.paging import Listing, Page, Paging, Step
from intacct.gateway.records import records_in
from intacct.gateway.request_log import RequestRecord
from intacct.gateway.results import Result, results_in
from intacct.gateway.sessions import SignIn
from intacct.gateway.settings import Credentials, Limits
from intacct.gateway.text import xml_text
from intacct.gateway.transport import Transport
from intacct.gateway.version import Version

LONGEST_CONTROL_ID = 256
SAMPLE_SIZE = 100
"""Records looked at for their fields in 2.1: a page costs the same however many it holds."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _full_jitter(ceiling_seconds: float) -> float:
    return random.uniform(0, ceiling_seconds)  # noqa: S311 - spreads waiting, guards nothing


def _random_control_id() -> str:
    return f"rp-{uuid.uuid4()}"


class Client:
    """One user of one company at one gateway, for one thread at a time.

    ``before_request`` is called in the caller's thread before every request and now and then in a long
    pause (the turn is renewed there; what it raises goes through, and nothing is sent), ``on_request``
    after every one, failed ones too. ``clock`` tells aware times, ``timer`` and ``sleep`` count seconds,
    ``jitter`` picks a wait up to a ceiling. An HTTP session that is passed in must not retry by itself,
    and is not closed.
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
    ) -> None:
        self._version = version
        self._limits = limits or Limits()
        self._own_http = None if http is not None else requests.Session()
        transport = Transport(
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
            exchanger=Exchanger(transport, clock, timer),
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
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give up the connections that the client opened itself."""
        if self._own_http is not None:
            self._own_http.close()

    def sign_in(self) -> SignIn:
        """Open a session by login. The other methods do so by themselves when they need one."""
        return self._conversation.sign_in()

    def pages(self, listing: Query | GetList) -> Generator[Page, None, None]:
        """The pages of a list, at least one; the next one is fetched while the caller works (spec G-3).

        One request at a time is under way. Closing the generator waits for that one and ends. Raises
        FieldsRefused if fields may not be seen (spec I-11), ListIncomplete if the list broke off.
        """
        self._check_version(listing)
        with closing(self._walk(listing)) as steps:
            for step in steps:
                records = records_in(step.data, max_depth=self._limits.max_depth)
                yield Page(records, step.total, step.offset)

    def execute(
        self,
        functions: Sequence[Function],
        *,
        control_ids: Sequence[str],
        transaction: bool = False,
        unique: bool = True,
    ) -> list[Result]:
        """Carry out functions that write, in one request: one result per function, in their order.

        ``control_ids`` must stay the same when the same content is sent again: with ``unique`` the gateway
        refuses what it has completed before. Raises OutcomeUnknown if the answer was lost; any other
        GatewayError means that nothing ran. ValueError for control ids that are no use.
        """
        _check_control_ids(functions, control_ids)
        if not functions:
            return []
        call = Call(
            tuple(functions),
            tuple(control_ids),
            writes=True,
            unique=unique,
            transaction=transaction,
        )
        answer = self._conversation.converse(call)
        return results_in(
            answer,
            functions,
            control_ids,
            transaction=transaction,
            max_depth=self._limits.max_depth,
        )

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
        name = object_name(object_name_, self._version)
        if self._version is Version.V3_0:
            data = self._read(Lookup(name)).data
            fields = () if data is None else data.iter("Field", "FIELD", "field")
            names = (field.findtext("ID") or field.findtext("id") or "" for field in fields)
            return {name for name in names if name}
        step = self._first_step(GetList(name, max_items=SAMPLE_SIZE))
        records = records_in(step.data, max_depth=self._limits.max_depth)
        return {name for record in records for name in record}

    def find_documents(self, numbers: Sequence[str], *, transaction_definition: str) -> list[Document]:
        """Order Entry documents of these numbers, as Intacct has them (spec X-5).

        Raises ListIncomplete rather than leave one out: what is not returned is not there.
        """
        wanted = list(dict.fromkeys(xml_text(number) for number in numbers if number))
        size = self._limits.document_batch_size
        found: list[Document] = []
        for start in range(0, len(wanted), size):
            batch = wanted[start : start + size]
            listing = documents_listing(self._version, batch, transaction_definition)
            read = 0
            for step in self._walk(listing):
                read += 0 if step.data is None else len(step.data)
                found += documents_in(self._version, step.data, transaction_definition)
            if step.total is not None and step.total != read:
                raise ListIncomplete(
                    f"Intacct announced {step.total} documents and sent {read}.",
                    advice="They are looked up again later.",
                    level="result",
                )
        return found

    def _walk(self, listing: Listing) -> Generator[Step, None, None]:
        """Pages as they come, each handed out with the next one already asked for."""
        talk = self._conversation
        paging = Paging(listing, self._limits)
        ahead = None
        try:
            answer = talk.converse(talk.read(paging.request()))
            while True:
                step = paging.take(answer.results[0])
                if paging.done:
                    yield step
                    return
                call = talk.read(paging.request())
                ahead = talk.start(call)
                yield step
                answer = talk.converse(call, ahead)
        finally:
            if ahead is not None:
                talk.settle(ahead)

    def _first_step(self, listing: Listing) -> Step:
        paging = Paging(listing, self._limits)
        answer = self._conversation.converse(self._conversation.read(paging.request()))
        return paging.take(answer.results[0])

    def _read(self, function: Function) -> ResultPart:
        return self._conversation.converse(self._conversation.read(function)).results[0]

    def _check_version(self, listing: Listing) -> None:
        if isinstance(listing, Query) and self._version is Version.V2_1:
            raise ValueError("Version 2.1 has no query; use GetList.")


def _check_control_ids(functions: Sequence[Function], control_ids: Sequence[str]) -> None:
    if len(functions) != len(control_ids):
        raise ValueError("Each function needs its control id.")
    if len(set(control_ids)) != len(control_ids):
        raise ValueError("Two functions have the same control id.")
    for control_id in control_ids:
        usable = control_id.isprintable() and control_id == control_id.strip()
        if not usable or not 0 < len(control_id) <= LONGEST_CONTROL_ID:
            raise ValueError("A control id has 1 to 256 printable characters, no blanks around them.")
