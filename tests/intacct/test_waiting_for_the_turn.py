"""A run waits for Test Connection instead of failing because of it (G-3)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from intacct.jobs import conversation as jobs_conversation
from intacct.jobs.conversation import conversation
from intacct.provider import open_connection
from integrations.runs import lifecycle
from integrations.runs.context import Cancelled, RunContext
from integrations.runs.models import GatewayTurn, Operation, Run
from integrations.runs.turn import TurnTaken, gateway_turn

pytestmark = pytest.mark.django_db
WAITS = "Waiting: Test Connection is using the connection"


@pytest.fixture(autouse=True)
def _short_waits(settings):
    """As a page has it: no patience at all; and each look at Cancel goes to the database."""
    settings.GATEWAY_TURN_WAIT_SECONDS = 0
    settings.RUN_PROGRESS_SECONDS = 0


@pytest.fixture
def context_of(company, connect, simulator) -> Callable[..., RunContext]:
    """An active import; `waits` is called each time that it tells for what it waits."""
    connect(simulator)

    def make(waits: Callable[[Run], object]) -> RunContext:
        run = Run.objects.create(
            company=company,
            operation=Operation.IMPORT_CUSTOMERS,
            provider="intacct",
            connection=open_connection(company),
            started_at=timezone.now(),
        )

        def listen(phase: str, done: int, total: int | None) -> None:
            if phase == WAITS:
                waits(run)

        return RunContext(run, on_progress=listen)

    return make


def test_g3_a_run_waits_until_test_connection_has_finished(company, context_of):
    seen = []
    with gateway_turn(company, "Test Connection") as turn:

        def waits(run: Run) -> None:
            seen.append(run.pk)
            if len(seen) == 2:
                turn.release()

        context = context_of(waits)
        with conversation(context):
            assert GatewayTurn.objects.get().holder_label == "Import Customers"
            assert context.phase == "Signing in", "it no longer says that it waits"
    assert len(seen) == 2


def test_r1_cancel_is_heard_while_a_run_waits(company, context_of):
    context = context_of(lambda run: lifecycle.request_cancel(run))
    with (
        gateway_turn(company, "Test Connection"),
        pytest.raises(Cancelled),
        conversation(context),
    ):
        raise AssertionError("it spoke")


def test_g3_the_turn_of_a_killed_test_connection_is_waited_for(company, context_of):
    turn = gateway_turn(company, "Test Connection")
    turn.__enter__()
    context = context_of(lambda run: GatewayTurn.objects.update(expires_at=timezone.now()))
    with conversation(context):
        assert GatewayTurn.objects.get().holder_label == "Import Customers"


def test_g3_a_run_gives_up_after_more_than_a_turn_lasts(company, context_of, settings, monkeypatch):
    settings.GATEWAY_TURN_SECONDS = 0.3
    monkeypatch.setattr(jobs_conversation, "LONGER_THAN_A_TURN", 0)
    GatewayTurn.objects.create(
        company=company,
        holder="somebody",
        holder_label="Test Connection",
        expires_at=timezone.now() + timedelta(seconds=60),
    )
    told = []
    with pytest.raises(TurnTaken, match=r"^Test Connection is using"), conversation(context_of(told.append)):
        raise AssertionError("it spoke")
    assert told
