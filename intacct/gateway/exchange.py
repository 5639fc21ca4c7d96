"""One request and its answer, judged; no waiting, no repeating, no callbacks.

It is the part of the client that may run in another thread while the caller works on the page before.
"""

import html
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from intacct.gateway.answer_stream import KEPT_MARGIN, AnswerStream, TakeRecord
from intacct.gateway.answers import Answer, AnswerReader
from intacct.gateway.envelope import Envelope
from intacct.gateway.error_rows import AGAIN_LATER
from intacct.gateway.error_table import ErrorDetail, classify, http_error
from intacct.gateway.errors import (
    GatewayError,
    NetworkFault,
    ProtocolFault,
    TemporarilyUnavailable,
    Throttled,
)
from intacct.gateway.functions import GetApiSession, Inspect, Lookup, Query, ReadByQuery
from intacct.gateway.redaction import redact
from intacct.gateway.request_log import RequestRecord, label_of
from intacct.gateway.sessions import session_id_of
from intacct.gateway.settings import Limits
from intacct.gateway.spellings import decoded, is_readable
from intacct.gateway.transport import HttpAnswer, Transport

LONGEST_LOGGED_TEXT = 500
MOST_SESSION_IDS = 100
"""Remembered as secrets: an answer may quote the session that was before this one."""
_SESSION_ID = re.compile(r"<\s*(?:[\w.-]+:)?sessionid\b[^<>]*>\s*(?:<!\[CDATA\[)?\s*([^<\]]*)", re.IGNORECASE)


@dataclass(frozen=True)
class Exchange:
    """Either an answer or a fault, and in any case the record of it."""

    record: RequestRecord
    answer: Answer | None = None
    fault: GatewayError | None = None


@dataclass(frozen=True)
class Exchanger:
    """Sends envelopes over one transport. ``session_ids``: those that its sign-ins were answered, secret."""

    transport: Transport
    limits: Limits
    clock: Callable[[], datetime]
    timer: Callable[[], float]
    session_ids: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_SESSION_IDS), repr=False)

    def send(self, url: str, envelope: Envelope, *, writes: bool, take: TakeRecord | None = None) -> Exchange:
        """Send once. A read with a failed or missing result is a fault; the results of writes are kept.

        ``take`` is what each record of a list becomes as soon as it is here.
        """
        started_at = self.clock()
        begun = self.timer()
        body = envelope.to_bytes()
        secrets = (*envelope.secrets, *self.session_ids)
        stream = AnswerStream(self.limits, len(envelope.control_ids), take)
        http = self.transport.post(url, body, stream.feed)
        answer: Answer | None = None
        fault: GatewayError | None = None
        try:
            if isinstance(http, NetworkFault):
                raise http
            answer = _judged(http, stream, envelope, secrets, writes=writes)
        except GatewayError as error:
            fault = error.with_traceback(None)
            fault.__context__ = None
            fault.control_id = envelope.control_id
        if isinstance(http, HttpAnswer) and isinstance(fault, Throttled | TemporarilyUnavailable):
            fault.retry_after_seconds = http.retry_after_seconds  # however it was told: by status or in XML
        if isinstance(envelope.functions[0], GetApiSession):
            found = tuple(dict.fromkeys(_new_session_ids(answer, bytes(stream.kept))))
            self.session_ids.extend(found)
            secrets += found
        milliseconds = max(0, round((self.timer() - begun) * 1000))
        status = http.status if isinstance(http, HttpAnswer) else None
        record = _record(envelope, secrets, started_at, milliseconds, status, answer, fault)
        if self.limits.kept_text_bytes:
            record = replace(
                record,
                request_text=_kept(body, self.limits.kept_text_bytes, secrets),
                answer_text=_kept(bytes(stream.kept), self.limits.kept_text_bytes, secrets),
            )
        return Exchange(record, answer, fault)


