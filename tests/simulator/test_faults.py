"""Faults on demand: each does what its line in --help says, as often as asked, and is gone then."""

import time

import pytest
import requests
from lxml import etree

from intacct.simulator.faults import KINDS, ONCE, OUTCOMES, STANDING

from .talking import HEADERS, envelope, get_list, login, query, sotransaction

ITEMS = query("ITEM", "RECORDNO ITEMID")


def test_every_fault_is_in_the_help():
    assert set(KINDS) == set(OUTCOMES) | set(STANDING) | set(ONCE)
    assert all(KINDS.values())


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"kind": "http_500"}, 500),
        ({"kind": "http_502"}, 502),
        ({"kind": "http_503"}, 503),
        ({"kind": "http_524"}, 524),
        ({"kind": "http_401"}, 401),
        ({"kind": "http_429"}, 429),
        ({"kind": "bad_request"}, 400),
        ({"kind": "html_200"}, 200),
        ({"kind": "empty"}, 200),
        ({"kind": "rate_text"}, 200),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_a_fault_strikes_once_and_is_gone(gateway, fault, status):
    gateway.tell(faults=[fault])

    struck = gateway.ask(ITEMS)

    assert struck.status == status
    assert struck.root is None or struck.control == "failure"
    assert gateway.ask(ITEMS).statuses == ["success"]
    assert gateway.state()["faults"] == []


@pytest.mark.parametrize(
    ("fault", "kept"),
    [
        ({"kind": "drop_before"}, 0),
        ({"kind": "drop_after"}, 1),
        ({"kind": "cut_connection"}, 1),
    ],
    ids=["before", "after", "in the middle"],
)
def test_a_dropped_connection_may_or_may_not_have_done_the_work(gateway, fault, kept):
    gateway.tell(faults=[{**fault, "function": "create_sotransaction"}])

    with pytest.raises(requests.exceptions.RequestException):
        gateway.ask(sotransaction())

    assert len(gateway.documents()) == kept


@pytest.mark.parametrize(
    "kind", ["http_500", "http_502", "http_503", "http_524", "html_200", "empty", "http_429"]
)
@pytest.mark.parametrize(("when", "kept"), [("before", 0), ("after", 1)])
def test_a_fault_can_strike_before_or_after_the_work(gateway, kind, when, kept):
    gateway.tell(faults=[{"kind": kind, "when": when}])

    gateway.ask(sotransaction())

    assert len(gateway.documents()) == kept


@pytest.mark.parametrize("kind", ["cut", "doubled", "not_utf8"])
def test_a_spoiled_body_cannot_be_parsed(gateway, kind):
    gateway.tell(faults=[{"kind": kind}])

    with pytest.raises(etree.XMLSyntaxError):
        gateway.ask(ITEMS)


def test_a_hostile_answer_has_a_doctype_with_an_entity(gateway):
    gateway.tell(faults=[{"kind": "hostile"}])
    body = gateway.http.post(gateway.url, data=envelope(ITEMS), headers=HEADERS, timeout=9).content

    assert b"<!DOCTYPE" in body
    assert b"<!ENTITY" in body


def test_an_answer_to_another_control_id(gateway):
    gateway.tell(faults=[{"kind": "wrong_control_id"}])
    reply = gateway.ask(ITEMS)

    assert reply.find("control/controlid") == reply.find("operation/result/controlid") == "somebody-elses"


def test_a_missing_result(gateway):
    gateway.tell(faults=[{"kind": "missing_result"}])
    reply = gateway.ask(sotransaction(documentno="A"), sotransaction(documentno="B"))

    assert [each.findtext("controlid") for each in reply.results] == ["f1"]
    assert len(gateway.documents()) == 2


def test_an_expired_session_is_expired_for_good(gateway):
    mine, other = gateway.session(), gateway.session()
    gateway.tell(faults=[{"kind": "expired_session", "function": "query"}])

    assert [gateway.ask(ITEMS, sign_in=mine).authentication for _ in range(2)] == ["failure", "failure"]
    assert gateway.ask(ITEMS, sign_in=other).authentication == "success"


def test_offline_is_a_result(gateway):
    gateway.tell(faults=[{"kind": "offline"}])
    reply = gateway.ask(sotransaction())

    assert reply.statuses == ["failure"]
    assert "The Service is Temporarily Off-line" in reply.sentence
    assert gateway.documents() == []


def test_a_foreign_endpoint(gateway):
    gateway.tell(faults=[{"kind": "foreign_endpoint"}])
    reply = gateway.ask("<getAPISession/>")

    assert reply.find("operation/result/data/api/endpoint").startswith("https://gateway.example.com/")


