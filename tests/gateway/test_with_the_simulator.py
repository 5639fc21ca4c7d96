"""The client against the simulator, over real HTTP, in both versions (G-1 to G-3, X-5)."""

import dataclasses
from datetime import date
from decimal import Decimal

import pytest

from intacct.gateway import (
    AddressRefused,
    Client,
    CreateSalesTransaction,
    FieldsRefused,
    GatewayError,
    GetList,
    Limits,
    ListIncomplete,
    OutcomeUnknown,
    PermissionRefused,
    Query,
    RecordRefused,
    SalesLine,
    SalesTransactions,
    SignInRefused,
    Version,
)
from tests.gateway.in_process import CREDENTIALS, LOOPBACK, Simulator


def customers(version: Version, size: int) -> Query | GetList:
    if version is Version.V3_0:
        return Query("CUSTOMER", ("RECORDNO", "CUSTOMERID", "NAME", "DISPLAYCONTACT.EMAIL1"), page_size=size)
    return GetList("customer", max_items=size)


def customer_ids(client: Client, version: Version, size: int = 25) -> list[str]:
    name = "CUSTOMERID" if version is Version.V3_0 else "customerid"
    return [record[name] for page in client.pages(customers(version, size)) for record in page.records]


def documents(client: Client, version: Version, count: int) -> list[CreateSalesTransaction]:
    """Documents of customers and items that the simulator has."""
    generic = version is Version.V3_0
    status = "STATUS" if generic else "status"
    (page,) = client.pages(
        Query("CUSTOMER", ("RECORDNO", "CUSTOMERID", "STATUS")) if generic else GetList("customer")
    )
    customer = next(
        each["CUSTOMERID" if generic else "customerid"] for each in page.records if each[status] == "active"
    )
    (page,) = client.pages(
        Query("ITEM", ("RECORDNO", "ITEMID", "STATUS", "BASEUOM")) if generic else GetList("icitem")
    )
    item = next(each for each in page.records if each[status] == "active")
    return [
        CreateSalesTransaction(
            transaction_type="Sales Invoice",
            date_created=date(2026, 11, 20),
            date_due=date(2026, 12, 20),
            customer_id=customer,
            document_no=f"RP-{number}",
            lines=(
                SalesLine(
                    item_id=item["ITEMID" if generic else "itemid"],
                    quantity=Decimal("2"),
                    unit=item["BASEUOM" if generic else "standardunit"],
                    price=Decimal("92.55"),
                    location_id="EBU",
                    memo="VIN 1 <&> 'ü'",
                ),
            ),
        )
        for number in range(1, count + 1)
    ]


def test_both_versions_read_the_same_whole_list_in_pages(simulator: Simulator) -> None:
    read = {each: customer_ids(simulator.client(each), each) for each in Version}

    assert len(read[Version.V3_0]) == simulator.state()["customers"]["total"]
    assert len(set(read[Version.V3_0])) == len(read[Version.V3_0])
    assert sorted(read[Version.V2_1]) == sorted(read[Version.V3_0])


def test_an_empty_list_tells_that_it_is_empty(simulator: Simulator, version: Version) -> None:
    client = simulator.client(version)
    found = client.find_documents(["RP-404"], SalesTransactions("Sales Invoice"))

    assert found == []


@pytest.mark.parametrize(
    "name", ["CUSTOMER", "ITEM", "EMPLOYEE", "LOCATION", "LOCATIONENTITY", "DEPARTMENT", "ARTERM"]
)
def test_s_4_everything_that_is_imported_may_be_read(
    simulator: Simulator, version: Version, name: str
) -> None:
    total = simulator.client(version).check_read(name)

    assert total is not None
    assert total > 0


def test_s_6_the_items_department_field_is_found(simulator: Simulator) -> None:
    assert "DEPARTMENTID" in simulator.client(Version.V3_0).lookup_fields("ITEM")
    assert "customfields.DEPARTMENTID" in simulator.client(Version.V2_1).lookup_fields("ITEM")


