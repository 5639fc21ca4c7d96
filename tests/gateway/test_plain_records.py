"""Records that are nothing but texts are read without a tree, and come to the same (G-1, I-3)."""

from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intacct.gateway import Limits, ProtocolFault, Query, plain_records
from intacct.gateway.answer_stream import AnswerStream, TakeRecord
from intacct.gateway.paging import paging_of
from intacct.gateway.plain_records import form_of
from intacct.gateway.records import FlatRecords, flat_record

HEAD = b'<?xml version="1.0" encoding="UTF-8"?><response><control/><operation><result>'
TAIL = b"</result></operation></response>"
BY_TREE: TakeRecord = partial(flat_record, max_depth=32)
BY_ROWS = FlatRecords(32)


def answer(records: str, begin: bytes = b"<data totalcount='9'>") -> bytes:
    return HEAD + begin + records.encode() + b"</data>" + TAIL


def read(body: bytes, take: TakeRecord, piece_bytes: int = 64, fed: int = 50) -> Any:
    """The records, or the sentence of the fault that ends the answer."""
    stream = AnswerStream(Limits(), 1, take, piece_bytes)
    for start in range(0, len(body), fed):
        if not stream.feed(body[start : start + fed]):
            break
    try:
        root = stream.finish()
    except ProtocolFault as fault:
        return fault.message
    data = root.find("operation/result/data")
    return stream.records.get(data, []) if data is not None else None


def plain(*texts: str) -> str:
    return "".join(f"<R><A>{text}</A><B.C>x{number}</B.C></R>" for number, text in enumerate(texts))


