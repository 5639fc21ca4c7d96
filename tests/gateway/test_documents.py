"""Read-back of documents, and what may be read at all, in both versions (X-5, S-4, S-6)."""

import traceback
from datetime import date
from decimal import Decimal, InvalidOperation

import pytest

from intacct.gateway import (
    ArInvoices,
    CreateInvoice,
    CreateSalesTransaction,
    Document,
    Function,
    InvoiceLine,
    Limits,
    ListIncomplete,
    PermissionRefused,
    ProtocolFault,
    SalesLine,
    SalesTransactions,
    SignInRefused,
    TemporarilyUnavailable,
    Version,
)
from intacct.gateway.functions.base import Element
from tests.gateway.fake import (
    FakeGateway,
    control_failure,
    failure,
    list_page,
    operation,
    query_page,
)
from tests.gateway.in_process import Simulator

GENERIC = (
    "<SODOCUMENT><RECORDNO>{record}</RECORDNO><DOCID>Sales Invoice-{n}</DOCID><DOCNO>{n}</DOCNO>"
    "<DOCPARID>{definition}</DOCPARID><CUSTVENDID>C-1</CUSTVENDID><WHENCREATED>11/20/2026</WHENCREATED>"
    "<WHENDUE>12/20/2026</WHENDUE><TOTAL>1250.5</TOTAL><STATE>Pending</STATE></SODOCUMENT>"
)
LEGACY = (
    "<sotransaction><key>Sales Invoice-{n}</key><transactiontype>{definition}</transactiontype>"
    "<documentnumber>{n}</documentnumber>"
    "<datecreated><year>2026</year><month>11</month><day>20</day></datecreated><customerid>C-1</customerid>"
    "<transactionstate>Pending</transactionstate><sotransitems>{lines}</sotransitems></sotransaction>"
)
LINES = (
    "<sotransitem><itemid>A</itemid><quantity>1</quantity><price>1000</price><totalamount>1000</totalamount></sotransitem>"
    "<sotransitem><itemid>B</itemid><quantity>2.5</quantity><price>100.2</price></sotransitem>"
)
FOUND = Document("Sales Invoice-RP-1", "RP-1", "C-1", date(2026, 11, 20), Decimal("1250.5"), "Pending")


def generic(number: str, definition: str = "Sales Invoice", record: int = 7) -> str:
    return GENERIC.format(n=number, definition=definition, record=record)


def legacy(number: str, definition: str = "Sales Invoice", lines: str = LINES) -> str:
    return LEGACY.format(n=number, definition=definition, lines=lines)


def test_3_0_asks_for_a_whole_batch_of_numbers_at_once(gateway: FakeGateway) -> None:
    gateway.will_answer(query_page(generic("RP-1"), total=1, count=1, remaining=0))

    found = gateway.client().find_documents(["RP-1", "RP-2", "RP-1"], SalesTransactions("Sales Invoice"))

    assert found == [FOUND]
    (request,) = gateway.work
    assert [each.text for each in request.root.iterfind(".//filter/in/value")] == ["RP-1", "RP-2"]
    assert request.text(".//filter/in/field") == "DOCNO"
    assert request.text(".//query/docparid") == "Sales Invoice"


def test_2_1_asks_by_logical_or_and_sums_the_lines(gateway: FakeGateway) -> None:
    gateway.will_answer(list_page(legacy("RP-1"), start=0, end=0, total=1, listtype="sotransaction"))

    found = gateway.client(Version.V2_1).find_documents(["RP-1", "RP-2"], SalesTransactions("Sales Invoice"))

    assert found == [FOUND]
    (request,) = gateway.work
    both = request.root.find(".//filter/logical")
    assert both.get("logical_operator") == "and"
    assert both.findtext("expression/field") == "transactiontype"
    either = both.find("logical")
    assert either.get("logical_operator") == "or"
    assert [each.text for each in either.iterfind("expression/value")] == ["RP-1", "RP-2"]


def test_many_numbers_go_in_batches(gateway: FakeGateway) -> None:
    gateway.will_answer(*[query_page("", total=0, count=0, remaining=0)] * 3)
    numbers = [f"RP-{number}" for number in range(5)]

    found = gateway.client(limits=Limits(document_batch_size=2)).find_documents(
        numbers, SalesTransactions("Sales Invoice")
    )

    assert found == []
    assert [len(request.root.findall(".//in/value")) for request in gateway.work] == [2, 2, 1]


