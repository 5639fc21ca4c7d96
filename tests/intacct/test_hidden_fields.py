"""Fields that Intacct doesn't show to this user: both versions tell the same (I-11), though 2.1 leaves them
out of its records without a word."""

import pytest

from integrations.duplicates.codes import Code
from integrations.duplicates.models import Warning
from integrations.runs.context import RunFailed
from integrations.runs.models import Operation
from reconpro.company.models import Client, Employee, Service

pytestmark = pytest.mark.django_db
CUSTOMERS, SERVICES, EMPLOYEES = (
    Operation.IMPORT_CUSTOMERS,
    Operation.IMPORT_SERVICES,
    Operation.IMPORT_EMPLOYEES,
)
VERSIONS = ["v3.0", "v2.1"]
LEGACY = {"CUSTOMER": "customer", "ITEM": "icitem", "EMPLOYEE": "employee", "ARTERM": "arterm"}
CONTACT = [
    "DISPLAYCONTACT.FIRSTNAME",
    "DISPLAYCONTACT.LASTNAME",
    "DISPLAYCONTACT.PHONE1",
    "DISPLAYCONTACT.EMAIL1",
]
WHOLE_CONTACT = [
    *CONTACT,
    "DISPLAYCONTACT.CONTACTNAME",
    "DISPLAYCONTACT.PRINTAS",
    *(f"DISPLAYCONTACT.MAILADDRESS.{part}" for part in "ADDRESS1 ADDRESS2 CITY STATE ZIP COUNTRY".split()),
]


def hide(simulator, name, fields):
    for called in (name, LEGACY[name]):
        simulator.fault("hidden_fields", object=called, fields=fields)


def everything(model):
    return list(model.objects.order_by("pk").values())


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("operation", "model", "name", "fields", "told"),
    [
        (CUSTOMERS, Client, "CUSTOMER", ["NAME"], ["NAME of customers"]),
        (CUSTOMERS, Client, "CUSTOMER", CONTACT, [f"{field} of customers" for field in CONTACT]),
        (CUSTOMERS, Client, "CUSTOMER", WHOLE_CONTACT, [f"{field} of customers" for field in CONTACT]),
        (SERVICES, Service, "ITEM", ["NAME"], ["NAME of items"]),
        (
            EMPLOYEES,
            Employee,
            "EMPLOYEE",
            ["CONTACT.FIRSTNAME", "CONTACT.LASTNAME", "CONTACT.PRINTAS", "CONTACT.EMAIL1"],
            ["CONTACT.FIRSTNAME of employees", "CONTACT.EMAIL1 of employees"],
        ),
    ],
)
def test_i11_both_versions_name_the_hidden_field_and_leave_what_is_here(
    connect, carry_out, simulator, version, operation, model, name, fields, told
):
    connect(simulator, dtd_version=version)
    carry_out(operation)
    before = everything(model)
    hide(simulator, name, fields)

    run = carry_out(operation)

    messages = list(Warning.objects.filter(code=Code.FIELD_REFUSED).values_list("message", flat=True))
    for field in told:
        assert (
            f"Intacct refuses to show the field {field} to this user. What is here was left as it is."
            in messages
        )
    assert run.outcome == "warned"
    assert run.list_complete
    assert everything(model) == before


def test_i11_the_warning_of_one_version_is_that_of_the_other(connect, carry_out, simulator):
    hide(simulator, "CUSTOMER", ["NAME"])
    connect(simulator, dtd_version="v2.1")
    carry_out(CUSTOMERS)
    connect(simulator, dtd_version="v3.0")
    carry_out(CUSTOMERS)

    assert Warning.objects.filter(code=Code.FIELD_REFUSED).count() == 1


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("operation", "model", "name", "field"),
    [
        (CUSTOMERS, Client, "CUSTOMER", "CUSTOMERID"),
        (SERVICES, Service, "ITEM", "ITEMID"),
        (EMPLOYEES, Employee, "EMPLOYEE", "EMPLOYEEID"),
        (EMPLOYEES, Employee, "EMPLOYEE", "LOCATIONID"),
    ],
)
def test_i11_without_the_id_both_versions_fail_with_the_same_sentence(
    connect, carry_out, simulator, version, operation, model, name, field
):
    connect(simulator, dtd_version=version)
    carry_out(operation)
    before = everything(model)
    hide(simulator, name, [field])

    with pytest.raises(RunFailed) as failure:
        carry_out(operation)

    assert f"Intacct refuses to show {field} of" in failure.value.message
    assert failure.value.message.endswith("Nothing was changed here.")
    assert "right to see all fields" in failure.value.advice
    assert everything(model) == before


@pytest.mark.parametrize("version", VERSIONS)
def test_i11_a_small_list_without_its_ids_is_told_and_the_import_goes_on(
    connect, carry_out, simulator, version
):
    connect(simulator, dtd_version=version)
    hide(simulator, "ARTERM", ["NAME"])

    run = carry_out(CUSTOMERS)

    assert run.counts["created"] > 0
    assert "read terms" in Warning.objects.get(code=Code.FIELD_REFUSED).message


def test_i2_record_numbers_that_were_told_before_and_no_more_are_missed(connect, carry_out, simulator):
    """2.1 need not tell them; once they were known, a renumbered record would look like a new one."""
    connect(simulator, dtd_version="v2.1")
    carry_out(CUSTOMERS)
    before = everything(Client)
    hide(simulator, "CUSTOMER", ["RECORDNO"])

    run = carry_out(CUSTOMERS)

    warning = Warning.objects.get(code=Code.FIELD_REFUSED)
    assert "does not show the record numbers of customers" in warning.message
    assert run.counts["unchanged"] == len(before)
    assert everything(Client) == before


def test_i2_record_numbers_that_were_never_told_are_not_missed(connect, carry_out, simulator):
    connect(simulator, dtd_version="v2.1")
    hide(simulator, "CUSTOMER", ["RECORDNO"])

    carry_out(CUSTOMERS)
    carry_out(CUSTOMERS)

    assert Client.objects.exists()
    assert not Client.objects.exclude(external_key=None).exists()
    assert not Warning.objects.filter(code=Code.FIELD_REFUSED).exists()


def test_i11_items_have_no_record_numbers_in_2_1_and_none_are_missed(connect, carry_out, simulator):
    connect(simulator, dtd_version="v3.0")
    carry_out(SERVICES)
    connect(simulator, dtd_version="v2.1")
    carry_out(SERVICES)

    assert not Warning.objects.filter(code=Code.FIELD_REFUSED).exists()
