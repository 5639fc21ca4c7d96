"""The import jobs against the simulator, in both versions: button-to-record without the button."""

import pytest
from django.utils import timezone

from intacct.jobs.imports import import_customers
from intacct.models import IntacctSettings
from integrations.connections.models import Connection, ReferenceEntry, ReferenceKind
from integrations.duplicates.codes import Code
from integrations.duplicates.models import Warning
from integrations.runs import lifecycle
from integrations.runs.context import Cancelled, RunContext, RunFailed
from integrations.runs.models import GatewayRequest, GatewayTurn, Operation, Run
from reconpro.company.models import Books, Client, Employee, Service
from tests import factories, simulator_process

pytestmark = pytest.mark.django_db
CUSTOMERS, SERVICES, EMPLOYEES = (
    Operation.IMPORT_CUSTOMERS,
    Operation.IMPORT_SERVICES,
    Operation.IMPORT_EMPLOYEES,
)
VERSIONS = ["v3.0", "v2.1"]


@pytest.mark.parametrize("version", VERSIONS)
def test_all_customers_items_and_employees_arrive(connect, carry_out, simulator, company, version):
    connect(simulator, dtd_version=version)
    world = simulator.state()

    for operation, model, name in (
        (CUSTOMERS, Client, "customers"),
        (SERVICES, Service, "items"),
        (EMPLOYEES, Employee, "employees"),
    ):
        run = carry_out(operation)

        assert run.outcome in ("succeeded", "warned")
        assert run.list_complete
        assert run.counts["read"] == world[name]["total"]
        ours = model.objects.filter(company=company, books=company.books)
        assert ours.count() == world[name]["total"] - run.counts["skipped"]
        assert run.signed_in_as == "recon_ws@ACME-SANDBOX/"
    assert simulator.state()["invalid_requests"] == []


def test_i1_both_versions_give_the_same_records(connect, carry_out, simulator, company, team):
    def everything():
        clients = Client.objects.filter(books=company.books).order_by("accounting_id")
        services = Service.objects.filter(books=company.books).order_by("accounting_id")
        employees = Employee.objects.filter(books=company.books).order_by("accounting_id")
        return (
            list(
                clients.values_list(
                    "accounting_id", "name", "terms", "contact_name", "phone", "email", "bill_to",
                    "bill_to_address", "ship_to", "ship_to_address", "archived_reason", "external_key",
                )
            ),
            list(
                services.values_list("accounting_id", "name", "unit", "accounting_id_2", "archived_reason")
            ),
            list(
                employees.values_list(
                    "accounting_id", "accounting_employee_id", "accounting_entity_id", "first_name",
                    "last_name", "email", "archived_reason", "external_key", "team",
                )
            ),
            list(
                ReferenceEntry.objects.order_by("kind", "code").values_list(
                    "kind", "code", "name", "parent_code", "is_active", "due_days", "due_from"
                )
            ),
        )  # fmt: skip

    connect(simulator, dtd_version="v3.0")
    for operation in (CUSTOMERS, SERVICES, EMPLOYEES):
        carry_out(operation)
    by_3_0 = everything()
    # Everything once more over books of its own: another version alone is no other identity (S-7).
    for model in (Client, Service, Employee):
        model.objects.all().delete()
    ReferenceEntry.objects.all().delete()
    connect(simulator, dtd_version="v2.1")
    for operation in (CUSTOMERS, SERVICES, EMPLOYEES):
        carry_out(operation)

    assert Books.objects.count() == 1
    assert everything() == by_3_0
    assert all(by_3_0)
    ids = {row[0] for row in by_3_0[2]}
    assert {"E-00148:EBU", "W:00153:EBU", "E-00152", "E-00157", "E-00156:EBU"} <= ids
    assert {row[8] for row in by_3_0[2]} == {team.pk}  # I-6


@pytest.mark.parametrize("version", VERSIONS)
def test_i12_a_second_import_changes_nothing(connect, carry_out, simulator, version):
    connect(simulator, dtd_version=version)
    for operation in (CUSTOMERS, SERVICES, EMPLOYEES):
        first = carry_out(operation)
        kept = list(ReferenceEntry.objects.order_by("pk").values())

        second = carry_out(operation)

        assert second.counts["unchanged"] == first.counts["created"]
        assert {second.counts[name] for name in ("created", "updated", "archived", "restored")} == {0}
        assert list(ReferenceEntry.objects.order_by("pk").values()) == kept


