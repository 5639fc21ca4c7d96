"""Test Connection against the simulator over real HTTP (S-4, G-3)."""

import re
import threading
from html import unescape
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.urls import reverse

from intacct.models import IntacctSettings
from integrations.runs.context import RunFailed
from integrations.runs.models import GatewayRequest, GatewayTurn, Operation
from integrations.runs.turn import gateway_turn
from tests.intacct.settings_page import COMPLETE

pytestmark = pytest.mark.django_db
URL = "/company/intacct/test-connection/"


@pytest.fixture
def good(simulator):
    """What signs in to the simulator."""
    return {
        **COMPLETE,
        "sender_id": "recon_sender",
        "sender_password": "sender-secret",
        "auth_user_id": "recon_ws",
        "auth_company_id": "ACME-SANDBOX",
        "auth_password": "user-secret",
        "post_url": simulator.url,
    }


@pytest.fixture
def press(client_of, administrator):
    """Press Test Connection as htmx does; what a person reads then."""
    browser = client_of(administrator)

    def test(fields) -> str:
        answer = browser.post(URL, fields, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        html = answer.content.decode()
        assert "<html" not in html
        for secret in ("sender-secret", "user-secret", "wrong-password"):
            assert secret not in html
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())

    return test


@pytest.mark.parametrize("version", ["v3.0", "2.1"])
def test_s4_once_in_it_says_where_one_is_and_what_may_be_read(press, good, version, simulator):
    world = simulator.state()

    told = press({**good, "dtd_version": version})

    assert "signed in to company ACME-SANDBOX, the whole company, as user recon_ws" in told
    lists = re.search(r"May read (.*?)\.", told)[1].replace(" and ", ", ").split(", ")
    counted = {name: int(number) for name, number in (each.rstrip(")").split(" (") for each in lists)}
    assert counted.pop("terms") > 0
    names = ("customers", "items", "departments", "employees", "locations", "entities")
    assert counted == {name: world[name]["total"] for name in names}


def test_s4_what_is_not_saved_is_tested_and_stays_unsaved(press, good):
    press(good)

    assert not IntacctSettings.objects.exists()


def test_s4_empty_password_boxes_mean_the_stored_ones(press, good, connect, simulator):
    connect(simulator)

    assert "Connected" in press({**good, "sender_password": "", "auth_password": ""})


def test_s4_an_entity_is_told(press, good):
    assert "entity EBU" in press({**good, "entity": "EBU"})


@pytest.mark.parametrize(
    ("fields", "sentences"),
    [
        ({"sender_id": "nobody"}, ["Sender ID or the Sender Password", "Sender ID: nobody"]),
        ({"sender_password": "wrong-password"}, ["Sender ID or the Sender Password"]),
        ({"auth_user_id": "nobody"}, ["user", "Auth User ID: nobody", "Auth Password"]),
        ({"auth_password": "wrong-password"}, ["user", "Auth Password"]),
        ({"auth_company_id": "NOWHERE"}, ["company", "Auth Company ID: NOWHERE"]),
        ({"entity": "NOWHERE"}, ["entity", "Entity: NOWHERE"]),
        (
            {"post_url": "http://127.0.0.1:9/ia/xml/xmlgw.phtml"},
            ["could not be reached", "refused", "Check Post URL"],
        ),
        ({"post_url": "https://evil.example/"}, ["Nothing was tested", "not allowed to receive passwords"]),
        ({"dtd_version": "4.0"}, ["Nothing was tested", "DTD Version must be v2.1 or v3.0."]),
        ({"auth_password": ""}, ["Nothing was tested", "Enter Auth Password."]),
    ],
)
@pytest.mark.parametrize("version", ["v3.0", "v2.1"])
def test_s4_it_says_in_a_sentence_what_is_wrong_and_whose_it_is(press, good, version, fields, sentences):
    told = press({**good, "dtd_version": version, **fields})

    for sentence in sentences:
        assert sentence in told
    assert "Connected" not in told


def test_s4_the_address_of_something_else_is_told(press, good, simulator):
    told = press({**good, "post_url": simulator.url.replace("/ia/xml/xmlgw.phtml", "/elsewhere")})

    assert "Post URL" in told


