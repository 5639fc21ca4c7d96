"""query, lookup, and what the objects hold (sections 3, 4 and 8)."""

import pytest

from intacct.simulator.world import ENTITIES

from .talking import query

# Everything that ReconPro asks for; a field missing here would fail its imports.
ASKED = {
    "CUSTOMER": (
        "RECORDNO CUSTOMERID NAME STATUS TERMNAME PARENTID DISPLAYCONTACT.CONTACTNAME "
        "DISPLAYCONTACT.FIRSTNAME DISPLAYCONTACT.LASTNAME DISPLAYCONTACT.PHONE1 DISPLAYCONTACT.EMAIL1 "
        "CONTACTINFO.CONTACTNAME WHENMODIFIED MEGAENTITYID RP_REGION "
        + " ".join(
            f"{role}CONTACT.{leaf}"
            for role in ("BILLTO", "SHIPTO", "DISPLAY")
            for leaf in "CONTACTNAME MAILADDRESS.ADDRESS1 MAILADDRESS.ADDRESS2 MAILADDRESS.CITY "
            "MAILADDRESS.STATE MAILADDRESS.ZIP MAILADDRESS.COUNTRY".split()
        )
    ),
    "ITEM": (
        "RECORDNO ITEMID NAME STATUS ITEMTYPE BASEPRICE UOMGRP BASEUOM STANDARD_COST WHENMODIFIED "
        "MEGAENTITYID DEPARTMENTID"
    ),
    "EMPLOYEE": (
        "RECORDNO EMPLOYEEID STATUS LOCATIONID DEPARTMENTID EMPLOYEETYPE CONTACT.FIRSTNAME "
        "CONTACT.LASTNAME CONTACT.PRINTAS CONTACT.CONTACTNAME CONTACT.EMAIL1 CONTACT.PHONE1 TITLE "
        "WHENMODIFIED MEGAENTITYID"
    ),
    "LOCATION": "RECORDNO LOCATIONID NAME PARENTID STATUS",
    "LOCATIONENTITY": "RECORDNO LOCATIONID NAME STATUS CURRENCY",
    "DEPARTMENT": "RECORDNO DEPARTMENTID TITLE PARENTID STATUS",
    "ARTERM": "RECORDNO NAME DESCRIPTION STATUS DUEDATE DUEFROM",
    "SODOCUMENT": "RECORDNO DOCID DOCNO DOCPARID CUSTVENDID WHENCREATED WHENDUE TOTAL STATE",
}


def equal(field, *values, operator="equalto"):
    inside = "".join(f"<value>{value}</value>" for value in values)
    return f"<{operator}><field>{field}</field>{inside}</{operator}>"


@pytest.mark.parametrize("kind", ASKED)
def test_every_field_that_reconpro_asks_for_is_there(gateway, kind):
    reply = gateway.ask(query(kind, ASKED[kind]))

    assert reply.statuses == ["success"], reply.errors()
    for record in reply.records:
        assert record.tag == kind
        assert [leaf.tag for leaf in record] == ASKED[kind].split()
    expected = {"CUSTOMER": 60, "ITEM": 25, "EMPLOYEE": 20, "LOCATIONENTITY": 6, "SODOCUMENT": 0}
    assert len(reply.records) == expected.get(kind, len(reply.records))
    assert reply.data.get("totalcount") == str(len(reply.records))


def test_pages_of_a_query_come_in_order_and_tell_what_remains(large_gateway):
    seen, told = [], []
    for offset in (0, 2000, 4000):
        data = large_gateway.ask(query("CUSTOMER", "RECORDNO CUSTOMERID", offset=offset)).data
        told.append(tuple(data.get(name) for name in ("totalcount", "offset", "count", "numremaining")))
        seen += [int(record.findtext("RECORDNO")) for record in data]

    assert told == [
        ("4600", "0", "2000", "2600"),
        ("4600", "2000", "2000", "600"),
        ("4600", "4000", "600", "0"),
    ]
    assert seen == sorted(set(seen))
    assert len(seen) == 4600


