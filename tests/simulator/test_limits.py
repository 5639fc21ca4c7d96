"""What the gateway holds back, refuses and charges, and how long readMore can go on (section 7)."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from intacct.simulator.limiter import Limiter

from .talking import HEADERS, envelope, get_list, invoice, login, query, sotransaction

READ = "<readByQuery><object>CUSTOMER</object><query/><pagesize>20</pagesize></readByQuery>"


class Asker:
    """Sends requests without waiting for their answers, and takes a place at the limiter itself."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.limiter = gateway.companies["ACME-SANDBOX"].limiter
        self.pool = ThreadPoolExecutor(8)

    def send(self, count, **options):
        body = envelope(query("ITEM", "ITEMID"), **options)
        return [
            self.pool.submit(requests.post, self.gateway.url, data=body, headers=HEADERS, timeout=30)
            for _ in range(count)
        ]

    def wait_for(self, waiting):
        until = time.monotonic() + 20
        while self.limiter.waiting != waiting:
            assert time.monotonic() < until, f"{self.limiter.waiting} wait, not {waiting}"
            time.sleep(0.002)


@pytest.fixture
def busy(gateway):
    """The company's one place is taken, until a test gives it back."""
    asker = Asker(gateway)
    assert asker.limiter.enter(running=1, waiting=1, hold_seconds=0)
    yield asker
    if asker.limiter.running:
        asker.limiter.leave()
    asker.pool.shutdown()


def statuses(sent):
    return [each.result(30).status_code for each in sent]


def test_one_request_runs_one_waits_and_the_others_are_refused(gateway, busy):
    gateway.tell(hold_seconds=0.02)
    waiting = busy.send(1)
    busy.wait_for(1)

    refused = busy.send(3)

    assert statuses(refused) == [429] * 3
    busy.limiter.leave()
    assert statuses(waiting) == [200]
    answer = refused[0].result()
    assert b"GW-0010" in answer.content
    assert answer.headers["Content-Type"] == "text/xml; charset=UTF-8"
    state = gateway.state()
    assert (state["requests_refused"], state["in_flight"], state["requests_waiting"]) == (3, 0, 0)
    assert state["billable_transactions"] == 1  # what was refused costs nothing


def test_held_requests_run_when_places_get_free_in_time(gateway, busy):
    sent = busy.send(4)
    busy.wait_for(4)
    assert gateway.state()["requests_waiting"] == 4

    busy.limiter.leave()

    assert statuses(sent) == [200] * 4
    assert gateway.state()["requests_refused"] == 0


def test_the_limits_can_be_set_and_taken_away(gateway, busy):
    gateway.tell(hold_seconds=0.02, waiting_limit=0)
    assert statuses(busy.send(1)) == [429]
    gateway.tell(running_limit=2)
    assert statuses(busy.send(1)) == [200]
    gateway.tell(running_limit=0)
    assert statuses(busy.send(4)) == [200] * 4


def test_companies_do_not_hold_each_other_up(gateway, busy):
    gateway.tell(hold_seconds=0.02, waiting_limit=0)

    assert statuses(busy.send(1, sign_in=login(company="OTHER-CO"))) == [200]
    assert statuses(busy.send(1)) == [429]


def test_first_come_first_served():
    limiter, order = Limiter(), []
    assert limiter.enter(running=1, waiting=1, hold_seconds=0)

    def wait(name):
        assert limiter.enter(running=1, waiting=3, hold_seconds=0)
        order.append(name)
        limiter.leave()

    threads = []
    for name in "abc":
        threads.append(threading.Thread(target=wait, args=(name,)))
        threads[-1].start()
        while limiter.waiting < len(threads):
            time.sleep(0.001)
    limiter.leave()
    for thread in threads:
        thread.join(10)

    assert order == ["a", "b", "c"]
    assert (limiter.running, limiter.waiting) == (0, 0)