@pytest.mark.parametrize(
    ("version", "operation", "functions"),
    [
        ("v3.0", CUSTOMERS, ["getAPISession", "query ARTERM", "query CUSTOMER"]),
        ("v3.0", SERVICES, ["getAPISession", "query DEPARTMENT", "lookup ITEM", "query ITEM"]),
        ("v3.0", EMPLOYEES, ["getAPISession", "query LOCATION", "query LOCATIONENTITY", "query EMPLOYEE"]),
        ("v2.1", CUSTOMERS, ["getAPISession", "get_list arterm", "get_list customer"]),
        ("v2.1", SERVICES, ["getAPISession", "get_list department", "get_list icitem"]),
        (
            "v2.1",
            EMPLOYEES,
            ["getAPISession", "get_list location", "get_list locationentity", "get_list employee"],
        ),
    ],
)
def test_g2_one_session_and_the_fewest_requests(connect, carry_out, simulator, version, operation, functions):
    connect(simulator, dtd_version=version)

    run = carry_out(operation)

    assert list(run.requests.order_by("id").values_list("function", flat=True)) == functions
    assert all(request.http_status == 200 and request.control_id for request in run.requests.all())


def test_g3_the_turn_is_given_back_before_the_import_is_applied(
    connect, carry_out, simulator, company, monkeypatch
):
    connect(simulator)
    from integrations.reconcile import service

    seen = []
    write_list = service.write_list
    monkeypatch.setattr(
        service,
        "write_list",
        lambda *args: (seen.append(GatewayTurn.objects.get(company=company).holder), write_list(*args))[1],
    )

    carry_out(CUSTOMERS)

    assert seen == [""]


def test_terms_departments_locations_and_entities_are_kept(connect, carry_out, simulator):
    settings = connect(simulator)
    for operation in (CUSTOMERS, SERVICES, EMPLOYEES):
        carry_out(operation)

    kinds = {
        kind: ReferenceEntry.objects.filter(kind=kind, connection__company=settings.company).count()
        for kind in ReferenceKind
    }

    world = simulator.state()
    assert kinds[ReferenceKind.DEPARTMENT] == world["departments"]["total"]
    assert kinds[ReferenceKind.LOCATION] == world["locations"]["total"]
    assert kinds[ReferenceKind.ENTITY] == world["entities"]["total"]
    term = ReferenceEntry.objects.get(kind=ReferenceKind.TERM, code="Net 30")
    assert (term.due_days, term.due_from, term.is_active) == (30, "invoice", True)


@pytest.mark.parametrize("version", VERSIONS)
def test_s6_automatic_finds_the_items_department_field_and_says_which(connect, carry_out, simulator, version):
    settings = connect(simulator, dtd_version=version)

    carry_out(SERVICES)

    assert IntacctSettings.objects.get().item_department_field == "DEPARTMENTID"
    assert Service.objects.exclude(accounting_id_2="").exists()
    assert IntacctSettings.objects.get().updated_at == settings.updated_at  # nobody's change (S-8)


@pytest.mark.parametrize("version", VERSIONS)
def test_s6_without_such_a_field_what_was_typed_stays(connect, carry_out, simulator, company, version):
    connect(simulator, dtd_version=version)
    carry_out(SERVICES)
    service = Service.objects.exclude(accounting_id_2="").first()
    simulator.tell(removed_fields={"ITEM": ["DEPARTMENTID"]})
    Service.objects.filter(pk=service.pk).update(accounting_id_2="", accounting_id_2_typed="300")

    run = carry_out(SERVICES)

    assert IntacctSettings.objects.get().item_department_field == ""
    assert run.counts["updated"] == 0
    service.refresh_from_db()
    assert service.department == "300"


def test_s6_a_department_that_intacct_does_not_have_is_told_at_import(connect, carry_out, company):
    with simulator_process.start_simulator(customers=1, items=4, employees=1) as own:
        item = own.tell(add={"object": "ITEM", "id": "X-1", "fields": {"NAME": "Odd", "DEPARTMENTID": "999"}})
        assert item
        connect(own)

        run = carry_out(SERVICES)

    warning = Warning.objects.get(code=Code.UNKNOWN_REFERENCE)
    assert warning.message == "Department 999 of service X-1 Odd is not a department of Intacct."
    assert run.outcome == "warned"
    assert Service.objects.get(accounting_id="X-1").accounting_id_2 == "999"


