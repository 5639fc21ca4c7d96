"""Accounting ID 2 comes from the field that the settings choose, or, of items, from the one that is found
(S-5, S-6); without it the import ends well and keeps what is here (I-11)."""

import pytest

from intacct.gateway import Definition, FieldDefinition, Relationship
from intacct.mapping.chosen_fields import (
    OfferedField,
    department_field,
    legacy_department_field,
    offered_among,
    offered_by,
)
from intacct.models import IntacctSettings
from integrations.duplicates.codes import Code
from integrations.duplicates.models import Warning
from integrations.runs.models import Operation
from reconpro.company.models import Client, Service
from tests import factories

pytestmark = pytest.mark.django_db
CUSTOMERS, SERVICES = Operation.IMPORT_CUSTOMERS, Operation.IMPORT_SERVICES
VERSIONS = ["v3.0", "v2.1"]


def field(name, label="", custom=True):
    return FieldDefinition(name, label=label, custom=custom)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("chosen", ["RP_REGION", "CUSTTYPE", "CURRENCY"])
def test_s5_a_chosen_field_fills_accounting_id_2_of_clients_in_both_versions(
    connect, carry_out, simulator, version, chosen
):
    connect(simulator, dtd_version=version, client_id_2_field=chosen)

    run = carry_out(CUSTOMERS)

    values = set(Client.objects.values_list("accounting_id_2", flat=True))
    expected = {
        "RP_REGION": {"WEST", "EAST", "NORTH", ""},
        "CURRENCY": {"USD"},
    }
    if chosen in expected:
        assert values == expected[chosen]
    assert run.outcome == "succeeded" or not Warning.objects.filter(code=Code.FIELD_REFUSED).exists()


def test_s5_by_default_clients_have_none(connect, carry_out, simulator):
    connect(simulator)

    carry_out(CUSTOMERS)

    assert set(Client.objects.values_list("accounting_id_2", flat=True)) == {""}


@pytest.mark.parametrize("version", VERSIONS)
def test_i11_a_field_that_exists_no_longer_is_told_by_name_and_keeps_what_is_here(
    connect, carry_out, simulator, version
):
    connect(simulator, dtd_version=version, client_id_2_field="RP_REGION")
    carry_out(CUSTOMERS)
    before = dict(Client.objects.values_list("accounting_id", "accounting_id_2"))
    simulator.tell(removed_fields={"CUSTOMER": ["RP_REGION"]})

    run = carry_out(CUSTOMERS)

    assert run.outcome == "warned"
    assert run.counts["unchanged"] == len(before)
    assert dict(Client.objects.values_list("accounting_id", "accounting_id_2")) == before
    message = Warning.objects.get(code=Code.FIELD_REFUSED).message
    assert "has no field RP_REGION of customers, or doesn't show it to this user" in message
    assert "Choose another one there, under Advanced. What is here was left as it is." in message


@pytest.mark.parametrize("version", VERSIONS)
def test_s6_a_chosen_field_fills_that_of_services_and_is_checked_as_a_department(
    connect, carry_out, simulator, version
):
    connect(simulator, dtd_version=version, service_id_2_field="GLGROUP")

    carry_out(SERVICES)

    assert set(Service.objects.values_list("accounting_id_2", flat=True)) == {"Services"}
    assert Warning.objects.filter(message__contains="Department Services of service").exists()
    # Nothing was found, since nothing was looked for.
    assert IntacctSettings.objects.get().item_department_field is None


@pytest.mark.parametrize("version", VERSIONS)
def test_s6_with_none_chosen_nothing_is_brought_and_what_was_typed_counts(
    connect, carry_out, simulator, version
):
    connect(simulator, dtd_version=version, service_id_2_field="")

    carry_out(SERVICES)

    assert set(Service.objects.values_list("accounting_id_2", flat=True)) == {""}


