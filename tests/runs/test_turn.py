"""One request at a time per company, over all processes (G-3)."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from integrations.runs.models import GatewayTurn
from integrations.runs.turn import TurnLost, TurnTaken, gateway_turn
from tests import factories


def test_others_are_told_who_has_the_turn(company):
    with (
        gateway_turn(company, "Import Customers"),
        pytest.raises(
            TurnTaken, match=r"^Import Customers is using the connection\. Try again when it has finished\.$"
        ),
        gateway_turn(company, "Test Connection", wait_seconds=0),
    ):
        raise AssertionError("two at a time")


def test_the_turn_is_free_again_after_the_block_and_after_an_error(company):
    with gateway_turn(company, "Import Customers"):
        pass
    with pytest.raises(ZeroDivisionError), gateway_turn(company, "Import Customers"):
        raise ZeroDivisionError
    with gateway_turn(company, "Test Connection", wait_seconds=0):
        assert GatewayTurn.objects.get().holder_label == "Test Connection"
    assert GatewayTurn.objects.get().holder == ""


def test_companies_do_not_wait_for_each_other(company):
    with gateway_turn(company, "A"), gateway_turn(factories.a_company(), "B", wait_seconds=0):
        assert GatewayTurn.objects.exclude(holder="").count() == 2


def test_the_turn_of_a_holder_that_died_ends_by_itself(company):
    turn = gateway_turn(company, "Import Customers")
    dead = turn.__enter__()
    GatewayTurn.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with gateway_turn(company, "Test Connection", wait_seconds=0):
        with pytest.raises(TurnLost):
            dead.renew()
        dead.release()
        assert GatewayTurn.objects.get().holder_label == "Test Connection", "the late one can't free it"


def test_each_request_renews_the_turn(company, settings):
    settings.GATEWAY_TURN_SECONDS = 100
    with gateway_turn(company, "Import Customers") as turn:
        GatewayTurn.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        turn.renew()  # expired, but nobody took it
        left = GatewayTurn.objects.get().expires_at - timezone.now()
        assert timedelta(seconds=90) < left <= timedelta(seconds=100)


@pytest.mark.django_db(transaction=True)
def test_a_short_wait_is_enough_where_the_other_one_soon_ends(company):
    begun, ended = threading.Event(), []

    def other() -> None:
        try:
            with gateway_turn(company, "Test Connection"):
                begun.set()
                time.sleep(0.3)
                ended.append(time.monotonic())
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    assert begun.wait(5)
    with gateway_turn(company, "Import Customers", wait_seconds=5):
        assert ended
        assert ended[0] <= time.monotonic()
    thread.join()
