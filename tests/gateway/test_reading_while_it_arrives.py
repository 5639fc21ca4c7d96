"""Answers are read while they arrive: never held as a whole, bounded, the same however they are cut (G-3)."""

import gc
import resource
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from intacct.gateway import Limits, ProtocolFault
from intacct.gateway.answer_stream import KEPT_MARGIN, AnswerStream
from intacct.gateway.records import flat_record

HEAD = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b"<response><control><status>success</status></control><operation>"
)
TAKE = partial(flat_record, max_depth=32)


def answer(*results: bytes) -> bytes:
    return HEAD + b"".join(b"<result>" + each + b"</result>" for each in results) + b"</operation></response>"


def stream(**limits: int) -> AnswerStream:
    return AnswerStream(Limits(**limits), 1, TAKE)


def read(body: bytes, size: int = 65536, **limits: int) -> list[Any]:
    reading = stream(**limits)
    for start in range(0, len(body), size):
        if not reading.feed(body[start : start + size]):
            break
    reading.finish()
    (records,) = reading.records.values()
    return records


SMALL = answer(
    "<data><r><a>1</a><b>ü€😀</b></r>\n <r><a/><g><h>x</h></g></r><!-- no -->"
    "<s><t><![CDATA[<&>]]></t></s></data>".encode()
)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 100_000])
def test_it_does_not_matter_how_an_answer_is_cut_into_pieces(size: int) -> None:
    assert read(SMALL, size) == [{"a": "1", "b": "ü€😀"}, {"a": "", "g.h": "x"}, {"t": "<&>"}]


def test_a_byte_order_mark_does_no_harm() -> None:
    assert len(read(b"\xef\xbb\xbf" + SMALL, 2)) == 3


def test_records_leave_the_tree_as_soon_as_they_are_complete() -> None:
    reading = stream()
    reading.feed(HEAD + b"<result><data listtype='x'>" + b"<r><a>1</a></r>" * 1000)

    (taken,) = reading.records.values()
    (data,) = reading.records

    assert len(taken) == 999, "the last one may still be arriving"
    assert len(data) == 1
    assert data.get("listtype") == "x"


def test_an_answer_of_many_megabytes_is_never_held_as_a_whole() -> None:
    record = b"<CUSTOMER><NAME>" + b"x" * 5000 + b"</NAME></CUSTOMER>"
    taken = 0

    def count(_element: Any) -> None:
        nonlocal taken
        taken += 1

    def pieces() -> Iterator[bytes]:
        yield HEAD + b"<result><data>"
        for _ in range(300):
            yield record * 30
        yield b"</data></result></operation></response>"

    tracemalloc.start()
    try:
        reading = AnswerStream(Limits(), 1, count)
        for piece in pieces():
            assert reading.feed(piece)
        reading.finish()
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert taken == 9000
    assert peak < 2_000_000, "45 MB went through"


def test_more_records_than_allowed_are_refused() -> None:
    body = answer(b"<data>" + b"<r/>" * 101 + b"</data>")

    assert len(read(body, max_records=101)) == 101
    with pytest.raises(ProtocolFault, match="more than 100 records"):
        read(body, max_records=100)


@pytest.mark.parametrize(
    "body",
    [
        answer(b"<data><r>" + b"<a>1</a>" * 30_000 + b"</r></data>"),
        answer(b"<data>" + b"<r/>" * 10 + b"</data><x>" + b"<x/>" * 60_000 + b"</x>"),
        answer(b"<data/><data>" + b"<r/>" * 60_000 + b"</data>"),
        HEAD.replace(b"<operation>", b"<x>" + b"<x/>" * 60_000 + b"</x><operation>"),
    ],
)
def test_a_huge_record_or_anything_huge_around_the_records_is_refused(body: bytes) -> None:
    with pytest.raises(ProtocolFault, match="larger than 100,000 bytes"):
        read(body, 4096, max_record_bytes=100_000)


