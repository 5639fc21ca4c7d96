"""One POST and its answer as it arrives, bounded in time and size; knows HTTP and nothing of Intacct.

Redirects are neither followed nor looked into: the body holds two passwords. Whatever the HTTP library
trips over in hostile bytes becomes a fault.
"""

import http.client
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.util.ssl_match_hostname import CertificateError

from intacct.gateway.deadline import Deadline, DeadlineAdapter, until
from intacct.gateway.errors import NetworkFault, ProtocolFault
from intacct.gateway.settings import Limits
from intacct.gateway.unpacking import CHUNK_BYTES, unpacked

NETWORK_ADVICE = "Check Post URL and this server's way to the internet, then start it again."
TOO_LONG = "The answer took too long to arrive."
LONGEST_RETRY_AFTER = 100
"""Characters: the longest date has 37. What is longer is not worth reading."""

# What requests, urllib3, http.client and the parsers of headers in them were seen to raise, or may. Not every
# Exception: a task's time limit is one too, and must go through.
STUMBLES = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    EOFError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
)

Fault = TypeVar("Fault", NetworkFault, ProtocolFault, NetworkFault | ProtocolFault)


@dataclass(frozen=True)
class HttpAnswer:
    """What came back beside the body: status, and the seconds that ``Retry-After`` asks for.

    ``fault``: why the body is not whole. The status may matter more.
    """

    status: int
    retry_after_seconds: float | None = None
    fault: NetworkFault | ProtocolFault | None = None


class Transport:
    """Sends one request at a time, whoever asks: a second one waits for the first.

    Of the HTTP session it takes headers, proxies, certificates and adapters; not its cookies, hooks and
    redirects. Unless an adapter of another kind is mounted there for the address, requests go over
    connections of the transport's own, whose every wait ends in time.
    """

    def __init__(
        self,
        http: requests.Session,
        limits: Limits,
        *,
        user_agent: str,
        clock: Callable[[], datetime],
        timer: Callable[[], float],
    ) -> None:
        self._http = http
        self._limits = limits
        self._user_agent = user_agent
        self._clock = clock
        self._timer = timer
        self._turn = threading.Lock()
        self._adapter = DeadlineAdapter()

    def close(self) -> None:
        """Give up the connections that are kept for the next request."""
        self._adapter.close()

    def post(self, url: str, body: bytes, receive: Callable[[bytes], bool]) -> HttpAnswer | NetworkFault:
        """Send, and hand the unpacked answer piece by piece to ``receive``, until it answers False.

        A fault is handed back instead of being raised, without the frames and exceptions behind it: those
        hold the request, and with it the passwords.
        """
        with self._turn:
            try:
                request, adapter, how = self._prepared(url, body)
            except STUMBLES as error:
                return _unusable(error)
            deadline = Deadline(self._timer() + self._limits.answer_timeout_seconds, self._timer)
            try:
                # By the adapter itself: a session looks into every redirect, even if it may not follow.
                with until(deadline):
                    response = adapter.send(request, **how)
            except STUMBLES as error:
                return _broken(error, deadline)
            # Not ``with response``: closing a spoilt line may stumble too, and nothing depends on it.
            try:
                return self._answer(response, receive, deadline)
            finally:
                _close(response)

    def _prepared(
        self, url: str, body: bytes
    ) -> tuple[requests.PreparedRequest, BaseAdapter, dict[str, Any]]:
        headers = {
            "Content-Type": "application/xml",
            "Accept-Encoding": "gzip",
            "User-Agent": self._user_agent,
        }
        request = self._http.prepare_request(requests.Request("POST", url, data=body, headers=headers))
        adapter = self._http.get_adapter(url)
        if type(adapter) is HTTPAdapter:
            adapter = self._adapter
        settings = self._http.merge_environment_settings(request.url, {}, True, None, None)
        timeout = (self._limits.connect_timeout_seconds, self._limits.read_timeout_seconds)
        return request, adapter, {**settings, "timeout": timeout}

    def _answer(
        self, response: requests.Response, receive: Callable[[bytes], bool], deadline: Deadline
    ) -> HttpAnswer:
        status = response.status_code
        after = self._retry_after(response.headers.get("Retry-After", ""))
        if 300 <= status < 400:  # whatever it holds: it is not the gateway that speaks
            return HttpAnswer(status, after)
        packing = response.headers.get("Content-Encoding", "")
        try:
            with closing(unpacked(_raw(response), packing, self._limits.max_answer_bytes)) as parts:
                while True:
                    part = _next(parts, deadline)
                    if part is None or not receive(part):
                        break  # the rest is not worth the wait; the connection is given up with it
        except (NetworkFault, ProtocolFault) as fault:
            fault.http_status = status
            return HttpAnswer(status, after, _bare(fault))
        return HttpAnswer(status, after)

    def _retry_after(self, header: str) -> float | None:
        """Seconds to wait: the header holds a number of them, or a date. None for anything else."""
        header = header.strip()
        if len(header) > LONGEST_RETRY_AFTER or not header.isascii():
            return None
        if header.isdigit():
            return float(header)
        try:
            moment = parsedate_to_datetime(header)
            if moment.tzinfo is None:
                return None
            return max(0.0, (moment - self._clock()).total_seconds())
        except (ValueError, TypeError, LookupError, ArithmeticError):
            return None  # no date, or one of which no calendar knows


