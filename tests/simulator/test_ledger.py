"""create_sotransaction checks what a ledger checks, and what it kept can be read back (section 5.2)."""

from decimal import Decimal

import pytest

from .talking import expression, get_list, line, query, sotransaction

DUE = "<year>2026</year><month>12</month><day>20</day>"


@pytest.mark.parametrize("version", ["2.1", "3.0"])
def test_a_document_is_kept_and_its_key_names_type_and_number(gateway, version):
    reply = gateway.ask(sotransaction(datedue=DUE), version=version)

    assert reply.statuses == ["success"], reply.errors()
    assert reply.find("operation/result/key") == "Sales Invoice-RP-1"
    (document,) = gateway.documents()
    assert (document["number"], document["customer"], document["date"]) == ("RP-1", "C-00001", "11/20/2026")
    assert (document["due"], document["term"], document["total"]) == ("12/20/2026", "Net 30", "185")
    assert document["lines"][0]["locationid"] == "EBU"


def test_it_is_read_back_by_number_and_definition(gateway):
    gateway.ask(
        *(sotransaction(documentno=f"RP-{number}") for number in range(1, 6)),
        sotransaction(documentno="RP-3", transactiontype="Sales Order"),
    )
    wanted = "<in><field>DOCNO</field><value>RP-1</value><value>RP-3</value></in>"
    fields = "RECORDNO DOCID DOCNO DOCPARID CUSTVENDID WHENCREATED WHENDUE TOTAL STATE"
    asked = query("SODOCUMENT", fields, filter_=wanted)

    both = gateway.ask(asked)
    invoices = gateway.ask(asked.replace("<select>", "<docparid>Sales Invoice</docparid><select>"))

    assert both.column("DOCID") == ["Sales Invoice-RP-1", "Sales Invoice-RP-3", "Sales Order-RP-3"]
    assert invoices.column("DOCNO") == ["RP-1", "RP-3"]
    assert set(invoices.column("TOTAL")) == {"185"}
    assert set(invoices.column("STATE")) == {"Pending"}


def test_lines_can_be_read_too(gateway):
    gateway.ask(
        sotransaction(line(memo="VIN 1HG"), line(itemid="PAINT-REP", price="240.5", employeeid="E-00148"))
    )

    reply = gateway.ask(query("SODOCUMENTENTRY", "DOCHDRID ITEMID PRICE TOTAL EMPLOYEEID MEMO"))

    assert reply.column("ITEMID") == ["DETAIL-FULL", "PAINT-REP"]
    assert reply.column("MEMO") == ["VIN 1HG", ""]
    assert reply.column("EMPLOYEEID") == ["", "E-00148"]
    assert set(reply.column("DOCHDRID")) == {"Sales Invoice-RP-1"}


@pytest.mark.parametrize(
    ("lines", "total"),
    [
        ([("1", "185.00")], "185"),
        ([("3", "33.333")], "100"),
        ([("0.5", "0.01")], "0.01"),
        ([("1.5", "10.01"), ("1", "0.335")], "15.36"),
        ([("7", "149.99"), ("2", "-10")], "1029.93"),
    ],
)
def test_totals_are_the_sum_of_lines_each_rounded_to_the_cent(gateway, lines, total):
    gateway.ask(sotransaction(*(line(quantity=quantity, price=price) for quantity, price in lines)))

    assert gateway.documents()[0]["total"] == total


def test_a_line_without_a_price_or_unit_takes_the_items(gateway):
    gateway.ask(sotransaction(line(price=None, unit=None, itemid="PAINT-REP")))

    (document,) = gateway.documents()
    assert (document["total"], document["lines"][0]["unit"]) == ("240.5", "Each")


def test_tax_of_the_definition_comes_on_top(gateway):
    gateway.tell(tax_percent="8.25")
    gateway.ask(sotransaction())

    assert Decimal(gateway.documents()[0]["total"]) == Decimal("200.26")


def prepared(gateway):
    gateway.tell(
        deactivate=[
            {"object": "CUSTOMER", "id": "C-00002"},
            {"object": "ITEM", "id": "PDR-SMALL"},
            {"object": "EMPLOYEE", "id": "E-00148"},
            {"object": "ARTERM", "id": "EOM"},
        ],
        closed_through="2026-10-31",
    )


OCTOBER = "<year>2026</year><month>10</month><day>31</day>"
NO_DAY = "<year>2026</year><month>02</month><day>30</day>"


