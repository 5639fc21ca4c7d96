"""What the simulated companies are made of."""

from collections import Counter

import pytest

from intacct.simulator.world import Size, World


def values(world, kind, field):
    table = world.companies["ACME-SANDBOX"].tables[kind]
    return [table.value(row, field) for row in table]


@pytest.mark.parametrize(
    ("customers", "items", "employees"),
    [(0, 0, 0), (1, 1, 1), (60, 25, 20), (5000, 500, 300), (30_000, 900, 2000)],
)
def test_there_are_exactly_as_many_as_asked_for_and_all_ids_differ(customers, items, employees):
    world = World(Size(customers=customers, items=items, employees=employees))

    for kind, key, count in (
        ("CUSTOMER", "CUSTOMERID", customers),
        ("ITEM", "ITEMID", items),
        ("EMPLOYEE", "EMPLOYEEID", employees),
    ):
        ids, numbers = values(world, kind, key), values(world, kind, "RECORDNO")
        assert len(ids) == len(set(ids)) == len(set(numbers)) == count
        assert all(ids)


def test_departments_locations_and_entities_can_be_many():
    world = World(Size(departments=150, locations=400, entities=40, employees=200))
    company = world.companies["ACME-SANDBOX"]

    places, entities = values(world, "LOCATION", "LOCATIONID"), values(world, "LOCATIONENTITY", "LOCATIONID")
    assert (len(values(world, "DEPARTMENT", "DEPARTMENTID")), len(entities), len(places)) == (150, 40, 440)
    assert len(set(places)) == 440
    assert {company.entity_of(place) for place in places} == {*entities, ""}
    assert set(values(world, "EMPLOYEE", "LOCATIONID")) > set(entities)
    assert set(values(world, "DEPARTMENT", "PARENTID")) - {""} <= set(
        values(world, "DEPARTMENT", "DEPARTMENTID")
    )


def test_fewer_places_than_the_known_ones_are_still_the_known_ones():
    small, usual = World(Size(departments=1, locations=0, entities=0)), World()

    for kind, key in (("DEPARTMENT", "DEPARTMENTID"), ("LOCATION", "LOCATIONID")):
        assert values(small, kind, key) == values(usual, kind, key)


def test_names_repeat_only_on_purpose_however_many_there_are():
    names = Counter(values(World(Size(customers=30_000)), "CUSTOMER", "NAME"))

    assert sum(count - 1 for count in names.values()) == 3


def test_the_same_seed_makes_the_same_world_and_another_one_another():
    def names(seed):
        return values(World(Size(seed=seed)), "CUSTOMER", "NAME")

    assert names(1) == names(1)
    assert names(1) != names(2)


def test_item_ids_fit_the_gateways_length():
    assert max(len(item_id) for item_id in values(World(Size(items=3000)), "ITEM", "ITEMID")) <= 30


def test_some_items_have_no_department_and_every_department_named_exists():
    world = World()
    departments = values(world, "ITEM", "DEPARTMENTID")

    assert "" in departments
    assert set(departments) - {""} <= set(values(world, "DEPARTMENT", "DEPARTMENTID"))


def test_every_location_leads_up_to_an_entity_save_the_one_that_does_not():
    company = World().companies["ACME-SANDBOX"]

    assert company.entity_of("EBU-SHOP2-LOTB") == "EBU"
    assert company.entity_of("EBU") == "EBU"
    assert company.entity_of("HQ") == company.entity_of("NOWHERE") == company.entity_of("") == ""


def test_a_circle_of_locations_has_no_entity():
    company = World().companies["ACME-SANDBOX"]
    locations = company.tables["LOCATION"]
    locations.change(locations.find("HQ"), {"PARENTID": "HQ"})

    assert company.entity_of("HQ") == ""


def test_a_text_that_xml_cannot_hold_is_stored_without_what_it_cannot_hold():
    customers = World().companies["ACME-SANDBOX"].tables["CUSTOMER"]
    row = customers.change(customers.find("C-00001"), {"NAME": "A\x00B\ud800C\uffffD\tE"})

    assert customers.value(row, "NAME") == "ABCD\tE"
