"""Lists whose numbers lie, contradict each other, are missing, or never come to an end: each ends as
ListIncomplete or without a total that anybody could act upon (I-5).
"""

from collections.abc import Callable
from typing import Any

import pytest

from intacct.gateway import (
    GetList,
    Limits,
    ListIncomplete,
    Page,
    Query,
    ReadByQuery,
    SalesTransactions,
    Version,
)
from tests.gateway.fake import FakeGateway, Request, customers, legacy_customers, list_page, operation
from tests.gateway.test_lists_that_change import is_whole

CUSTOMERS = Query("CUSTOMER", ("RECORDNO", "CUSTOMERID"), page_size=2)
LEGACY = GetList("customer", max_items=2)
CURSOR = ReadByQuery("CUSTOMER", ("RECORDNO", "CUSTOMERID"), page_size=2)
HUGE = 999_999_999_999_999


def data(records: str, **told: object) -> str:
    attributes = "".join(f' {name}="{value}"' for name, value in told.items())
    return operation(
        "<result><status>success</status><function>query</function><controlid>$F1</controlid>"
        f'<data listtype="CUSTOMER"{attributes}>{records}</data></result>'
    )


def legacy(records: str, **told: object) -> str:
    attributes = "".join(f' {name}="{value}"' for name, value in told.items())
    return operation(
        "<result><status>success</status><function>get_list</function><controlid>$F1</controlid>"
        f"<listtype{attributes}>customer</listtype><data>{records}</data></result>"
    )


def read(gateway: FakeGateway, *answers: Any, listing: Any = CUSTOMERS, **how: Any) -> list[Page]:
    gateway.will_answer(*answers)
    version = Version.V2_1 if isinstance(listing, GetList) else Version.V3_0
    return list(gateway.client(version, **how).pages(listing))


ONE, TWO, REST = customers(1), customers(1, 2), customers(3)
QUERIES = {
    "less announced than comes": [data(TWO, totalcount=2, numremaining=1),
                                  data(REST, totalcount=1, numremaining=0)],
    "more announced than comes": [data(TWO, totalcount=9, numremaining=0)],
    "more announced, nothing comes": [data("", totalcount=9, numremaining=0)],
    "a negative total": [data(TWO, totalcount=-2, numremaining=0)],
    "no total": [data(TWO, numremaining=0)],
    "a total that is no number": [data(TWO, totalcount="many", numremaining=0)],
    "a huge total": [data(TWO, totalcount=HUGE, numremaining=0)],
    "a total longer than any number": [data(TWO, totalcount="9" * 5000, numremaining=0)],
    "a total that comes late": [data(TWO, numremaining=1), data(REST, totalcount=1, numremaining=0)],
    "a total that goes": [data(TWO, totalcount=3, numremaining=1), data(REST, numremaining=0)],
    "a total that grows after a lie": [data(TWO, totalcount=2, numremaining=2),
                                       data(customers(3, 4), totalcount=2, numremaining=0)],
    "a total that falls and grows": [data(TWO, totalcount=4, numremaining=2),
                                     data(REST, totalcount=1, numremaining=0)],
    "a total of what was there, not of what is to come": [
        data(TWO, totalcount=3, numremaining=1), data(REST, totalcount=3, numremaining=0)],
    "nothing told at all": [data(TWO), data(REST), data("")],
}  # fmt: skip


@pytest.mark.parametrize("answers", QUERIES.values(), ids=QUERIES)
def test_i_5_a_query_that_lies_is_never_whole(gateway: FakeGateway, answers: list[str]) -> None:
    pages = read(gateway, *answers)

    assert not is_whole(pages)
    assert all(page.total is None or page.total < 1000 for page in pages)


BROKEN = {
    "nothing where something remains": [data("", totalcount=3, numremaining=3)],
    "nothing where something remains, later": [data(TWO, totalcount=3, numremaining=1),
                                               data("", totalcount=1, numremaining=1)],
    "a huge rest": [data(TWO, totalcount=HUGE, numremaining=HUGE - 2),
                    data("", totalcount=0, numremaining=HUGE)],
    "more than was asked for": [data(customers(1, 2, 3), totalcount=3, numremaining=0)],
    "no record numbers to go on by": [data("<CUSTOMER/>", totalcount=2, numremaining=1)],
    "another page": [data(TWO, totalcount=3, numremaining=1, offset=7)],
    "an earlier record": [data(customers(4, 5), totalcount=3, numremaining=1),
                          data(ONE, totalcount=1, numremaining=0)],
    "a record twice": [data(customers(4, 4), totalcount=2, numremaining=0)],
}  # fmt: skip