def test_throttling_tells_when_to_come_back_only_if_asked(gateway):
    gateway.tell(faults=[{"kind": "http_429", "retry_after": 7}, {"kind": "http_429"}])
    first, second = gateway.ask(ITEMS), gateway.ask(ITEMS)

    assert (first.status, first.headers.get("Retry-After")) == (429, "7")
    assert (second.status, second.headers.get("Retry-After")) == (429, None)
    assert first.errorno == "GW-0010"


def test_the_odd_content_type_of_the_real_gateway(gateway):
    gateway.tell(faults=[{"kind": "odd_content_type"}])

    assert gateway.ask(ITEMS).headers["Content-Type"] == 'text/xml; encoding="UTF-8"'


def test_a_slow_answer(gateway):
    gateway.tell(faults=[{"kind": "slow", "seconds": 0.3}])
    begun = time.monotonic()
    gateway.ask(ITEMS)

    assert time.monotonic() - begun >= 0.3


def test_a_fault_meets_only_what_it_names_and_lets_the_first_ones_pass(gateway):
    gateway.tell(
        faults=[
            {"kind": "http_500", "function": "query", "object": "ITEM", "skip": 1, "times": 2},
            {"kind": "http_502", "company": "OTHER-CO", "times": -1},
        ]
    )

    assert [gateway.ask(ITEMS).status for _ in range(4)] == [200, 500, 500, 200]
    assert gateway.ask(query("CUSTOMER", "RECORDNO")).status == 200
    assert gateway.ask(ITEMS, sign_in=login(company="OTHER-CO")).status == 502
    assert gateway.state()["faults"] == [{"kind": "http_502", "company": "OTHER-CO", "times": -1, "skip": 0}]
    gateway.tell(clear_faults=True)
    assert gateway.state()["faults"] == []


def test_hidden_fields_stay_hidden_until_they_are_cleared(gateway):
    gateway.tell(faults=[{"kind": "hidden_fields", "object": "CUSTOMER", "fields": ["TERMNAME"]}])
    asked = query("CUSTOMER", "CUSTOMERID TERMNAME")

    assert "The following fields cannot be queried: TERMNAME" in gateway.ask(asked).sentence
    assert gateway.ask(query("CUSTOMER", "CUSTOMERID")).statuses == ["success"]
    assert gateway.ask(query("ARTERM", "NAME")).statuses == ["success"]
    legacy = gateway.ask(get_list("customer"), version="2.1").records[0]
    assert legacy.find("termname") is None
    assert gateway.ask(asked).statuses == ["failure"]
    gateway.tell(clear_faults=True)
    assert gateway.ask(asked).statuses == ["success"]


def test_a_short_list_ends_before_its_total(gateway):
    gateway.tell(faults=[{"kind": "short_list", "times": 2}])
    new, old = gateway.ask(ITEMS), gateway.ask(get_list("icitem"), version="2.1")

    assert (len(new.records), new.data.get("totalcount"), new.data.get("numremaining")) == (12, "25", "0")
    assert len(old.records) == 12
    assert old.root.find("operation/result/listtype").get("total") == "25"


def test_a_wrong_total(gateway):
    gateway.tell(faults=[{"kind": "wrong_total", "by": 3}])

    for _ in range(2):
        assert gateway.ask(ITEMS).data.get("totalcount") == "28"
        listtype = gateway.ask(get_list("icitem"), version="2.1").root.find("operation/result/listtype")
        assert listtype.get("total") == "28"


def test_the_world_can_change_between_two_pages(large_gateway):
    change = {"delete": [{"object": "CUSTOMER", "id": "C-00001"}], "add": {"object": "CUSTOMER", "id": "N1"}}
    large_gateway.tell(faults=[{"kind": "then", "function": "query", "do": change}])

    pages = [
        large_gateway.ask(query("CUSTOMER", "CUSTOMERID", offset=offset)).column("CUSTOMERID")
        for offset in (0, 2000, 4000)
    ]

    seen = [each for page in pages for each in page]
    assert "C-00001" in seen  # it was on the first page, and is gone now
    assert "N1" in seen
    assert "C-02001" not in seen  # moved to the place that was read already


@pytest.mark.parametrize(
    "fault",
    [{"kind": "nonsense"}, {"kind": "cut", "when": "later"}, {"kind": "cut", "times": "often"}, "cut"],
)
def test_a_fault_that_does_not_exist_is_refused_with_a_sentence(gateway, fault):
    answer = gateway.http.post(gateway.control_url, json={"faults": [fault]}, timeout=9)

    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")
    assert gateway.state()["faults"] == []
