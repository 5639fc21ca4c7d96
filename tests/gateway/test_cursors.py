"""readByQuery and readMore: a cursor that the gateway keeps, and may lose (G-3, I-5)."""

from typing import Any

import pytest

from intacct.gateway import (
    FieldsRefused,
    GetList,
    ListIncomplete,
    Query,
    ReadByQuery,
    SignInRefused,
    TemporarilyUnavailable,
    Throttled,
    Version,
    all_of,
    any_of,
    at_least,
    equal,
    one_of,
)
from intacct.gateway.functions.filters import query_text
from tests.gateway.fake import FakeGateway, failure, operation, sign_in_failure

CUSTOMERS = ReadByQuery("CUSTOMER", ("RECORDNO", "CUSTOMERID"), page_size=2)
EXPIRED = operation(
    failure("readMore", ("readMore failed", "Attempt to readMore with an invalid or expired resultId: c1"))
)


def page(*numbers: int, total: int, remaining: int, cursor: str = "c1", function: str = "readMore") -> str:
    records = "".join(
        f"<customer><RECORDNO>{each}</RECORDNO><CUSTOMERID>C-{each}</CUSTOMERID></customer>"
        for each in numbers
    )
    return operation(
        f"<result><status>success</status><function>{function}</function><controlid>$F1</controlid>"
        f'<data listtype="customer" count="{len(numbers)}" totalcount="{total}" '
        f'numremaining="{remaining}" resultId="{cursor if remaining else ""}">{records}</data></result>'
    )


def names(gateway: FakeGateway) -> list[str]:
    return [request.functions[0].tag for request in gateway.work]


def read(gateway: FakeGateway, **changes: Any) -> list[Any]:
    """Whether it began again, and the record numbers, page by page."""
    return [
        (each.begins_again, [int(record["RECORDNO"]) for record in each.records])
        for each in gateway.client(**changes).pages(CUSTOMERS)
    ]


def test_the_pages_after_the_first_are_read_by_its_cursor(gateway: FakeGateway) -> None:
    gateway.will_answer(
        page(9, 4, total=5, remaining=3),
        page(1, 7, total=5, remaining=1),
        page(3, total=5, remaining=0),
    )

    pages = list(gateway.client().pages(CUSTOMERS))

    assert [[record["CUSTOMERID"] for record in each.records] for each in pages] == [
        ["C-9", "C-4"], ["C-1", "C-7"], ["C-3"],
    ]  # fmt: skip
    assert [(each.total, each.offset, each.begins_again) for each in pages] == [
        (5, 0, False), (5, 2, False), (5, 4, False),
    ]  # fmt: skip
    assert names(gateway) == ["readByQuery", "readMore", "readMore"]
    assert gateway.work[0].text(".//readByQuery/fields") == "RECORDNO,CUSTOMERID"
    assert gateway.work[0].text(".//readByQuery/pagesize") == "2"
    assert [request.text(".//readMore/resultId") for request in gateway.work[1:]] == ["c1", "c1"]
    assert [record.function for record in gateway.records[1:]] == [
        "readByQuery CUSTOMER", "readMore CUSTOMER", "readMore CUSTOMER",
    ]  # fmt: skip


def test_an_empty_list_is_one_page_that_says_so(gateway: FakeGateway) -> None:
    gateway.will_answer(page(total=0, remaining=0))

    pages = list(gateway.client().pages(CUSTOMERS))

    assert [(each.records, each.total) for each in pages] == [([], 0)]


def test_a_page_is_never_larger_than_the_gateway_allows(gateway: FakeGateway) -> None:
    gateway.will_answer(page(total=0, remaining=0))

    list(gateway.client().pages(ReadByQuery("CUSTOMER")))
    with pytest.raises(ValueError, match="1 to 1,000 records"):
        ReadByQuery("CUSTOMER", page_size=1001)

    assert [request.text(".//pagesize") for request in gateway.work] == ["1000"]
    assert gateway.work[0].text(".//fields") == "*"


def test_an_expired_cursor_makes_the_read_begin_again_and_says_so(gateway: FakeGateway) -> None:
    gateway.will_answer(
        page(1, 2, total=4, remaining=2),
        EXPIRED,
        page(2, 4, total=4, remaining=2, cursor="c2"),
        page(1, 3, total=4, remaining=0),
    )

    assert read(gateway) == [(False, [1, 2]), (True, [2, 4]), (False, [1, 3])]
    assert names(gateway) == ["readByQuery", "readMore", "readByQuery", "readMore"]
    assert gateway.work[3].text(".//resultId") == "c2"
    assert gateway.clock.slept == []


def test_a_cursor_that_expires_twice_is_an_incomplete_list(gateway: FakeGateway) -> None:
    gateway.will_answer(page(1, 2, total=4, remaining=2), EXPIRED, page(1, 2, total=4, remaining=2), EXPIRED)

    with pytest.raises(ListIncomplete, match="forgot"):
        read(gateway)
    assert len(gateway.work) == 4


def test_a_lost_page_is_not_asked_for_again_since_the_cursor_has_moved(gateway: FakeGateway) -> None:
    gateway.will_answer(
        page(1, 2, total=5, remaining=3),
        (502, {}, b""),
        page(5, 4, total=5, remaining=3),
        page(3, 2, total=5, remaining=1),
        page(1, total=5, remaining=0),
    )

    assert read(gateway) == [(False, [1, 2]), (True, [5, 4]), (False, [3, 2]), (False, [1])]
    assert names(gateway) == ["readByQuery", "readMore", "readByQuery", "readMore", "readMore"]
    assert gateway.clock.slept == [2]