def test_s_4_wrong_sign_ins_are_told_apart(simulator: Simulator, version: Version) -> None:
    wrong = {
        "sender": dataclasses.replace(CREDENTIALS, sender_password="x"),
        "user": dataclasses.replace(CREDENTIALS, user_password="x"),
    }
    for culprit, credentials in wrong.items():
        with pytest.raises(SignInRefused) as refused:
            simulator.client(version, credentials).sign_in()
        assert refused.value.culprit == culprit

    simulator.tell(authorised_senders=["somebody_else"])
    with pytest.raises(SignInRefused, match="not authorised this Sender ID") as refused:
        simulator.client(version).sign_in()
    assert refused.value.culprit == "company"


def test_a_missing_permission_is_told(simulator: Simulator, version: Version) -> None:
    simulator.tell(permissions={"EMPLOYEE": []})

    with pytest.raises(PermissionRefused):
        simulator.client(version).check_read("EMPLOYEE")


def test_i_11_hidden_fields_are_named(simulator: Simulator) -> None:
    simulator.tell(faults=[{"kind": "hidden_fields", "fields": ["DISPLAYCONTACT.EMAIL1"], "times": -1}])

    with pytest.raises(FieldsRefused) as refused:
        customer_ids(simulator.client(Version.V3_0), Version.V3_0)

    assert refused.value.fields == ("DISPLAYCONTACT.EMAIL1",)


def test_documents_are_made_found_and_never_twice(simulator: Simulator, version: Version) -> None:
    client = simulator.client(version)
    batch = documents(client, version, 3)
    ids = [f"reconpro:so:{each.document_no}:1" for each in batch]

    results = client.execute(batch, control_ids=ids)
    again = client.execute(batch, control_ids=ids)
    found = client.find_documents([each.document_no for each in batch], SalesTransactions("Sales Invoice"))

    assert all(result.succeeded for result in results), results
    assert not any(result.succeeded for result in again)
    assert {document.number: document.key for document in found} == {
        document.document_no: result.key for document, result in zip(batch, results, strict=True)
    }
    assert {(each.customer_id, each.date, each.total) for each in found} == {
        (batch[0].customer_id, date(2026, 11, 20), Decimal("185.10"))
    }
    assert simulator.state()["documents"]["count"] == 3


def test_x_6_a_bad_document_names_its_cause_and_the_others_go(simulator: Simulator, version: Version) -> None:
    client = simulator.client(version)
    good, bad = documents(client, version, 2)
    bad = dataclasses.replace(bad, customer_id="C-NOBODY")

    first, second = client.execute([good, bad], control_ids=["a:1", "a:2"])

    assert first.succeeded
    assert isinstance(second.fault, RecordRefused)
    assert "C-NOBODY" in second.fault.text


def test_a_transaction_is_all_or_nothing(simulator: Simulator, version: Version) -> None:
    client = simulator.client(version)
    good, bad = documents(client, version, 2)
    bad = dataclasses.replace(bad, customer_id="C-NOBODY")

    first, second = client.execute([good, bad], control_ids=["a:1", "a:2"], transaction=True)

    assert (first.succeeded, first.aborted) == (False, True)
    assert not second.succeeded
    assert simulator.state()["documents"]["count"] == 0


LOST_AFTER = [
    "drop_after", "cut", "cut_connection", "doubled", "empty", "html_200", "wrong_control_id", "hostile",
    "not_utf8",
]  # fmt: skip


@pytest.mark.parametrize("kind", [*LOST_AFTER, "http_500", "http_503", "http_524", "http_502"])
def test_x_5_a_lost_answer_is_unknown_and_the_read_back_tells(simulator: Simulator, kind: str) -> None:
    client = simulator.client(Version.V3_0)
    (document,) = documents(client, Version.V3_0, 1)
    simulator.tell(faults=[{"kind": kind, "function": "create_sotransaction", "when": "after"}])

    with pytest.raises(OutcomeUnknown):
        client.execute([document], control_ids=["a:1"])
    found = client.find_documents([document.document_no], SalesTransactions("Sales Invoice"))

    assert [each.number for each in found] == [document.document_no]


