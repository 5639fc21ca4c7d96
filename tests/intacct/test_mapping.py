"""Intacct's records → what reconcile takes: the same from both versions (I-1, I-3, I-11)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intacct.gateway import GetList, Query, Version
from intacct.mapping.chosen_fields import with_accounting_id_2
from intacct.mapping.clients import CUSTOMERS, to_client
from intacct.mapping.employees import EMPLOYEES, to_employee
from intacct.mapping.places import Places
from intacct.mapping.reference import to_reference
from intacct.mapping.services import ITEMS, ITEMS_WITH_CUSTOM_FIELDS, to_service
from intacct.mapping.status import is_active, is_known
from intacct.mapping.table import written_addresses
from integrations.connections.models import ReferenceKind
from integrations.connections.reference import ReferenceRow
from reconpro.company.models import ClientFromAccounting, EmployeeFromAccounting, ServiceFromAccounting

V3, V2 = Version.V3_0, Version.V2_1
PLACES = Places(entities={"EBU"}, parents={"EBU-SHOP2": "EBU", "EBU-SHOP2-LOTB": "EBU-SHOP2", "HQ": ""})

CUSTOMER_3_0 = {
    "RECORDNO": "81",
    "CUSTOMERID": "C-00120",
    "NAME": "Valley Motors",
    "STATUS": "active",
    "TERMNAME": "Net 30",
    "DISPLAYCONTACT.FIRSTNAME": "Ana",
    "DISPLAYCONTACT.LASTNAME": "Ruiz",
    "DISPLAYCONTACT.PHONE1": "555-0101",
    "DISPLAYCONTACT.EMAIL1": "ap@valley.example",
    "BILLTOCONTACT.CONTACTNAME": "Valley Motors AP",
    "BILLTOCONTACT.MAILADDRESS.ADDRESS1": "1 Main St",
    "BILLTOCONTACT.MAILADDRESS.ADDRESS2": "",
    "BILLTOCONTACT.MAILADDRESS.CITY": "Salinas",
    "BILLTOCONTACT.MAILADDRESS.STATE": "CA",
    "BILLTOCONTACT.MAILADDRESS.ZIP": "93901",
    "BILLTOCONTACT.MAILADDRESS.COUNTRY": "United States",
    "SHIPTOCONTACT.CONTACTNAME": "Valley Motors Lot B",
    "SHIPTOCONTACT.MAILADDRESS.ADDRESS1": "",
    "SHIPTOCONTACT.MAILADDRESS.CITY": "",
}
CUSTOMER_2_1 = {
    "recordno": "81",
    "customerid": "C-00120",
    "name": "Valley Motors",
    "status": "active",
    "termname": "Net 30",
    "contactinfo.contact.firstname": "Ana",
    "contactinfo.contact.lastname": "Ruiz",
    "contactinfo.contact.phone1": "555-0101",
    "contactinfo.contact.email1": "ap@valley.example",
    "billto.contact.contactname": "Valley Motors AP",
    "billto.contact.mailaddress.address1": "1 Main St",
    "billto.contact.mailaddress.address2": "",
    "billto.contact.mailaddress.city": "Salinas",
    "billto.contact.mailaddress.state": "CA",
    "billto.contact.mailaddress.zip": "93901",
    "billto.contact.mailaddress.country": "United States",
    "shipto.contact.contactname": "Valley Motors Lot B",
    "shipto.contact.mailaddress.address1": "",
    "shipto.contact.mailaddress.city": "",
}


def test_a_customer_becomes_a_client_the_same_from_both_versions():
    client = to_client(CUSTOMER_3_0, V3)

    assert client == to_client(CUSTOMER_2_1, V2)
    assert (client.external_key, client.is_active) == ("81", True)
    assert client.values == {
        "accounting_id": "C-00120",
        "name": "Valley Motors",
        "terms": "Net 30",
        "contact_name": "Ana Ruiz",
        "phone": "555-0101",
        "email": "ap@valley.example",
        "bill_to": "Valley Motors AP",
        "bill_to_address": "1 Main St\nSalinas, CA 93901\nUnited States",
        "ship_to": "Valley Motors Lot B",
        "ship_to_address": "",
    }


@pytest.mark.parametrize(("record", "version"), [(CUSTOMER_3_0, V3), (CUSTOMER_2_1, V2)])
def test_i3_what_the_answer_does_not_hold_is_not_brought(record, version):
    """I-3: absent keeps what is here, empty empties it."""
    without = {
        name: value
        for name, value in record.items()
        if not name.lower().startswith("billto") and name.lower() != "termname"
    }

    brought = to_client(without, version).values

    assert not {"terms", "bill_to", "bill_to_address"} & set(brought)
    assert to_client({**record, "TERMNAME": "", "termname": ""}, version).values["terms"] == ""


def test_a_contact_named_by_a_link_alone_is_found_in_2_1():
    """The reference's own sample: billto/contactname without a contact."""
    assert to_client({"customerid": "C-1", "billto.contactname": "AP"}, V2).values["bill_to"] == "AP"