@pytest.mark.parametrize(
    ("document", "errorno", "words"),
    [
        (sotransaction(customerid="C-99999"), "BL01001973", "Customer 'C-99999' specified is not valid."),
        (sotransaction(customerid="c-00001"), "BL01001973", "Customer 'c-00001' specified is not valid."),
        (sotransaction(customerid="C-00002"), "BL01001973", "Customer 'C-00002' specified is not valid."),
        (sotransaction(line(itemid="NOPE")), "BL01001973", "Invalid Item 'NOPE' specified."),
        (sotransaction(line(itemid="PDR-SMALL")), "BL01001973", "Invalid Item 'PDR-SMALL' specified."),
        (sotransaction(line(unit="each")), "BL03000018", "Missing unit"),
        (sotransaction(line(departmentid="999")), "BL01001973", "The department '999' is invalid."),
        (sotransaction(line(departmentid="900")), "BL01001973", "The department '900' is invalid."),
        (sotransaction(line(locationid="MOON")), "BL01001973", "The location 'MOON' is invalid."),
        (sotransaction(line(locationid="SBU-OLD")), "BL01001973", "The location 'SBU-OLD' is invalid."),
        (sotransaction(line(locationid=None)), "BL03000018", "missing the Location dimension"),
        (sotransaction(line(employeeid="E-1")), "BL01001973", "The employee 'E-1' is invalid."),
        (sotransaction(line(employeeid="E-00148")), "BL01001973", "The employee 'E-00148' is invalid."),
        (sotransaction(termname="Net 99"), "BL01001973", "Invalid Term 'Net 99' specified."),
        (sotransaction(termname="EOM"), "BL01001973", "Invalid Term 'EOM' specified."),
        (sotransaction(termname=None), "BL01001973", "Required field Date Due is missing"),
        (sotransaction(datecreated=OCTOBER), "SIM-CLOSED-PERIOD", "The period of 10/31/2026 is closed."),
        (sotransaction(datecreated=NO_DAY), "SIM-DATE", "datecreated 2026-02-30 is not a date."),
        (sotransaction(documentno=None), "PL01000127", "Document Number is missing"),
        (sotransaction(documentno="RP-" + "1" * 18), "SIM-TOO-LONG", "documentno may have at most 20"),
        (sotransaction(line(memo="x" * 501)), "SIM-TOO-LONG", "memo may have at most 500"),
        (sotransaction(line(quantity="two")), "SIM-NUMBER", "quantity 'two' is not a number."),
        (sotransaction(line(price="NaN")), "SIM-NUMBER", "price 'NaN' is not a number."),
        (sotransaction(transactiontype="Nothing"), "SIM-DEFINITION", "'Nothing' does not exist."),
        (sotransaction(transactiontype="Entity Invoice"), "BL01001973", "can only be used in an entity."),
        (
            sotransaction(billto="<contactname>Nobody at all</contactname>"),
            "BL01001973",
            "Contact 'Nobody at all' specified is not valid.",
        ),
    ],
)
def test_a_document_that_the_books_cannot_take_is_refused(gateway, document, errorno, words):
    prepared(gateway)

    reply = gateway.ask(document)

    assert (reply.control, reply.authentication, reply.statuses) == ("success", "success", ["failure"])
    errors = reply.errors()
    assert errors[0][0] == errorno
    assert words in errors[0][1]
    assert "[Support ID: " in errors[0][1]
    assert errors[-1][0] == "BL01001973"
    assert "Could not create Document record!" in errors[-1][1]
    assert gateway.documents() == []


def test_a_document_number_is_taken_once_per_definition_unless_the_company_allows_more(gateway):
    assert gateway.ask(sotransaction()).statuses == ["success"]
    again = gateway.ask(sotransaction())
    assert (again.statuses, again.errorno) == (["failure"], "BL34000061")
    assert "Another Document with the given value(s) RP-1  already exists" in again.sentence
    assert gateway.ask(sotransaction(transactiontype="Sales Order")).statuses == ["success"]

    gateway.tell(allow_repeated_numbers=True)

    assert gateway.ask(sotransaction()).statuses == ["success"]
    assert [each["number"] for each in gateway.documents()] == ["RP-1"] * 3


def test_a_numbered_definition_gives_the_number_itself(gateway):
    reply = gateway.ask(sotransaction(transactiontype="Sales Order", documentno=None))

    assert reply.find("operation/result/key").startswith("Sales Order-SO0")


def test_a_company_may_want_a_department_or_an_employee_on_each_line(gateway):
    gateway.tell(require_department=True)
    assert "missing the Department dimension" in gateway.ask(sotransaction(line(departmentid=None))).sentence
    gateway.tell(require_department=False, require_employee=True)
    assert "missing the Employee dimension" in gateway.ask(sotransaction()).sentence


