"""A Department ID that is typed on a service is looked up in what accounting listed (S-6)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.connections.models import ReferenceKind
from integrations.connections.reference import ReferenceRow, replace_reference
from tests import factories

pytestmark = pytest.mark.django_db
UNKNOWN = "999 is not a department that Intacct listed at the last import."


@pytest.fixture
def listed(company):
    """The company's connection, and what its departments are."""
    connection = factories.a_connection(company)

    def departments(*rows: ReferenceRow) -> None:
        replace_reference(connection, ReferenceKind.DEPARTMENT, rows)

    return departments


@pytest.fixture
def edit_page(client_of, accountant):
    def read(service) -> str:
        return client_of(accountant).get(reverse("service-edit", args=[service.pk])).content.decode()

    return read


def test_departments_in_use_are_offered_by_id_and_name(company, listed, edit_page):
    listed(ReferenceRow("200", "Paint"), ReferenceRow("900", "Closed", is_active=False))

    page = edit_page(factories.a_service(company))

    assert '<option value="200">Paint</option>' in page
    assert "900" not in page


def test_one_that_is_not_listed_is_saved_and_told_beside_the_field_and_on_the_profile(
    company, listed, edit_page, client_of, accountant
):
    listed(ReferenceRow("200", "Paint"))
    service = factories.a_service(company)
    browser = client_of(accountant)
    typed = {"name": service.name, "accounting_id_2_typed": "999"}

    answer = browser.post(
        reverse("service-edit", args=[service.pk]),
        {**typed, "seen": service.updated_at.isoformat()},
        follow=True,
    )

    service.refresh_from_db()
    assert service.department == "999"
    assert UNKNOWN in answer.content.decode()  # on the profile
    assert UNKNOWN in edit_page(service)


def test_an_inactive_one_is_told(company, listed, edit_page):
    listed(ReferenceRow("900", "Closed", is_active=False))

    page = edit_page(factories.a_service(company, accounting_id_2_typed="900"))

    assert "Department 900 is inactive in Intacct." in page


@pytest.mark.parametrize("typed", ["200", "", " 200 "])
def test_nothing_is_said_of_one_that_is_listed(company, listed, edit_page, typed):
    listed(ReferenceRow("200", "Paint"))

    assert "said-of-value" not in edit_page(factories.a_service(company, accounting_id_2_typed=typed))


def test_nothing_is_said_while_no_departments_were_read(company, listed, edit_page):
    assert "said-of-value" not in edit_page(factories.a_service(company, accounting_id_2_typed="999"))


def test_departments_of_a_closed_connection_say_nothing(company, listed, edit_page):
    listed(ReferenceRow("200", "Paint"))
    company.books.connection.closed_at = timezone.now()
    company.books.connection.save()

    assert "said-of-value" not in edit_page(factories.a_service(company, accounting_id_2_typed="999"))


def test_an_archived_service_is_left_in_peace(company, listed, client_of, accountant):
    listed(ReferenceRow("200", "Paint"))
    service = factories.a_service(
        company, accounting_id_2_typed="999", archived_at=timezone.now(), archived_reason="by_hand"
    )

    page = client_of(accountant).get(reverse("service", args=[service.pk])).content.decode()

    assert UNKNOWN not in page