def test_a_client_may_go_on_from_the_last_record_number(large_gateway):
    """With a filter beside it, while records come and go, and in a transaction each."""
    seen, last = [], 0
    while True:
        beyond = equal("RECORDNO", last, operator="greaterthan")
        active = f"<and>{beyond}{equal('STATUS', 'active')}</and>"
        page = large_gateway.ask(query("CUSTOMER", "RECORDNO", filter_=active, pagesize=1000))
        assert page.data.get("offset") == "0"
        assert int(page.data.get("totalcount")) == len(page.records) + int(page.data.get("numremaining"))
        if not page.records:
            break
        numbers = [int(number) for number in page.column("RECORDNO")]
        assert numbers == sorted(numbers)
        assert numbers[0] > last
        seen += numbers
        last = numbers[-1]
        if len(seen) == 1000:
            large_gateway.tell(delete={"object": "CUSTOMER", "id": "C-00002"})

    assert len(seen) == len(set(seen)) == large_gateway.state()["customers"]["active"] + 1


@pytest.mark.parametrize(
    ("operator", "number", "found"),
    [
        ("greaterthan", "138", ["139", "140"]),
        ("greaterthanorequalto", "138.5", ["139", "140"]),
        ("greaterthan", "140", []),
        ("lessthan", "82", ["81"]),
        ("lessthanorequalto", "-1", []),
        ("equalto", "90", ["90"]),
        ("equalto", "90.5", []),
    ],
)
def test_bounds_on_record_numbers(gateway, operator, number, found):
    reply = gateway.ask(query("CUSTOMER", "RECORDNO", filter_=equal("RECORDNO", number, operator=operator)))

    assert reply.column("RECORDNO") == found
    assert reply.data.get("totalcount") == str(len(found))


def test_without_an_order_pages_overlap_and_leave_gaps(large_gateway):
    seen = []
    for offset in (0, 2000, 4000):
        reply = large_gateway.ask(query("CUSTOMER", "RECORDNO", order="", offset=offset))
        seen += reply.column("RECORDNO")

    assert len(seen) == 4600
    assert len(set(seen)) < 4600


@pytest.mark.parametrize("pagesize", ["0", "2001", "many"])
def test_a_query_page_has_at_most_2000_records(gateway, pagesize):
    reply = gateway.ask(query("CUSTOMER", "RECORDNO", pagesize=pagesize))

    assert reply.statuses == ["failure"]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (equal("CUSTOMERID", "C-00004"), ["C-00004"]),
        (equal("CUSTOMERID", "c-00004"), []),
        (equal("CUSTOMERID", "C-00004", "C-00007", operator="in"), ["C-00004", "C-00007"]),
        (equal("NAME", "Smith &amp; Sons Auto"), ["C-00004"]),
        (equal("NAME", "Smith%", operator="like"), ["C-00004"]),
        (equal("RECORDNO", "84"), ["C-00004"]),
        (equal("RECORDNO", "83", "85", operator="between"), ["C-00003", "C-00004", "C-00005"]),
        (equal("RECORDNO", "81", operator="lessthanorequalto"), ["C-00001"]),
        (
            f"<and>{equal('RECORDNO', '90', operator='lessthan')}"
            f"{equal('RECORDNO', '87', operator='greaterthan')}</and>",
            ["C-00008", "C-00009"],
        ),
        (
            f"<or>{equal('CUSTOMERID', 'C-00001')}<and>{equal('RECORDNO', '82')}"
            f"{equal('STATUS', 'active')}</and></or>",
            ["C-00001", "C-00002"],
        ),
        (
            f"<and>{equal('TERMNAME', operator='isnull')}"
            f"{equal('RECORDNO', '100', operator='lessthan')}</and>",
            ["C-00010"],
        ),
    ],
)
def test_a_query_filters(gateway, condition, found):
    reply = gateway.ask(query("CUSTOMER", "CUSTOMERID", filter_=condition))

    assert reply.column("CUSTOMERID") == found
    assert reply.data.get("totalcount") == str(len(found))