def test_each_page_and_each_record_made_is_one_billable_transaction(gateway):
    def billed(*functions, **options):
        before = gateway.state()["billable_transactions"]
        gateway.ask(*functions, **options)
        return gateway.state()["billable_transactions"] - before

    assert billed("<getAPISession/>") == 0
    assert billed(query("CUSTOMER", "RECORDNO", pagesize=10), query("CUSTOMER", "RECORDNO", pagesize=10)) == 2
    assert billed(get_list("customer", maxitems=10), version="2.1") == 1
    assert billed(READ) == 1
    assert billed("<read><object>ITEM</object><keys>11,12</keys><fields>*</fields></read>") == 1
    assert billed(*(sotransaction(documentno=each) for each in "AB"), invoice()) == 3
    assert billed(sotransaction(customerid="NOBODY"), query("NOTHING", "RECORDNO")) == 0


def page(reply):
    data = reply.data
    return int(data.get("count")), int(data.get("numremaining")), data.get("resultId")


def test_read_more_goes_on_by_object_too(gateway):
    sign_in = gateway.session()
    ids = gateway.ask(READ, sign_in=sign_in).column("CUSTOMERID")
    more = "<readMore><object>CUSTOMER</object></readMore>"

    second, third = (gateway.ask(more, sign_in=sign_in) for _ in range(2))
    after_the_end = gateway.ask(more, sign_in=sign_in)

    ids += second.column("CUSTOMERID") + third.column("CUSTOMERID")
    assert len(set(ids)) == 60
    assert page(third) == (20, 0, "")
    assert after_the_end.errorno == "readMore failed"


def test_read_more_by_object_is_shared_by_the_session_and_by_nobody_else(gateway):
    mine, other = gateway.session(), gateway.session()
    first = gateway.ask(READ, sign_in=mine)
    gateway.ask(READ, sign_in=mine)  # another reader of the same session takes the place over

    gateway.ask("<readMore><object>customer</object></readMore>", sign_in=mine)
    own = f"<readMore><resultId>{page(first)[2]}</resultId></readMore>"

    assert page(gateway.ask(own, sign_in=mine))[1] == 20  # its own place did not move
    assert gateway.ask("<readMore><object>CUSTOMER</object></readMore>", sign_in=other).statuses == [
        "failure"
    ]
    assert gateway.ask(own, sign_in=other).errorno == "readMore failed"


def test_a_result_expires_when_nobody_reads_on(gateway):
    gateway.tell(result_seconds=60)
    sign_in, clock = gateway.session(), gateway.sessions.clock
    result_id = page(gateway.ask(READ, sign_in=sign_in))[2]
    more = f"<readMore><resultId>{result_id}</resultId></readMore>"

    gateway.sessions.clock = lambda: clock() + 50
    assert gateway.ask(more, sign_in=sign_in).statuses == ["success"]
    gateway.sessions.clock = lambda: clock() + 111
    late = gateway.ask(more, sign_in=sign_in)

    assert late.errorno == "readMore failed"
    assert f"Attempt to readMore with an invalid or expired resultId: {result_id}" in late.sentence


@pytest.mark.parametrize("by", ["view", "reportId"])
def test_read_more_of_what_is_not_simulated_says_so(gateway, by):
    assert gateway.ask(f"<readMore><{by}>x</{by}></readMore>").errorno == "SIM-NOT-SIMULATED"


def test_the_simulator_tells_its_own_share_of_the_time(gateway):
    before = gateway.state()
    for _ in range(5):
        gateway.ask(query("CUSTOMER", "RECORDNO NAME"))
    gateway.tell(latency_ms=100)
    gateway.ask(query("CUSTOMER", "RECORDNO NAME"))
    deadline = time.monotonic() + 5
    while (state := gateway.state())["seconds_serving"] == before["seconds_serving"]:
        assert time.monotonic() < deadline

    assert 0 < state["seconds_serving"] < 1
    assert gateway.state("OTHER-CO")["seconds_serving"] == 0
    gateway.tell(reset_counters=True)
    assert gateway.state()["seconds_serving"] == 0
