"""HTTP connections on which no wait outlasts the request it belongs to.

A time-out of the HTTP library is the longest silence between two pieces: who drips a byte now and then
keeps a line open for ever, in the status line, the headers, the size of a chunk or the body. Here every
single wait on the socket is cut to what is left of the whole request.
"""

import io
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection


@dataclass(frozen=True)
class Deadline:
    """The moment, in seconds of ``timer``, at which a request must be over."""

    ends_at: float
    timer: Callable[[], float]

    @property
    def is_over(self) -> bool:
        return self.timer() > self.ends_at

    def wait(self, longest_silence: float | None) -> float:
        """How long the next wait may be; TimeoutError if there is no time left."""
        left = self.ends_at - self.timer()
        if left <= 0:
            raise TimeoutError("The request has used up its time.")
        return left if longest_silence is None else min(left, longest_silence)


_CURRENT: ContextVar[Deadline | None] = ContextVar("intacct_gateway_deadline", default=None)


@contextmanager
def until(deadline: Deadline) -> Iterator[None]:
    """Bind the deadline to the requests that this thread begins on a DeadlineAdapter."""
    token = _CURRENT.set(deadline)
    try:
        yield
    finally:
        _CURRENT.reset(token)


_WHEN_SENT: ContextVar[Callable[[], None] | None] = ContextVar("intacct_gateway_when_sent", default=None)


@contextmanager
def telling_when_sent(tell: Callable[[], None]) -> Iterator[None]:
    """Have it told when a request that this thread makes on a DeadlineAdapter has gone out whole, and its
    answer is waited for."""
    token = _WHEN_SENT.set(tell)
    try:
        yield
    finally:
        _WHEN_SENT.reset(token)


class _Reader(io.RawIOBase):
    """A socket's bytes, each wait of which is bounded."""

    def __init__(self, line: socket.socket, deadline: Deadline) -> None:
        super().__init__()
        self._line = line
        self._bytes = line.makefile("rb", buffering=0)
        self._longest_silence = line.gettimeout()
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._line.settimeout(self._deadline.wait(self._longest_silence))
        return self._bytes.readinto(buffer)

    def close(self) -> None:
        self._bytes.close()
        super().close()


class _Response(HTTPResponse):
    """Reads status line, headers and body through a bounded reader."""

    def __init__(self, sock: socket.socket, *args: Any, **how: Any) -> None:
        super().__init__(sock, *args, **how)
        if (tell := _WHEN_SENT.get()) is not None:
            tell()
        deadline = _CURRENT.get()
        if deadline is not None:
            self.fp.close()
            self.fp = io.BufferedReader(_Reader(sock, deadline))


class _Connection(HTTPConnection):
    response_class = _Response


class _SecureConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


_POOLS = {"http": _Pool, "https": _SecurePool}


class DeadlineAdapter(HTTPAdapter):
    """The usual adapter of requests, on bounded connections; retries nothing."""

    def init_poolmanager(self, *args: Any, **how: Any) -> None:
        super().init_poolmanager(*args, **how)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **how: Any) -> ProxyManager:
        manager: ProxyManager = super().proxy_manager_for(proxy, **how)
        manager.pool_classes_by_scheme = _POOLS
        return manager
