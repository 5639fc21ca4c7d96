"""Sign-in, sessions and what is refused before any function runs (sections 2, 6.4 and 10.2)."""

import time
from datetime import datetime

import pytest

from .talking import HEADERS, envelope, login, query

QUERY = query("CUSTOMER", "RECORDNO CUSTOMERID")


def test_a_sign_in_answers_a_session_an_endpoint_and_a_location_in_both_versions(gateway):
    for version in ("2.1", "3.0"):
        reply = gateway.ask("<getAPISession/>", version=version)

        api = "operation/result/data/api/"
        assert (reply.control, reply.authentication, reply.statuses) == ("success", "success", ["success"])
        assert reply.find(f"{api}sessionid").endswith("..")
        assert reply.find(f"{api}endpoint") == gateway.url
        assert reply.root.find(f"{api}locationid") is not None
        assert reply.find("control/dtdversion") == version
        assert reply.headers["Content-Type"] == "text/xml; charset=UTF-8"


def test_every_answer_tells_when_the_session_ends_with_an_offset(gateway):
    sign_in = gateway.session()
    for reply in (gateway.ask("<getAPISession/>"), gateway.ask(QUERY, sign_in=sign_in)):
        begun = datetime.fromisoformat(reply.find("operation/authentication/sessiontimestamp"))
        ends = datetime.fromisoformat(reply.find("operation/authentication/sessiontimeout"))
        assert begun.utcoffset() is not None
        assert 3590 <= (ends - begun).total_seconds() <= 3610


def test_a_session_slides_with_each_use_and_dies_when_it_is_left_alone(gateway):
    now = time.time()
    gateway.sessions.clock = lambda: now
    gateway.tell(session_seconds=600)
    sign_in = gateway.session()
    for _ in range(4):
        now += 500
        assert gateway.ask(QUERY, sign_in=sign_in).authentication == "success"
    now += 601

    reply = gateway.ask(QUERY, sign_in=sign_in)

    assert (reply.control, reply.authentication) == ("success", "failure")
    assert reply.results == []
    assert gateway.ask("<getAPISession/>").authentication == "success"


def test_a_session_belongs_to_its_company(gateway):
    reply = gateway.ask(QUERY, sign_in=gateway.session(company="OTHER-CO"))

    assert reply.find("operation/authentication/companyid") == "OTHER-CO"
    assert len(reply.records) == 12


def test_a_session_can_be_opened_in_an_entity_and_left_again(gateway):
    inside = gateway.ask("<getAPISession/>", sign_in=login(entity="EBU"))
    assert inside.find("operation/result/data/api/locationid") == "EBU"
    assert inside.find("operation/authentication/locationid") == "EBU"
    session = f"<sessionid>{inside.find('operation/result/data/api/sessionid')}</sessionid>"

    kept = gateway.ask("<getAPISession/>", sign_in=session)
    left = gateway.ask("<getAPISession><locationid/></getAPISession>", sign_in=session)
    moved = gateway.ask("<getAPISession><locationid>WBU</locationid></getAPISession>", sign_in=session)

    places = [each.find("operation/result/data/api/locationid") for each in (kept, left, moved)]
    assert places == ["EBU", "", "WBU"]


def test_an_unknown_sender_or_its_wrong_password_fails_at_the_control_level(gateway):
    for options in ({"sender": "nobody"}, {"sender_password": "wrong"}, {"sender_password": ""}):
        reply = gateway.ask("<getAPISession/>", **options)

        assert reply.status == 200
        assert reply.control == "failure"
        assert reply.root.find("operation") is None
        assert reply.errorno == "XL03000006"
        assert "Incorrect Intacct XML Partner ID or password." in reply.sentence


@pytest.mark.parametrize(
    "wrong",
    [
        {"user": "nobody"},
        {"password": "wrong"},
        {"company": "NO-SUCH-CO"},
        {"entity": "NOWHERE"},
        {"entity": "EBU-SHOP2"},
    ],
    ids=["user", "password", "company", "entity", "a location that is no entity"],
)
def test_a_wrong_sign_in_fails_at_the_authentication_level(gateway, wrong):
    reply = gateway.ask("<getAPISession/>", sign_in=login(**wrong))

    assert (reply.control, reply.authentication) == ("success", "failure")
    assert reply.results == []
    assert reply.errorno == "XL03000006"
    assert "Sign-in information is incorrect" in reply.sentence


def test_a_sender_that_the_company_has_not_authorised_is_told_so(gateway):
    gateway.tell(authorised_senders=[])

    reply = gateway.ask("<getAPISession/>")

    assert (reply.control, reply.authentication) == ("success", "failure")
    assert "Invalid Web Services Authorization" in reply.sentence
    assert "The sender ID 'recon_sender' is not authorized" in reply.sentence
    assert "company ID 'ACME-SANDBOX'" in reply.sentence


def test_the_sender_is_checked_before_the_user(gateway):
    reply = gateway.ask("<getAPISession/>", sender="nobody", sign_in=login(user="nobody"))

    assert reply.control == "failure"


def test_an_unknown_transport_policy_fails_at_the_control_level(gateway):
    reply = gateway.ask("<getAPISession/>", control_extra="<policyid>test</policyid>")

    assert reply.control == "failure"
    assert "test is not a valid transport policy." in reply.sentence


def test_the_endpoint_can_be_another_address_than_the_first(gateway):
    second = gateway.url.replace("/ia/xml", "/second/ia/xml")
    gateway.tell(endpoint=second)

    reply = gateway.ask("<getAPISession/>")

    assert reply.find("operation/result/data/api/endpoint") == second
    gateway.url = second
    assert gateway.ask(QUERY).statuses == ["success"]


@pytest.mark.parametrize(
    "content_type", ["application/xml", "text/xml; charset=utf-8", "x-intacct-xml-request"]
)
def test_the_content_types_of_published_clients_are_taken(gateway, content_type):
    reply = gateway.post(envelope("<getAPISession/>"), {"Content-Type": content_type})

    assert reply.statuses == ["success"]


def test_an_old_client_may_post_a_form(gateway):
    answer = gateway.http.post(gateway.url, data={"xmlrequest": envelope("<getAPISession/>")}, timeout=9)

    assert b"<sessionid>" in answer.content


def test_only_post_only_xml_and_only_one_address(gateway):
    get = gateway.http.get(gateway.url, timeout=9)
    other = gateway.http.post(gateway.url.replace("xmlgw", "other"), data=b"<x/>", headers=HEADERS, timeout=9)
    text = gateway.post(envelope("<getAPISession/>"), {"Content-Type": "text/plain"})

    assert (get.status_code, other.status_code, text.status) == (405, 404, 415)
    for method in ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = gateway.http.request(method, gateway.url, timeout=9)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_answers_are_compressed_when_asked(gateway):
    body = envelope(QUERY)
    small = gateway.post(body, HEADERS | {"Accept-Encoding": "gzip"})
    large = gateway.post(body, HEADERS | {"Accept-Encoding": "identity"})

    assert small.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in large.headers
    assert small.column("RECORDNO") == large.column("RECORDNO")


def test_white_space_comes_unless_it_is_switched_off(gateway):
    assert b">\n<" in gateway.ask(QUERY, whitespace="true").body
    assert b">\n<result" not in gateway.ask(QUERY, whitespace="false").body