def test_no_number_asks_nothing(gateway: FakeGateway) -> None:
    assert gateway.client().find_documents([], SalesTransactions("Sales Invoice")) == []
    assert gateway.requests == []


@pytest.mark.parametrize("version", list(Version))
def test_a_number_of_another_definition_is_another_document(gateway: FakeGateway, version: Version) -> None:
    if version is Version.V3_0:
        records = generic("RP-1", "Sales Order") + generic("RP-1", " sales  invoice ", 8)
        gateway.will_answer(query_page(records, total=2, count=2, remaining=0))
    else:
        records = legacy("RP-1", "Sales Order") + legacy("RP-1", " sales  invoice ")
        gateway.will_answer(list_page(records, start=0, end=1, total=2))

    found = gateway.client(version).find_documents(["RP-1"], SalesTransactions("Sales Invoice"))

    assert found == [FOUND]


@pytest.mark.parametrize("version", list(Version))
def test_what_an_answer_does_not_tell_is_none(gateway: FakeGateway, version: Version) -> None:
    bare = "<D><DOCNO>RP-1</DOCNO><WHENCREATED>soon</WHENCREATED><TOTAL>much</TOTAL></D>"
    bare_legacy = "<D><documentnumber>RP-1</documentnumber><datecreated><year>2026</year></datecreated></D>"
    if version is Version.V3_0:
        gateway.will_answer(query_page(bare, total=1, count=1, remaining=0))
    else:
        gateway.will_answer(list_page(bare_legacy, start=0, end=0, total=1))

    (document,) = gateway.client(version).find_documents(["RP-1"], SalesTransactions("X"))

    assert document == Document("", "RP-1", "", None, None, "")


def test_lines_without_amounts_make_no_total(gateway: FakeGateway) -> None:
    lines = LINES + "<sotransitem><itemid>C</itemid><quantity>2</quantity></sotransitem>"
    gateway.will_answer(list_page(legacy("RP-1", lines=lines), start=0, end=0, total=1))

    (document,) = gateway.client(Version.V2_1).find_documents(["RP-1"], SalesTransactions("Sales Invoice"))

    assert document.total is None


NO_NUMBERS = ["1E+50", "1e26", "1E+999999", "9" * 29, "-1E+15", "NaN", "Infinity", "much", ""]


@pytest.mark.parametrize("told", NO_NUMBERS)
@pytest.mark.parametrize("name", ["quantity", "price", "totalamount"])
def test_x_5_a_number_that_no_ledger_holds_makes_no_total(gateway: FakeGateway, name: str, told: str) -> None:
    line = {"quantity": "1", "price": "1"} | {name: told}
    parts = "".join(f"<{each}>{value}</{each}>" for each, value in line.items())
    lines = f"<sotransitem>{parts}</sotransitem>" * 2
    gateway.will_answer(list_page(legacy("RP-1", lines=lines), start=0, end=0, total=1))
    total = f"<TOTAL>{told}</TOTAL>"
    gateway.will_answer(
        query_page(generic("RP-1").replace("<TOTAL>1250.5</TOTAL>", total), total=1, count=1, remaining=0)
    )

    for version in (Version.V2_1, Version.V3_0):
        (document,) = gateway.client(version).find_documents(["RP-1"], SalesTransactions("Sales Invoice"))
        assert document.number == "RP-1"
        if version is Version.V3_0 or name != "totalamount":
            assert document.total is None


@pytest.mark.parametrize(
    ("quantity", "price", "total"),
    [
        ("999999999999999", "999999999999999", "999999999999998000000000000001.00"),
        ("1E-999999999", "1E-999999999", "0.00"),
        ("0.333", "10", "3.33"),
        ("-2", "185.005", "-370.01"),
    ],
)
def test_2_1_quantity_by_price_is_exact_to_the_cent(
    gateway: FakeGateway, quantity: str, price: str, total: str
) -> None:
    line = f"<sotransitem><quantity>{quantity}</quantity><price>{price}</price></sotransitem>"
    gateway.will_answer(list_page(legacy("RP-1", lines=line), start=0, end=0, total=1))

    (document,) = gateway.client(Version.V2_1).find_documents(["RP-1"], SalesTransactions("Sales Invoice"))

    assert document.total == Decimal(total)


