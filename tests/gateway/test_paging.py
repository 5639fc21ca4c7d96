"""Lists come out page by page, whole or not at all (spec I-5, G-2, G-3)."""

import threading
from typing import Any

import pytest

from intacct.gateway import (
    FieldsRefused,
    GetList,
    Limits,
    ListIncomplete,
    ProtocolFault,
    Query,
    Version,
    equal,
)
from intacct.gateway.conversation import Ahead
from tests.gateway.fake import (
    FakeGateway,
    customers,
    failure,
    legacy_customers,
    list_page,
    operation,
    query_page,
)

CUSTOMERS = Query("CUSTOMER", ("RECORDNO", "CUSTOMERID"), page_size=2)
LEGACY = GetList("customer", max_items=2)


def test_a_query_is_read_page_by_page_in_the_order_of_recordno(gateway: FakeGateway) -> None:
    gateway.will_answer(
        query_page(customers(1, 2), total=3, count=2, remaining=1),
        query_page(customers(3), total=1, count=1, remaining=0),
    )

    pages = list(gateway.client().pages(CUSTOMERS))

    assert [[record["RECORDNO"] for record in page.records] for page in pages] == [["1", "2"], ["3"]]
    assert [(page.total, page.offset) for page in pages] == [(3, 0), (3, 2)]
    first, second = gateway.work
    assert first.root.find(".//filter") is None
    assert second.text(".//filter/greaterthan/field") == "RECORDNO"
    assert second.text(".//filter/greaterthan/value") == "2"
    assert [request.text(".//query/offset") for request in gateway.work] == ["0", "0"]
    for request in gateway.work:
        assert request.text(".//query/pagesize") == "2"
        assert request.text(".//orderby/order/field") == "RECORDNO"
        assert request.text(".//options/showprivate") == "true"


def test_a_legacy_list_goes_on_with_its_last_row(gateway: FakeGateway) -> None:
    gateway.will_answer(
        list_page(legacy_customers(1, 2), start=0, end=1, total=3),
        list_page(legacy_customers(2, 3), start=1, end=2, total=3),
    )

    pages = list(gateway.client(Version.V2_1).pages(LEGACY))

    assert [record["customerid"] for page in pages for record in page.records] == ["C-1", "C-2", "C-3"]
    lists = [request.functions[0] for request in gateway.work]
    assert [(each.get("start"), each.get("maxitems")) for each in lists] == [("0", "2"), ("1", "3")]
    assert all(each.findtext("sorts/sortfield") == "customerid" for each in lists)


def test_the_largest_pages_are_asked_for_by_default(gateway: FakeGateway) -> None:
    gateway.will_answer(
        query_page("", total=0, count=0, remaining=0), list_page("", start=0, end=-1, total=0)
    )

    list(gateway.client().pages(Query("CUSTOMER", ("RECORDNO",))))
    list(gateway.client(Version.V2_1).pages(GetList("customer")))

    assert gateway.work[0].text(".//pagesize") == "2000"
    assert gateway.work[1].functions[0].get("maxitems") == "1000"


def test_an_empty_query_still_yields_a_page_that_tells_the_total(gateway: FakeGateway) -> None:
    gateway.will_answer(query_page("", total=0, count=0, remaining=0))

    pages = list(gateway.client().pages(CUSTOMERS))

    assert [(page.records, page.total) for page in pages] == [([], 0)]
    assert len(gateway.work) == 1


@pytest.mark.parametrize(
    "inner",
    [
        '<listtype start="0" end="-1" total="0">customer</listtype><data/>',
        '<listtype start="0" end="0" total="0">customer</listtype><data></data>',
        '<listtype start="0" end="0" total="0">customer</listtype>',
        "<listtype>customer</listtype><data/>",
        "<data/>",
        "",
    ],
)
def test_an_empty_legacy_list_is_understood_in_any_shape(gateway: FakeGateway, inner: str) -> None:
    gateway.will_answer(
        operation(
            "<result><status>success</status><function>get_list</function>"
            f"<controlid>$F1</controlid>{inner}</result>"
        )
    )

    pages = list(gateway.client(Version.V2_1).pages(LEGACY))

    assert [(page.records, page.total) for page in pages] == [([], 0)]


