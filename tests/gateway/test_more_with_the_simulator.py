"""AR invoices, cursors, definitions, sign-in by login, and what is written down, over real HTTP."""

import logging
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from intacct.gateway import (
    ArInvoices,
    CreateInvoice,
    FieldsRefused,
    GatewayError,
    GetList,
    InvoiceLine,
    Limits,
    OutcomeUnknown,
    Query,
    ReadByQuery,
    RecordRefused,
    Relationship,
    SalesTransactions,
    SignInRefused,
    Version,
    all_of,
    at_least,
    equal,
    one_of,
)
from tests.gateway.in_process import CREDENTIALS, Simulator

CUSTOMERS = ReadByQuery("CUSTOMER", ("RECORDNO", "CUSTOMERID", "NAME"), page_size=25)


def an_invoice(number: str, **changes: Any) -> CreateInvoice:
    values: dict[str, Any] = {
        "customer_id": "C-00001",
        "date_created": date(2026, 11, 20),
        "date_due": date(2026, 12, 20),
        "invoice_no": number,
        "lines": (
            InvoiceLine(gl_account_no="4010", amount=Decimal("185.00"), location_id="EBU", memo="<&> 'ü'"),
            InvoiceLine(gl_account_no="4010", amount=Decimal("0.10"), location_id="EBU"),
        ),
    }
    return CreateInvoice(**(values | changes))


# -- AR invoices ------------------------------------------------------------------------------------------


def test_x_5_ar_invoices_are_made_found_and_never_twice(simulator: Simulator, version: Version) -> None:
    client = simulator.client(version)
    batch = [an_invoice(f"RP-{number}") for number in range(3)]
    ids = [f"reconpro:ar:{each.invoice_no}:1" for each in batch]

    results = client.execute(batch, control_ids=ids)
    again = client.execute(batch, control_ids=ids)
    found = client.find_documents([*(each.invoice_no for each in batch), "RP-404"], ArInvoices())

    assert all(result.succeeded for result in results), results
    # How a completed control id is refused is the simulator's invention: so it must be looked up.
    assert all(isinstance(result.fault, OutcomeUnknown) for result in again)
    assert {each.number: each.key for each in found} == {
        invoice.invoice_no: result.key for invoice, result in zip(batch, results, strict=True)
    }
    assert {(each.customer_id, each.date, each.total) for each in found} == {
        ("C-00001", date(2026, 11, 20), Decimal("185.10"))
    }


def test_x_6_a_bad_ar_invoice_names_its_cause_and_the_others_go(
    simulator: Simulator, version: Version
) -> None:
    line = InvoiceLine(gl_account_no="9999", amount=Decimal(1), location_id="EBU")
    batch = [
        an_invoice("RP-1"),
        an_invoice("RP-2", customer_id="C-NOBODY"),
        an_invoice("RP-3", lines=(line,)),
        an_invoice("RP-4", date_due=None),
    ]

    good, no_customer, no_account, no_date = simulator.client(version).execute(
        batch, control_ids=["a", "b", "c", "d"]
    )

    assert good.succeeded
    for result, word in ((no_customer, "customer"), (no_account, "account"), (no_date, "date")):
        assert isinstance(result.fault, RecordRefused)
        assert word in result.fault.message.lower(), result.fault
        assert result.fault.recognised


# -- cursors ----------------------------------------------------------------------------------------------


def test_a_cursor_reads_the_same_whole_list_as_a_query(simulator: Simulator) -> None:
    client = simulator.client(Version.V3_0)
    query = Query("CUSTOMER", ("RECORDNO", "CUSTOMERID", "NAME"))

    by_cursor = [record for page in client.pages(CUSTOMERS) for record in page.records]
    by_query = [record for page in client.pages(query) for record in page.records]

    assert len(by_query) == simulator.state()["customers"]["total"]
    assert sorted(by_cursor, key=str) == sorted(by_query, key=str)


def test_a_cursor_that_dies_with_its_session_begins_again(simulator: Simulator) -> None:
    client = simulator.client(Version.V3_0)
    simulator.tell(faults=[{"kind": "expired_session", "function": "readMore"}])

    read: list[str] = []
    for page in client.pages(CUSTOMERS):
        read = [*([] if page.begins_again else read), *(record["CUSTOMERID"] for record in page.records)]

    assert len(read) == len(set(read)) == simulator.state()["customers"]["total"]


