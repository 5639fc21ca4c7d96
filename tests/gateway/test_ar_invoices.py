"""AR invoices: created, and read back by number, in both versions (X-2, X-5)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from intacct.gateway import (
    ArInvoices,
    CreateInvoice,
    Document,
    InvoiceLine,
    ListIncomplete,
    ReverseInvoice,
    Version,
)
from tests.gateway.fake import FakeGateway, list_page, operation, query_page
from tests.gateway.in_process import Simulator

GENERIC = (
    "<ARINVOICE><RECORDNO>8123</RECORDNO><RECORDID>RP-1</RECORDID><CUSTOMERID>C-1</CUSTOMERID>"
    "<WHENCREATED>11/20/2026</WHENCREATED><WHENDUE>12/20/2026</WHENDUE><TOTALENTERED>425.5</TOTALENTERED>"
    "<STATE>Posted</STATE></ARINVOICE>"
)
LEGACY = (
    "<invoice><key>8123</key><customerid>C-1</customerid>"
    "<datecreated><year>2026</year><month>11</month><day>20</day></datecreated><invoiceno>RP-1</invoiceno>"
    "<ponumber>STK</ponumber><totalamount>425.5</totalamount><state>Posted</state></invoice>"
)
FOUND = Document("8123", "RP-1", "C-1", date(2026, 11, 20), Decimal("425.5"), "Posted", reversed=False)


def an_invoice(**changes: Any) -> CreateInvoice:
    values: dict[str, Any] = {
        "customer_id": "C-1",
        "date_created": date(2026, 11, 20),
        "date_due": date(2026, 12, 20),
        "invoice_no": "RP-1",
        "lines": (
            InvoiceLine(gl_account_no="4010", amount=Decimal("185.00"), memo="VIN 1", item_id="A"),
            InvoiceLine(account_label="Paint repair", amount=Decimal("240.50"), location_id="EBU"),
        ),
    }
    return CreateInvoice(**(values | changes))


@pytest.mark.parametrize("version", list(Version))
def test_an_invoice_is_made_and_answers_its_record_number(gateway: FakeGateway, version: Version) -> None:
    gateway.will_answer(
        operation(
            "<result><status>success</status><function>create_invoice</function>"
            "<controlid>$F1</controlid><key>8123</key></result>"
        )
    )

    (result,) = gateway.client(version).execute([an_invoice()], control_ids=["ar:1"])

    assert (result.succeeded, result.key) == (True, "8123")
    sent = gateway.work[0].functions[0]
    assert [each.tag for each in sent] == [
        "customerid", "datecreated", "datedue", "action", "invoiceno", "invoiceitems",
    ]  # fmt: skip
    assert [[part.tag for part in line] for line in sent.iterfind(".//lineitem")] == [
        ["glaccountno", "amount", "memo", "itemid"],
        ["accountlabel", "amount", "locationid"],
    ]


def test_a_line_names_its_account_in_exactly_one_way() -> None:
    for names in ({}, {"account_label": "A", "gl_account_no": "1"}, {"account_label": "\x00"}):
        with pytest.raises(ValueError, match="account"):
            InvoiceLine(amount=Decimal(1), **names)


def test_an_invoice_without_lines_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one line"):
        an_invoice(lines=())


def test_texts_longer_than_the_gateways_types_are_told() -> None:
    line = InvoiceLine(gl_account_no="4" * 25, amount=Decimal(1))

    assert an_invoice().too_long() == ()
    assert an_invoice(description="d" * 81, lines=(line,)).too_long() == (
        "Description is longer than the 80 characters that Intacct takes.",
        "Line 1: Gl account no is longer than the 24 characters that Intacct takes.",
    )


def test_3_0_looks_for_a_whole_batch_of_numbers_at_once(gateway: FakeGateway) -> None:
    gateway.will_answer(query_page(GENERIC, total=1, count=1, remaining=0))

    found = gateway.client().find_documents(["RP-1", "RP-2"], ArInvoices())

    assert found == [FOUND]
    (request,) = gateway.work
    assert request.text(".//query/object") == "ARINVOICE"
    assert request.text(".//filter/in/field") == "RECORDID"
    assert [each.text for each in request.root.iterfind(".//filter/in/value")] == ["RP-1", "RP-2"]


@pytest.mark.parametrize("numbers", [["RP-1"], ["RP-1", "RP-2"]])
def test_2_1_looks_for_a_whole_batch_of_numbers_at_once(gateway: FakeGateway, numbers: list[str]) -> None:
    gateway.will_answer(list_page(LEGACY, start=0, end=0, total=1, listtype="invoice"))

    found = gateway.client(Version.V2_1).find_documents(numbers, ArInvoices())

    assert found == [FOUND]
    (request,) = gateway.work
    assert request.functions[0].get("object") == "invoice"
    assert [each.text for each in request.root.iterfind(".//filter//value")] == numbers
    assert {each.text for each in request.root.iterfind(".//filter//field")} == {"invoiceno"}


def test_x_5_a_read_back_that_is_not_whole_concludes_nothing(gateway: FakeGateway) -> None:
    gateway.will_answer(query_page("", total=1, count=1, remaining=0))

    with pytest.raises(ListIncomplete):
        gateway.client().find_documents(["RP-1"], ArInvoices())


@pytest.mark.parametrize("version", list(Version))
def test_x_8_a_reversal_is_believed_without_a_key_and_read_back_as_reversed(
    simulator: Simulator, version: Version
) -> None:
    client = simulator.client(version=version)
    invoice = an_invoice(
        customer_id="C-00001",
        lines=(InvoiceLine(gl_account_no="4010", amount=Decimal(10), location_id="EBU"),),
    )
    (made,) = client.execute([invoice], control_ids=["ar:1"])
    (before,) = client.find_documents(["RP-1"], ArInvoices())
    reversal = ReverseInvoice(
        record_number=made.key, reversed_on=date(2026, 11, 21), description="Wrong client"
    )

    (done,) = client.execute([reversal], control_ids=["ar:1:reverse"])
    (after,) = client.find_documents(["RP-1"], ArInvoices())
    (again,) = client.execute([reversal], control_ids=["ar:1:reverse:2"])

    assert (before.reversed, done.succeeded, after.reversed) == (False, True, True)
    assert (after.key, after.total) == (made.key, Decimal(10))
    assert not again.succeeded


def test_x_8_a_reversal_whose_answer_lacks_a_key_succeeded_all_the_same(gateway: FakeGateway) -> None:
    gateway.will_answer(
        operation(
            "<result><status>success</status><function>reverse_invoice</function>"
            "<controlid>$F1</controlid></result>"
        )
    )
    reversal = ReverseInvoice(record_number="8123", reversed_on=date(2026, 11, 21))

    (result,) = gateway.client().execute([reversal], control_ids=["r:1"])

    assert (result.succeeded, result.key) == (True, "")


def test_whether_it_is_reversed_is_not_told_without_a_state(gateway: FakeGateway) -> None:
    gateway.will_answer(
        query_page(GENERIC.replace("<STATE>Posted</STATE>", "<STATE/>"), total=1, count=1, remaining=0)
    )

    (found,) = gateway.client().find_documents(["RP-1"], ArInvoices())

    assert found.reversed is None