def test_a_changed_total_is_shown_on_each_page_and_left_to_the_caller(gateway: FakeGateway) -> None:
    gateway.will_answer(
        query_page(customers(1, 2), total=4, count=2, remaining=2),
        query_page(customers(4), total=1, count=1, remaining=0),
    )

    assert [page.total for page in gateway.client().pages(CUSTOMERS)] == [4, 3]


def test_a_list_that_shrinks_to_the_end_just_read_ends_there(gateway: FakeGateway) -> None:
    gateway.will_answer(
        query_page(customers(1, 2), total=3, count=2, remaining=1),
        query_page("", total=0, count=0, remaining=0),
    )

    assert [len(page.records) for page in gateway.client().pages(CUSTOMERS)] == [2, 0]


@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        (query_page("", total=3, count=0, remaining=3), "broke off"),
        (query_page(customers(3, 4), total=3, offset=2, count=2, remaining=1), "another page"),
        (query_page(customers(1, 2), total=3, count=2, remaining=1), "did not go on"),
        (query_page(customers(2, 3), total=3, count=2, remaining=1), "did not go on"),
        (query_page(customers(4, 3), total=3, count=2, remaining=1), "did not go on"),
        (query_page(customers(3, 4, 5), total=3, count=3, remaining=0), "at most 2"),
        (operation("<result><status>success</status><function>query</function>"
                   "<controlid>$F1</controlid></result>"), "without data"),
    ],
)  # fmt: skip
def test_i_5_a_query_that_breaks_off_or_does_not_advance_is_incomplete(
    gateway: FakeGateway, second: str, sentence: str
) -> None:
    gateway.will_answer(query_page(customers(1, 2), total=5, count=2, remaining=3), second)

    with pytest.raises(ListIncomplete, match=sentence):
        list(gateway.client().pages(CUSTOMERS))


@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        (list_page(legacy_customers(1, 2), start=0, end=1, total=5), "another page"),
        (list_page(legacy_customers(1, 2), start=1, end=2, total=5), "same page twice"),
        (list_page(legacy_customers(2, 3, 4, 5), start=1, end=4, total=5), "at most 3"),
    ],
)
def test_i_5_a_legacy_list_that_breaks_off_or_does_not_advance_is_incomplete(
    gateway: FakeGateway, second: str, sentence: str
) -> None:
    gateway.will_answer(list_page(legacy_customers(1, 2), start=0, end=1, total=5), second)

    with pytest.raises(ListIncomplete, match=sentence):
        list(gateway.client(Version.V2_1).pages(LEGACY))


def test_i_5_a_legacy_list_that_announced_more_than_comes_is_incomplete(
    gateway: FakeGateway,
) -> None:
    gateway.will_answer(
        list_page(legacy_customers(1, 2), start=0, end=1, total=3),
        list_page(legacy_customers(2), start=1, end=1, total=3),
    )

    with pytest.raises(ListIncomplete, match="broke off"):
        list(gateway.client(Version.V2_1).pages(LEGACY))


def test_i_5_a_legacy_list_that_announces_records_and_begins_empty_is_incomplete(
    gateway: FakeGateway,
) -> None:
    gateway.will_answer(list_page("", start=0, end=-1, total=3))

    with pytest.raises(ListIncomplete, match="broke off"):
        list(gateway.client(Version.V2_1).pages(LEGACY))


def test_a_list_without_any_total_is_read_until_nothing_comes(gateway: FakeGateway) -> None:
    def bare(records: str) -> str:
        return operation(
            "<result><status>success</status><function>get_list</function>"
            f"<controlid>$F1</controlid><data>{records}</data></result>"
        )

    gateway.will_answer(bare(legacy_customers(1, 2)), bare(legacy_customers(2, 3)), bare(legacy_customers(3)))

    pages = list(gateway.client(Version.V2_1).pages(LEGACY))

    assert [len(page.records) for page in pages] == [2, 1, 0]
    assert {page.total for page in pages} == {None}


