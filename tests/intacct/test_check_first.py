"""Check first over the gateway, and its buttons on the settings page (I-9, S-7)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from intacct.configuration import save_settings
from intacct.models import IntacctSettings
from intacct.provider import import_settings, open_connection
from integrations.connections.models import ReferenceEntry
from integrations.reconcile.models import Check
from integrations.runs import lifecycle
from integrations.runs.models import Mode, Operation, Outcome, Run
from reconpro.audit.models import FieldChange
from reconpro.company.models import Client, Employee, FirstSignIn, Service
from tests import factories

pytestmark = pytest.mark.django_db
CUSTOMERS, SERVICES, EMPLOYEES = (
    Operation.IMPORT_CUSTOMERS,
    Operation.IMPORT_SERVICES,
    Operation.IMPORT_EMPLOYEES,
)
MODELS = {CUSTOMERS: Client, SERVICES: Service, EMPLOYEES: Employee}
LEFT_OUT = {"id", "created_at", "updated_at", "archived_at", "company_id", "books_id"}


def carried_out(company, operation: Operation, mode: Mode = Mode.WHOLE, applies: Run | None = None) -> Run:
    """Started as a click does, and carried out as a worker does."""
    run, created = lifecycle.start(company, operation, provider="intacct", mode=mode, applies=applies)
    assert created
    return lifecycle.carry_out(run.pk)


def everything(operation: Operation) -> list[dict[str, object]]:
    rows = MODELS[operation].objects.order_by("accounting_id").values()
    return [{k: v for k, v in row.items() if k not in LEFT_OUT} for row in rows]


def reference() -> list[tuple[object, ...]]:
    return list(
        ReferenceEntry.objects.order_by("kind", "code").values_list("kind", "code", "name", "due_days")
    )


@pytest.mark.parametrize("version", ["v3.0", "v2.1"])
@pytest.mark.parametrize("operation", MODELS, ids=lambda operation: operation.value)
def test_checked_and_applied_comes_to_the_same_as_imported(connect, simulator, company, operation, version):
    connect(simulator, dtd_version=version)
    through = carried_out(company, operation)
    expected, lists = everything(operation), reference()
    FirstSignIn.objects.all().delete()
    MODELS[operation].objects.all().delete()
    FieldChange.objects.all().delete()
    ReferenceEntry.objects.all().delete()
    simulator.tell(reset_counters=True)

    check = carried_out(company, operation, Mode.CHECK)
    assert check.outcome == Outcome.SUCCEEDED
    assert check.counts == through.counts
    assert everything(operation) == reference() == []
    assert not FirstSignIn.objects.exists()

    requests = check.requests.count()
    run = carried_out(company, operation, Mode.APPLY, check)
    assert run.counts == through.counts
    assert everything(operation) == expected
    assert reference() == lists
    assert run.requests.count() == 0 < requests
    if operation == EMPLOYEES:
        assert (
            FirstSignIn.objects.count()
            == Employee.objects.filter(
                accounting_employee_id__regex=r"(^|[^0-9])[0-9]{5}([^0-9]|$)", archived_reason=""
            ).count()
        )  # I-7
    assert simulator.state()["invalid_requests"] == []


def test_settings_that_an_import_reads_make_a_check_out_of_date_and_others_do_not(
    connect, simulator, company, administrator
):
    connect(simulator)
    check = carried_out(company, CUSTOMERS, Mode.CHECK)
    seen = import_settings(company)
    save_settings(company, {"document_prefix": "INV-"}, secrets={}, by=administrator)
    assert import_settings(company) == seen
    save_settings(company, {"client_id_2_field": "COMMENTS"}, secrets={}, by=administrator)
    assert import_settings(company) != seen
    run = carried_out(company, CUSTOMERS, Mode.APPLY, check)
    assert "The settings were changed since." in run.message
    assert not Client.objects.exists()


# --- the settings page ----------------------------------------------------------------------------


@pytest.fixture
def press(client_of, accountant):
    def send(operation: Operation, **data: str) -> str:
        url = reverse("intacct-start", args=[operation.value])
        return client_of(accountant).post(url, data, follow=True).content.decode()

    return send


def test_check_first_stands_beside_each_import_i_9(connect, simulator, company, client_of, accountant, press):
    connect(simulator)
    page = client_of(accountant).get(reverse("intacct-settings")).content.decode()
    assert page.count('value="check"') == 3
    page = press(CUSTOMERS, mode="check")
    run = Run.objects.get()
    assert (run.mode, run.started_by) == (Mode.CHECK, accountant)
    assert "Import Customers: Check first" in page
    lifecycle.carry_out(run.pk)
    page = client_of(accountant).get(reverse("intacct-settings")).content.decode()
    assert "A check waits to be looked at: nothing of it has been applied." in page
    assert reverse("check", args=[run.pk]) in page
    Check.objects.update(made_at=timezone.now() - timedelta(days=2))
    page = client_of(accountant).get(reverse("intacct-settings")).content.decode()
    assert "A check waits" not in page


def test_the_first_import_with_clients_here_is_checked_first_and_the_page_says_why_i_9(
    connect, simulator, company, press
):
    connect(simulator)
    factories.a_client(company, books=None, name="Typed")
    page = press(CUSTOMERS)
    assert Run.objects.get().mode == Mode.CHECK
    assert "there are clients here already, so it is checked first." in page
    assert "Nothing is changed until you have looked at it and apply it." in page
    assert "already under way" in press(CUSTOMERS)
    press(SERVICES)
    assert Run.objects.get(operation=SERVICES).mode == Mode.WHOLE


def test_the_first_import_over_another_connection_is_checked_first_s_7(
    connect, simulator, company, press, administrator
):
    connect(simulator)
    assert carried_out(company, CUSTOMERS).outcome in ("succeeded", "warned")
    save_settings(company, {"entity": "EBU"}, secrets={}, by=administrator)
    assert "since the connection was changed, so it is checked first." in press(CUSTOMERS)
    run = Run.objects.latest("pk")
    assert (run.mode, run.connection) == (Mode.CHECK, open_connection(company))


def test_who_may_not_check_may_not_u_1(connect, simulator, company, client_of, work_manager):
    connect(simulator)
    url = reverse("intacct-start", args=[CUSTOMERS.value])
    assert client_of(work_manager).post(url, {"mode": "check"}).status_code == 403
    assert IntacctSettings.objects.exists()
    assert not Run.objects.exists()
