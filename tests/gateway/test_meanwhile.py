"""Work that is done in the caller's thread while a write is on its way (G-3, X-5)."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from intacct.gateway import CreateInvoice, InvoiceLine, OutcomeUnknown, SignInRefused, Version
from intacct.gateway.conversation import Ahead
from tests.gateway.in_process import Simulator
from tests.gateway.test_ar_invoices import an_invoice


@pytest.fixture
def invoice() -> CreateInvoice:
    line = InvoiceLine(gl_account_no="4010", amount=an_invoice().lines[0].amount, location_id="EBU")
    return an_invoice(customer_id="C-00001", lines=(line,))


@pytest.mark.parametrize("version", list(Version))
def test_it_is_done_once_in_this_thread_while_the_request_waits_for_its_answer(
    simulator: Simulator, version: Version, invoice: CreateInvoice
) -> None:
    client = simulator.client(version=version)
    client.sign_in()
    simulator.tell(latency_ms=300)
    seen = []

    begun = time.monotonic()
    (result,) = client.execute(
        [invoice],
        control_ids=["a:1"],
        meanwhile=lambda: seen.append((threading.current_thread(), time.monotonic() - begun)),
    )

    assert result.succeeded
    ((thread, after),) = seen
    assert thread is threading.current_thread()
    assert after < 0.3 <= time.monotonic() - begun


def test_it_is_done_once_however_often_the_request_goes(simulator: Simulator, invoice: CreateInvoice) -> None:
    simulator.tell(faults=[{"kind": "http_429", "function": "create_invoice", "times": 2}])
    seen: list[int] = []

    (result,) = simulator.client(version=Version.V3_0).execute(
        [invoice], control_ids=["a:1"], meanwhile=lambda: seen.append(1)
    )

    assert (result.succeeded, seen) == (True, [1])


def test_a_lost_answer_is_lost_with_it_too(simulator: Simulator, invoice: CreateInvoice) -> None:
    simulator.tell(faults=[{"kind": "drop_after", "function": "create_invoice"}])
    client = simulator.client(version=Version.V3_0)

    with pytest.raises(OutcomeUnknown):
        client.execute([invoice], control_ids=["a:1"], meanwhile=lambda: None)

    assert client.may_have_run == {"a:1"}


def test_what_it_raises_comes_when_the_request_has_ended_which_may_have_run(
    simulator: Simulator, invoice: CreateInvoice
) -> None:
    client = simulator.client(version=Version.V3_0)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.execute([invoice], control_ids=["a:1"], meanwhile=stop)

    assert client.may_have_run == {"a:1"}
    assert simulator.records[-1].function == "create_invoice"
    assert simulator.state()["invoices"]["count"] == 1
    assert simulator.state()["in_flight"] == 0


def test_it_is_not_done_where_nothing_left(simulator: Simulator, invoice: CreateInvoice) -> None:
    simulator.tell(faults=[{"kind": "wrong_user"}])
    client = simulator.client(version=Version.V3_0)
    seen: list[int] = []

    with pytest.raises(SignInRefused):
        client.execute([invoice], control_ids=["a:1"], meanwhile=lambda: seen.append(1))

    assert (seen, client.may_have_run) == ([], set())


@pytest.mark.parametrize("meanwhile", [None, lambda: None], ids=["alone", "with work meanwhile"])
@pytest.mark.parametrize("kind", ["wrong_user", "http_503", "http_429"])
def test_x_5_a_sign_in_that_fails_leaves_open_what_others_sent_before(
    simulator: Simulator, invoice: CreateInvoice, kind: str, meanwhile: Callable[[], None] | None
) -> None:
    """Nothing of this sending ran, but of the one before nobody knows."""
    simulator.tell(faults=[{"kind": kind, "times": -1}])
    client = simulator.client(version=Version.V3_0)

    with pytest.raises(OutcomeUnknown, match="had been sent before"):
        client.execute([invoice], control_ids=["a:1"], resent=["a:1"], meanwhile=meanwhile)

    assert client.may_have_run == set()


def _interrupt(monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    """A request in another thread, of which this one doesn't get to see the beginning, or the answer."""
    begin, take = Ahead.__init__, Ahead.take

    def begun(ahead: Ahead, send: Callable[[], Any]) -> None:
        begin(ahead, send)
        if when == "as it starts":
            take(ahead)
            raise KeyboardInterrupt

    def taken(ahead: Ahead) -> Any:
        take(ahead)
        raise KeyboardInterrupt

    monkeypatch.setattr(Ahead, "__init__", begun)
    monkeypatch.setattr(Ahead, "take", taken)


@pytest.mark.parametrize("when", ["as it starts", "as its answer comes"])
def test_x_5_whenever_it_is_interrupted_what_was_sent_may_have_run(
    simulator: Simulator, invoice: CreateInvoice, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    client = simulator.client(version=Version.V3_0)
    client.sign_in()
    _interrupt(monkeypatch, when)

    with pytest.raises(KeyboardInterrupt):
        client.execute([invoice], control_ids=["a:1"], meanwhile=lambda: None)

    assert client.may_have_run == {"a:1"}
    assert simulator.state()["invoices"]["count"] == 1