@pytest.mark.parametrize("version", list(Version))
def test_x_5_documents_that_nobody_asked_for_are_left_out(gateway: FakeGateway, version: Version) -> None:
    """Case and blanks make no other number: one wrongly taken for absent would be sent again."""
    if version is Version.V3_0:
        records = generic("rp-1 ") + generic("OTHER", record=8)
        gateway.will_answer(query_page(records, total=2, count=2, remaining=0))
    else:
        gateway.will_answer(list_page(legacy("rp-1 ") + legacy("OTHER"), start=0, end=1, total=2))

    found = gateway.client(version).find_documents(["RP-1", "\x00"], SalesTransactions("Sales Invoice"))

    assert [each.number for each in found] == ["rp-1 "]
    assert [each.text for each in gateway.work[0].root.iterfind(".//filter//value")][-1] == "RP-1"


def test_x_5_a_ledger_that_comes_instead_of_an_answer_is_not_read_to_its_end(gateway: FakeGateway) -> None:
    def page(number: int) -> str:
        records = "".join(generic(f"OTHER-{each}", record=100 * number + each) for each in range(100))
        left = 100_000 - 100 * number
        return query_page(records, total=left, count=100, remaining=left - 100)

    gateway.will_answer(*[page(number) for number in range(20)])

    with pytest.raises(ListIncomplete, match="other documents than those"):
        gateway.client(limits=Limits(query_page_size=100)).find_documents(
            ["RP-1"], SalesTransactions("Sales Invoice")
        )

    assert len(gateway.work) <= 3, "the bound, and one that was under way"


@pytest.mark.parametrize("kind", [SalesTransactions("Sales Invoice"), ArInvoices()], ids=["sales", "AR"])
def test_x_5_2_1_looks_up_more_than_one_page_in_an_order(
    simulator: Simulator, kind: SalesTransactions | ArInvoices
) -> None:
    client = simulator.client(version=Version.V2_1, limits=Limits(list_page_size=3))
    numbers = [f"RP-{number}" for number in range(8)]
    made = client.execute([_one(kind, number) for number in numbers], control_ids=numbers)
    assert all(each.succeeded for each in made)

    found = client.find_documents(numbers, kind)

    assert sorted(each.number for each in found) == numbers
    assert {(each.customer_id, each.date, each.total) for each in found} == {
        ("C-00001", date(2026, 11, 20), Decimal(185))
    }


def _one(kind: SalesTransactions | ArInvoices, number: str) -> Function:
    if isinstance(kind, ArInvoices):
        return CreateInvoice(
            customer_id="C-00001",
            date_created=date(2026, 11, 20),
            date_due=date(2026, 12, 20),
            invoice_no=number,
            lines=(InvoiceLine(gl_account_no="4010", amount=Decimal(185), location_id="EBU"),),
        )
    line = SalesLine(
        item_id="DETAIL-FULL", quantity=Decimal(1), unit="Each", price=Decimal(185), location_id="EBU"
    )
    return CreateSalesTransaction(
        transaction_type=kind.definition,
        date_created=date(2026, 11, 20),
        date_due=date(2026, 12, 20),
        customer_id="C-00001",
        document_no=number,
        lines=(line,),
    )


class Stumbling(ArInvoices):
    """A reader that meets what nobody thought of."""

    def read(self, element: Element) -> Document:
        raise InvalidOperation(element.tag)


@pytest.mark.parametrize("version", list(Version))
def test_r_3_what_cannot_be_read_is_a_fault_that_is_logged_and_shows_no_secret(
    gateway: FakeGateway, version: Version
) -> None:
    if version is Version.V3_0:
        gateway.will_answer(query_page(generic("RP-1"), total=1, count=1, remaining=0))
    else:
        gateway.will_answer(list_page(legacy("RP-1"), start=0, end=0, total=1))

    with pytest.raises(ProtocolFault, match="can't be read") as refused:
        gateway.client(version).find_documents(["RP-1"], Stumbling())

    assert gateway.records[-1].error_text == refused.value.message
    assert refused.value.__cause__ is refused.value.__context__ is None
    shown = "".join(
        repr(frame.f_locals)
        for frame, _line in traceback.walk_tb(refused.value.__traceback__)
        if frame.f_code.co_name == "send"
    )
    assert not shown