def test_x_5_a_missing_result_is_unknown(simulator: Simulator, version: Version) -> None:
    client = simulator.client(version)
    batch = documents(client, version, 2)
    simulator.tell(faults=[{"kind": "missing_result", "function": "create_sotransaction"}])

    first, second = client.execute(batch, control_ids=["a:1", "a:2"])

    assert first.succeeded
    assert second.unknown


def test_a_throttled_document_goes_once(simulator: Simulator, version: Version) -> None:
    client = simulator.client(version)
    (document,) = documents(client, version, 1)
    simulator.tell(
        faults=[{"kind": "http_429", "function": "create_sotransaction", "retry_after": 7, "times": 2}]
    )

    (result,) = client.execute([document], control_ids=["a:1"])

    assert result.succeeded
    assert simulator.slept == [7, 7]
    assert simulator.state()["documents"]["count"] == 1


def test_a_session_that_expires_is_renewed_for_a_document_and_in_a_list(
    simulator: Simulator, version: Version
) -> None:
    client = simulator.client(version)
    (document,) = documents(client, version, 1)
    simulator.tell(expire_sessions=True)

    (result,) = client.execute([document], control_ids=["a:1"])
    pages = client.pages(customers(version, 25))
    first = next(pages)
    simulator.tell(expire_sessions=True)
    rest = list(pages)

    assert result.succeeded
    assert len(first.records) + sum(len(page.records) for page in rest) == first.total


HEALS = [
    "drop_before",
    "http_500",
    "http_502",
    "http_503",
    "http_524",
    "rate_text",
    "offline",
    "missing_result",
]


@pytest.mark.parametrize("kind", [*LOST_AFTER, *HEALS])
def test_g_3_a_list_survives_a_fault_that_heals(simulator: Simulator, version: Version, kind: str) -> None:
    client = simulator.client(version)
    client.sign_in()
    function = "query" if version is Version.V3_0 else "get_list"
    simulator.tell(faults=[{"kind": kind, "function": function, "skip": 1, "times": 2}])

    ids = customer_ids(client, version)

    assert len(ids) == simulator.state()["customers"]["total"]
    assert len(simulator.slept) == 2


def test_s_3_a_sign_in_to_a_foreign_endpoint_is_refused(simulator: Simulator, version: Version) -> None:
    simulator.tell(faults=[{"kind": "foreign_endpoint"}])

    with pytest.raises(AddressRefused):
        simulator.client(version).sign_in()


def test_an_odd_content_type_does_not_matter(simulator: Simulator, version: Version) -> None:
    simulator.tell(faults=[{"kind": "odd_content_type", "times": -1}])

    assert simulator.client(version).check_read("CUSTOMER")


def test_i_5_a_wrong_total_is_seen_by_the_caller(simulator: Simulator, version: Version) -> None:
    """In 2.1 only a further page tells whether there is more, and it is empty: the list broke off."""
    simulator.tell(faults=[{"kind": "wrong_total", "times": -1}])
    reading = simulator.client(version).pages(customers(version, 25))

    if version is Version.V2_1:
        with pytest.raises(ListIncomplete):
            list(reading)
        return
    pages = list(reading)

    assert pages[-1].total == sum(len(page.records) for page in pages) + 1


def test_g_2_a_run_costs_one_sign_in_and_its_pages(simulator: Simulator, version: Version) -> None:
    total = len(customer_ids(simulator.client(version), version, size=1000))

    assert total == 60
    assert [record.function.split()[0] for record in simulator.records] in (
        ["getAPISession", "query"],
        ["getAPISession", "get_list"],
    )


def test_a_gateway_that_is_not_there_is_a_network_fault() -> None:
    client = Client(
        "http://127.0.0.1:9/ia/xml/xmlgw.phtml",
        CREDENTIALS,
        Version.V3_0,
        address_rule=LOOPBACK,
        limits=Limits(read_retries=0),
    )

    with pytest.raises(GatewayError, match="refused") as fault:
        client.sign_in()

    assert fault.value.culprit == "network"