def test_g_3_the_next_page_is_under_way_while_the_caller_works_on_this_one(gateway: FakeGateway) -> None:
    asked = threading.Event()

    def second(_request: Any) -> str:
        asked.set()
        return query_page(customers(3), total=1, count=1, remaining=0)

    gateway.will_answer(query_page(customers(1, 2), total=3, count=2, remaining=1), second)
    pages = gateway.client().pages(CUSTOMERS)

    next(pages)

    assert asked.wait(5), "the second page is asked for before the caller comes back for it"
    assert len(next(pages).records) == 1


def test_callbacks_run_in_the_callers_thread_once_per_request(gateway: FakeGateway) -> None:
    gateway.will_answer(
        query_page(customers(1, 2), total=3, count=2, remaining=1),
        query_page(customers(3), total=1, count=1, remaining=0),
    )

    list(gateway.client().pages(CUSTOMERS))

    assert gateway.callback_threads == {threading.get_ident()}
    assert gateway.turns == 3
    assert [(record.function, record.records) for record in gateway.records] == [
        ("getAPISession", None),
        ("query CUSTOMER", 2),
        ("query CUSTOMER", 1),
    ]


def test_closing_early_waits_for_the_request_under_way_and_logs_it(gateway: FakeGateway) -> None:
    gateway.will_answer(
        query_page(customers(1, 2), total=5, count=2, remaining=3),
        query_page(customers(3, 4), total=3, count=2, remaining=1),
    )
    pages = gateway.client().pages(CUSTOMERS)
    next(pages)

    pages.close()

    assert len(gateway.records) == 3
    assert len(gateway.requests) == 3


