"""The short form of `make drill`: a real worker, killed on the way, over every sort of fault (X-5)."""

import subprocess
import sys

import pytest

from tests.product import running_product
from tools.drill.plan import GROUPS, PlannedFault, make_plan, met
from tools.processes import ROOT

SHORT = {"invoices": 200, "each": 2, "kills": 2}


@pytest.mark.worker
@pytest.mark.xdist_group("processes")
@pytest.mark.parametrize(("version", "kind", "seed"), [("v3.0", "order_entry", 1), ("v2.1", "ar_invoice", 6)])
def test_every_invoice_is_in_the_ledger_exactly_once_after_faults_and_kills(tmp_path, version, kind, seed):
    with running_product(tmp_path) as product:
        environment = {**product.processes.environment, "VAR_DIR": str(tmp_path)}
        sizes = [word for name, value in SHORT.items() for word in (f"--{name}", str(value))]
        drill = ("--version", version, "--kind", kind, "--seed", str(seed), "--most-seconds", "300")
        result = subprocess.run(
            [sys.executable, "-m", "tools.drill", *drill, *sizes],
            cwd=ROOT,
            env=environment,
            text=True,
            capture_output=True,
        )

    assert result.returncode == 0, result.stdout + result.stderr
    told = dict(line.strip().split("  ", 1) for line in result.stdout.splitlines() if "  " in line.strip())
    assert told["kills"].split()[0] == "2,"
    assert told["invoices"].split()[:6] == ["200,", "of", "which", "exported", "200,", "sending"]
    assert (told["doubles"].strip(), told["missing"].strip()) == ("0", "0")


def test_the_same_seed_plans_the_same_and_each_fault_at_least_as_often_as_asked():
    plan = make_plan(seed=7, invoices=2000, each=20, kills=20, function="create_invoice")

    assert plan == make_plan(seed=7, invoices=2000, each=20, kills=20, function="create_invoice")
    assert plan != make_plan(seed=8, invoices=2000, each=20, kills=20, function="create_invoice")
    for group in GROUPS:
        aimed = [
            planned
            for planned in plan.faults
            if planned.group == group and planned.fault.get("function") == "create_invoice"
        ]
        assert len(aimed) == 20
    assert len(plan.kills) == 20
    assert max(planned.at for planned in plan.faults) < 2000


def test_a_fault_that_is_still_queued_has_met_nothing():
    cut = {"kind": "cut", "function": "create_invoice", "skip": 1}
    given = [
        PlannedFault(0, "cut", cut),
        PlannedFault(5, "cut", cut),
        PlannedFault(9, "5xx", {"kind": "http_502"}),
    ]

    counts = met(given, left=[{"kind": "cut", "function": "create_invoice", "times": 1, "skip": 0}])

    assert (counts["cut"], counts["5xx"], counts["throttled"]) == (1, 1, 0)