@pytest.mark.parametrize("version", VERSIONS)
def test_i11_a_field_that_intacct_hides_is_left_as_it_is(connect, carry_out, simulator, version):
    connect(simulator, dtd_version=version)
    carry_out(CUSTOMERS)
    before = dict(Client.objects.values_list("accounting_id", "terms"))
    assert any(before.values())
    simulator.fault("hidden_fields", object="CUSTOMER", fields=["TERMNAME"])
    simulator.fault("hidden_fields", object="customer", fields=["TERMNAME"])

    run = carry_out(CUSTOMERS)

    assert run.counts["updated"] == 0
    assert dict(Client.objects.values_list("accounting_id", "terms")) == before
    if version == "v3.0":  # 2.1 leaves hidden fields out without a word
        warning = Warning.objects.get(code=Code.FIELD_REFUSED)
        assert "TERMNAME of customers" in warning.message


@pytest.mark.parametrize(
    ("operation", "kind", "field"),
    [
        (CUSTOMERS, "CUSTOMER", "CUSTOMERID"),
        (CUSTOMERS, "CUSTOMER", "STATUS"),
        (EMPLOYEES, "EMPLOYEE", "LOCATIONID"),
    ],
)
def test_i11_without_an_essential_field_the_run_fails_and_names_it(
    connect, carry_out, simulator, operation, kind, field
):
    connect(simulator)
    simulator.fault("hidden_fields", object=kind, fields=[field])

    with pytest.raises(RunFailed, match=field):
        carry_out(operation)

    assert not Client.objects.filter(accounting_status="active").exists()
    assert not Employee.objects.filter(accounting_status="active").exists()


def test_a_hidden_status_in_2_1_archives_nobody(connect, carry_out, simulator):
    """I-4: 2.1 leaves hidden fields out; a list without any status must not look like all inactive."""
    connect(simulator, dtd_version="v2.1")
    carry_out(CUSTOMERS)
    simulator.fault("hidden_fields", object="customer", fields=["STATUS"])
    active = Client.objects.filter(archived_reason="").count()

    with pytest.raises(RunFailed, match="status"):
        carry_out(CUSTOMERS)

    assert Client.objects.filter(archived_reason="").count() == active


@pytest.mark.parametrize("version", VERSIONS)
def test_a_list_that_may_not_be_read_is_named(connect, carry_out, simulator, version):
    connect(simulator, dtd_version=version)
    simulator.tell(permissions={"EMPLOYEE": []})

    with pytest.raises(RunFailed) as failure:
        carry_out(EMPLOYEES)

    assert "may not read employees" in failure.value.message
    assert "permission" in failure.value.advice
    assert failure.value.text


def test_terms_that_may_not_be_read_are_told_and_the_import_goes_on(connect, carry_out, simulator):
    connect(simulator)
    carry_out(CUSTOMERS)
    terms = ReferenceEntry.objects.filter(kind=ReferenceKind.TERM).count()
    simulator.tell(permissions={"ARTERM": []})

    run = carry_out(CUSTOMERS)

    assert run.counts["unchanged"] > 0
    assert "terms" in Warning.objects.get(code=Code.FIELD_REFUSED).message
    assert ReferenceEntry.objects.filter(kind=ReferenceKind.TERM).count() == terms > 0


@pytest.mark.parametrize(
    ("otherwise", "message"),
    [
        ({"sender_id": "nobody"}, "Sender"),
        ({"auth_user_id": "nobody"}, "user"),
        ({"auth_company_id": "NO-SUCH-COMPANY"}, "company"),
        ({"post_url": "http://127.0.0.1:9/ia/xml/xmlgw.phtml"}, "could not be reached"),
    ],
)
def test_r3_what_the_admin_can_mend_is_said_without_ids(
    connect, carry_out, simulator, otherwise, message, settings
):
    """R-3; and U-1: a run's message is read by accountants too, who may not see the settings."""
    settings.GATEWAY_READ_RETRIES = 0
    connect(simulator, **otherwise)

    with pytest.raises(RunFailed) as failure:
        carry_out(CUSTOMERS)

    told = f"{failure.value.message} {failure.value.advice}"
    assert message in told
    assert "settings" in told
    for secret in (*otherwise.values(), "sender-secret", "user-secret", "recon_ws"):
        assert secret not in told
    assert GatewayRequest.objects.exists()
    assert not Client.objects.filter(accounting_status="active").exists()


@pytest.mark.parametrize("fault", ["html_200", "empty", "cut", "hostile", "not_utf8", "doubled"])
def test_an_answer_that_is_no_answer_fails_the_run_in_words(connect, carry_out, simulator, settings, fault):
    settings.GATEWAY_READ_RETRIES = 0
    connect(simulator)
    simulator.fault(fault, object="CUSTOMER")

    with pytest.raises(RunFailed) as failure:
        carry_out(CUSTOMERS)

    assert "Post URL" in f"{failure.value.message} {failure.value.advice}"
    assert not Client.objects.exists()


