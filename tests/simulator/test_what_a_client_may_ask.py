"""What the company lacks, hides or has never simulated is refused by name in every reader."""

import http.client
from urllib.parse import urlsplit

import pytest

from .talking import expression, get_list, login, query

OTHER = login(company="OTHER-CO")  # which has no RP_REGION


def by_query(condition: str, fields="RECORDNO") -> str:
    return (
        f"<readByQuery><object>CUSTOMER</object><fields>{fields}</fields><query>{condition}</query>"
        "<pagesize>10</pagesize></readByQuery>"
    )


def test_a_field_that_the_company_lacks_filters_and_sorts_nothing(gateway):
    asked = by_query("RP_REGION = 'x'")
    assert gateway.ask(asked).statuses == ["success"]
    assert "cannot be queried: RP_REGION" in gateway.ask(asked, sign_in=OTHER).sentence

    filtered = get_list("customer", filter_=expression("rp_region", "x"))
    sorted_ = get_list("customer", sort="rp_region")
    for asked in (filtered, sorted_):
        assert gateway.ask(asked, version="2.1").statuses == ["success"]
        assert "'rp_region' does not exist" in gateway.ask(asked, version="2.1", sign_in=OTHER).sentence


def test_a_hidden_field_tells_nothing_through_a_filter(gateway):
    gateway.tell(faults=[{"kind": "hidden_fields", "object": "CUSTOMER", "fields": ["TERMNAME"]}])

    assert "cannot be queried: TERMNAME" in gateway.ask(by_query("TERMNAME = 'Net 30'")).sentence
    legacy = gateway.ask(get_list("customer", filter_=expression("termname", "Net 30")), version="2.1")
    assert legacy.statuses == ["failure"]


@pytest.mark.parametrize(
    "function",
    [
        "<readByQuery><object>CUSTOMER</object><fields>NAME</fields><query/><returnFormat>json</returnFormat>"
        "</readByQuery>",
        "<read><object>CUSTOMER</object><keys>1</keys><fields>*</fields><returnFormat>csv</returnFormat></read>",
        '<get object="customer" key="C-00001" externalkey="true"/>',
    ],
    ids=["readByQuery as json", "read as csv", "get by an external key"],
)
def test_what_is_not_simulated_is_refused_by_name(gateway, function):
    assert gateway.ask(function).errorno == "SIM-NOT-SIMULATED"


def test_the_first_error_always_has_a_description2(gateway):
    """Published clients take it for granted; one of them fails without it."""
    missing = "<update><CUSTOMER><CUSTOMERID>NOBODY</CUSTOMERID><NAME>N</NAME></CUSTOMER></update>"
    refused = [missing, by_query("NOPE = 1"), query("CUSTOMER", "NOPE"), query("NOTHING", "NAME")]
    for function in refused:
        reply = gateway.ask(function)
        assert reply.statuses == ["failure"]
        assert reply.root.find(".//error").findtext("description2"), function
    gateway.tell(faults=[{"kind": "http_401"}])
    assert gateway.ask(query("ITEM", "NAME")).root.find(".//error").findtext("description2")


def test_a_fault_waits_for_a_request_that_it_can_strike(gateway):
    gateway.tell(faults=[{"kind": "expired_session"}, {"kind": "short_list"}])
    session = gateway.session()  # neither can strike a sign-in
    assert len(gateway.state()["faults"]) == 2

    assert gateway.ask(query("ITEM", "NAME"), sign_in=session).authentication == "failure"
    assert gateway.state()["faults"] == []  # both struck the same request, as it carries a session and a list


def test_an_address_that_is_none_leads_nowhere(gateway):
    for method in ("GET", "POST"):
        line = http.client.HTTPConnection("127.0.0.1", urlsplit(gateway.url).port, timeout=10)
        line.putrequest(method, "http://[", skip_host=True)
        line.putheader("Host", "127.0.0.1")
        line.putheader("Content-Length", "0")
        line.endheaders()
        assert line.getresponse().status == 404
        line.close()


def test_a_sign_in_stands_alone_in_its_request(gateway):
    """Reference 2.1: do not mix it with other functions."""
    reply = gateway.ask("<getAPISession/>", query("ITEM", "NAME"))

    assert (reply.statuses, reply.errorno) == (["failure", "success"], "SIM-NOT-ALONE")


@pytest.mark.parametrize(
    "change",
    [
        {"session_seconds": True},
        {"running_limit": 1.5},
        {"forget_documents": "D1"},
        {"forget_documents": 5},
        {"add": {"object": "CUSTOMER", "id": "ZZ1", "fields": {"RECORDNO": "abc"}}},
    ],
    ids=str,
)
def test_a_change_of_the_wrong_shape_is_refused_and_changes_nothing(gateway, change):
    answer = gateway.http.post(gateway.control_url, json=change, timeout=10)

    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")
    assert gateway.tell(session_seconds=0.5, running_limit=2)["session_seconds"] is True
    assert gateway.companies["ACME-SANDBOX"].settings.session_seconds == 0.5
    assert gateway.ask(query("CUSTOMER", "RECORDNO")).data.get("totalcount") == "60"


def test_changes_after_the_work_that_can_not_be_made_harm_no_answer(gateway):
    gateway.tell(faults=[{"kind": "then", "do": {"advance": {}}}])

    assert gateway.ask(query("ITEM", "NAME")).statuses == ["success"]
    assert any("can't be made" in told for told in gateway.state()["invalid_requests"])
