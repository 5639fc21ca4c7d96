"""get_list and get, the only readers of 2.1 (sections 3.1, 3.2, 4 and 8)."""

import io

import pytest
from lxml import etree

from intacct.simulator import schemas

from .talking import expression, get_list, invoice, line, query, sotransaction


def listed(reply):
    (listtype,) = reply.root.findall("operation/result/listtype")
    return tuple(int(listtype.get(name)) for name in ("start", "end", "total"))


def test_start_and_end_are_zero_based_and_inclusive(gateway):
    reply = gateway.ask(get_list("customer", maxitems=1), version="2.1")

    assert listed(reply) == (0, 0, 60)
    assert reply.root.findtext("operation/result/listtype") == "customer"
    assert len(reply.records) == 1


def test_a_list_is_read_page_by_page(large_gateway):
    seen, start = [], 0
    while True:
        reply = large_gateway.ask(get_list("customer", sort="customerid", start=start), version="2.1")
        _first, end, total = listed(reply)
        seen += reply.column("customerid")
        if end + 1 >= total:
            break
        start = end + 1

    assert len(seen) == len(set(seen)) == 4600
    assert seen == sorted(seen)


def test_both_versions_take_get_list_and_answer_the_same(gateway):
    old, new = (gateway.ask(get_list("employee"), version=version) for version in ("2.1", "3.0"))

    assert [etree.tostring(record) for record in old.records] == [
        etree.tostring(record) for record in new.records
    ]


@pytest.mark.parametrize("maxitems", ["0", "1001", "x"])
def test_a_list_has_at_most_1000_records_a_page(gateway, maxitems):
    assert gateway.ask(get_list("customer", maxitems=maxitems), version="2.1").statuses == ["failure"]


def test_the_end_of_a_list_and_an_empty_one_hold_no_records(gateway):
    beyond = gateway.ask(get_list("customer", start=60), version="2.1")
    empty = gateway.ask(get_list("project"), version="2.1")

    assert listed(beyond)[1] < listed(beyond)[0]
    assert (len(beyond.records), len(empty.records)) == (0, 0)
    assert listed(empty)[2] == 0


def test_legacy_records_have_the_legacy_names(gateway):
    customer = gateway.ask(
        get_list("customer", filter_=expression("customerid", "C-00003")), version="2.1"
    ).records[0]
    item = gateway.ask(get_list("icitem"), version="2.1").records[0]
    employee = gateway.ask(
        get_list("employee", filter_=expression("employeeid", "E-00148")), version="2.1"
    ).records[0]

    assert customer[0].tag == "recordno"
    assert customer.findtext("billto/contact/mailaddress/address1")
    assert customer.findtext("contactinfo/contact/email1")
    assert item.find("recordno") is None
    assert (item.findtext("itemid"), item.findtext("itemname")) == ("DETAIL-FULL", "Full detail")
    assert item.findtext("standardunit") == "Each"
    assert employee.findtext("locationid") == "EBU"
    assert employee.findtext("personalinfo/contact/firstname") == "Dana"
    assert [part.tag for part in employee.find("startdate")] == ["year", "month", "day"]


def test_custom_fields_come_as_name_and_value(gateway):
    def departments():
        return {
            field.findtext("customfieldname"): field.findtext("customfieldvalue")
            for field in gateway.ask(get_list("icitem", maxitems=1), version="2.1").root.iter("customfield")
        }

    assert departments() == {"DEPARTMENTID": "200"}
    gateway.tell(removed_fields={"ITEM": ["DEPARTMENTID"]})
    assert departments() == {}


def test_terms_tell_their_days_or_their_day_of_a_month(gateway):
    terms = {
        record.findtext("name"): record.find("due")
        for record in gateway.ask(get_list("arterm"), version="2.1").records
    }

    assert terms["Net 30"].findtext("daysforward") == "30"
    assert (terms["EOM"].findtext("dayofmonth"), terms["EOM"].findtext("monthsforward")) == ("31", "0")
    assert terms["10th next month"].findtext("monthsforward") == "1"


@pytest.mark.schemas
def test_legacy_records_are_valid_against_the_repaired_response_dtd(gateway):
    made = gateway.ask(sotransaction(), invoice(ponumber="A &amp; B"), version="2.1")
    assert made.statuses == ["success", "success"]
    path = schemas.folder() / "v2.1" / "intacct_response.v2.1.dtd"
    text = path.read_text(encoding="utf-8").replace("banddown? memo?", "banddown?, memo?")
    dtd = etree.DTD(io.StringIO(text))
    kinds = "customer icitem employee location locationentity department arterm sotransaction invoice"
    for kind in f"{kinds} glaccount araccountlabel".split():
        records = gateway.ask(get_list(kind), version="2.1").records
        assert records, kind
        for record in records:
            if kind != "sotransaction":
                for led in record.findall("recordno"):
                    record.remove(led)  # captured samples have it, the DTD doesn't
            assert dtd.validate(record), (kind, dtd.error_log)


