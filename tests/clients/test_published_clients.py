"""Published clients can't tell the simulator from the real gateway (section 10.2 of the reference)."""

import json
import re

import pytest

from tests.simulator_process import PROJECT, start_simulator
from tools.clients import javascript_sdk
from tools.clients.steps import SIZES

# What each of them must have done, whatever else it did.
ESSENTIAL = {
    "sign in",
    "page through customers",
    "create an AR invoice",
    "create an Order Entry transaction",
    "unknown customer",
    "schema error",
    "wrong sender",
    "wrong user",
    "expired session",
}


def check(steps):
    assert [f"{step.title}: {step.told}" for step in steps if not step.ok] == []
    assert {step.title for step in steps} >= ESSENTIAL


def test_the_python_client_does_all_its_steps():
    python_sdk = pytest.importorskip("tools.clients.python_sdk", reason="sageintacctsdk is not installed")

    with start_simulator(**SIZES) as simulator:
        check(list(python_sdk.steps(simulator)))
        refused = simulator.state()["invalid_requests"]

    assert len(refused) == 1  # the one that was meant to be


def test_the_javascript_client_does_all_its_steps():
    with start_simulator(**SIZES) as simulator:
        try:
            check(list(javascript_sdk.steps(simulator)))
        except javascript_sdk.NotInstalled as reason:
            pytest.skip(str(reason))
        refused = simulator.state()["invalid_requests"]

    assert len(refused) == 1


def test_nothing_but_these_steps_and_the_benchmark_uses_a_published_client():
    """It is a measure of the simulator and of our speed, no part of the product."""
    users = {
        path.relative_to(PROJECT).as_posix()
        for folder in ("reconpro", "integrations", "intacct", "tools", "tests")
        for path in (PROJECT / folder).rglob("*.py")
        if re.search(r"^\s*(from|import) sageintacctsdk", path.read_text(), re.MULTILINE)
    }

    assert users == {"tools/clients/python_sdk.py", "tools/bench/usual.py"}


def test_the_pinned_versions_name_no_registry():
    """Whoever installs them uses the registry of the own machine's settings."""
    lock = json.loads(javascript_sdk.LOCK.read_text())

    packages = {name: each for name, each in lock["packages"].items() if name}
    assert "node_modules/@intacct/intacct-sdk" in packages
    assert [name for name, each in packages.items() if "resolved" in each or not each["integrity"]] == []