def test_x_5_a_read_back_that_is_not_whole_concludes_nothing(gateway: FakeGateway) -> None:
    gateway.will_answer(query_page("", total=1, count=1, remaining=0))

    with pytest.raises(ListIncomplete, match="announced 1 documents and sent 0"):
        gateway.client().find_documents(["RP-1"], SalesTransactions("Sales Invoice"))


def test_x_5_a_read_back_that_fails_raises_and_is_never_empty(gateway: FakeGateway) -> None:
    gateway.will_answer(*[control_failure(("", "The Service is Temporarily Off-line"))] * 6)

    with pytest.raises(TemporarilyUnavailable):
        gateway.client().find_documents(["RP-1"], SalesTransactions("Sales Invoice"))


# -- what may be read -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ITEM", "icitem", "item"])
def test_s_4_one_record_tells_whether_an_object_may_be_read(gateway: FakeGateway, name: str) -> None:
    gateway.will_answer(
        query_page("<ITEM><RECORDNO>1</RECORDNO></ITEM>", total=107, count=1, remaining=106),
        list_page("<icitem/>", start=0, end=0, total=107, listtype="icitem"),
    )

    assert gateway.client().check_read(name) == 107
    assert gateway.client(Version.V2_1).check_read(name) == 107

    query, listing = gateway.work
    assert (query.text(".//object"), query.text(".//pagesize")) == ("ITEM", "1")
    assert (listing.functions[0].get("object"), listing.functions[0].get("maxitems")) == ("icitem", "1")
    assert len(gateway.work) == 2, "one page each, and none fetched ahead"


def test_s_4_a_missing_permission_is_told(gateway: FakeGateway) -> None:
    gateway.will_answer(operation(failure("query", ("PL04000005", "You do not have permission for ..."))))

    with pytest.raises(PermissionRefused) as refused:
        gateway.client().check_read("EMPLOYEE")

    assert refused.value.culprit == "permission"


def test_s_4_a_session_that_dies_for_good_is_a_sign_in_fault(gateway: FakeGateway) -> None:
    from tests.gateway.fake import sign_in_failure

    gateway.will_answer(*[sign_in_failure(("XL03000006", "Sign-in information is incorrect"))] * 2)

    with pytest.raises(SignInRefused):
        gateway.client().check_read("EMPLOYEE")


def test_s_6_3_0_is_asked_for_its_fields(gateway: FakeGateway) -> None:
    gateway.will_answer(
        operation(
            "<result><status>success</status><function>lookup</function><controlid>$F1</controlid>"
            '<data listtype="All" count="1"><Type Name="ITEM"><Fields>'
            "<Field><ID>ITEMID</ID><LABEL>Item</LABEL></Field><Field><ID>DEPARTMENTID</ID></Field><Field><ID/></Field>"
            "</Fields><Relationships><Relationship><OBJECTPATH>UOM</OBJECTPATH></Relationship></Relationships>"
            "</Type></data></result>"
        )
    )

    assert gateway.client().lookup_fields("ITEM") == {"ITEMID", "DEPARTMENTID"}
    assert gateway.work[0].functions[0].tag == "lookup"


def test_s_6_in_2_1_the_first_records_show_their_fields(gateway: FakeGateway) -> None:
    records = (
        "<icitem><itemid>A</itemid><customfields/></icitem>"
        "<icitem><itemid>B</itemid><customfields><customfield><customfieldname>DEPARTMENTID</customfieldname>"
        "<customfieldvalue>200</customfieldvalue></customfield></customfields></icitem>"
    )
    gateway.will_answer(list_page(records, start=0, end=1, total=400, listtype="icitem"))

    names = gateway.client(Version.V2_1).lookup_fields("ITEM")

    assert names == {"itemid", "customfields", "customfields.DEPARTMENTID"}
    assert len(gateway.work) == 1