def test_s7_a_run_does_not_work_in_other_books_than_it_was_started_for(
    connect, carry_out, simulator, company
):
    settings = connect(simulator)
    IntacctSettings.objects.filter(pk=settings.pk).update(entity="EBU")

    with pytest.raises(RunFailed, match="other books"):
        carry_out(CUSTOMERS)

    assert not GatewayRequest.objects.exists()


@pytest.mark.parametrize("version", VERSIONS)
def test_an_entity_is_signed_in_to(connect, carry_out, simulator, version):
    connect(simulator, dtd_version=version, entity="EBU")

    run = carry_out(EMPLOYEES)

    assert run.signed_in_as == "recon_ws@ACME-SANDBOX/EBU"
    assert run.connection.books.label == "Intacct ACME-SANDBOX, entity EBU"
    assert Employee.objects.filter(accounting_id="E-00148:EBU").exists()


def test_r5_a_failed_import_leaves_the_small_lists_too(connect, carry_out, simulator, settings):
    settings.GATEWAY_READ_RETRIES = 0
    connect(simulator)
    simulator.fault("html_200", object="CUSTOMER")

    with pytest.raises(RunFailed):
        carry_out(CUSTOMERS)

    assert not ReferenceEntry.objects.exists()


def test_i4_an_unknown_status_is_taken_for_inactive_and_told(connect, carry_out, team):
    with simulator_process.start_simulator(customers=3, items=1, employees=1) as own:
        own.tell(set={"object": "CUSTOMER", "id": "C-00001", "fields": {"STATUS": "active non-posting"}})
        connect(own)

        carry_out(CUSTOMERS)

    assert Client.objects.get(accounting_id="C-00001").archived_reason == "inactive"
    assert "active non-posting" in Warning.objects.get(code=Code.FIELD_MALFORMED).message


def test_g1_the_next_page_may_hold_a_renumbered_record(connect, carry_out, company):
    """I-2 over the real gateway: RECORDNO tells that it is the same customer under a new id."""
    with simulator_process.start_simulator(customers=3, items=1, employees=1) as own:
        connect(own)
        carry_out(CUSTOMERS)
        client = Client.objects.get(accounting_id="C-00002")
        own.tell(rename={"object": "CUSTOMER", "id": "C-00002", "new_id": "C-90002"})

        run = carry_out(CUSTOMERS)

    client.refresh_from_db()
    assert client.accounting_id == "C-90002"
    assert run.counts["updated"] == 1


def test_factories_make_what_an_import_leaves_alone(connect, carry_out, simulator, company):
    """I-4: a record that never came from Intacct is never archived by an import."""
    local = factories.a_client(company, name="Cash customer", books=None)
    connect(simulator)

    carry_out(CUSTOMERS)

    local.refresh_from_db()
    assert not local.is_archived


def test_r1_an_import_that_is_asked_to_stop_sends_nothing_more(connect, simulator, company):
    connect(simulator)
    run = Run.objects.create(
        company=company,
        operation=CUSTOMERS,
        provider="intacct",
        connection=Connection.objects.get(),
        started_at=timezone.now(),
    )
    # Sign-in and terms have been asked for when somebody presses Cancel.
    context = RunContext(run, asked_to_stop=lambda: run.requests.count() >= 2)

    with pytest.raises(Cancelled):
        import_customers(context)

    assert run.requests.count() == 2
    assert not Client.objects.exists()
    assert GatewayTurn.objects.get(company=company).holder == ""


@pytest.mark.django_db(transaction=True)
def test_r3_a_refused_sign_in_is_recorded_on_the_run_with_the_gateways_own_words(connect, simulator, company):
    connect(simulator, auth_user_id="nobody")
    run, _ = lifecycle.start(company, CUSTOMERS, provider="intacct", nudge=False)

    run = lifecycle.carry_out(run.pk)

    assert run.outcome == "failed"
    assert "does not accept the user" in run.message
    assert "Auth Password" in run.advice
    assert run.error_code == "XL03000006"
    assert run.error_text
    assert run.requests.get().error_number == "XL03000006"


@pytest.mark.django_db(transaction=True)
def test_a_whole_run_from_start_to_outcome(connect, simulator, company):
    connect(simulator)
    run, _ = lifecycle.start(company, EMPLOYEES, provider="intacct", nudge=False)

    run = lifecycle.carry_out(run.pk)

    assert run.outcome in ("succeeded", "warned")
    assert run.counts["created"] == Employee.objects.filter(books=company.books).count() > 0
    assert GatewayTurn.objects.get(company=company).holder == ""
