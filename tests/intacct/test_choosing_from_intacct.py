"""What Intacct has to choose from is read on demand and offered where it is chosen (S-5, S-6)."""

import pytest
from django.urls import reverse

from intacct.configuration import PROVIDER, settings_of, version_token
from intacct.lists import LABEL
from intacct.models import IntacctLists, IntacctSettings
from integrations.connections.models import Connection, ReferenceEntry, ReferenceKind
from integrations.connections.service import current_connection
from integrations.runs.models import GatewayRequest
from integrations.runs.turn import gateway_turn
from tests.intacct.settings_page import COMPLETE, OPEN, PAGE, form_in, text_of

pytestmark = pytest.mark.django_db
VERSIONS = ["v3.0", "v2.1"]
READ = "/company/intacct/read-lists/"


@pytest.fixture
def read(page):
    """Press "Read the lists from Intacct", with what is typed."""

    def press(htmx=True, **typed):
        headers = {"HX-Request": "true"} if htmx else {}
        return page.browser.post(READ, {**form_in(page.get()), **typed}, headers=headers)

    return press


def options_of(html: str, name: str) -> str:
    start = html.index(f'name="{name}"')
    return html[start : html.index("</select>", start)]


def test_what_intacct_lists_is_offered_where_an_id_is_typed(page, company):
    page.saved()
    ReferenceEntry.objects.create(
        connection=Connection.objects.get(), kind=ReferenceKind.TERM, code="Net 30", name="thirty"
    )

    html = page.get()

    assert 'list="known-default-terms"' in html
    assert '<option value="Net 30">thirty</option>' in html


def test_s6_the_page_says_which_field_fills_accounting_id_2(page):
    page.saved()
    assert "The first Import Services finds out." in page.get()
    IntacctSettings.objects.update(item_department_field="DEPARTMENTID")
    assert "It found the field DEPARTMENTID." in page.get()
    IntacctSettings.objects.update(item_department_field="")
    assert "It found none, so type the Department ID on each service." in page.get()


def test_the_fields_of_3_0_are_chosen_by_their_labels_custom_ones_first(connect, simulator, read, page):
    connect(simulator)

    shown = read().content.decode()

    clients = options_of(shown, "client_id_2_field")
    assert clients.index("Fields of your company") < clients.index(
        '<option value="RP_REGION">Region (RP_REGION)'
    )
    assert clients.index("RP_REGION") < clients.index("Intacct&#x27;s own fields")
    assert '<option value="" selected>None: it is typed on each client</option>' in clients
    assert "DISPLAYCONTACT" not in clients
    services = options_of(shown, "service_id_2_field")
    assert '<option value="automatic" selected>Automatic: DEPARTMENTID</option>' in services
    assert "It found the field DEPARTMENTID." in shown
    assert "Intacct&#x27;s lists are read. Choose from them, then save." in shown
    assert shown.lstrip().startswith(OPEN)  # only what stands under Advanced, and open
    assert page.save_as_shown(client_id_2_field="RP_REGION").client_id_2_field == "RP_REGION"
    assert 'value="RP_REGION" selected' in options_of(page.get(), "client_id_2_field")


def test_in_2_1_a_name_is_typed_and_the_fields_that_were_seen_are_proposed(connect, simulator, read, page):
    connect(simulator, dtd_version="v2.1")

    shown = read().content.decode()

    assert 'list="known-client-id-2-field"' in shown
    assert '<option value="RP_REGION"></option>' in shown
    assert 'value="Automatic"' in shown
    settings = page.save_as_shown(client_id_2_field="rp_region", service_id_2_field="")
    assert (settings.client_id_2_field, settings.service_id_2_field) == ("RP_REGION", "")
    assert page.save_as_shown(service_id_2_field="automatic").service_id_2_field == "automatic"
    assert page.save_as_shown(client_id_2_field="NEVER_SEEN").client_id_2_field == "NEVER_SEEN"


@pytest.mark.parametrize("version", VERSIONS)
def test_types_places_accounts_and_transactions_are_offered(connect, simulator, read, version):
    connect(simulator, dtd_version=version)

    shown = read().content.decode()

    for words in (
        'name="employee_types" value="Contractor"',
        'name="item_types" value="Stockable Kit"',
        'name="scope_locations" value="EBU"',
        'name="scope_departments" value="200"',
        '<datalist id="known-transaction-definition"><option value="Sales Invoice">',
        '<datalist id="known-revenue-account"><option value=',
        '<datalist id="known-account-label"><option value=',
        '<datalist id="known-default-terms"><option value=',
    ):
        assert words in shown.replace("\n", ""), words


