"""Which items and employees come in, by the settings (S-5), and what becomes of the others (I-4, I-5)."""

import pytest

from intacct.mapping.selection import below
from intacct.models import IntacctSettings
from integrations.duplicates.codes import Code
from integrations.duplicates.models import Warning
from integrations.runs.context import RunFailed
from integrations.runs.models import Operation
from reconpro.company.models import Employee, Service

pytestmark = pytest.mark.django_db
SERVICES, EMPLOYEES = Operation.IMPORT_SERVICES, Operation.IMPORT_EMPLOYEES
VERSIONS = ["v3.0", "v2.1"]


def active(model) -> set[str]:
    return set(model.objects.filter(archived_reason="").values_list("accounting_id", flat=True))


def choose(**fields):
    IntacctSettings.objects.update(**fields)


@pytest.mark.parametrize("version", VERSIONS)
def test_s5_items_of_chosen_types_come_in_and_the_run_says_so(connect, carry_out, simulator, version):
    connect(simulator, dtd_version=version, item_types=["Non-Inventory (Sales only)"])

    run = carry_out(SERVICES)

    assert 0 < run.counts["created"] < simulator.state()["items"]["total"]
    assert run.list_complete  # the total was that of what was asked for (I-5)
    assert run.message.startswith(
        "Only items of the type Non-Inventory (Sales only) came in, as the settings choose."
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_i4_what_is_chosen_no_more_is_archived_as_if_it_were_gone_and_restored_when_chosen_again(
    connect, carry_out, simulator, version
):
    connect(simulator, dtd_version=version)
    carry_out(EMPLOYEES)
    before = active(Employee)
    choose(employee_types=["Full Time"])
    carry_out(EMPLOYEES)
    contractors = before - active(Employee)
    assert len(contractors) == 3  # not more than 20 %, so that the brake doesn't ask

    choose(employee_types=[])
    run = carry_out(EMPLOYEES)

    assert active(Employee) == before
    assert run.counts["restored"] == 3
    assert run.counts["created"] == 0


@pytest.mark.parametrize("version", VERSIONS)
def test_i5_the_brake_asks_before_a_choice_archives_many(connect, carry_out, simulator, version):
    connect(simulator, dtd_version=version)
    carry_out(EMPLOYEES)
    before = active(Employee)
    choose(employee_types=["Contractor"])

    carry_out(EMPLOYEES)

    assert active(Employee) == before
    assert Warning.objects.filter(code=Code.BRAKE).exists()


@pytest.mark.parametrize("version", VERSIONS)
def test_s5_a_location_stands_for_all_that_lies_below_it(connect, carry_out, simulator, version):
    connect(simulator, dtd_version=version, scope_locations=["EBU"])

    run = carry_out(EMPLOYEES)

    entities = set(Employee.objects.values_list("accounting_entity_id", flat=True))
    assert entities == {"EBU"}
    # E-00155 works in a shop below it, E-00156 two levels below.
    assert {"E-00155:EBU", "E-00156:EBU"} <= set(Employee.objects.values_list("accounting_id", flat=True))
    assert "of the location EBU and what lies below it came in" in run.message


@pytest.mark.parametrize("version", VERSIONS)
def test_s5_all_choices_hold_at_once(connect, carry_out, simulator, version):
    connect(
        simulator,
        dtd_version=version,
        scope_locations=["EBU"],
        scope_departments=["100", "200"],
        employee_types=["Full Time", "Contractor"],
    )

    run = carry_out(EMPLOYEES)

    assert 0 < run.counts["created"] < 20


@pytest.mark.parametrize("version", VERSIONS)
def test_a_place_that_intacct_does_not_have_is_told_and_the_others_count(
    connect, carry_out, simulator, version
):
    connect(simulator, dtd_version=version, scope_locations=["EBU", "GONE"])

    run = carry_out(EMPLOYEES)

    assert run.counts["created"] > 0
    warning = Warning.objects.get(code=Code.UNKNOWN_REFERENCE)
    assert warning.message == (
        "The settings choose the employees of location GONE, which Intacct doesn't have."
    )


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"scope_locations": ["GONE"]}, "Intacct has no location GONE, which the settings choose."),
        ({"scope_departments": ["GONE"]}, "Intacct has no department GONE, which the settings choose."),
        ({"employee_types": ["Fulltime"]}, "Intacct lists no employees of the type Fulltime."),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_slip_in_the_settings_archives_nobody(connect, carry_out, simulator, version, chosen, sentence):
    connect(simulator, dtd_version=version)
    carry_out(EMPLOYEES)
    before = active(Employee)
    choose(**chosen)

    with pytest.raises(RunFailed) as failure:
        carry_out(EMPLOYEES)

    assert failure.value.message == f"{sentence} Nothing was changed here."
    assert failure.value.advice == "Choose again in the settings, under Advanced."
    assert active(Employee) == before


def test_i11_a_field_that_is_chosen_by_but_may_not_be_seen_fails_the_run_by_name(
    connect, carry_out, simulator
):
    connect(simulator, item_types=["Kit", "Inventory"])
    simulator.tell(removed_fields={"ITEM": ["ITEMTYPE"]})

    with pytest.raises(RunFailed, match="refuses to show ITEMTYPE of items, by which the settings choose"):
        carry_out(SERVICES)

    assert not Service.objects.exists()


def test_what_lies_below_is_found_however_deep_and_in_circles():
    parents = {"A": "", "B": "A", "C": "B", "X": "Y", "Y": "X", "D": "C"}

    assert below(["B"], parents) == ["C", "D"]
    assert below(["X"], parents) == ["Y"]
    assert below([], parents) == []
