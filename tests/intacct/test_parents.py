"""Clients of one name that belong to different ones are different (I-8)."""

import pytest
from django.urls import reverse

from integrations.duplicates.codes import Code
from integrations.duplicates.find import Member, not_told_apart
from integrations.duplicates.models import Warning
from integrations.runs.models import Operation
from reconpro.company.models import Client
from tests import factories, simulator_process

CUSTOMERS = Operation.IMPORT_CUSTOMERS


@pytest.fixture
def world():
    """A simulator of its own, with customers of one name."""
    with simulator_process.start_simulator(customers=2, items=1, employees=1) as own:

        def twin(customer, **fields):
            own.tell(add={"object": "CUSTOMER", "id": customer, "fields": {"NAME": "Twin Motors", **fields}})

        own.twin = twin
        yield own


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["v3.0", "v2.1"])
def test_i8_different_parents_tell_clients_of_one_name_apart(connect, carry_out, world, version):
    world.twin("T-1", PARENTID="C-00001")
    world.twin("T-2", PARENTID="C-00002")
    connect(world, dtd_version=version)

    carry_out(CUSTOMERS)

    parents = dict(
        Client.objects.exclude(accounting_parent_id="").values_list("accounting_id", "accounting_parent_id")
    )
    assert parents == {"T-1": "C-00001", "T-2": "C-00002"}
    assert not Warning.objects.filter(code=Code.SAME_NAME).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["v3.0", "v2.1"])
def test_i8_the_same_parent_or_none_tells_nobody_apart(connect, carry_out, world, version):
    world.twin("T-1", PARENTID="C-00001")
    world.twin("T-2", PARENTID="C-00001")
    world.twin("T-3")
    connect(world, dtd_version=version)

    carry_out(CUSTOMERS)

    assert "3 clients have the name Twin Motors" in Warning.objects.get(code=Code.SAME_NAME).message


@pytest.mark.django_db
def test_i3_a_parent_that_is_taken_away_goes_and_a_second_import_changes_nothing(connect, carry_out, world):
    world.twin("T-1", PARENTID="C-00001")
    connect(world)
    carry_out(CUSTOMERS)
    assert carry_out(CUSTOMERS).counts["updated"] == 0  # I-12
    world.tell(set={"object": "CUSTOMER", "id": "T-1", "fields": {"PARENTID": ""}})

    run = carry_out(CUSTOMERS)

    assert run.counts["updated"] == 1
    assert Client.objects.get(accounting_id="T-1").accounting_parent_id == ""


@pytest.mark.parametrize(
    ("members", "alike"),
    [
        ([("", "P1"), ("", "P2")], []),
        ([("", "P1"), ("", "P1")], [1, 2]),
        ([("", "P1"), ("", "")], [1, 2]),
        ([("", "P1"), ("", "P2"), ("", "P1")], [1, 3]),
        ([("", "P1"), ("", "P2"), ("", "")], [1, 2, 3]),
        ([("1 Main St", "P1"), ("1 Main St", "P2")], []),
        ([("1 Main St", "P1"), ("2 Main St", "P1")], []),
        ([("1 Main St", "P1"), ("1 MAIN ST", "P1"), ("1 Main St", "P2")], [1, 2]),
        ([("1 Main St", ""), ("2 Main St", ""), ("", "P1")], [1, 2, 3]),
    ],
)
def test_i8_parent_and_address_together(members, alike):
    records = [Member(pk, f"C-{pk}", "Acme", *each) for pk, each in enumerate(members, start=1)]

    assert [member.pk for member in not_told_apart(records)] == alike


@pytest.mark.django_db
def test_i11_the_profile_shows_a_parent_only_where_there_is_one(client_of, administrator, company):
    browser = client_of(administrator)
    child = factories.a_client(company, name="Child", accounting_parent_id="C-00001")
    alone = factories.a_client(company, name="Alone")

    def page(name, record):
        return browser.get(reverse(name, args=[record.pk])).content.decode()

    assert "<dt>Parent</dt><dd>C-00001</dd>" in page("client", child)
    assert "Parent" not in page("client", alone)
    assert "Parent" not in page("client-edit", alone)
    assert 'name="accounting_parent_id"' not in page("client-edit", child)