class WebPage(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b"<!DOCTYPE html><html><body>Welcome to our shop</body></html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def test_s4_a_web_page_instead_of_the_gateway_is_told(press, good):
    with HTTPServer(("127.0.0.1", 0), WebPage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        told = press({**good, "post_url": f"http://127.0.0.1:{server.server_port}/ia/xml/xmlgw.phtml"})
        server.shutdown()

    assert "is not Intacct's gateway" in told
    assert "web page" in told


@pytest.mark.parametrize("version", ["v3.0", "v2.1"])
def test_s4_a_missing_permission_is_told_with_what_may_be_read(press, good, simulator, version):
    simulator.tell(permissions={"EMPLOYEE": []})

    told = press({**good, "dtd_version": version})

    assert "Connected" in told
    assert "May not read employees: Import Employees needs them." in told
    assert "administrator to give the role of user recon_ws the permission" in told
    assert "customers (" in told


@pytest.mark.parametrize("version", ["v3.0", "v2.1"])
@pytest.mark.parametrize(
    ("hidden", "sentence"),
    [
        ("LOCATION", "May not read locations: Import Employees needs them."),
        ("LOCATIONENTITY", "May not read entities: Import Employees needs them."),
        ("ARTERM", "May not read terms: Import Customers leaves them as they are here."),
        ("DEPARTMENT", "May not read departments: Import Services can't check those of services."),
    ],
)
def test_s4_each_list_that_a_button_reads_is_tried(
    press, good, simulator, connect, carry_out, version, hidden, sentence
):
    """Green must mean that no import fails for want of a permission."""
    simulator.tell(permissions={hidden: []})

    told = press({**good, "dtd_version": version})

    assert sentence in told
    assert "to list and view" in told
    if "needs them" in sentence:
        connect(simulator, dtd_version=version)
        with pytest.raises(RunFailed):
            carry_out(Operation.IMPORT_EMPLOYEES)


def test_s4_what_several_buttons_lack_is_told_of_each(press, good, simulator):
    simulator.tell(permissions={"CUSTOMER": [], "LOCATION": [], "EMPLOYEE": []})

    told = press(good)

    assert "May not read customers: Import Customers needs them." in told
    assert "May not read employees and locations: Import Employees needs them." in told


def test_g3_it_takes_the_turn_and_gives_it_back(press, good, company):
    press(good)

    assert GatewayTurn.objects.get(company=company).holder == ""


def test_g3_while_a_run_speaks_it_says_who_and_sends_nothing(press, good, company, simulator, settings):
    settings.GATEWAY_TURN_WAIT_SECONDS = 0
    with gateway_turn(company, "Import Customers"):
        told = press(good)

    assert "Import Customers is using the connection." in told
    assert simulator.state()["gateway_requests"] == 0


def test_r4_its_requests_are_logged_without_a_run(press, good, company, simulator):
    press(good)

    logged = GatewayRequest.objects.filter(company=company, run=None)
    assert list(logged.order_by("id").values_list("function", flat=True)) == [
        "getAPISession",
        "query CUSTOMER",
        "query ARTERM",
        "query ITEM",
        "query DEPARTMENT",
        "query EMPLOYEE",
        "query LOCATION",
        "query LOCATIONENTITY",
    ]
    assert "secret" not in repr(list(logged.values()))
    assert simulator.state()["invalid_requests"] == []


def test_without_script_the_whole_page_answers_with_what_was_typed(client_of, administrator, good):
    answer = client_of(administrator).post(URL, {**good, "sender_id": "nobody"})

    html = answer.content.decode()
    assert "<html" in html
    assert "Sender ID or the Sender Password" in html
    assert 'value="nobody"' in html
    assert "sender-secret" not in html


def test_it_never_writes(press, good, simulator):
    press(good)

    assert set(simulator.state()["functions"]) <= {"getAPISession", "query"}
    assert reverse("intacct-test-connection") == URL


def test_s2_passwords_whose_key_is_gone_are_told_and_can_be_entered_again(
    press, good, connect, simulator, settings
):
    connect(simulator)
    settings.SECRETS_KEYS = ["YW5vdGhlci1rZXktdGhhdC1wcm90ZWN0cy1ub3RoaW4="]

    told = press({**good, "sender_password": "", "auth_password": ""})

    assert "can't be read any more" in told
    assert "Enter both passwords again." in told
    connect(simulator)
    assert "Connected" in press({**good, "sender_password": "", "auth_password": ""})
