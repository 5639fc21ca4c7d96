"""Signing in, staying signed in, and whose fault it is when that fails (S-3, S-4, S-7, G-3)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests

from intacct.gateway import (
    AddressRefused,
    AddressRule,
    Client,
    Credentials,
    GatewayError,
    Limits,
    NetworkFault,
    PermissionRefused,
    ProtocolFault,
    Query,
    RequestRefused,
    SignInRefused,
    SubscriptionMissing,
    Throttled,
    Version,
)
from tests.gateway.fake import (
    CREDENTIALS,
    ENDPOINT,
    SESSION_ID,
    URL,
    FakeGateway,
    control_failure,
    customers,
    failure,
    operation,
    query_page,
    sign_in_failure,
)

CUSTOMERS = Query("CUSTOMER", ("RECORDNO",))
EMPTY = query_page("", total=0, count=0, remaining=0)
NOT_AUTHORISED = (
    "Invalid Web Services Authorization. The sender ID 'x' is not authorized to make Web Services "
    "requests to company ID 'y'."
)


@pytest.mark.parametrize("version", list(Version))
def test_a_sign_in_tells_where_it_led(gateway: FakeGateway, version: Version) -> None:
    signed_in = gateway.client(version).sign_in()

    assert (signed_in.company_id, signed_in.user_id, signed_in.entity_id) == ("ACME", "recon_ws", "")
    assert signed_in.endpoint == ENDPOINT
    assert signed_in.session_timeout == gateway.clock.now + timedelta(minutes=60)
    (request,) = gateway.requests
    assert request.url == URL
    assert request.text("control/dtdversion") == version.value
    assert request.text("control/uniqueid") == "false"
    assert request.text("control/includewhitespace") == "false"
    assert request.text(".//login/companyid") == "ACME"
    assert request.root.find(".//login/locationid") is None
    assert request.headers["Content-Type"] == "application/xml"
    assert request.headers["User-Agent"].startswith("ReconPro/")


def test_the_entity_goes_into_the_login(gateway: FakeGateway) -> None:
    gateway.scripted_sign_ins = [_session(location="EBU")]

    signed_in = gateway.client(credentials=replace(CREDENTIALS, entity_id="EBU")).sign_in()

    assert signed_in.entity_id == "EBU"
    assert gateway.requests[0].text(".//login/locationid") == "EBU"


@pytest.mark.parametrize(
    ("answer", "culprit"),
    [("<locationid>WBU</locationid>", "entity"), ("<locationid></locationid>", "entity")],
)
def test_s_7_a_sign_in_into_another_entity_is_refused(
    gateway: FakeGateway, answer: str, culprit: str
) -> None:
    gateway.scripted_sign_ins = [_session().replace("<locationid></locationid>", answer)]

    with pytest.raises(SignInRefused, match="another entity") as refused:
        gateway.client(credentials=replace(CREDENTIALS, entity_id="EBU")).sign_in()

    assert refused.value.culprit == culprit


def test_s_7_a_sign_in_into_another_company_is_refused(gateway: FakeGateway) -> None:
    gateway.scripted_sign_ins = [_session().replace(">ACME<", ">OTHER-CO<")]

    with pytest.raises(SignInRefused, match="another company") as refused:
        gateway.client().sign_in()

    assert refused.value.culprit == "company"


def test_later_requests_go_to_the_endpoint_with_the_session(gateway: FakeGateway) -> None:
    gateway.will_answer(EMPTY, EMPTY)
    client = gateway.client()

    list(client.pages(CUSTOMERS))
    list(client.pages(CUSTOMERS))

    assert len(gateway.sign_ins) == 1, "one session per run (G-2)"
    assert {request.url for request in gateway.work} == {ENDPOINT}
    assert {request.text(".//sessionid") for request in gateway.work} == {SESSION_ID}
    assert all(request.root.find(".//login") is None for request in gateway.work)


def test_s_3_an_endpoint_on_a_foreign_host_gets_nothing(gateway: FakeGateway) -> None:
    gateway.endpoint = "https://intacct.com.evil.example/ia/xml/xmlgw.phtml"

    with pytest.raises(AddressRefused, match=r"led to another address.*evil\.example") as refused:
        list(gateway.client().pages(CUSTOMERS))

    assert refused.value.culprit == "address"
    assert gateway.work == []


def test_s_3_a_post_url_on_a_foreign_host_gets_nothing(gateway: FakeGateway) -> None:
    client = Client("https://evil.example/", CREDENTIALS, Version.V3_0, address_rule=AddressRule())

    with pytest.raises(AddressRefused):
        client.sign_in()
    assert gateway.requests == []


@pytest.mark.parametrize(
    ("answer", "kind", "culprit", "sentence"),
    [
        (control_failure(("XL03000006", "Incorrect Intacct XML Partner ID or password.")),
         SignInRefused, "sender", "Sender ID or the Sender Password"),
        (sign_in_failure(("XL03000006", "Sign-in information is incorrect")),
         SignInRefused, "user", "does not accept the user"),
        (sign_in_failure(("XL03000006", NOT_AUTHORISED)),
         SignInRefused, "company", "has not authorised this Sender ID"),
        ((401, {"Content-Type": "text/xml"},
          control_failure(("XMLGW_JPP0002", "Sign-in information is incorrect.")).encode()),
         SignInRefused, "user", "sign-in information"),
        (control_failure(("UJPP0002", "Sign-in information is incorrect. Please check your request.")),
         SignInRefused, "user", "sign-in information"),
        (control_failure(("PL04000055", "This company is a demo company and has expired.")),
         SubscriptionMissing, "company", "expired"),
        (sign_in_failure(("", "This company is not authorized for XML transactions. Please subscribe.")),
         SubscriptionMissing, "subscription", "no subscription"),
        (control_failure(("XL03000003", "XML Parse error: Error 502: Value")),
         RequestRefused, "version", "make sense"),
        ((404, {}, b"Not found"), RequestRefused, "address", "no gateway at this address"),
        ((301, {"Location": "https://www.intacct.com/x"}, b""), RequestRefused, "address", "redirect"),
        ((403, {}, b"denied"), PermissionRefused, "permission", "does not allow"),
    ],
)  # fmt: skip
def test_s_4_a_refused_sign_in_names_whose_fault_it_is(
    gateway: FakeGateway, answer: Any, kind: type[GatewayError], culprit: str, sentence: str
) -> None:
    gateway.scripted_sign_ins = [answer, answer]

    with pytest.raises(kind, match=sentence) as refused:
        gateway.client().sign_in()

    assert refused.value.culprit == culprit
    assert refused.value.advice
    assert len(gateway.requests) == 1, "credentials are never tried twice"


def test_a_refused_sign_in_with_an_entity_mentions_the_entity(gateway: FakeGateway) -> None:
    gateway.scripted_sign_ins = [sign_in_failure(("XL03000006", "Sign-in information is incorrect"))]

    with pytest.raises(SignInRefused) as refused:
        gateway.client(credentials=replace(CREDENTIALS, entity_id="EBU")).sign_in()

    assert "the entity of the settings" in refused.value.advice


def test_a_session_that_could_not_be_opened_is_tried_once_more(gateway: FakeGateway) -> None:
    stumbled = operation(failure("getAPISession", ("Get API Session Failed", "Something went wrong")))
    gateway.scripted_sign_ins = [stumbled, stumbled, stumbled]

    with pytest.raises(SignInRefused, match="could not open a session"):
        gateway.client().sign_in()

    assert len(gateway.requests) == 2


def test_a_sign_in_without_a_session_is_no_sign_in(gateway: FakeGateway) -> None:
    gateway.scripted_sign_ins = [_session().replace(SESSION_ID, "")]

    with pytest.raises(ProtocolFault, match="without a session"):
        gateway.client().sign_in()


@pytest.mark.parametrize(
    ("minutes", "work_seconds", "sign_ins"),
    [
        (60, 53 * 60, 1),  # a tenth of an hour is 6 minutes
        (60, 55 * 60, 2),
        (5, 230, 1),  # at least a minute
        (5, 250, 2),
        (0.5, 10, 1),  # of a very short one never more than half
        (0.5, 20, 2),
    ],
)
def test_a_session_is_renewed_before_it_ends(
    gateway: FakeGateway, minutes: float, work_seconds: float, sign_ins: int
) -> None:
    gateway.session_minutes = minutes
    gateway.will_answer(EMPTY, EMPTY)
    client = gateway.client()

    client.sign_in()
    gateway.clock.advance(work_seconds)
    list(client.pages(CUSTOMERS))

    assert len(gateway.sign_ins) == sign_ins


def test_each_answer_makes_the_session_last_longer(gateway: FakeGateway) -> None:
    gateway.session_minutes = 60
    stamped = EMPTY.replace("<companyid>ACME</companyid>", "<companyid>ACME</companyid>{stamps}")
    gateway.will_answer(*[lambda _request: stamped.replace("{stamps}", gateway._stamps()) for _ in range(4)])
    client = gateway.client()

    for _ in range(4):
        list(client.pages(CUSTOMERS))
        gateway.clock.advance(40 * 60)

    assert len(gateway.sign_ins) == 1


def test_a_session_lasts_no_longer_than_at_its_beginning_whatever_later_stamps_mean(
    gateway: FakeGateway,
) -> None:
    """Nowhere is told whether ``sessiontimestamp`` is when the session began or when the answer was made."""
    begun = gateway.clock.now

    def stamped(_request: Any) -> str:
        ends = gateway.clock.now + timedelta(minutes=60)
        stamps = f"<sessiontimestamp>{begun.isoformat()}</sessiontimestamp>"
        stamps += f"<sessiontimeout>{ends.isoformat()}</sessiontimeout>"
        return EMPTY.replace("<companyid>ACME</companyid>", f"<companyid>ACME</companyid>{stamps}")

    gateway.will_answer(stamped, stamped)
    client = gateway.client()
    client.sign_in()

    gateway.clock.advance(40 * 60)
    list(client.pages(CUSTOMERS))
    gateway.clock.advance(56 * 60)
    list(client.pages(CUSTOMERS))

    assert len(gateway.sign_ins) == 2


def test_a_wrong_clock_on_this_side_does_no_harm(gateway: FakeGateway) -> None:
    gateway.scripted_sign_ins = [
        _session(stamps=(
            "<sessiontimestamp>2001-01-01T08:00:12-08:00</sessiontimestamp>"
            "<sessiontimeout>2001-01-01T14:00:12-08:00</sessiontimeout>"
        ))
    ]  # fmt: skip
    gateway.will_answer(EMPTY)
    client = gateway.client()

    client.sign_in()
    list(client.pages(CUSTOMERS))

    assert len(gateway.sign_ins) == 1


def test_a_session_without_a_stated_end_is_used_until_it_is_refused(gateway: FakeGateway) -> None:
    gateway.scripted_sign_ins = [_session()]
    gateway.will_answer(sign_in_failure(("XL03000006", "Invalid session")), EMPTY)
    client = gateway.client()

    client.sign_in()
    gateway.clock.advance(10**6)
    list(client.pages(CUSTOMERS))

    assert len(gateway.sign_ins) == 2


@pytest.mark.parametrize(
    "expired",
    [
        sign_in_failure(("XL03000006", "Invalid session")),
        (401, {"Content-Type": "text/xml"}, control_failure(("XMLGW_JPP0002", "Sign-in")).encode()),
        (498, {}, b""),
    ],
)
def test_an_expired_session_in_the_middle_of_a_list_is_renewed(gateway: FakeGateway, expired: Any) -> None:
    query = Query("CUSTOMER", ("RECORDNO",), page_size=2)
    gateway.will_answer(
        query_page(customers(1, 2), total=3, count=2, remaining=1),
        expired,
        query_page(customers(3), total=1, count=1, remaining=0),
    )

    assert [len(page.records) for page in gateway.client().pages(query)] == [2, 1]
    assert len(gateway.sign_ins) == 2


# -- waiting and repeating (G-3) ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        requests.ReadTimeout("slow"),
        requests.ConnectTimeout("slow"),
        requests.ConnectionError("reset"),
        (500, {}, b""),
        (503, {}, b"<html/>"),
        (524, {}, b""),
        (408, {}, b""),
        (429, {}, b""),
        (200, {}, b"API rate limit exceeded"),
        (200, {}, b""),
        control_failure(("GW-0010", "Too many requests")),
        operation(failure("query", ("", "The Service is Temporarily Off-line"))),
        operation(""),
    ],
)
def test_g_3_what_may_heal_is_read_again_after_growing_pauses(gateway: FakeGateway, fault: Any) -> None:
    gateway.will_answer(*[fault] * 5, EMPTY)

    (page,) = gateway.client().pages(CUSTOMERS)

    assert page.total == 0
    assert gateway.clock.slept == [2, 4, 8, 16, 32]
    assert len(gateway.requests) == len(gateway.records) == 7
    # Once before each, and before each pause: the request may have used up nearly all of the turn.
    assert gateway.turns == 7 + 5


def test_g_3_pauses_are_spread_by_full_jitter(gateway: FakeGateway) -> None:
    gateway.will_answer((500, {}, b""), (500, {}, b""), EMPTY)
    ceilings: list[float] = []

    def jitter(ceiling: float) -> float:
        ceilings.append(ceiling)
        return ceiling / 3

    list(gateway.client(jitter=jitter).pages(CUSTOMERS))

    assert ceilings == [2, 4]
    assert gateway.clock.slept == [pytest.approx(2 / 3), pytest.approx(4 / 3)]


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("7", 7),
        ("1", 2),
        ("0", 2),
        ("9999", 120),
        ("Mon, 23 Nov 2026 16:00:30 GMT", 30),
        ("Mon, 23 Nov 2026 15:00:00 GMT", 2),
        ("soon", 2),
        ("-5", 2),
    ],
)
def test_g_3_retry_after_is_obeyed_within_reason(gateway: FakeGateway, header: str, pause: float) -> None:
    gateway.will_answer((429, {"Retry-After": header}, b""), EMPTY)

    list(gateway.client().pages(CUSTOMERS))

    assert sum(gateway.clock.slept) == pytest.approx(pause)


def test_g_3_a_gateway_that_asks_for_no_pause_is_not_stormed(gateway: FakeGateway) -> None:
    gateway.will_answer(*[(429, {"Retry-After": "0"}, b"")] * 6)

    with pytest.raises(Throttled):
        list(gateway.client().pages(CUSTOMERS))

    assert gateway.clock.slept == [2, 4, 8, 16, 32]


def test_g_3_the_turn_is_renewed_before_and_in_a_long_pause(gateway: FakeGateway) -> None:
    gateway.will_answer((429, {"Retry-After": "100"}, b""), EMPTY)

    list(gateway.client().pages(CUSTOMERS))

    assert gateway.clock.slept == [40, 40, 20]
    assert gateway.turns == len(gateway.requests) + 3


def test_g_3_throttling_without_end_ends_with_a_sentence(gateway: FakeGateway) -> None:
    gateway.will_answer(*[control_failure(("GW-0010", "Too many requests"))] * 3)

    with pytest.raises(Throttled, match="too many requests") as fault:
        list(gateway.client(limits=Limits(read_retries=2)).pages(CUSTOMERS))

    assert fault.value.code == "GW-0010"
    assert "Start it again" in fault.value.advice


@pytest.mark.parametrize(
    "final",
    [
        operation(failure("query", ("PL04000005", "You do not have permission for API operation QUERY"))),
        operation(failure("query", ("Query Failed", "Object definition BADOBJECT not found"))),
        operation(failure("query", ("ZZ99", "Never heard of"))),
        control_failure(("GW-0011", "Invalid Request")),
        (404, {}, b""),
        (200, {"Content-Encoding": "br"}, b"packed"),
    ],
)
def test_g_3_what_cannot_heal_is_asked_once(gateway: FakeGateway, final: Any) -> None:
    gateway.will_answer(final)

    with pytest.raises(GatewayError) as fault:
        list(gateway.client().pages(CUSTOMERS))

    assert not fault.value.retryable
    assert len(gateway.work) == 1


def test_data_that_speak_of_rate_limits_are_only_data(gateway: FakeGateway) -> None:
    record = "<CUSTOMER><NAME>API rate limit exceeded</NAME></CUSTOMER>"
    gateway.will_answer(query_page(record, total=1, count=1, remaining=0))

    (page,) = gateway.client().pages(CUSTOMERS)

    assert page.records == [{"NAME": "API rate limit exceeded"}]


def test_r_4_each_request_is_told_with_its_reference_time_and_error(gateway: FakeGateway) -> None:
    def slow(_request: Any) -> str:
        gateway.clock.advance(0.25)
        return operation(failure("query", ("PL04000005", "You do not have permission [Support ID: Xy%7E9]")))

    gateway.will_answer(slow)
    started = gateway.clock.now

    with pytest.raises(PermissionRefused):
        list(gateway.client().pages(CUSTOMERS))

    record = gateway.records[-1]
    assert record.control_id == gateway.work[0].text("control/controlid")
    assert (record.function, record.milliseconds, record.http_status) == ("query CUSTOMER", 250, 200)
    assert (record.error_number, record.support_id) == ("PL04000005", "Xy~9")
    assert record.error_text == "You do not have permission"
    assert record.started_at == started
    assert record.started_at.tzinfo is not None
    assert record.records is None


def test_r_4_a_request_without_an_answer_has_no_status(gateway: FakeGateway) -> None:
    gateway.scripted_sign_ins = [requests.ReadTimeout("slow")]

    with pytest.raises(NetworkFault):
        gateway.client(limits=Limits(read_retries=0)).sign_in()

    (record,) = gateway.records
    assert record.http_status is None
    assert record.error_text == "The gateway did not answer in time."


def test_credentials_do_not_show_themselves() -> None:
    shown = repr(Credentials("s", "SENDER-s3cret", "u", "c", "USER-s3cret"))

    assert "s3cret" not in shown


def _session(*, location: str = "", stamps: str = "") -> str:
    return operation(
        "<result><status>success</status><function>getAPISession</function><controlid>$F1</controlid>"
        f"<data><api><sessionid>{SESSION_ID}</sessionid><endpoint>{ENDPOINT}</endpoint>"
        f"<locationid>{location}</locationid></api></data></result>",
        stamps=stamps,
    )
