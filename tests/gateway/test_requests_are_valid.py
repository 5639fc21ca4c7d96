"""Every request is valid against the gateway's own schemas (G-1, X-2)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from intacct.gateway import (
    ArInvoices,
    CreateSalesTransaction,
    Credentials,
    Function,
    GetApiSession,
    GetList,
    Inspect,
    Lookup,
    Query,
    ReadByQuery,
    ReverseInvoice,
    SalesLine,
    SalesTransactions,
    Version,
    all_of,
    any_of,
    at_least,
    equal,
    one_of,
)
from intacct.gateway.envelope import Envelope
from intacct.gateway.functions import ReadMore
from intacct.simulator import schemas

pytestmark = [
    pytest.mark.schemas,
    pytest.mark.skipif(not schemas.available(), reason="schemas absent"),
]

CREDENTIALS = Credentials("recon_sender", "a&b<c", "recon_ws", "ACME", "d>e\"f'", entity_id="EBU")


def envelope(version: Version, *functions: Function, session: str = "SESSION..", **changes: Any) -> bytes:
    ids = [f"f{number}" for number in range(len(functions))]
    return Envelope(CREDENTIALS, version, "c-1", functions, ids, session_id=session, **changes).to_bytes()


BOTH: list[Function] = [
    GetList("customer"),
    GetList("icitem", fields=("itemid", "itemname"), max_items=1000, start=2000),
    GetList("employee", showprivate=False, sort=""),
    GetList("location"),
    GetList("locationentity"),
    GetList("department"),
    GetList("arterm"),
    GetList("customer", filter=equal("status", "active")),
    GetList(
        "customer", filter=all_of(equal("status", "active"), at_least("whenmodified", "11/20/2026 00:00:00"))
    ),
    GetList("sotransaction", filter=one_of("documentnumber", ("1", "2 & <3>"))),
    SalesTransactions("Sales Invoice").listing(Version.V2_1, ["RP-1"]),
    ArInvoices().listing(Version.V2_1, ["RP-1"]),
    ArInvoices().listing(Version.V2_1, ["RP-1", "RP-2"]),
    SalesTransactions("Sales Invoice").listing(Version.V2_1, ["RP-1", "RP-2", "RP-3"]),
]
ONLY_3_0: list[Function] = [
    Query("CUSTOMER", ("RECORDNO", "DISPLAYCONTACT.EMAIL1")),
    Query("CUSTOMER", ("RECORDNO",), page_size=1, showprivate=False, offset=4000),
    Query(
        "ITEM",
        ("ITEMID",),
        filter=any_of(equal("STATUS", "active"), all_of(equal("A", "<"), at_least("B", "&"))),
    ),
    SalesTransactions("Sales Invoice").listing(Version.V3_0, ["RP-1"]),
    SalesTransactions("Sales Invoice").listing(Version.V3_0, ["RP-1", "RP-2"]),
    ArInvoices().listing(Version.V3_0, ["RP-1", "RP-2"]),
    ReadByQuery("CUSTOMER"),
    ReadByQuery("ARINVOICE", ("RECORDNO",), filter=equal("STATE", "Posted"), page_size=1000),
    ReadByQuery("SODOCUMENT", docparid="Sales Invoice"),
    ReadMore("7765623332WU1hh8CoA4QAAHxI9i8AAAAA5"),
    Inspect("CUSTOMER"),
    Inspect("CUSTOMER", detail=False),
    Inspect("*"),
    Lookup("ITEM"),
    Lookup("SODOCUMENT", docparid="Sales Invoice"),
]


@pytest.mark.parametrize("version", list(Version))
def test_the_login_request_is_valid(version: Version) -> None:
    assert schemas.validate_request(envelope(version, GetApiSession(), session=""), version) == []


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("function", BOTH, ids=lambda function: function.label)
def test_legacy_lists_are_valid_in_both_versions(function: Function, version: Version) -> None:
    assert schemas.validate_request(envelope(version, function), version) == []


@pytest.mark.parametrize("function", ONLY_3_0, ids=lambda function: function.label)
def test_queries_are_valid_in_3_0_and_only_there(function: Function) -> None:
    assert schemas.validate_request(envelope(Version.V3_0, function), "3.0") == []
    assert schemas.validate_request(envelope(Version.V2_1, function), "2.1") != []


@pytest.mark.parametrize("version", list(Version))
def test_a_reversal_is_valid_and_names_record_day_and_reason(version: Version) -> None:
    reversal = ReverseInvoice(
        record_number="8123\x01", reversed_on=date(2026, 11, 3), description="Wrong client & " + "x" * 90
    )

    xml = reversal.to_xml()

    assert schemas.validate_request(envelope(version, reversal, unique=True), version) == []
    assert xml.get("key") == "8123"
    assert [part.text for part in xml.find("datereversed")] == ["2026", "11", "03"]
    assert xml.findtext("description") == "Wrong client & " + "x" * 65
    assert (
        ReverseInvoice(record_number="1", reversed_on=date(2026, 1, 2)).to_xml().find("description") is None
    )


def test_a_reversal_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="record number"):
        ReverseInvoice(record_number="\x00", reversed_on=date(2026, 1, 2))


@pytest.mark.parametrize("version", list(Version))
def test_a_whole_batch_of_documents_is_valid(version: Version, invoice: CreateSalesTransaction) -> None:
    request = envelope(version, *[invoice] * 50, unique=True, transaction=True)

    assert schemas.validate_request(request, version) == []


def test_money_goes_as_plain_digits(invoice: CreateSalesTransaction) -> None:
    line = SalesLine(item_id="A", quantity=Decimal("1E+2"), price=Decimal("0.0000001"))
    document = CreateSalesTransaction(
        transaction_type="Sales Invoice", date_created=date(2026, 1, 2), customer_id="C", lines=(line,)
    )

    xml = document.to_xml()

    assert xml.findtext(".//quantity") == "100"
    assert xml.findtext(".//price") == "0.0000001"
    assert [part.text for part in xml.find("datecreated")] == ["2026", "01", "02"]


@pytest.mark.parametrize(
    ("quantity", "kind"), [(1.5, TypeError), (Decimal("NaN"), ValueError), (Decimal("Infinity"), ValueError)]
)
def test_what_is_no_exact_number_is_refused(quantity: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        SalesLine(item_id="A", quantity=quantity)


def test_a_document_without_lines_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one line"):
        CreateSalesTransaction(
            transaction_type="Sales Invoice", date_created=date(2026, 1, 2), customer_id="C", lines=()
        )


def test_texts_longer_than_the_gateways_types_are_told(invoice: CreateSalesTransaction) -> None:
    line = SalesLine(item_id="I" * 31, quantity=Decimal(1))
    document = CreateSalesTransaction(
        transaction_type="Sales Invoice",
        date_created=date(2026, 1, 2),
        customer_id="C",
        document_no="N" * 21,
        lines=(line,),
    )

    assert invoice.too_long() == ()
    assert document.too_long() == (
        "Document no is longer than the 20 characters that Intacct takes.",
        "Line 1: Item id is longer than the 30 characters that Intacct takes.",
    )


def test_looking_for_none_of_several_values_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        one_of("DOCNO", ())
    for join in (all_of, any_of):
        with pytest.raises(ValueError, match="at least one"):
            join()