@pytest.fixture
def taken_as_rows(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows were taken without an element, each time."""
    numbers: list[int] = []
    rows = FlatRecords.rows

    def counted(self: FlatRecords, names: Any, found: Any) -> Any:
        numbers.append(len(found))
        return rows(self, names, found)

    monkeypatch.setattr(FlatRecords, "rows", counted)
    return numbers


def test_records_of_one_form_are_taken_as_rows(taken_as_rows: list[int]) -> None:
    assert read(answer(plain(*"abcde")), BY_ROWS) == [
        {"A": letter, "B.C": f"x{number}"} for number, letter in enumerate("abcde")
    ]
    assert taken_as_rows[0] == 1, "the first one tells the form"
    assert sum(taken_as_rows) == 5


@pytest.mark.parametrize(
    "records",
    [
        plain("a", "ü€😀", "b"),
        plain("a", "B &amp; B", "&#x41;", "b"),
        plain("a", "one\r\ntwo", "\r", "b"),
        plain("a", "", "  ", "\n\t", "b"),
        plain("a") + "<R><A/><B.C/></R>" + plain("b"),
        plain("a") + "\n  <R>\n <A>b</A>\n\t<B.C>c</B.C>\n</R>\n" + plain("b"),
        plain("a") + "<R><B.C>other order</B.C><A>b</A></R>" + plain("b", "c"),
        plain("a") + "<R><A>no second</A></R>" + plain("b"),
        plain("a") + "<R><A>1</A><A>2</A></R><R><A>3</A><A>4</A></R>" + plain("b"),
        plain("a") + "<R><A><G>nested</G></A><B.C/></R>" + plain("b"),
        plain("a") + "<R one='1'><A>b</A><B.C/></R>" + plain("b"),
        plain("a") + "<R><A one='1'>b</A><B.C/></R>" + plain("b"),
        plain("a") + "<S><A>b</A></S>" + plain("b"),
        plain("a") + "<R/>" + plain("b") + "<R></R>",
        plain("a") + "<!-- </R> --><?pi </R>?>" + plain("b"),
        plain("a") + "<R><!-- </R> --><A>b</A><B.C/></R>" + plain("b"),
        plain("a") + "<R><A><![CDATA[</A></R>" + plain("never", "there") + "]]></A><B.C/></R>" + plain("b"),
        plain("a") + "loose text" + plain("b"),
        plain("a") + "<R>loose<A>b</A>text<B.C/></R>" + plain("b"),
        "<R><A><![CDATA[</A></R>]]></A><B.C/></R>" + plain("b"),
        "<!-- <R> -->" + plain("b", "c"),
        "",
        " \n",
    ],
)
@pytest.mark.parametrize("piece_bytes", [1, 64, 100_000])
def test_whatever_differs_is_read_as_the_parser_reads_it(records: str, piece_bytes: int) -> None:
    body = answer(records)
    assert isinstance(by_tree := read(body, BY_TREE), list)

    assert read(body, BY_ROWS, piece_bytes) == by_tree


@pytest.mark.parametrize(
    "body",
    [
        answer(plain("a", "\x01", "b")),
        answer(plain("a", "]]>", "b")),
        answer(plain("a", "\ufffe", "b")),
        answer(plain("a", "&unknown;", "b")),
        answer(plain("a", "a & b", "b")),
        answer(plain("a")).replace(b"<A>a", b"<A>\xff"),
        answer(plain("a", "b") + "<R><A>c</A><B.C>"),
        answer(plain("a", "b") + "<R><A>c</B.C></R>"),
        answer(plain("a", "b") + "<!DOCTYPE x><R><A>c</A><B.C/></R>"),
        answer(plain("a", "b") + "<?xml version='1.0'?><R><A>c</A><B.C/></R>"),
        answer(plain("a", "b") + "</R>"),
        answer(plain("a", "b"))[:-70],
        answer(plain("a", "b"))[:-40],
        answer(plain("a", "b")) + answer(plain("c")),
    ],
)
def test_what_is_no_xml_is_refused_in_the_same_words(body: bytes) -> None:
    assert isinstance(refused := read(body, BY_TREE), str)

    assert read(body, BY_ROWS) == refused
    assert read(body, BY_ROWS, 100_000) == refused


@pytest.mark.parametrize(
    "body",
    [
        HEAD + b"<!-- <data> --><data>" + plain("a", "b").encode() + b"</data>" + TAIL,
        HEAD + b"<x><data>" + plain("a", "b").encode() + b"</data></x><data/>" + TAIL,
        HEAD + b"<x a='<data>'/><data/>" + TAIL,
        HEAD
        + b"<x><![CDATA[<data>"
        + plain("a").encode()
        + b"]]></x><data>"
        + plain("b").encode()
        + b"</data>"
        + TAIL,
        answer(plain("a", "b"), b"<data one='>'>"),
        answer(plain("a", "b"), b"<data\n two = '2' >"),
        HEAD + b"<data/>" + TAIL,
        answer(plain("\u00e9")).replace(b"UTF-8", b"ISO-8859-1"),
        b"\xef\xbb\xbf" + answer(plain("a", "\u00e9")),
        answer(plain("a", "\u00e9")).replace(b' encoding="UTF-8"', b""),
    ],
)
def test_only_where_the_parser_found_the_list_are_records_looked_for(body: bytes) -> None:
    assert read(body, BY_ROWS) == read(body, BY_TREE)


TEXT = st.one_of(st.text(alphabet="ab &<>\r\n]é", max_size=5), st.text(max_size=4), st.just("]]>"))
FIELD = st.sampled_from(["A", "B.C", "R", "data"])
PART = st.one_of(
    TEXT.map(lambda text: plain(text.replace("&", "&amp;").replace("<", "&lt;"), "b")),
    TEXT.map(lambda text: plain(text)),
    st.tuples(FIELD, TEXT).map(lambda pair: f"<R><{pair[0]}>{pair[1]}</{pair[0]}><A/></R>"),
    TEXT.map(lambda text: f"<R><A><![CDATA[{text}</A></R>]]></A><B.C></B.C></R>"),
    TEXT.map(lambda text: f"<!-- {text} -->"),
    st.sampled_from(
        ["<R>", "</R>", "<R/>", " ", "\n", "</data>", "<data>", "&amp;", "<R a='1'><A/><B.C/></R>"]
    ),
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    parts=st.lists(PART, max_size=8),
    piece_bytes=st.sampled_from([1, 30, 200, 100_000]),
    fed=st.integers(1, 400),
)
def test_any_answer_comes_to_the_same_both_ways(parts: list[str], piece_bytes: int, fed: int) -> None:
    body = HEAD + b"<data>" + "".join(parts).encode(errors="replace") + b"</data>" + TAIL

    assert read(body, BY_ROWS, piece_bytes, fed) == read(body, BY_TREE, fed=fed)


def test_keys_come_with_rows_as_they_come_with_elements() -> None:
    records = "<R><RECORDNO>7</RECORDNO><A>a</A></R>" * 3 + "<R><RECORDNO>x</RECORDNO><A>b</A></R>"
    paging = paging_of(Query("CUSTOMER", ("RECORDNO", "A")), Limits())

    by_rows = read(answer(records), paging.with_keys(BY_ROWS))

    assert by_rows == read(answer(records), paging.with_keys(BY_TREE))
    assert [key for key, _ in by_rows] == [7, 7, 7, None]


def test_the_limits_of_an_answer_hold_for_rows_too() -> None:
    def limited(records: str, **limits: int) -> str:
        stream = AnswerStream(Limits(**limits), 1, BY_ROWS)
        body = answer(records)
        for start in range(0, len(body), 1000):
            if not stream.feed(body[start : start + 1000]):
                break
        with pytest.raises(ProtocolFault) as refused:
            stream.finish()
        return refused.value.message

    many = plain(*["a"] * 101)
    assert "more than 100 records" in limited(many, max_records=100)
    huge = plain("a") + "<R><A>" + "x" * 60_000 + "</A>"
    assert "larger than 50,000 bytes" in limited(huge, max_record_bytes=50_000)


def test_forms_that_change_with_each_record_are_not_learned_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    learned: list[str] = []
    monkeypatch.setattr(
        plain_records, "form_of", lambda tag, names: learned.append(tag) or form_of(tag, names)
    )
    records = "".join(f"<R><A{number}>a</A{number}></R>" for number in range(50))

    assert read(answer(records), BY_ROWS) == read(answer(records), BY_TREE)
    assert len(learned) == plain_records.MOST_FORMS_OF_AN_ANSWER