def test_a_cursor_that_was_throttled_has_not_moved_and_is_asked_again(gateway: FakeGateway) -> None:
    gateway.will_answer(
        page(1, 2, total=3, remaining=1),
        (429, {"Retry-After": "7"}, b""),
        page(3, total=3, remaining=0),
    )

    assert read(gateway) == [(False, [1, 2]), (False, [3])]
    assert gateway.clock.slept == [7]


def test_throttling_without_end_does_not_begin_again(gateway: FakeGateway) -> None:
    gateway.will_answer(page(1, 2, total=3, remaining=1), *[(429, {}, b"")] * 6)

    with pytest.raises(Throttled):
        read(gateway)
    assert names(gateway) == ["readByQuery", *["readMore"] * 6]


def test_a_first_page_that_never_comes_is_told_as_what_it_was(gateway: FakeGateway) -> None:
    gateway.will_answer(*[(503, {}, b"")] * 6)

    with pytest.raises(TemporarilyUnavailable):
        read(gateway)
    assert names(gateway) == ["readByQuery"] * 6


def test_i_5_a_page_that_was_left_out_is_noticed(gateway: FakeGateway) -> None:
    gateway.will_answer(
        page(1, 2, total=6, remaining=4),
        page(5, 6, total=6, remaining=0),
        page(1, 2, total=6, remaining=4),
        page(5, 6, total=6, remaining=0),
    )

    with pytest.raises(ListIncomplete, match="left out"):
        read(gateway)


def test_a_session_that_ends_on_the_way_takes_the_cursor_with_it(gateway: FakeGateway) -> None:
    gateway.will_answer(
        page(1, 2, total=3, remaining=1),
        sign_in_failure(("XL03000006", "Sign-in information is incorrect")),
        EXPIRED,
        page(1, 2, total=3, remaining=1),
        page(3, total=3, remaining=0),
    )

    assert read(gateway) == [(False, [1, 2]), (True, [1, 2]), (False, [3])]
    assert len(gateway.sign_ins) == 2


@pytest.mark.parametrize(
    "first",
    [
        operation("<result><status>success</status><function>readByQuery</function>"
                  "<controlid>$F1</controlid></result>"),
        page(1, 2, total=5, remaining=3, cursor=""),
    ],
)  # fmt: skip
def test_i_5_a_first_page_without_data_or_without_a_way_on_is_incomplete(
    gateway: FakeGateway, first: str
) -> None:
    gateway.will_answer(first)

    with pytest.raises(ListIncomplete):
        read(gateway)


def test_i_11_fields_that_may_not_be_seen_are_named(gateway: FakeGateway) -> None:
    refusal = ("XL03000006", "The following fields cannot be queried: CUSTOMERID")
    gateway.will_answer(operation(failure("readByQuery", refusal)))

    with pytest.raises(FieldsRefused) as refused:
        read(gateway)

    assert refused.value.fields == ("CUSTOMERID",)


def test_closing_early_waits_for_the_page_under_way(gateway: FakeGateway) -> None:
    gateway.will_answer(page(1, 2, total=5, remaining=3), page(3, 4, total=5, remaining=1))
    pages = gateway.client().pages(CUSTOMERS)
    next(pages)

    pages.close()

    assert len(gateway.records) == 3


def test_2_1_has_no_cursors_and_a_cursor_needs_a_session(gateway: FakeGateway) -> None:
    with pytest.raises(ValueError, match="GetList"):
        list(gateway.client(Version.V2_1).pages(CUSTOMERS))
    with pytest.raises(ValueError, match="session"):
        list(gateway.client(keeps_session=False).pages(CUSTOMERS))
    assert gateway.requests == []


def test_the_query_is_a_text_with_quoted_values() -> None:
    condition = all_of(
        any_of(equal("NAME", "Erik's \\ Deli"), at_least("RECORDNO", "5")),
        one_of("TERMNAME", ("Net 15", "Net 30")),
    )

    assert query_text(condition) == (
        "((NAME = 'Erik\\'s \\\\ Deli') OR (RECORDNO >= '5')) AND (TERMNAME in ('Net 15', 'Net 30'))"
    )


@pytest.mark.parametrize("name", ["", "NAME = 'x' OR NAME", "A,B", "A B", "A'", "2ND", "or"])
def test_what_is_no_name_of_a_field_never_becomes_part_of_the_text(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a field"):
        query_text(equal(name, "x"))
    with pytest.raises(ValueError, match="not the name of a field"):
        ReadByQuery("CUSTOMER", (name,))


# -- signing in by login in every request -----------------------------------------------------------------


def test_without_a_session_every_request_carries_the_login(gateway: FakeGateway) -> None:
    def data(request: Any) -> str:
        assert request.text(".//login/userid") == "recon_ws"
        assert request.text(".//sessionid") is None
        return operation(
            "<result><status>success</status><function>f</function><controlid>$F1</controlid>"
            '<listtype start="0" end="-1" total="0">customer</listtype>'
            '<data totalcount="0" numremaining="0" offset="0"/></result>'
        )

    gateway.will_answer(data, data)
    client = gateway.client(keeps_session=False)

    list(client.pages(Query("CUSTOMER", ("RECORDNO",))))
    list(client.pages(GetList("customer")))

    assert gateway.sign_ins == []
    assert {request.url for request in gateway.work} == {"https://api.intacct.com/ia/xml/xmlgw.phtml"}


def test_without_a_session_a_refused_login_is_no_expired_session(gateway: FakeGateway) -> None:
    gateway.will_answer(sign_in_failure(("XL03000006", "Sign-in information is incorrect")))

    with pytest.raises(SignInRefused):
        list(gateway.client(keeps_session=False).pages(GetList("customer")))
    assert len(gateway.requests) == 1
