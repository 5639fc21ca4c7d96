"""Every fault of the simulator by every operation of the client, as tools/fault_table.py says (X-5, G-3).

A simulator process, real HTTP, and a clock that stands still: nobody waits.
"""

import gzip
import urllib.request
import zlib
from collections.abc import Iterator
from http.client import HTTPResponse

import pytest

from intacct.gateway import GetApiSession, Version
from intacct.gateway.envelope import Envelope
from intacct.simulator.faults import KINDS
from tools.fault_operations import CREDENTIALS, CUSTOMERS, OPERATIONS, Bench
from tools.fault_table import NOT_FAULTS, ROWS, Row
from tools.simulating import simulator


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with simulator(customers=CUSTOMERS) as running:
        found = Bench(running)
        found.prepare()
        yield found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_operation_ends_as_the_table_says(bench: Bench, row: Row) -> None:
    ended = {operation.label: bench.ended(row, operation) for operation in OPERATIONS}

    assert ended == {
        operation.label: row.expected(operation.name, operation.label, operation.step)
        for operation in OPERATIONS
    }


def test_every_fault_of_the_simulator_is_in_the_table() -> None:
    assert {row.kind for row in ROWS} | set(NOT_FAULTS) == set(KINDS)


def test_no_two_rows_have_one_name() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_the_oddities_that_change_nothing_are_really_in_the_answer(bench: Bench) -> None:
    """Their rows end like those of a sound answer, and so can't tell whether there was anything odd."""
    envelope = Envelope(
        CREDENTIALS, Version.V3_0, "odd", (GetApiSession(),), ("odd:1",), session_id=""
    ).to_bytes()

    def answer(kind: str) -> HTTPResponse:
        bench.simulator.tell(clear_faults=True, faults=[{"kind": kind}])
        headers = {"Content-Type": "application/xml", "Accept-Encoding": "gzip"}
        request = urllib.request.Request(bench.simulator.url, data=envelope, headers=headers)
        found: HTTPResponse = urllib.request.urlopen(request, timeout=20)
        return found

    with answer("odd_content_type") as odd:
        assert odd.headers["Content-Type"] == 'text/xml; encoding="UTF-8"'
    with answer("two_members") as packed:
        assert packed.headers["Content-Encoding"] == "gzip"
        first = zlib.decompressobj(zlib.MAX_WBITS | 16)
        begun = first.decompress(packed.read())
        assert first.eof
        assert b"</response>" in begun + gzip.decompress(first.unused_data)
        assert b"</response>" not in begun