def test_only_the_fields_asked_for_come(gateway):
    reply = gateway.ask(get_list("customer", fields="customerid name billto"), version="2.1")

    assert [leaf.tag for leaf in reply.records[0]] == ["customerid", "name", "billto"]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (expression("customerid", "C-00004"), ["C-00004"]),
        (expression("recordno", "82", "&lt;="), ["C-00001", "C-00002"]),
        (expression("name", "Smith%", "like"), ["C-00004"]),
        (
            '<logical logical_operator="and">'
            + expression("recordno", "84", "&lt;")
            + expression("customerid", "C-00001", "!=")
            + "</logical>",
            ["C-00002", "C-00003"],
        ),
        (
            '<logical logical_operator="or">'
            + expression("customerid", "C-00001")
            + expression("customerid", "C-00002")
            + "</logical>",
            ["C-00001", "C-00002"],
        ),
    ],
)
def test_a_list_filters(gateway, condition, found):
    reply = gateway.ask(get_list("customer", filter_=condition), version="2.1")

    assert reply.column("customerid") == found


def test_a_field_that_does_not_exist_fails_the_list(gateway):
    reply = gateway.ask(get_list("customer", filter_=expression("nosuch", "1")), version="2.1")

    assert (reply.statuses, reply.errorno) == (["failure"], "XL03000010")


def test_conditions_without_a_connective_are_refused(gateway):
    both = expression("customerid", "C-00001") + expression("customerid", "C-00002")

    assert gateway.ask(get_list("customer", filter_=both), version="2.1").errorno == "SIM-FILTER"


def test_private_records_need_showprivate_here_too(gateway):
    shown = gateway.ask(get_list("customer"), version="2.1")
    kept_back = gateway.ask(get_list("customer", private=False), version="2.1")

    assert listed(shown)[2] == 60 > listed(kept_back)[2]


def test_both_versions_bring_the_same_customers_and_employees(gateway):
    for legacy, kind, key in (("customer", "CUSTOMER", "CUSTOMERID"), ("employee", "EMPLOYEE", "EMPLOYEEID")):
        old = gateway.ask(get_list(legacy), version="2.1")
        new = gateway.ask(query(kind, f"RECORDNO {key} STATUS"))
        assert old.column(key.lower()) == new.column(key)
        assert old.column("recordno") == new.column("RECORDNO")
        assert old.column("status") == new.column("STATUS")


def test_documents_are_found_by_number_and_type_and_their_lines_add_up(gateway):
    for number in ("RP-1", "RP-2", "RP-3"):
        reply = gateway.ask(
            sotransaction(line(quantity="2", price="10.005"), line(price="7.5"), documentno=number),
            control_ids=[number],
        )
        assert reply.statuses == ["success"]
    wanted = (
        '<logical logical_operator="and"><logical logical_operator="or">'
        + expression("documentnumber", "RP-1")
        + expression("documentnumber", "RP-3")
        + "</logical>"
        + expression("transactiontype", "Sales Invoice")
        + "</logical>"
    )

    reply = gateway.ask(get_list("sotransaction", filter_=wanted), version="2.1")

    assert reply.column("documentnumber") == ["RP-1", "RP-3"]
    assert reply.column("key") == ["Sales Invoice-RP-1", "Sales Invoice-RP-3"]
    first = reply.records[0]
    assert [part.text for part in first.find("datecreated")] == ["2026", "11", "20"]
    assert [each.findtext("totalamount") for each in first.iter("sotransitem")] == ["20.01", "7.5"]


def test_get_finds_one_record_by_its_business_id(gateway):
    found = gateway.ask('<get object="customer" key="C-00007"/>', version="2.1")
    missing = gateway.ask('<get object="customer" key="C-99999"/>', version="2.1")

    assert found.column("name") == ['Bob "The Dent" Miller Autos']
    assert missing.statuses == ["failure"]


def test_company_info_names_the_company(gateway):
    reply = gateway.ask('<get_list object="company_info"/>', version="2.1")

    assert reply.column("name") == ["ACME-SANDBOX"]
