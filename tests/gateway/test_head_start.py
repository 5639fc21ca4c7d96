"""The next request goes out before the caller goes on to work, which would keep it back (G-3)."""

import threading
import time
from typing import Any

import pytest

from intacct.gateway import conversation
from intacct.gateway.conversation import Ahead
from tests.gateway.wire import SECRET, a_wire, impatient


def test_the_caller_goes_on_when_the_request_has_gone_out_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "HEAD_START_SECONDS", 60)  # not by the clock
    may_answer = threading.Event()
    with a_wire() as wire:
        wire.otherwise = lambda line: (may_answer.wait(30), line.sendall(b"HTTP/1.1 204 No\r\n\r\n"))
        transport = impatient(read=30, answer=30)

        begun = time.monotonic()
        ahead = Ahead(lambda: transport.post(wire.url, SECRET, lambda part: True))

        assert time.monotonic() - begun < 20
        while not wire.bodies and time.monotonic() - begun < 20:
            time.sleep(0.001)  # it is on the line, and the server takes a moment to read it
        assert wire.bodies == [SECRET]
        may_answer.set()
        answer: Any = ahead.take()
    assert answer.status == 204


def test_it_does_not_wait_for_long_for_a_request_that_does_not_go_out() -> None:
    may_end = threading.Event()

    begun = time.monotonic()
    ahead = Ahead(lambda: may_end.wait(30))

    assert time.monotonic() - begun < 20
    may_end.set()
    assert ahead.take() is True


def test_nor_for_one_that_fails_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "HEAD_START_SECONDS", 60)

    def fail() -> Any:
        raise ValueError("a bug of ours")

    begun = time.monotonic()
    ahead = Ahead(fail)

    assert time.monotonic() - begun < 20
    with pytest.raises(ValueError, match="bug"):
        ahead.take()
