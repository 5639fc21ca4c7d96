"""One POST and its answer as it arrives, bounded in time and size; knows HTTP and nothing of Intacct.

Redirects are not followed: the body holds two passwords. The HTTP session that is passed in must not
retry by itself.
"""

import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
import urllib3

from intacct.gateway.errors import NetworkFault, ProtocolFault
from intacct.gateway.settings import Limits

CHUNK_BYTES = 64 * 1024
NETWORK_ADVICE = "Check Post URL and this server's way to the internet, then start it again."


@dataclass(frozen=True)
class HttpAnswer:
    """What came back beside the body: status, and the seconds that ``Retry-After`` asks for."""

    status: int
    retry_after_seconds: float | None


class Transport:
    """Sends one request at a time, whoever asks: a second one waits for the first."""

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

    def post(
        self, url: str, body: bytes, receive: Callable[[bytes], bool]
    ) -> HttpAnswer | NetworkFault | ProtocolFault:
        """Send, and hand the unpacked answer piece by piece to ``receive``, until it answers False.

        A fault is handed back instead of being raised, without the frames and exceptions behind it: those
        hold the request, and with it the passwords.
        """
        with self._turn:
            try:
                return self._post(url, body, receive)
            except (NetworkFault, ProtocolFault) as fault:
                return fault.with_traceback(None)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                return network_fault(error)

    def _post(self, url: str, body: bytes, receive: Callable[[bytes], bool]) -> HttpAnswer:
        begun = self._timer()
        response = self._http.post(
            url,
            data=body,
            headers={
                "Content-Type": "application/xml",
                "Accept-Encoding": "gzip",
                "User-Agent": self._user_agent,
            },
            timeout=(self._limits.connect_timeout_seconds, self._limits.read_timeout_seconds),
            allow_redirects=False,
            stream=True,
        )
        with response:
            received = 0
            for part in _unpacked(response):
                received += len(part)
                if received > self._limits.max_answer_bytes:
                    raise ProtocolFault(
                        f"The answer is larger than {self._limits.max_answer_bytes:,} bytes.",
                        advice="Ask for smaller pages.",
                        level="protocol",
                        http_status=response.status_code,
                    )
                if self._timer() - begun > self._limits.answer_timeout_seconds:
                    raise NetworkFault(
                        "The answer took too long to arrive.",
                        advice=NETWORK_ADVICE,
                        level="network",
                        culprit="network",
                    )
                if not receive(part):
                    break  # the rest is not worth the wait; the connection is given up with it
            return HttpAnswer(
                response.status_code, self._retry_after(response.headers.get("Retry-After", ""))
            )

    def _retry_after(self, header: str) -> float | None:
        """Seconds to wait: the header holds a number of them, or a date."""
        header = header.strip()
        if header.isascii() and header.isdigit() and len(header) < 10:
            return float(header)
        try:
            moment = parsedate_to_datetime(header)
        except ValueError:
            return None
        if moment.tzinfo is None:
            return None
        return max(0.0, (moment - self._clock()).total_seconds())


def _unpacked(response: requests.Response) -> Iterator[bytes]:
    """The body in pieces, gzip undone in bounded steps, so that a small bomb cannot become a huge answer."""
    packing = response.headers.get("Content-Encoding", "").strip().lower()
    raw = response.raw.stream(CHUNK_BYTES, decode_content=False)
    if packing in ("", "identity"):
        yield from raw
        return
    if packing not in ("gzip", "x-gzip"):
        raise ProtocolFault("The answer is packed in a way that was not asked for.", level="protocol")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    anything = False
    try:
        for chunk in raw:
            waiting = chunk
            while waiting:
                anything = True
                yield unpacker.decompress(waiting, CHUNK_BYTES)
                waiting = unpacker.unconsumed_tail
    except zlib.error:
        raise ProtocolFault("The answer is damaged.", level="protocol", retryable=True) from None
    if anything and not unpacker.eof:
        raise ProtocolFault("The answer was cut off.", level="protocol", retryable=True)


def network_fault(error: Exception) -> NetworkFault:
    """The fault for what the HTTP library raised, and whether the request can have left at all."""
    causes = list(_causes(error))
    if _any(causes, urllib3.exceptions.NameResolutionError):
        return _fault("The host of the address is not known.", left=False, culprit="address")
    if _any(causes, (urllib3.exceptions.NewConnectionError, ConnectionRefusedError)):
        return _fault("The connection was refused, or there is no way to the host.", left=False)
    if _any(causes, (requests.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError)):
        return _fault("The gateway could not be reached in time.", left=False)
    if any("CERTIFICATE_VERIFY_FAILED" in str(cause) or "doesn't match" in str(cause) for cause in causes):
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
