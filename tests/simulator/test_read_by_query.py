"""readByQuery and readMore, read and readByName (sections 3.3 and 3.5)."""

import pytest

from .talking import login


def read_by_query(kind, text="", fields="*", pagesize=1000):
    return (
        f"<readByQuery><object>{kind}</object><fields>{fields}</fields><query>{text}</query>"
        f"<pagesize>{pagesize}</pagesize></readByQuery>"
    )


def test_read_by_query_goes_on_with_read_more(large_gateway):
    sign_in = large_gateway.session()
    page = large_gateway.ask(read_by_query("CUSTOMER", fields="RECORDNO,CUSTOMERID"), sign_in=sign_in)
    result_id, seen, totals = page.data.get("resultId"), [], set()
    while True:
        assert {record.tag for record in page.records} == {"customer"}
        seen += page.column("RECORDNO")
        totals.add(page.data.get("totalcount"))
        if page.data.get("numremaining") == "0":
            break
        assert page.data.get("resultId") == result_id
        more = f"<readMore><resultId>{result_id}</resultId></readMore>"
        page = large_gateway.ask(more, sign_in=sign_in)

    assert page.data.get("resultId") == ""
    assert (len(seen), len(set(seen)), totals) == (4600, 4600, {"4600"})
    assert seen != sorted(seen, key=int)


LOGINS = {
    "company": {"company": "OTHER-CO"},
    "entity": {"entity": "EBU"},
}


@pytest.mark.parametrize("by", ["resultId", "object"])
@pytest.mark.parametrize("other", [*LOGINS, "session"])
def test_a_result_is_read_on_by_nobody_else(gateway, by, other):
    """Neither where each request signs in, nor where a session does."""
    first = gateway.ask(read_by_query("CUSTOMER", pagesize=5))
    result_id = first.data.get("resultId")
    more = f"<readMore><{by}>{result_id if by == 'resultId' else 'CUSTOMER'}</{by}></readMore>"
    elsewhere = gateway.session() if other == "session" else login(**LOGINS[other])

    foreign = gateway.ask(more, sign_in=elsewhere)
    own = gateway.ask(more)

    assert (foreign.statuses, foreign.errorno) == (["failure"], "readMore failed")
    assert (own.statuses, len(own.records)) == (["success"], 5)


def test_a_session_does_not_read_on_what_another_began(gateway):
    mine, theirs = gateway.session(), gateway.session()
    first = gateway.ask(read_by_query("CUSTOMER", pagesize=5), sign_in=mine)
    more = f"<readMore><resultId>{first.data.get('resultId')}</resultId></readMore>"

    assert gateway.ask(more, sign_in=theirs).errorno == "readMore failed"
    assert gateway.ask(more).errorno == "readMore failed"
    assert gateway.ask(more, sign_in=mine).statuses == ["success"]


def test_read_more_refuses_an_id_that_it_does_not_know(gateway):
    reply = gateway.ask("<readMore><resultId>bad</resultId></readMore>")

    assert reply.errorno == "readMore failed"
    assert "Attempt to readMore with an invalid or expired resultId: bad" in reply.sentence


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CUSTOMERID = 'C-00004'", {"C-00004"}),
        ("RECORDNO &gt;= 139 AND RECORDNO &lt;= 140", {"C-00059", "C-00060"}),
        ("CUSTOMERID in ('C-00001','C-00002')", {"C-00001", "C-00002"}),
        (r"NAME = 'O\'Connor\'s &lt;Pre-Owned&gt; Cars'", {"C-00013"}),
        ("NAME like 'Smith%' OR CUSTOMERID = 'C-00001'", {"C-00001", "C-00004"}),
        ("NOT (RECORDNO &gt; 82)", {"C-00001", "C-00002"}),
        ("TERMNAME IS NULL AND RECORDNO &lt; 100", {"C-00010"}),
        ("STATUS = 'F' AND RECORDNO &lt; 100", {"C-00014"}),
        ("STATUS = 'inactive'", set()),
        ("CUSTOMERID not in ('C-00001') and RECORDNO &lt;= 82", {"C-00002"}),
        ("not CUSTOMERID = 'C-00001' AND RECORDNO &lt; 83", {"C-00002"}),
        ("NAME not like '%a%' AND RECORDNO &lt; 85 AND NAME IS NOT NULL", {"C-00004"}),
        ("((RECORDNO = 81)) OR (RECORDNO = -5)", {"C-00001"}),
    ],
)
def test_the_query_language_of_read_by_query(gateway, text, found):
    reply = gateway.ask(read_by_query("CUSTOMER", text, "CUSTOMERID"))

    assert set(reply.column("CUSTOMERID")) == found
    if not found:
        assert (reply.data.get("count"), reply.data.get("resultId")) == ("0", "")


@pytest.mark.parametrize(
    "text",
    [
        "NAME = 'A' ORDER BY NAME",
        "WHENMODIFIED &gt; '2026-01-01'",
        "NO_SUCH = 'A'",
        "NAME = 'A",
        "NAME LIKE",
        "(RECORDNO = 1",
        "NAME = A",  # a text without quotes
        'NAME = "A"',
        "NAME='A'",  # without blanks
        "NAME ='A'",
        "RECORDNO &gt;5",
        "NAME != 'A'",
        "NAME like 5",
        "NAME not = 'A'",
        "NAME in 'A'",
        "NAME in ()",
        "NAME IS 'A'",
        "NAME = 'A' NAME = 'B'",
        "NAME = 'A' AND",
        "RECORDNO = 1e5",
        "RECORDNO = 1.2.3",
        "RECORDNO = 'NaN'",
        "RECORDNO &lt; 'Infinity'",
        "CUSTOMER.NAME = PARENT.NAME",
        "'A' = NAME",
        "NOT",
        "(" * 5000 + "RECORDNO = 1" + ")" * 5000,
        "NOT " * 5000 + "RECORDNO = 1",
    ],
)
def test_what_the_query_language_does_not_have_is_refused(gateway, text):
    assert gateway.ask(read_by_query("CUSTOMER", text)).errorno == "DL02000001"


def test_a_page_of_read_by_query_has_at_most_1000_records(gateway):
    assert gateway.ask(read_by_query("CUSTOMER", pagesize=1001)).statuses == ["failure"]


def test_read_nests_the_contacts_that_query_dots(gateway):
    by_key = gateway.ask("<read><object>CUSTOMER</object><keys>81,82,999</keys><fields>*</fields></read>")
    by_name = gateway.ask(
        "<readByName><object>CUSTOMER</object><keys>C-00001</keys><fields>*</fields></readByName>"
    )

    assert by_key.data.get("count") == "2"
    assert by_key.column("DISPLAYCONTACT/MAILADDRESS/CITY")[0] == "Oakland"
    assert by_name.column("DISPLAYCONTACT/EMAIL1") == by_key.column("DISPLAYCONTACT/EMAIL1")[:1]
    assert by_key.records[0].tag == "CUSTOMER"


def test_read_takes_at_most_100_keys(gateway):
    keys = ",".join(str(number) for number in range(101))
    reply = gateway.ask(f"<read><object>CUSTOMER</object><keys>{keys}</keys><fields>*</fields></read>")

    assert reply.statuses == ["failure"]
