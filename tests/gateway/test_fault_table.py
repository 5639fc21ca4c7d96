"""Every fault of the simulator by every operation of the client, as tools/fault_table.py says (X-5, G-3).

A simulator process, real HTTP, and a clock that stands still: nobody waits.
"""

from collections.abc import Iterator

import pytest

from intacct.simulator.faults import KINDS
from tools.fault_operations import CUSTOMERS, OPERATIONS, Bench
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