def test_s6_what_was_typed_is_checked_against_the_departments_that_were_read(
    connect, carry_out, simulator, company
):
    connect(simulator, service_id_2_field="")
    good = factories.a_service(company, name="Own", accounting_id_2_typed="200")
    bad = factories.a_service(company, name="Odd", accounting_id_2_typed="999")
    away = factories.a_service(company, name="Brought", accounting_id_2="200", accounting_id_2_typed="998")

    run = carry_out(SERVICES)

    warning = Warning.objects.get(code=Code.UNKNOWN_REFERENCE)
    assert warning.message == "Department 999, typed for service Odd, is not a department of Intacct."
    assert [(side["kind"], side["id"]) for side in warning.sides] == [("service", bad.pk)]
    assert run.outcome == "warned"
    Service.objects.filter(pk=bad.pk).update(accounting_id_2_typed="200")
    assert carry_out(SERVICES).outcome == "succeeded"
    assert {good.department, away.department} == {"200"}


def test_i11_a_field_that_was_found_but_may_not_be_seen_is_not_called_the_settings_choice(
    connect, carry_out, simulator
):
    connect(simulator)
    simulator.fault("hidden_fields", object="ITEM", fields=["DEPARTMENTID"], function="query")

    run = carry_out(SERVICES)

    assert run.counts["created"] > 0
    assert Warning.objects.get(code=Code.FIELD_REFUSED).message == (
        "Intacct refuses to show the field DEPARTMENTID of items to this user. "
        "What is here was left as it is."
    )


class TestAutomatic:
    """Which field of items holds a Department ID (S-6)."""

    @pytest.mark.parametrize(
        ("definition", "found"),
        [
            (Definition(), ""),
            (Definition((field("ITEMID", custom=False), field("RP_COLOUR"))), ""),
            (Definition((field("DEPARTMENTID"),)), "DEPARTMENTID"),
            (Definition((field("RP_DEPT"),)), "RP_DEPT"),
            (Definition((field("X_17", "Department ID"),)), "X_17"),
            (Definition((field("X_17", "Department manager"),)), ""),
            (Definition((field("DEPT_HEAD"),)), ""),
            # The surest name wins, whatever the order.
            (Definition((field("A_DEPT"), field("B_DEPARTMENT_ID"))), "B_DEPARTMENT_ID"),
            # A relationship knows better than a name.
            (
                Definition(
                    (field("A_DEPT"), field("RBUCKET")),
                    (Relationship("RBUCKET", "DEPARTMENT", "RBUCKET"),),
                ),
                "RBUCKET",
            ),
            (
                Definition((field("A"),), (Relationship("RDEPARTMENT", "DEPARTMENT", "UNSEEN"),)),
                "RDEPARTMENT.DEPARTMENTID",
            ),
            (Definition((field("A"),), (Relationship("W", "WAREHOUSE", "A"),)), ""),
        ],
    )
    def test_by_the_definition(self, definition, found):
        assert department_field(definition) == found

    def test_by_the_custom_fields_of_a_2_1_record(self):
        assert legacy_department_field({"itemid": "A", "customfields.RP_DEPT": ""}) == "RP_DEPT"
        assert legacy_department_field({"itemid": "A", "department": "1", "customfields.X": "2"}) == ""


def test_what_is_offered_begins_with_custom_fields_and_leaves_out_ids_and_contacts():
    definition = Definition(
        (
            field("CUSTOMERID", "Customer ID", custom=False),
            field("CUSTTYPE", "Type", custom=False),
            field("DISPLAYCONTACT.EMAIL1", custom=False),
            field("RP_REGION", "Region"),
        )
    )

    assert offered_by(definition) == [
        OfferedField("RP_REGION", "Region", is_custom=True),
        OfferedField("CUSTTYPE", "Type"),
    ]
    seen = {"customerid", "custtype", "customfields.RP_REGION", "contactinfo.contact.email1"}
    assert [each.name for each in offered_among("CUSTOMER", seen)] == ["RP_REGION", "CUSTTYPE"]