@pytest.mark.parametrize("answers", BROKEN.values(), ids=BROKEN)
def test_i_5_a_query_that_cannot_be_gone_on_with_is_incomplete(
    gateway: FakeGateway, answers: list[str]
) -> None:
    with pytest.raises(ListIncomplete):
        read(gateway, *answers)


def test_a_count_that_lies_is_no_reason_to_believe_in_growth(gateway: FakeGateway) -> None:
    honest = read(gateway, data(TWO, totalcount=3, count=2, numremaining=1),
                  data(customers(3, 4), totalcount=2, count=2, numremaining=0))  # fmt: skip
    lying = read(gateway, data(TWO, totalcount=3, count=1, numremaining=1),
                 data(customers(3, 4), totalcount=2, count=2, numremaining=0))  # fmt: skip

    assert ([page.grown for page in honest], is_whole(honest)) == ([False, True], True)
    assert ([page.grown for page in lying], is_whole(lying)) == ([False, False], False)


LISTS = {
    "a total that falls": [legacy(legacy_customers(1, 2), start=0, end=1, total=4),
                           legacy(legacy_customers(2, 3), start=1, end=2, total=3)],
    "a total that grows": [legacy(legacy_customers(1, 2), start=0, end=1, total=3),
                           legacy(legacy_customers(2, 3, 4), start=1, end=3, total=4)],
    "a total that goes": [legacy(legacy_customers(1, 2), start=0, end=1, total=3),
                          legacy(legacy_customers(2, 3), start=1, end=2), legacy(legacy_customers(3))],
    "a total that comes": [legacy(legacy_customers(1, 2), start=0, end=1),
                           legacy(legacy_customers(2, 3), start=1, end=2, total=3)],
    "a negative total": [legacy(legacy_customers(1), start=0, end=0, total=-1), legacy(legacy_customers(1))],
    "an end that is too far": [legacy(legacy_customers(1, 2), start=0, end=99, total=2)],
    "an end that is too near": [legacy(legacy_customers(1, 2), start=0, end=0, total=2)],
    "an end of its own": [legacy(legacy_customers(1, 2), start=0, end=HUGE, total=3),
                          legacy(legacy_customers(2, 3), start=1, end=2, total=3)],
    "another row at the border": [legacy(legacy_customers(1, 2), start=0, end=1, total=3),
                                  legacy(legacy_customers(3, 4), start=1, end=2, total=3)],
    "no ids to compare": [legacy("<customer><name>A</name></customer>" * 2, start=0, end=1, total=3),
                          legacy("<customer><name>A</name></customer>" * 2, start=1, end=2, total=3)],
}  # fmt: skip


@pytest.mark.parametrize("answers", LISTS.values(), ids=LISTS)
def test_i_5_a_legacy_list_that_lies_is_never_whole(gateway: FakeGateway, answers: list[str]) -> None:
    pages = read(gateway, *answers, listing=LEGACY)

    assert not is_whole(pages)
    assert pages[-1].doubtful or pages[-1].total != sum(len(page.records) for page in pages)


BROKEN_LISTS = {
    "more announced than comes": [legacy(legacy_customers(1), start=0, end=0, total=2),
                                  legacy(legacy_customers(1), start=0, end=0, total=2)],
    "nothing where more is announced": [legacy(legacy_customers(1, 2), start=0, end=1, total=5000),
                                        legacy("", start=1, end=0, total=5000)],
    "nothing but the border": [legacy(legacy_customers(1, 2), start=0, end=1, total=5000),
                               legacy(legacy_customers(2), start=1, end=1, total=5000)],
    "nothing at the border, nothing told": [legacy(legacy_customers(1, 2), start=0, end=1, total=3),
                                            legacy("")],
    "a huge total": [legacy(legacy_customers(1), start=0, end=0, total=HUGE), legacy(legacy_customers(1))],
}  # fmt: skip


@pytest.mark.parametrize("answers", BROKEN_LISTS.values(), ids=BROKEN_LISTS)
def test_i_5_a_legacy_list_that_breaks_off_is_incomplete(gateway: FakeGateway, answers: list[str]) -> None:
    with pytest.raises(ListIncomplete, match="broke off"):
        read(gateway, *answers, listing=LEGACY)


