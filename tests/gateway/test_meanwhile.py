"""Work that is done in the caller's thread while a write is on its way (G-3, X-5)."""

import threading
import time

import pytest

from intacct.gateway import CreateInvoice, InvoiceLine, OutcomeUnknown, SignInRefused, Version
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