@pytest.mark.parametrize(
    ("parts", "lines"),
    [
        ({}, None),
        ({"CITY": "Salinas"}, "Salinas"),
        ({"STATE": "CA", "ZIP": "93901"}, "CA 93901"),
        ({"CITY": "Salinas", "ZIP": "93901"}, "Salinas, 93901"),
        ({"ADDRESS1": " 1  Main St ", "ADDRESS2": "Lot B", "COUNTRY": "US"}, "1 Main St\nLot B\nUS"),
        ({"ADDRESS1": "", "CITY": " "}, ""),
    ],
)
def test_an_address_is_written_as_people_write_it(parts, lines):
    record = {f"SHIPTOCONTACT.MAILADDRESS.{name}": value for name, value in parts.items()}

    assert to_client(record, V3).values.get("ship_to_address") == lines


def test_an_item_becomes_a_service_and_2_1_tells_neither_key_nor_price():
    from_3_0 = to_service(
        {
            "RECORDNO": "14",
            "ITEMID": "DETAIL-FULL",
            "NAME": "Full detail",
            "STATUS": "active",
            "BASEUOM": "Each",
            "BASEPRICE": "185.5",
            "DEPARTMENTID": "200",
        },
        V3,
        with_accounting_id_2(ITEMS, "DEPARTMENTID"),
    )
    from_2_1 = to_service(
        {
            "itemid": "DETAIL-FULL",
            "itemname": "Full detail",
            "status": "active",
            "standardunit": "Each",
            "customfields.DEPARTMENTID": "200",
        },
        V2,
        ITEMS_WITH_CUSTOM_FIELDS,
    )

    assert from_3_0.external_key == "14"
    assert from_2_1.external_key is None
    assert Decimal(from_3_0.values["list_price"]) == Decimal("185.50")
    assert "list_price" not in from_2_1.values
    shared = {name: value for name, value in from_3_0.values.items() if name != "list_price"}
    assert shared == from_2_1.values
    assert shared == {
        "accounting_id": "DETAIL-FULL",
        "name": "Full detail",
        "unit": "Each",
        "accounting_id_2": "200",
    }


def test_s6_an_item_without_department_field_brings_no_accounting_id_2():
    assert "accounting_id_2" not in to_service({"ITEMID": "A", "STATUS": "active"}, V3).values
    assert "accounting_id_2" not in to_service({"itemid": "A", "status": "active"}, V2).values


@pytest.mark.parametrize(
    ("location", "accounting_id"),
    [
        ("EBU", "E-00148:EBU"),  # the location is an entity
        ("EBU-SHOP2", "E-00148:EBU"),  # the one above it is
        ("EBU-SHOP2-LOTB", "E-00148:EBU"),  # two above it
        ("HQ", "E-00148"),  # none above it: no colon
        ("NOWHERE", "E-00148"),
        ("", "E-00148"),
    ],
)
def test_i1_an_employees_accounting_id_is_the_same_from_both_versions(location, accounting_id):
    from_3_0 = to_employee(
        {
            "RECORDNO": "37",
            "EMPLOYEEID": "E-00148",
            "STATUS": "active",
            "LOCATIONID": location,
            "CONTACT.FIRSTNAME": "Dana",
            "CONTACT.LASTNAME": "Ruiz",
            "CONTACT.PRINTAS": "Dana Ruiz",
            "CONTACT.EMAIL1": "dana@acme.example",
        },
        V3,
        PLACES,
    )
    from_2_1 = to_employee(
        {
            "recordno": "37",
            "employeeid": "E-00148",
            "status": "active",
            "locationid": location,
            "personalinfo.contact.firstname": "Dana",
            "personalinfo.contact.lastname": "Ruiz",
            "personalinfo.contact.printas": "Dana Ruiz",
            "personalinfo.contact.email1": "dana@acme.example",
        },
        V2,
        PLACES,
    )

    assert from_3_0 == from_2_1
    entity = accounting_id.partition(":")[2]
    assert from_3_0.values == {
        "accounting_id": accounting_id,
        "accounting_employee_id": "E-00148",
        "accounting_entity_id": entity,
        "first_name": "Dana",
        "last_name": "Ruiz",
        "email": "dana@acme.example",
    }


def test_i1_an_employee_id_with_a_colon_keeps_its_parts():
    employee = to_employee({"EMPLOYEEID": "W:00153", "LOCATIONID": "EBU"}, V3, PLACES)

    assert employee.values["accounting_id"] == "W:00153:EBU"
    assert employee.values["accounting_employee_id"] == "W:00153"