def test_it_is_asked_once_and_no_page_waits_for_intacct_afterwards(connect, simulator, read, page):
    settings = connect(simulator)
    read()
    asked = GatewayRequest.objects.count()
    assert asked >= 12
    assert GatewayRequest.objects.filter(run=None).count() == asked

    page.get()
    page.get()

    assert GatewayRequest.objects.count() == asked
    assert version_token(settings_of(settings.company)) == version_token(settings)  # nobody's change (S-8)


def test_what_was_typed_meanwhile_stays_and_is_not_judged_yet(connect, simulator, read):
    connect(simulator)

    answer = read(transaction_definition="", document_prefix="?", default_terms="Net 77")

    shown = answer.content.decode()
    assert 'value="Net 77"' in shown
    assert "invalid-feedback" not in shown
    assert settings_of(IntacctSettings.objects.get().company).document_prefix == "RP-"


def test_without_script_the_whole_page_is_answered(connect, simulator, read):
    connect(simulator)

    answer = read(htmx=False)

    assert "Intacct's lists are read." in text_of(answer)
    assert "Save Settings" in text_of(answer)
    assert OPEN in answer.content.decode()


def test_a_list_that_may_not_be_read_is_named_and_the_others_are_offered(connect, simulator, read, page):
    connect(simulator)
    simulator.tell(permissions={"EMPLOYEE": [], "GLACCOUNT": []})

    shown = text_of(read())

    assert "Some of Intacct's lists are read." in shown
    assert "Intacct doesn't tell this user the types of employees." in shown
    assert "Intacct doesn't tell this user accounts." in shown
    assert "Type one a line, or read Intacct's lists to choose." in shown
    assert 'name="item_types" value="Inventory"' in page.get()


def test_a_list_that_is_not_told_this_time_stays_as_it_was_kept(connect, simulator, read, company):
    connect(simulator)
    read()
    simulator.tell(permissions={"EMPLOYEE": []})

    read()

    lists = IntacctLists.objects.get(connection=current_connection(company, PROVIDER))
    assert lists.lists["employee_types"]


@pytest.mark.parametrize("fault", ["http_500", "drop_before"])
def test_where_it_cannot_be_asked_a_sentence_says_why(connect, simulator, read, fault):
    connect(simulator)
    simulator.fault(fault, times=20)

    answer = read()

    assert answer.status_code == 200
    assert "alert-danger" in answer.content.decode()
    assert not IntacctLists.objects.exists()


def test_wrong_passwords_are_told_as_test_connection_tells_them(connect, simulator, read):
    connect(simulator)
    simulator.tell(user_password="changed")
    try:
        shown = text_of(read())
    finally:
        simulator.tell(user_password="user-secret")

    assert "Auth User ID: recon_ws" in shown


def test_g3_it_waits_for_nobody_and_says_who_is_speaking(connect, simulator, read, company, settings):
    connect(simulator)
    settings.GATEWAY_TURN_WAIT_SECONDS = 0
    with gateway_turn(company, "Import Customers"):
        shown = text_of(read())

    assert "Import Customers is using the connection." in shown
    assert LABEL == "Reading Intacct's lists"


def test_a_slow_gateway_is_not_waited_for_longer_than_a_web_server_does(
    connect, simulator, read, monkeypatch
):
    connect(simulator)
    monkeypatch.setattr("intacct.lists.SECONDS", -1)

    shown = text_of(read())

    assert "Intacct answers slowly: the fields of customers were not asked for." in shown


def test_before_the_settings_are_complete_it_says_what_comes_first(page, client_of, administrator):
    assert "Then Intacct can be asked which fields" in page.get()

    answer = client_of(administrator).post(READ, COMPLETE, headers={"HX-Request": "true"})
    assert "Enter and save Auth Company ID first. Nothing was read." in text_of(answer)

    page.saved(auth_password="")
    answer = client_of(administrator).post(READ, COMPLETE, headers={"HX-Request": "true"})
    assert "Enter and save Auth Password first. Nothing was read." in text_of(answer)


def test_a_field_that_is_there_no_more_is_still_shown_as_the_choice(connect, simulator, read, page):
    connect(simulator, client_id_2_field="RP_GONE")

    shown = read().content.decode()

    assert '<option value="RP_GONE" selected>RP_GONE (not a field of Intacct)</option>' in shown


def test_what_is_read_belongs_to_the_connection_it_was_read_over(connect, simulator, read, page):
    connect(simulator)
    read()
    assert "<select" in page.get()

    page.save_as_shown(entity="EBU")

    assert 'value="RP_REGION"' not in page.get()


def test_u2_a_stranger_reads_over_their_own_settings(connect, simulator, client_of, stranger):
    connect(simulator)

    answer = client_of(stranger).post(READ, COMPLETE, headers={"HX-Request": "true"})

    assert "Nothing was read." in text_of(answer)
    assert not IntacctLists.objects.exists()
    assert reverse("intacct-read-lists") == READ
    assert client_of(stranger).get(READ).status_code == 405
    assert client_of(stranger).get(PAGE).status_code == 200
