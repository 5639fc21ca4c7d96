"""The simulator as the process that `make demo`, drills and other tests start."""

import os
import subprocess
import sys

import pytest
import requests

from intacct.simulator import command
from intacct.simulator.faults import KINDS
from tests.simulator_process import PROJECT, start_simulator

from .talking import Talker, invoice, query, reversal, sotransaction


def run(*words, **options):
    return subprocess.run(
        [sys.executable, "-m", "intacct.simulator", *words],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **options,
    )


def test_it_starts_on_a_free_port_says_so_and_stops_when_told():
    with start_simulator(customers=7, items=3, employees=2, latency_ms=1) as simulator:
        assert simulator.url == f"http://127.0.0.1:{simulator.port}/ia/xml/xmlgw.phtml"
        talker = Talker(simulator.url)
        assert len(talker.ask(query("CUSTOMER", "RECORDNO")).records) == 7
        assert simulator.state()["latency_ms"] == 1
        assert simulator.tell(tax_percent="1")["tax_percent"] is True
    assert simulator.process.returncode == 0
    with pytest.raises(requests.exceptions.ConnectionError):
        talker.ask(query("CUSTOMER", "RECORDNO"))


@pytest.mark.parametrize("word", ["true", "1", "Yes"])
def test_it_never_starts_with_production_settings(word):
    """Spec 8, for `python -m intacct.simulator` too."""
    refused = run("--port", "0", env={**os.environ, "PRODUCTION": word})

    assert (refused.returncode, refused.stdout) == (2, "")
    assert "never runs with production settings" in refused.stderr


def test_what_it_holds_outlives_it_with_a_state_file(tmp_path):
    state = tmp_path / "deep" / "world.sqlite3"
    with start_simulator(state=state, customers=9) as simulator:
        talker = Talker(simulator.url)
        assert talker.ask(sotransaction(), uniqueid="true", control_ids=["inv-1"]).statuses == ["success"]
        assert talker.ask(invoice(), reversal("8001"), invoice(invoiceno="RP-2")).statuses == ["success"] * 3
        simulator.tell(
            rename={"object": "DEPARTMENT", "id": "300", "new_id": "301"},
            delete={"object": "DEPARTMENT", "id": "400"},
            add={"object": "DEPARTMENT", "id": "NEW", "fields": {"TITLE": "New & shiny"}},
            closed_through="2026-01-31",
            advance=True,
        )
        simulator.process.kill()  # what was answered is kept even so
        simulator.process.wait(timeout=20)

    with start_simulator(state=state) as simulator:
        told = simulator.state()
        talker = Talker(simulator.url)
        departments = talker.ask(query("DEPARTMENT", "RECORDNO DEPARTMENTID TITLE"))
        ids = departments.column("DEPARTMENTID")
        assert {"301", "NEW"} <= set(ids)
        assert not {"300", "400"} & set(ids)
        assert "New & shiny" in departments.column("TITLE")
        assert told["customers"]["total"] != 9  # the day's changes
        (document,) = simulator.documents()
        assert (document["key"], len(document["lines"])) == ("Sales Invoice-RP-1", 1)
        assert [(each["STATE"], len(each["lines"])) for each in talker.invoices()] == [
            ("Reversed", 1),
            ("Posted", 1),
        ]
        assert talker.ask(reversal("8002")).statuses == ["success"]
        again = talker.ask(sotransaction(documentno="B"), uniqueid="true", control_ids=["inv-1"])
        assert again.errorno == "SIM-DUPLICATE-CONTROLID"
        assert told["settings"]["closed_through"] == "2026-01-31"
        assert told["days_advanced"] == 1
        assert talker.ask(sotransaction(documentno="C")).statuses == ["success"]

    with start_simulator(state=state, customers=9) as simulator:
        assert len(simulator.documents()) == 2