def test_a_wait_that_is_broken_off_leaves_no_request_behind(
    gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stop(BaseException):
        pass

    gateway.will_answer(
        query_page(customers(1, 2), total=5, count=2, remaining=3),
        query_page(customers(3, 4), total=3, count=2, remaining=1),
    )
    pages = gateway.client().pages(CUSTOMERS)
    next(pages)
    take = Ahead.take

    def interrupted(ahead: Ahead) -> Any:
        monkeypatch.setattr(Ahead, "take", take)
        raise Stop

    monkeypatch.setattr(Ahead, "take", interrupted)
    with pytest.raises(Stop):
        next(pages)

    assert len(gateway.records) == 3


def test_a_fault_of_the_page_fetched_ahead_surfaces_in_the_caller(gateway: FakeGateway) -> None:
    gateway.will_answer(
        query_page(customers(1, 2), total=3, count=2, remaining=1),
        *["<html>Bad gateway</html>"] * 6,
    )
    pages = gateway.client().pages(CUSTOMERS)
    next(pages)

    with pytest.raises(ProtocolFault, match="web page"):
        next(pages)
    assert len(gateway.clock.slept) == 5


def test_a_page_fetched_ahead_that_fails_once_is_asked_for_again(gateway: FakeGateway) -> None:
    gateway.will_answer(
        query_page(customers(1, 2), total=3, count=2, remaining=1),
        (503, {}, b""),
        query_page(customers(3), total=1, count=1, remaining=0),
    )

    assert [len(page.records) for page in gateway.client().pages(CUSTOMERS)] == [2, 1]
    assert gateway.clock.slept == [2]


def test_what_the_turn_raises_goes_through_and_nothing_more_is_sent(gateway: FakeGateway) -> None:
    class TurnLost(Exception):
        pass

    def turn() -> None:
        if len(gateway.requests) == 2:
            raise TurnLost

    gateway.will_answer(query_page(customers(1, 2), total=3, count=2, remaining=1))

    with pytest.raises(TurnLost):
        list(gateway.client(before_request=turn).pages(CUSTOMERS))
    assert len(gateway.requests) == 2


@pytest.mark.parametrize(
    ("number", "text", "fields"),
    [
        ("XL03000006", "The following fields cannot be queried: CUSTOMERID, RP_REGION.",
         ("CUSTOMERID", "RP_REGION")),
        ("XL03000006", "The following fields cannot be queried CONTACT.EMAIL1", ("CONTACT.EMAIL1",)),
        ("DL02000001", "There was an error processing the request.", ()),
        ("XL03000010", "", ()),
        ("Query Failed", "The following fields cannot be queried: RP_REGION", ("RP_REGION",)),
    ],
)  # fmt: skip
def test_i_11_fields_that_may_not_be_seen_are_named(
    gateway: FakeGateway, number: str, text: str, fields: tuple[str, ...]
) -> None:
    gateway.will_answer(operation(failure("query", (number, text))))
    query = Query("CUSTOMER", ("RECORDNO", "CUSTOMERID", "CONTACT.EMAIL1", "RP_REGION", "EMAIL1"))

    with pytest.raises(FieldsRefused) as refused:
        list(gateway.client().pages(query))

    assert refused.value.fields == fields
    assert refused.value.code == number
    assert gateway.clock.slept == []


def test_2_1_knows_no_query(gateway: FakeGateway) -> None:
    with pytest.raises(ValueError, match="GetList"):
        list(gateway.client(Version.V2_1).pages(CUSTOMERS))
    assert gateway.requests == []


def test_too_deep_an_answer_is_refused(gateway: FakeGateway) -> None:
    deep = "<A>" * 40 + "</A>" * 40
    gateway.will_answer(query_page(f"<CUSTOMER>{deep}</CUSTOMER>", total=1, count=1, remaining=0))

    with pytest.raises(ProtocolFault, match="deeply"):
        list(gateway.client(limits=Limits(max_depth=10)).pages(CUSTOMERS))


def test_records_are_flat_absent_stays_absent_and_empty_is_empty(gateway: FakeGateway) -> None:
    record = (
        "<customer><recordno>81</recordno><customerid>C-00120</customerid><name>A &amp; B</name><parentid/>"
        "<billto><contact><contactname>AP</contactname><mailaddress><city>Salinas</city><zip></zip>"
        "</mailaddress></contact></billto><shipto/>"
        "<customfields><customfield><customfieldname>RP_REGION</customfieldname>"
        "<customfieldvalue>WEST</customfieldvalue></customfield>"
        "<customfield><customfieldname>RP_EMPTY</customfieldname><customfieldvalue/></customfield>"
        "</customfields></customer>"
    )
    gateway.will_answer(list_page(record, start=0, end=0, total=1))

    (page,) = gateway.client(Version.V2_1).pages(GetList("customer"))

    assert page.records == [
        {
            "recordno": "81",
            "customerid": "C-00120",
            "name": "A & B",
            "parentid": "",
            "billto.contact.contactname": "AP",
            "billto.contact.mailaddress.city": "Salinas",
            "billto.contact.mailaddress.zip": "",
            "shipto": "",
            "customfields.RP_REGION": "WEST",
            "customfields.RP_EMPTY": "",
        }
    ]


def test_a_filter_is_written_for_each_dialect(gateway: FakeGateway) -> None:
    gateway.will_answer(
        query_page("", total=0, count=0, remaining=0), list_page("", start=0, end=-1, total=0)
    )

    list(gateway.client().pages(Query("CUSTOMER", ("NAME",), filter=equal("STATUS", "active"))))
    list(gateway.client(Version.V2_1).pages(GetList("customer", filter=equal("status", "active"))))

    assert gateway.work[0].text(".//filter/equalto/value") == "active"
    assert [each.text for each in gateway.work[0].root.iterfind(".//select/field")] == ["NAME", "RECORDNO"]
    assert gateway.work[1].text(".//filter/expression/operator") == "="