def test_an_unsorted_legacy_list_of_several_pages_has_no_total(gateway: FakeGateway) -> None:
    pages = read(
        gateway,
        legacy(legacy_customers(1, 2), start=0, end=1, total=3),
        legacy(legacy_customers(2, 3), start=1, end=2, total=3),
        listing=GetList("customer", max_items=2, sort=""),
    )

    assert [page.total for page in pages] == [3, None]


CURSORS = {
    "a total that changes": [data(TWO, totalcount=3, numremaining=1, resultId="c"),
                             data(REST, totalcount=4, numremaining=0)],
    "less announced than remains": [data(TWO, totalcount=2, numremaining=1, resultId="c"),
                                    data(REST, totalcount=2, numremaining=0)],
    "more announced than comes": [data(TWO, totalcount=7, numremaining=0)],
    "a huge total": [data(TWO, totalcount=HUGE, numremaining=0)],
    "nothing told": [data(TWO, resultId="c"), data(REST, resultId="c"), data("", resultId="c")],
}  # fmt: skip


@pytest.mark.parametrize("answers", CURSORS.values(), ids=CURSORS)
def test_i_5_a_cursor_that_lies_is_never_whole(gateway: FakeGateway, answers: list[str]) -> None:
    assert not is_whole(read(gateway, *answers, listing=CURSOR))


# -- without an end ---------------------------------------------------------------------------------------


def endless(page: Callable[[int], str]) -> Callable[[Request], str]:
    asked = -1

    def answer(_request: Request) -> str:
        nonlocal asked
        asked += 1
        return page(asked)

    return answer


ENDLESS: dict[str, tuple[Any, Callable[[int], str]]] = {
    "query, always new ones": (CUSTOMERS, lambda n: data(
        customers(2 * n + 1, 2 * n + 2), totalcount=1000, numremaining=998)),
    "query, nothing told": (CUSTOMERS, lambda n: data(customers(2 * n + 1, 2 * n + 2))),
    "query, the same page": (CUSTOMERS, lambda n: data(TWO, totalcount=1000, numremaining=998)),
    "query, two pages in turn": (CUSTOMERS, lambda n: data(
        customers(1, 2) if n % 2 else customers(3, 4), totalcount=1000, numremaining=998)),
    "cursor, two pages in turn": (CURSOR, lambda n: data(
        customers(1, 2) if n % 2 else customers(3, 4), resultId="c")),
    "cursor, the same page": (CURSOR, lambda n: data(TWO, resultId="c")),
    "cursor, always as many left": (CURSOR, lambda n: data(
        customers(2 * n + 1, 2 * n + 2), totalcount=1000, numremaining=998, resultId="c")),
    "list, the same page": (LEGACY, lambda n: legacy(legacy_customers(1, 2), total=HUGE)),
    "list, two pages in turn": (LEGACY, lambda n: legacy(
        legacy_customers(1, 2) if n % 2 else legacy_customers(3, 4), total=HUGE)),
    "list, always new ones": (LEGACY, lambda n: legacy(legacy_customers(2 * n + 1, 2 * n + 2))),
}  # fmt: skip


@pytest.mark.parametrize(("listing", "page"), ENDLESS.values(), ids=ENDLESS)
def test_a_list_without_end_ends_as_incomplete(
    gateway: FakeGateway, listing: Any, page: Callable[[int], str]
) -> None:
    with pytest.raises(ListIncomplete):
        read(gateway, *[endless(page)] * 100, listing=listing, limits=Limits(max_list_records=40))


# -- whoever needs the whole of it ------------------------------------------------------------------------


def test_x_5_documents_that_moved_while_they_were_looked_up_conclude_nothing(gateway: FakeGateway) -> None:
    def documents(*numbers: int) -> str:
        return "".join(
            f"<sotransaction><key>K-{number}</key><documentnumber>RP-{number}</documentnumber></sotransaction>"
            for number in numbers
        )

    gateway.will_answer(
        list_page(documents(1, 2), start=0, end=1, total=3, listtype="sotransaction"),
        list_page(documents(3), start=1, end=1, total=2, listtype="sotransaction"),
    )
    client = gateway.client(Version.V2_1, limits=Limits(list_page_size=2))

    with pytest.raises(ListIncomplete, match="changed while"):
        client.find_documents(["RP-1", "RP-2", "RP-3"], SalesTransactions("Sales Invoice"))