def _raw(response: requests.Response) -> Iterator[bytes]:
    """The body as it comes over the line: whatever is there, without waiting for more."""
    while part := response.raw.read1(CHUNK_BYTES, decode_content=False):
        yield part


def _next(parts: Iterator[bytes], deadline: Deadline) -> bytes | None:
    """The next piece, None after the last one; NetworkFault where the line or the time is at its end."""
    try:
        part = next(parts, None)
    except STUMBLES as error:
        raise _broken(error, deadline) from None
    if deadline.is_over:
        raise _fault(TOO_LONG, left=True)
    return part


def _close(response: requests.Response) -> None:
    try:
        response.close()
    except STUMBLES:
        return


def _bare(fault: Fault) -> Fault:
    """Without what led to it."""
    fault.__context__ = fault.__cause__ = None
    return fault.with_traceback(None)


def _broken(error: Exception, deadline: Deadline) -> NetworkFault:
    fault = network_fault(error)
    if deadline.is_over and not fault.nothing_ran:
        return _fault(TOO_LONG, left=True)
    return fault


def _unusable(error: Exception) -> NetworkFault:
    """What stopped the request before it was sent."""
    fault = network_fault(error)
    fault.nothing_ran = True
    return fault


def network_fault(error: Exception) -> NetworkFault:
    """The fault for what the HTTP library raised, and whether the request can have left at all."""
    causes = list(_causes(error))
    if _any(causes, urllib3.exceptions.NameResolutionError):
        return _fault("The host of the address is not known.", left=False, culprit="address")
    if _any(causes, (urllib3.exceptions.NewConnectionError, ConnectionRefusedError)):
        return _fault("The connection was refused, or there is no way to the host.", left=False)
    if _any(causes, (requests.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError)):
        return _fault("The gateway could not be reached in time.", left=False)
    # By their types: words may be the server's, quoted from what it sent in place of a status line.
    if _any(causes, (ssl.SSLCertVerificationError, CertificateError)):
        return _fault(
            "The host's certificate is not to be trusted.", left=False, culprit="address", heals=False
        )
    if _any(causes, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
        return _fault("The address cannot be used.", left=False, culprit="address", heals=False)
    if _any(causes, (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
        return _fault("The gateway did not answer in time.", left=True)
    return _fault("The connection broke before the whole answer was here.", left=True)


def _fault(sentence: str, *, left: bool, culprit: str = "network", heals: bool = True) -> NetworkFault:
    details: dict[str, Any] = {"culprit": culprit, "nothing_ran": not left, "retryable": heals}
    return NetworkFault(sentence, advice=NETWORK_ADVICE, level="network", **details)


def _any(causes: list[BaseException], kinds: type[BaseException] | tuple[type[BaseException], ...]) -> bool:
    return any(isinstance(cause, kinds) for cause in causes)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was made of: requests keeps urllib3's errors in args and reason.

    Never its context: that may be an earlier, foreign error, and a refused connection of some other call
    must not vouch for it that this request never left.
    """
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        inner = [getattr(cause, "reason", None), cause.__cause__, *cause.args]
        waiting += [each for each in inner if isinstance(each, BaseException)]