@pytest.mark.parametrize(
    ("beginning", "crowd", "sentence"),
    [
        (HEAD.removesuffix(b"<operation>"), b"<operation/>", "no operation, or several"),
        (HEAD.removesuffix(b"<operation>"), b"<x/>", "more than 50 blocks"),
        (HEAD, b"<x/>", "more than 50 blocks"),
        (HEAD + b"<result>", b"<x/>", "more than 50 blocks"),
    ],
)
def test_a_crowd_around_the_records_is_refused_at_once(beginning: bytes, crowd: bytes, sentence: str) -> None:
    """Each piece walks over it again: 4 MB of records behind 160,000 of them took more than a minute."""
    reading = stream()
    body = beginning + crowd * 100_000
    pieces = [body[start : start + 4096] for start in range(0, len(body), 4096)]

    read_on = [reading.feed(piece) for piece in pieces[:3]]

    assert read_on[-1] is False
    with pytest.raises(ProtocolFault, match=sentence):
        reading.finish()


def test_more_results_than_were_asked_for_are_refused_at_once() -> None:
    reading = stream()

    more = reading.feed(HEAD + b"<result><data><r/></data></result>" * 2000)

    assert not more
    with pytest.raises(ProtocolFault, match="not asked for"):
        reading.finish()


def test_too_deep_a_record_is_refused_while_it_arrives() -> None:
    reading = AnswerStream(Limits(), 1, partial(flat_record, max_depth=5))

    deep = b"<r>" + b"<a>" * 9 + b"1" + b"</a>" * 9 + b"</r>"

    more = reading.feed(HEAD + b"<result><data>" + deep + b"<r/>" * 500)

    assert not more
    with pytest.raises(ProtocolFault, match="deeply"):
        reading.finish()


@pytest.mark.parametrize("junk", [b"<html><body>Bad gateway</body>", b"Sorry, ", b"<!DOCTYPE r><r>"])
def test_what_is_no_answer_is_not_read_to_its_end(junk: bytes) -> None:
    reading = stream()

    pieces = 1
    while reading.feed(junk * 100):
        pieces += 1
        assert pieces < 20

    with pytest.raises(ProtocolFault):
        reading.finish()


def test_a_document_with_a_doctype_after_a_long_comment_is_refused_before_its_records_are_taken() -> None:
    entity = b"<!--" + b"x" * 3000 + b'--><!DOCTYPE response [<!ENTITY a "b">]>'
    taken: list[Any] = []
    reading = AnswerStream(Limits(), 1, taken.append)

    reading.feed(entity + SMALL.split(b"?>", 1)[1])

    with pytest.raises(ProtocolFault, match="DOCTYPE"):
        reading.finish()
    assert taken == []


def test_errors_without_end_fill_no_memory() -> None:
    """An undeclared prefix is an error at every element."""
    tracemalloc.start()
    try:
        reading = stream()
        reading.feed(HEAD + b"<result><data>")
        for _ in range(200):
            if not reading.feed(b"<x:r/>" * 1000):
                break
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    with pytest.raises(ProtocolFault):
        reading.finish()
    assert peak < 20_000_000


def test_nothing_is_kept_of_an_answer_unless_asked_for() -> None:
    body = answer(b"<data>" + b"<r/>" * 1000 + b"</data>")
    off, on = stream(), stream(kept_text_bytes=100)
    for reading in (off, on):
        for start in range(0, len(body), 30):
            reading.feed(body[start : start + 30])

    assert bytes(off.kept) == b""
    assert bytes(on.kept) == body[: 100 + KEPT_MARGIN]


@pytest.mark.parametrize("kind", ["a list", "no list"])
def test_names_that_nobody_has_met_before_are_forgotten_with_their_answer(kind: str) -> None:
    """The parser keeps names for as long as its thread lives: a worker's would have grown for ever."""
    script = f"import {__name__} as here; print(here.growth_in_megabytes({kind!r}))"
    # A process of its own: what other tests have freed would hide what this one takes.
    told = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=True)

    assert float(told.stdout) < 10, "30 MB of names went through"


def growth_in_megabytes(kind: str) -> float:
    """How much this process grows while answers are read that have no name in common."""

    def read_one(number: int) -> None:
        names = (f"n{number}-{place}-{'x' * 150}".encode() for place in range(15_000))
        body = answer(b"<data>" + b"".join(b"<r><%b/></r>" % name for name in names) + b"</data>")
        reading = AnswerStream(Limits(), 1, TAKE if kind == "a list" else None)
        for start in range(0, len(body), 65536):
            assert reading.feed(body[start : start + 65536])
        reading.finish()
        del reading
        gc.collect()  # the parser's own cycles

    for number in range(3):
        read_one(number)
    before = resident_megabytes()
    for number in range(3, 15):
        read_one(number)
    return resident_megabytes() - before


def resident_megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20