def test_a_company_without_entities_wants_no_location(gateway):
    sign_in = gateway.session(company="OTHER-CO")

    reply = gateway.ask(sotransaction(line(locationid=None, departmentid=None)), sign_in=sign_in)

    assert reply.statuses == ["success"], reply.errors()
    assert gateway.state("OTHER-CO")["documents"]["count"] == 1
    assert gateway.state()["documents"]["count"] == 0


def test_lines_of_several_entities_are_taken_where_the_company_allows_it(gateway):
    lines = (line(locationid="EBU-SHOP2"), line(locationid="WBU"))
    assert gateway.ask(sotransaction(*lines)).statuses == ["success"]

    gateway.tell(allow_several_entities=False)

    assert gateway.ask(sotransaction(*lines, documentno="RP-2")).errorno == "SIM-SEVERAL-ENTITIES"
    one = (line(locationid="EBU-SHOP2"), line(locationid="EBU"))
    assert gateway.ask(sotransaction(*one, documentno="RP-3")).statuses == ["success"]


def test_an_entitys_session_takes_lines_of_that_entity_only(gateway):
    sign_in = gateway.session(entity="EBU")

    own = gateway.ask(sotransaction(line(locationid="EBU-SHOP1")), sign_in=sign_in)
    other = gateway.ask(sotransaction(line(locationid="WBU"), documentno="RP-2"), sign_in=sign_in)
    only = gateway.ask(sotransaction(transactiontype="Entity Invoice", documentno="RP-3"), sign_in=sign_in)

    assert own.statuses == only.statuses == ["success"]
    assert "The location 'WBU' is invalid." in other.sentence


def test_a_user_without_the_right_to_create_may_still_read(gateway):
    gateway.tell(permissions={"SODOCUMENT": ["read"]})

    assert gateway.ask(sotransaction()).errorno == "PL04000005"
    assert gateway.ask(query("SODOCUMENT", "DOCNO")).statuses == ["success"]


def test_one_bad_document_does_not_hold_up_the_others(gateway):
    reply = gateway.ask(
        sotransaction(documentno="A"), sotransaction(customerid="X"), sotransaction(documentno="C")
    )

    assert reply.statuses == ["success", "failure", "success"]
    assert [each.findtext("controlid") for each in reply.results] == ["f1", "f2", "f3"]
    assert [each["number"] for each in gateway.documents()] == ["A", "C"]


def test_contacts_of_the_customer_are_known_by_name(gateway):
    bill_to = gateway.ask(query("CUSTOMER", "BILLTOCONTACT.CONTACTNAME", pagesize=1)).records[0][0].text
    contact = f"<contactname>{bill_to}</contactname>"

    assert gateway.ask(sotransaction(billto=contact, shipto=contact)).statuses == ["success"]


def test_odd_characters_survive_in_a_document(gateway):
    memo = "Zoë &amp; Söhne 🚗 &lt;VIN&gt;"
    gateway.ask(sotransaction(line(memo=memo)))

    reply = gateway.ask(get_list("sotransaction", filter_=expression("documentno", "RP-1")))

    assert [each.text for each in reply.data.iter("memo")] == ["Zoë & Söhne 🚗 <VIN>"]


def test_a_credit_has_a_definition_and_numbers_of_its_own(gateway):
    gateway.ask(sotransaction())
    replies = [
        gateway.ask(sotransaction(transactiontype="Credit Memo", documentno=None)),
        gateway.ask(sotransaction(transactiontype="Credit Memo", createdfrom="Sales Invoice-RP-1")),
        gateway.ask(sotransaction(transactiontype="Sales Return")),
    ]

    keys = [reply.find("operation/result/key") for reply in replies]
    assert keys == ["Credit Memo-CM00002", "Credit Memo-RP-1", "Sales Return-RP-1"]
    fields = "DOCNO DOCPARID DOCPARCLASS CREATEDFROM"
    read = gateway.ask(query("SODOCUMENT", fields))
    assert read.column("DOCPARCLASS") == ["Invoice", "Adjustment", "Adjustment", "Return"]
    assert read.column("CREATEDFROM") == ["", "", "Sales Invoice-RP-1", ""]
    assert gateway.state()["documents"]["credits"] == "555"


def test_what_a_document_is_made_from_must_be_there(gateway):
    reply = gateway.ask(sotransaction(createdfrom="Sales Invoice-RP-7"))

    assert (reply.statuses, reply.errorno) == (["failure"], "SIM-CREATEDFROM")
    assert gateway.documents() == []