def _judged(
    http: HttpAnswer, stream: AnswerStream, envelope: Envelope, secrets: tuple[str, ...], *, writes: bool
) -> Answer:
    reader = AnswerReader(envelope.control_id, envelope.control_ids, http.status, secrets)
    if http.status in (408, 429) or 300 <= http.status < 400 or http.status >= 500:
        raise _http_refusal(http, stream, reader)
    try:
        if http.fault is not None:
            raise http.fault
        answer = reader.read(stream)
    except (NetworkFault, ProtocolFault) as fault:
        if b"API rate limit exceeded" in stream.head:
            # Most likely nothing ran, but nothing in the body says so: a write must look first.
            raise Throttled(
                "Intacct is receiving too many requests at the moment.",
                advice=AGAIN_LATER,
                text="API rate limit exceeded",
                level="http",
                http_status=http.status,
                nothing_ran=False,
            ) from None
        if http.status >= 400:
            raise http_error(http.status) from None
        fault.http_status = http.status
        raise
    if http.status >= 400:
        raise http_error(http.status)
    if not writes:
        _check_read(answer, envelope)
    return answer


def _http_refusal(http: HttpAnswer, stream: AnswerStream, reader: AnswerReader) -> GatewayError:
    """The error for a status that decides by itself, with the gateway's words if the body has some."""
    error = http_error(http.status)
    try:
        reader.read(stream)
    except ProtocolFault:
        pass
    except GatewayError as told:
        error.code, error.text, error.support_id = told.code, told.text, told.support_id
    return error


def _check_read(answer: Answer, envelope: Envelope) -> None:
    if len(answer.results) != len(envelope.control_ids):
        raise ProtocolFault("The answer lacks a result.", level="protocol", retryable=True)
    for function, result in zip(envelope.functions, answer.results, strict=True):
        if result.status != "success":
            raise classify(
                result.errors,
                level="result",
                control_id=envelope.control_id,
                queried_fields=function.fields if isinstance(function, Query | ReadByQuery) else (),
            )


def _record(
    envelope: Envelope,
    secrets: tuple[str, ...],
    started_at: datetime,
    milliseconds: int,
    status: int | None,
    answer: Answer | None,
    fault: GatewayError | None,
) -> RequestRecord:
    number, text, support_id, records = "", "", "", None
    if fault is not None:
        number, text, support_id = fault.code, fault.text or fault.message, fault.support_id
    elif answer is not None:
        records = _records(answer, envelope)
        first = _first_error(answer)
        number, text, support_id = first.number, first.text, first.support_id
    return RequestRecord(
        control_id=envelope.control_id,
        function=label_of(envelope.functions),
        started_at=started_at,
        milliseconds=milliseconds,
        http_status=status,
        error_number=number,
        error_text=redact(text, secrets)[:LONGEST_LOGGED_TEXT],
        support_id=support_id,
        records=records,
    )


def _records(answer: Answer, envelope: Envelope) -> int | None:
    """Records read or made; None for requests that are about neither."""
    if isinstance(envelope.functions[0], GetApiSession | Lookup | Inspect):
        return None
    done = [result for result in answer.results if result.status == "success"]
    return sum(
        bool(result.key) if result.data is None else len(result.records) + len(result.data) for result in done
    )


def _first_error(answer: Answer) -> ErrorDetail:
    """What went wrong with the first document that failed, for the log; the results tell the rest."""
    for result in answer.results:
        for error in result.errors:
            return error
    return ErrorDetail("", "")


def _kept(text: bytes, most: int, secrets: tuple[str, ...]) -> str:
    """The beginning of a text without its secrets; what follows it helps to recognise one in the cut.

    Nothing of a text in an encoding that hides them, nor of one with U+0000, which no database takes.
    """
    if not is_readable(text):
        return ""
    shown = redact(text[: most + KEPT_MARGIN], secrets, most=most)
    return "" if "\0" in shown else shown


def _new_session_ids(answer: Answer | None, kept: bytes) -> Iterator[str]:
    """What a sign-in was answered, to be masked wherever it stands; ``kept`` tells where it was no answer."""
    if answer is not None:
        yield from (session_id for result in answer.results if (session_id := session_id_of(result)))
    for found in _SESSION_ID.finditer(decoded(kept, (), "")):
        if found[1].strip():
            yield html.unescape(found[1].strip())
