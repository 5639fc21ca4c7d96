"""`make bench` itself: it measures, counts and judges; here with so few records that no time is judged."""

import os
import subprocess
import sys

import pytest

from tools.bench.limits import beside_pages, without_values
from tools.bench.sizes import FULL, sizes
from tools.bench.verdicts import Verdicts
from tools.processes import ROOT


def bench(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    inherited = {name: text for name, text in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "tools.bench", *words],
        cwd=ROOT,
        env={**inherited, **environment},
        text=True,
        capture_output=True,
        timeout=600,  # seconds on a quiet machine
    )


def test_imports_floor_and_usual_way_are_measured_and_what_they_counted_is_checked():
    ended = bench("imports", "--only", "SQLite", BENCH_SIZES="tiny")

    assert ended.returncode == 0, ended.stderr
    lines = [line for line in ended.stdout.splitlines() if line.startswith("| SQLite")]
    measured = [line.split("|")[3].strip() for line in lines]
    assert measured == [
        *("reading alone", "floor", "first", "unchanged", "1 % changed", "1 % gone"),
        *("usual way, first", "usual way, unchanged"),
    ]
    assert "All as expected." in ended.stdout


def test_exports_and_the_bare_loop_are_measured_and_what_arrived_is_checked():
    ended = bench("exports", "--only", "SQLite", BENCH_SIZES="tiny")

    assert ended.returncode == 0, ended.stderr
    lines = [line for line in ended.stdout.splitlines() if line.startswith("| SQLite")]
    columns = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    # 60 invoices: two batches, the sign-in, and their totals read back; one transaction for each and for that
    assert [(row[1], row[2], row[7], row[8]) for row in columns] == [
        ("20", "0", "3", "21"),
        ("60", "0", "4", "61"),
        ("60", "200", "4", "61"),
    ]
    assert "All as expected." in ended.stdout


def test_sizes_that_nobody_understands_end_with_a_sentence():
    ended = bench(BENCH_SIZES="enormous")

    assert ended.returncode == 2
    assert "'enormous' is neither full, small, tiny" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_single_sizes_change_the_full_ones():
    assert sizes("") == FULL
    assert sizes("rounds=2, large=20000").large == 20_000
    assert sizes("rounds=2, large=20000").small == FULL.small


def test_what_missed_is_named_and_ends_with_status_1(capsys):
    verdicts = Verdicts(judged=True)
    verdicts.expect("It is quick", True)
    assert verdicts.conclude() == 0
    verdicts.expect("It is small", False)
    assert verdicts.conclude() == 1
    assert capsys.readouterr().out.endswith("1 not as expected:\n  It is small\n")


def test_sizes_too_small_to_measure_hold_no_limit_of_time_but_every_other(capsys):
    verdicts = Verdicts(judged=False)
    verdicts.expect("It is quick", False)
    assert verdicts.conclude() == 0
    verdicts.expect("It writes nothing", False, is_about_time=False)
    assert verdicts.conclude() == 1


@pytest.mark.parametrize(
    ("many", "expected"),
    [
        ({"page": 5, "once": 1}, (0, 1)),
        ({"page": 9, "once": 1}, (0, 2)),
        ({"page": 5, "once": 2}, (1, 1)),
        ({"page": 5, "once": 1, "new": 3}, (3, 1)),
    ],
)
def test_statements_beside_those_of_pages_are_told_apart(many, expected):
    assert beside_pages({"page": 1, "once": 1}, many, pages=4) == expected


def test_a_statement_is_the_same_for_other_values():
    assert without_values("SELECT 1 WHERE id IN (1, 22)") == without_values("SELECT 1 WHERE id IN (3)")
    rows = "INSERT INTO t VALUES (%s, %s), (%s, %s)"
    assert without_values(rows) == without_values("INSERT INTO t VALUES (%s, %s)")
    assert without_values('SAVEPOINT "s1_x1"') == without_values('SAVEPOINT "s1_x2"')
