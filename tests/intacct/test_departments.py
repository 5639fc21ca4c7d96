"""Departments that Intacct doesn't list are told at import, with the way to the service (S-6)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations.duplicates.codes import Code
from integrations.duplicates.models import Warning
from integrations.duplicates.showing import shown_sides
from integrations.runs.models import Operation
from reconpro.company.models import Service
from tests import factories, simulator_process

pytestmark = pytest.mark.django_db
SERVICES = Operation.IMPORT_SERVICES


@pytest.fixture
def world():
    with simulator_process.start_simulator(customers=1, items=2, employees=1) as own:
        for item in ("X-1", "X-2"):
            own.tell(add={"object": "ITEM", "id": item, "fields": {"NAME": "Odd", "DEPARTMENTID": "999"}})
        yield own


@pytest.mark.parametrize("version", ["v3.0", "v2.1"])
def test_s6_the_warning_leads_to_the_service_that_is_here(connect, carry_out, world, company, version):
    connect(world, dtd_version=version)
    carry_out(SERVICES)
    Warning.objects.all().delete()
    # A local service of the same ID is another one.
    factories.a_service(company, accounting_id="X-1", books=None)

    carry_out(SERVICES)

    for item in ("X-1", "X-2"):
        service = Service.objects.get(accounting_id=item, books=company.books)
        warning = Warning.objects.get(message__contains=f"service {item} ")
        assert warning.code == Code.UNKNOWN_REFERENCE
        assert [(side["kind"], side["id"]) for side in warning.sides] == [("service", service.pk)]
        assert shown_sides(warning)[0].url.endswith(f"/{service.pk}/")


def test_s6_they_are_looked_up_with_one_query(connect, carry_out, world):
    connect(world)
    with CaptureQueriesContext(connection) as queries:
        carry_out(SERVICES)

    asked = [
        q["sql"]
        for q in queries
        if "company_service" in q["sql"] and "'X-1'" in q["sql"] and "'X-2'" in q["sql"]
    ]
    assert len([sql for sql in asked if sql.startswith("SELECT")]) == 1


def test_s6_a_service_that_is_not_here_yet_is_named_all_the_same(connect, carry_out, world):
    connect(world)

    carry_out(SERVICES)

    assert [side["label"] for side in Warning.objects.get(message__contains="service X-1 ").sides] == [
        "X-1 Odd"
    ]
