"""The management command is the same simulator, and never runs with production settings (spec 8)."""

import pytest
from django.core.management import CommandError, call_command

from tests.simulator_process import start_simulator


def test_it_refuses_production_settings(settings):
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="never runs with production settings"):
        call_command("intacct_simulator", "--port", "0")


def test_it_refuses_where_nobody_said_that_this_is_no_production(settings):
    del settings.PRODUCTION

    with pytest.raises(CommandError, match="never runs with production settings"):
        call_command("intacct_simulator", "--port", "0")


def test_it_speaks_to_a_running_simulator(capsys):
    with start_simulator() as simulator:
        call_command("intacct_simulator", "latency_ms=3", tell=simulator.port)
        state = simulator.state()

    assert '"latency_ms": true' in capsys.readouterr().out
    assert state["latency_ms"] == 3


def test_settings_that_are_none_end_with_status_2(capsys):
    with pytest.raises(SystemExit) as ended:
        call_command("intacct_simulator", "--port", "0", "latency_ms=slow")

    assert ended.value.code == 2
    assert "latency_ms is a number of milliseconds" in capsys.readouterr().err