def test_another_size_than_the_state_file_holds_is_refused_with_a_sentence(tmp_path):
    state = tmp_path / "world.sqlite3"
    with start_simulator(state=state, customers=5):
        pass

    ended = run("--port", "0", "--state", str(state), "--customers", "6")

    assert ended.returncode == 2
    assert "holds a world made with --customers 5" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_file_that_is_no_state_file_is_refused_with_a_sentence(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("These are notes, and long enough to be no database at all. " * 20)

    ended = run("--port", "0", "--state", str(path))

    assert ended.returncode == 2
    assert "is not a state file of the simulator" in ended.stderr


def test_settings_and_changes_can_be_made_from_the_start():
    words = ("closed_through=2026-10-31", "tax_percent=8.25", "running_limit=0")
    command_line = [
        sys.executable,
        "-m",
        "intacct.simulator",
        "--port",
        "0",
        "--fault",
        "slow,seconds=0",
        *words,
    ]
    with subprocess.Popen(command_line, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().split()[3]
            state = Talker(url).state()
        finally:
            process.terminate()

    assert state["settings"]["closed_through"] == "2026-10-31"
    assert (state["settings"]["tax_percent"], state["settings"]["running_limit"]) == ("8.25", 0)
    assert [fault["kind"] for fault in state["faults"]] == ["slow"]


def test_tell_changes_a_running_simulator_and_prints_its_answer():
    with start_simulator() as simulator:
        port = str(simulator.port)
        told = run("--tell", port, "latency_ms=5", "closed_through=2026-10-31", 'permissions={"ITEM": []}')
        counts = run("--tell", port)
        wrong = run("--tell", port, "nonsense=1")
        malformed = run("--tell", port, "nonsense")
        state = simulator.state()

    assert told.returncode == counts.returncode == 0
    assert '"latency_ms": true' in told.stdout
    assert '"customers"' in counts.stdout
    assert all(f'"{kind}"' in counts.stdout for kind in KINDS)
    assert (state["latency_ms"], state["settings"]["closed_through"]) == (5, "2026-10-31")
    assert state["settings"]["permissions"] == {"ITEM": []}
    assert (wrong.returncode, malformed.returncode) == (1, 2)
    assert "There is no setting 'nonsense'" in wrong.stderr
    assert "key=value" in malformed.stderr


def test_telling_nobody_is_said_in_a_sentence():
    status, text = command.tell(1, None)

    assert status == 1
    assert text.startswith("No simulator answers on port 1")


def test_a_port_in_use_is_said_in_a_sentence():
    with start_simulator() as simulator:
        ended = run("--port", str(simulator.port))

    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Port {simulator.port} can't be used")


@pytest.mark.parametrize(
    "words", [("--port", "70000"), ("--customers", "-1"), ("--customers", "many"), ("a=1",)]
)
def test_bad_options_end_with_usage(words):
    ended = run("--port", "0", *words)

    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_help_tells_the_sign_in_and_every_fault():
    text = run("--help").stdout

    for word in ("recon_sender", "sender-secret", "ACME-SANDBOX", "recon_ws", "user-secret", *KINDS):
        assert word in text


def test_the_list_of_faults_tells_their_options_and_may_be_cut_short():
    text = run("--faults").stdout
    with subprocess.Popen(
        [sys.executable, "-m", "intacct.simulator", "--faults"],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        complaint = process.stderr.read()

    assert all(kind in text for kind in KINDS)
    assert "[levels: a whole number]" in text
    assert complaint == b""


def test_without_the_schemas_it_says_so_and_keeps_to_its_own_rules(tmp_path):
    with start_simulator(environment={"INTACCT_SCHEMAS": str(tmp_path)}) as simulator:
        talker = Talker(simulator.url)
        good = talker.ask(query("CUSTOMER", "RECORDNO"))
        bad = talker.ask(query("CUSTOMER", "RECORDNO"), version="2.1")
        made = talker.ask(invoice(externalid="x"), reversal("8001"), '<get_invoice key="8001"/>')
        incomplete = talker.ask(invoice().replace("<amount>185.00</amount>", ""))
    help_text = run("--help", env={"INTACCT_SCHEMAS": str(tmp_path)}).stdout

    assert good.statuses == ["success"]
    assert (bad.control, bad.errorno) == ("failure", "XL03000003")
    assert made.statuses == ["success"] * 3, made.errors()
    assert (incomplete.control, incomplete.errorno) == ("failure", "XL03000003")
    assert "plain rules" in help_text
