"""What can't be asked is refused where the question is made, with a ValueError, before anything is sent."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from intacct.gateway import (
    GetList,
    Inspect,
    InvoiceLine,
    Lookup,
    Query,
    ReadByQuery,
    SalesLine,
    Version,
    equal,
    one_of,
)
from intacct.gateway.functions.filters import Comparison, Logical
from tests.gateway.fake import FakeGateway

NO_NAMES = [
    "",
    " ",
    "cust\x00omer",
    " CUSTOMER",
    "CUSTOMER\n",
    "A\tB",
    "\ud800",
    "A\ufffe",
    "A\u2028B",
    "\x85",
]
NAMED: dict[str, Callable[[str], Any]] = {
    "object of Query": lambda name: Query(name, ("RECORDNO",)),
    "field of Query": lambda name: Query("CUSTOMER", ("RECORDNO", name)),
    "object of GetList": lambda name: GetList(name),
    "field of GetList": lambda name: GetList("customer", ("customerid", name)),
    "object of ReadByQuery": lambda name: ReadByQuery(name),
    "field of ReadByQuery": lambda name: ReadByQuery("CUSTOMER", (name,)),
    "filter of ReadByQuery": lambda name: ReadByQuery("CUSTOMER", filter=equal(name, "x")),
    "object of Lookup": Lookup,
    "object of Inspect": Inspect,
    "field of a condition": lambda name: equal(name, "x"),
    "field of several values": lambda name: one_of(name, ("x", "y")),
}


@pytest.mark.parametrize("name", NO_NAMES)
@pytest.mark.parametrize("what", NAMED)
def test_what_is_no_name_is_refused_where_the_question_is_made(what: str, name: str) -> None:
    with pytest.raises(ValueError, match=r"is not the name of an? (object|field)\."):
        NAMED[what](name)


@pytest.mark.parametrize("name", [name for name in NO_NAMES if name])
def test_what_is_no_name_is_no_order_of_a_list(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a field"):
        GetList("customer", sort=name)


def test_a_list_without_an_order_is_no_misuse() -> None:
    assert GetList("customer", sort="").sort == ""


@pytest.mark.parametrize("name", ["RP_CODE", "DISPLAYCONTACT.EMAIL1", "Kunden-Nr", "Größe 2", "\U0001f600"])
def test_names_that_a_company_may_have_chosen_are_sent_as_they_are(name: str) -> None:
    assert Query("CUSTOMER", (name,)).to_xml().findtext("select/field") == name
    assert Lookup(name).to_xml().findtext("object") == name


def test_a_filter_of_a_text_query_is_refused_before_it_is_sent() -> None:
    """Its names stand in the text without quotes, so that fewer can be used than in Query."""
    with pytest.raises(ValueError, match="not the name of a field"):
        ReadByQuery("CUSTOMER", filter=equal("Kunden-Nr", "x"))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Comparison("NAME", "equalto", ()), "at least one value"),
        (lambda: Comparison("NAME", "equalto", ("a", "b")), "with one value"),
        (lambda: Comparison("NAME", "contains", ("a",)), "not an operator"),
        (lambda: Logical("and", (equal("NAME", "a"),)), "at least two"),
        (lambda: Logical("not", (equal("NAME", "a"), equal("NAME", "b"))), "joins no filters"),
    ],
)
def test_a_condition_that_no_schema_knows_is_refused(make: Callable[[], Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        make()


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity")])
def test_a_number_that_is_none_is_refused_with_its_line(number: Decimal) -> None:
    for make in (
        lambda: SalesLine(item_id="A", quantity=number),
        lambda: SalesLine(item_id="A", quantity=Decimal(1), price=number),
        lambda: InvoiceLine(gl_account_no="4010", amount=number),
    ):
        with pytest.raises(ValueError, match="finite"):
            make()


def test_an_amount_that_is_not_exact_is_refused_with_its_line() -> None:
    inexact: Any = 1.1
    with pytest.raises(TypeError, match="Decimal"):
        SalesLine(item_id="A", quantity=inexact)
    with pytest.raises(TypeError, match="Decimal"):
        InvoiceLine(gl_account_no="4010", amount=inexact)


def test_a_client_asked_for_what_is_no_name_sends_nothing(gateway: FakeGateway) -> None:
    client = gateway.client(Version.V3_0)

    for ask in (
        lambda: client.definition("CUST\x00OMER"),
        lambda: client.definition("CUST\x00OMER", by="inspect"),
        lambda: client.check_read("CUST\x00OMER"),
        lambda: gateway.client(Version.V2_1).check_read("cust\x00omer"),
        lambda: gateway.client(Version.V2_1).lookup_fields("cust\x00omer"),
    ):
        with pytest.raises(ValueError, match="not the name of an object"):
            ask()

    assert gateway.requests == []