def test_an_employee_without_an_id_gets_none_made_up():
    assert to_employee({"EMPLOYEEID": " ", "LOCATIONID": "EBU"}, V3, PLACES).values["accounting_id"] == ""


def test_a_name_that_is_only_printed_is_split():
    printed = {
        "EMPLOYEEID": "E-1",
        "CONTACT.FIRSTNAME": "",
        "CONTACT.LASTNAME": "",
        "CONTACT.PRINTAS": "Mary Ann Lee",
    }

    values = to_employee(printed, V3, PLACES).values

    assert (values["first_name"], values["last_name"]) == ("Mary Ann", "Lee")


names = st.sampled_from("ABCDEFG")


@given(st.dictionaries(names, names | st.just("")), st.sets(names), names)
def test_i1_the_entity_is_the_nearest_one_upward_and_circles_end(parents, entities, start):
    """Property: what is found is the first entity on the way up; nothing found means none is on the way."""
    found = Places(entities, parents).entity_of(start)

    way, here = [], start
    while here and here not in way:
        way.append(here)
        here = parents.get(here, "")
    on_the_way = [place for place in way if place in entities]
    assert found == (on_the_way[0] if on_the_way else "")


@pytest.mark.parametrize(
    ("status", "active", "known"),
    [
        ("active", True, True),
        ("Active", True, True),
        ("inactive", False, True),
        ("active non-posting", False, False),
        ("", False, False),
    ],
)
def test_an_unknown_status_is_not_active_and_told(status, active, known):
    assert (is_active(status), is_known(status)) == (active, known)


@pytest.mark.parametrize(
    ("from_3_0", "from_2_1", "days", "start"),
    [
        ({"DUEDATE": "30", "DUEFROM": "from invoice/bill date"}, {"due.daysforward": "30"}, 30, "invoice"),
        (
            {"DUEDATE": "15", "DUEFROM": "of the month of invoice/bill date"},
            {"due.dayofmonth": "15", "due.monthsforward": "0"},
            15,
            "month",
        ),
        (
            {"DUEDATE": "10", "DUEFROM": "of next month from invoice/bill date"},
            {"due.dayofmonth": "10", "due.monthsforward": "1"},
            10,
            "next_month",
        ),
        ({"DUEDATE": "", "DUEFROM": ""}, {}, None, ""),
        (
            {"DUEDATE": "5", "DUEFROM": "of something new"},
            {"due.dayofmonth": "5", "due.monthsforward": "3"},
            None,
            "",
        ),
    ],
)
def test_a_terms_due_rule_is_the_same_from_both_versions(from_3_0, from_2_1, days, start):
    wanted = ReferenceRow("Net 30", name="thirty days", due_days=days, due_from=start)

    generic = {"NAME": "Net 30", "DESCRIPTION": "thirty days", "STATUS": "active", **from_3_0}
    legacy = {"name": "Net 30", "description": "thirty days", "status": "active", **from_2_1}

    assert to_reference(ReferenceKind.TERM, generic, V3) == wanted
    assert to_reference(ReferenceKind.TERM, legacy, V2) == wanted


@pytest.mark.parametrize("table", [CUSTOMERS, ITEMS, EMPLOYEES])
def test_g2_only_the_fields_needed_are_asked_for(table):
    generic, legacy = table.listing(V3), table.listing(V2)

    assert isinstance(generic, Query)
    assert isinstance(legacy, GetList)
    assert set(generic.fields) == {column.field for column in table.columns}
    assert legacy.fields
    assert not {"ssn", "taxid"} & {name.lower() for name in (*generic.fields, *legacy.fields)}
    assert "NAME" not in table.listing(V3, {"NAME"}).fields


@pytest.mark.parametrize(
    ("values", "model"),
    [
        (to_client(CUSTOMER_3_0, V3).values, ClientFromAccounting),
        (to_service({column.field: "1" for column in ITEMS.columns}, V3).values, ServiceFromAccounting),
        (
            to_employee({column.field: "1" for column in EMPLOYEES.columns}, V3, PLACES).values,
            EmployeeFromAccounting,
        ),
    ],
)
def test_what_is_brought_are_columns_that_accounting_owns(values, model):
    owned = {field.name for field in model._meta.get_fields()} - model.derived

    assert set(values) <= owned


@pytest.mark.parametrize("space", [chr(number) for number in range(0x3001) if chr(number).isspace()])
def test_white_space_of_any_kind_in_an_address_becomes_single_blanks_i_11(space):
    parts = [["1 Main St", f"2{space}Main{space}{space}St"], ["", ""], ["Salinas", f"{space}Salinas"]]

    assert written_addresses([*parts, ["CA", "CA"], ["93901", "93901"], ["", ""]]) == [
        "1 Main St\nSalinas, CA 93901",
        "2 Main St\nSalinas, CA 93901",
    ]