def test_a_query_can_ignore_case(gateway):
    asked = query("CUSTOMER", "CUSTOMERID", filter_=equal("CUSTOMERID", "c-00004"))
    asked = asked.replace("<options>", "<options><caseinsensitive>true</caseinsensitive>")

    assert gateway.ask(asked).column("CUSTOMERID") == ["C-00004"]


def test_a_status_filter_takes_the_words_of_the_answers(gateway):
    reply = gateway.ask(query("CUSTOMER", "STATUS", filter_=equal("STATUS", "inactive")))

    assert set(reply.column("STATUS")) == {"inactive"}
    assert len(reply.records) == gateway.state()["customers"]["inactive"] > 0


def test_what_changed_since_can_be_asked_for_but_not_in_iso_dates(gateway):
    gateway.tell(set={"object": "CUSTOMER", "id": "C-00003", "fields": {"NAME": "New name"}})

    def asked(moment):
        condition = equal("WHENMODIFIED", moment, operator="greaterthanorequalto")
        return gateway.ask(query("CUSTOMER", "CUSTOMERID NAME", filter_=condition))

    assert asked("01/16/2026 00:00:00").column("NAME") == ["New name"]
    refused = asked("2026-01-16T00:00:00")
    assert refused.statuses == ["failure"]
    assert refused.errorno == "DL02000001"


def test_rows_can_be_ordered_by_any_field_both_ways(gateway):
    down = query("EMPLOYEE", "EMPLOYEEID", order="EMPLOYEEID").replace("<ascending/>", "<descending/>")
    ids = gateway.ask(down).column("EMPLOYEEID")

    assert ids == sorted(ids, reverse=True)


def test_unknown_fields_fail_the_whole_query_and_are_named(gateway):
    reply = gateway.ask(query("CUSTOMER", "RECORDNO NO_SUCH RP_OTHER"))

    assert reply.statuses == ["failure"]
    assert reply.errorno == "XL03000006"
    assert "The following fields cannot be queried: NO_SUCH, RP_OTHER" in reply.sentence


def test_a_company_without_a_custom_field_refuses_it(gateway):
    gateway.tell(removed_fields={"ITEM": ["DEPARTMENTID"]})

    assert "DEPARTMENTID" in gateway.ask(query("ITEM", "ITEMID DEPARTMENTID")).sentence
    assert gateway.ask(query("ITEM", "ITEMID")).statuses == ["success"]


def test_an_unknown_object_is_no_definition(gateway):
    reply = gateway.ask(query("BADOBJECT", "RECORDNO"))

    assert reply.errorno == "Query Failed"
    assert "Object definition BADOBJECT not found" in reply.sentence


def test_a_missing_permission_is_a_result_failure_with_its_code(gateway):
    gateway.tell(permissions={"EMPLOYEE": []})

    reply = gateway.ask(query("EMPLOYEE", "RECORDNO"), query("CUSTOMER", "RECORDNO"))

    assert reply.statuses == ["failure", "success"]
    assert reply.errorno == "PL04000005"
    assert "You do not have permission for API operation QUERY on objects of type employee" in reply.sentence


def test_private_records_need_showprivate_at_the_top_and_stay_in_their_entity(gateway):
    everything = set(gateway.ask(query("CUSTOMER", "CUSTOMERID")).column("CUSTOMERID"))
    shared = set(gateway.ask(query("CUSTOMER", "CUSTOMERID", private=False)).column("CUSTOMERID"))
    assert len(everything) == 60 > len(shared)

    of_entities = set()
    for entity, _name in ENTITIES:
        reply = gateway.ask(
            query("CUSTOMER", "CUSTOMERID MEGAENTITYID", private=False),
            sign_in=gateway.session(entity=entity),
        )
        assert set(reply.column("MEGAENTITYID")) <= {"", entity}
        of_entities |= set(reply.column("CUSTOMERID"))
    assert of_entities == everything


def test_names_of_all_kinds_survive_the_way(gateway):
    names = gateway.ask(query("CUSTOMER", "NAME")).column("NAME")

    for name in ("Smith & Sons Auto", 'Bob "The Dent" Miller Autos', "O'Connor's <Pre-Owned> Cars"):
        assert name in names
    assert "Happy Wheels 🚗 Rentals" in names
    assert any(len(name) > 90 for name in names)
    assert len(names) - len(set(names)) == 3  # repeated on purpose