def test_a_text_query_finds_what_a_filter_means(simulator: Simulator) -> None:
    client = simulator.client(Version.V3_0)
    simulator.tell(set={"object": "CUSTOMER", "id": "C-00002", "fields": {"NAME": "Erik's \\ Deli & <Co>"}})

    def ids(condition: Any) -> list[str]:
        pages = client.pages(ReadByQuery("CUSTOMER", ("CUSTOMERID",), filter=condition))
        return sorted(record["CUSTOMERID"] for page in pages for record in page.records)

    assert ids(equal("NAME", "Erik's \\ Deli & <Co>")) == ["C-00002"]
    assert ids(one_of("CUSTOMERID", ("C-00001", "C-00003", "nobody"))) == ["C-00001", "C-00003"]
    assert ids(all_of(at_least("CUSTOMERID", "C-00001"), equal("CUSTOMERID", "C-00002"))) == ["C-00002"]


def test_i_11_a_field_that_no_customer_has_is_refused(simulator: Simulator) -> None:
    with pytest.raises(FieldsRefused):
        list(simulator.client(Version.V3_0).pages(ReadByQuery("CUSTOMER", ("RECORDNO", "NONSENSE"))))


# -- definitions ------------------------------------------------------------------------------------------


def test_s_6_an_items_department_field_and_its_relationship_are_found(simulator: Simulator) -> None:
    found = simulator.client(Version.V3_0).definition("ITEM")

    (field,) = [each for each in found.fields if each.name == "DEPARTMENTID"]
    assert field.custom
    assert Relationship("DEPARTMENT", "DEPARTMENT", "DEPARTMENTID", "Department") in found.relationships
    assert [each.name for each in found.fields if each.required] == ["ITEMID"]


def test_s_5_lookup_and_inspect_tell_the_same_fields(simulator: Simulator) -> None:
    client = simulator.client(Version.V3_0)

    assert client.definition("CUSTOMER").names == client.definition("CUSTOMER", by="inspect").names
    assert {"CUSTOMER", "ITEM", "EMPLOYEE"} <= set(client.object_names())


# -- signing in by login ----------------------------------------------------------------------------------


def test_without_a_session_lists_and_documents_go_just_the_same(
    simulator: Simulator, version: Version
) -> None:
    client = simulator.client(version, keeps_session=False)
    listing = (
        Query("CUSTOMER", ("RECORDNO",), page_size=25) if version is Version.V3_0 else GetList("customer")
    )

    rows = sum(len(page.records) for page in client.pages(listing))
    (result,) = client.execute([an_invoice("RP-1")], control_ids=["a"])
    simulator.tell(user_password="changed")
    with pytest.raises(SignInRefused):
        client.check_read("CUSTOMER")

    assert rows == simulator.state()["customers"]["total"]
    assert result.succeeded
    assert "getAPISession" not in {record.function for record in simulator.records}


# -- nothing secret is written down -----------------------------------------------------------------------


def test_s_2_no_secret_is_in_any_log_record_or_kept_text(
    simulator: Simulator, version: Version, caplog: pytest.LogCaptureFixture
) -> None:
    """Everything that is written while things go well and wrong is searched for what must not be seen."""
    caplog.set_level(logging.DEBUG)
    session_ids: set[str] = set()
    http = requests.Session()
    http.mount("http://", _Listening(session_ids))
    client = simulator.client(
        version, http=http, limits=Limits(kept_text_bytes=100_000, read_timeout_seconds=5)
    )
    written: list[str] = []
    for kind in (
        "",
        "cut",
        "doubled",
        "html_200",
        "http_500",
        "http_401",
        "hostile",
        "drop_after",
        "bad_request",
    ):
        faults = [{"kind": kind, "times": 1, "skip": 1}] if kind else []
        simulator.tell(clear_faults=True, expire_sessions=True, faults=faults)
        try:
            client.sign_in()
            client.check_read("CUSTOMER")
            written.append(repr(client.execute([an_invoice(f"RP-{kind}")], control_ids=[f"id-{kind}"])))
            client.find_documents(["RP-1"], SalesTransactions("Sales Invoice"))
        except GatewayError as fault:
            written.append(f"{fault!r} {vars(fault)}")
    for record in simulator.records:
        written += [repr(record), record.request_text, record.answer_text]
    written += [caplog.text, repr(client)]

    assert session_ids
    assert any("<senderid>" in text for text in written)
    for secret in {CREDENTIALS.sender_password, CREDENTIALS.user_password, *session_ids}:
        assert [text for text in written if secret in text] == []


class _Listening(HTTPAdapter):
    """Notes the session ids that go by in requests."""

    def __init__(self, session_ids: set[str]) -> None:
        super().__init__()
        self._session_ids = session_ids

    def send(self, request: requests.PreparedRequest, *args: Any, **how: Any) -> requests.Response:
        assert isinstance(request.body, bytes)
        if b"<sessionid>" in request.body:
            self._session_ids.add(request.body.split(b"<sessionid>")[1].split(b"<")[0].decode())
        return super().send(request, *args, **how)