def test_employees_stand_at_entities_below_them_and_nowhere(gateway):
    reply = gateway.ask(query("EMPLOYEE", "EMPLOYEEID LOCATIONID"))
    places = dict(zip(reply.column("EMPLOYEEID"), reply.column("LOCATIONID"), strict=True))

    assert places["E-00148"] == "EBU"
    assert places["E-00152"] == ""
    assert places["E-00155"] == "EBU-SHOP2"
    assert places["E-00157"] == "HQ"
    assert places["W:00153"] == "EBU"
    assert "TEMP-7" in places


def aggregated(selected, kind="CUSTOMER", filter_="", **options):
    asked = query(kind, "RECORDNO", filter_=filter_, **options)
    return asked.replace("<field>RECORDNO</field>", selected, 1)


def test_aggregates_are_told_by_group(gateway):
    reply = gateway.ask(aggregated("<field>STATUS</field><count>RECORDNO</count><sum>CREDITLIMIT</sum>"))
    state = gateway.state()["customers"]

    assert reply.data.get("totalcount") == "2"
    assert [[leaf.tag for leaf in each] for each in reply.records] == [
        ["STATUS", "COUNT.RECORDNO", "SUM.CREDITLIMIT"]
    ] * 2
    found = {each[0].text: (each[1].text, each[2].text) for each in reply.records}
    assert found == {
        status: (str(state[status]), str(25000 * state[status])) for status in ("active", "inactive")
    }


def test_aggregates_without_a_group_are_one_record(gateway):
    below = equal("RECORDNO", "84", operator="lessthan")
    all_of = "<count>TERMNAME</count><avg>RECORDNO</avg><min>NAME</min><max>WHENMODIFIED</max>"
    reply = gateway.ask(aggregated(all_of, filter_=below))
    nothing = gateway.ask(aggregated("<count>RECORDNO</count><sum>TOTAL</sum>", "SODOCUMENT"))

    assert [leaf.text for leaf in reply.records[0]] == [
        "3",
        "82",
        "Oakmont Car Rental",
        "01/15/2026 09:00:00",
    ]
    assert [leaf.text for leaf in nothing.records[0]] == ["0", None]


def test_what_is_no_number_has_no_sum(gateway):
    assert gateway.ask(aggregated("<sum>NAME</sum>")).errorno == "DL02000001"
    assert "NO_SUCH" in gateway.ask(aggregated("<max>NO_SUCH</max>")).sentence


def test_lookup_tells_the_fields_and_where_the_department_is(gateway):
    def fields():
        reply = gateway.ask("<lookup><object>ITEM</object></lookup>")
        return {
            each.findtext("ID"): each.findtext("DATATYPE") for each in reply.data.iterfind(".//Fields/Field")
        }

    assert fields()["DEPARTMENTID"] == "TEXT"
    assert fields()["BASEPRICE"] == "DECIMAL"
    gateway.tell(removed_fields={"ITEM": ["DEPARTMENTID"]})
    assert "DEPARTMENTID" not in fields()


def test_inspect_lists_objects_and_fields(gateway):
    objects = gateway.ask("<inspect><object>*</object></inspect>")
    fields = gateway.ask('<inspect detail="1"><object>EMPLOYEE</object></inspect>')

    assert "CUSTOMER" in [each.get("typename") for each in objects.records]
    assert "LOCATIONID" in [each.text for each in fields.data.iter("Name")]


def test_a_user_learns_its_permissions(gateway):
    gateway.tell(permissions={"SODOCUMENT": ["read"], "EMPLOYEE": []})
    reply = gateway.ask("<getUserPermissions><userId>recon_ws</userId></getUserPermissions>", version="2.1")
    rights = {each.findtext("policyName"): each.findtext("rights") for each in reply.data.iter("policy")}

    assert rights["CUSTOMER"] == "List|View|Add|Edit|Delete"
    assert rights["SODOCUMENT"] == "List|View"
    assert "EMPLOYEE" not in rights
