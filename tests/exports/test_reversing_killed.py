"""X-8: a worker killed at any line of a reversal neither doubles nor loses it."""

from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest

from integrations.exports import reversals
from integrations.exports.models import ExportState
from integrations.exports.rules import ReversalWay
from tests import factories
from tests.exports import test_any_accident as any_accident
from tests.exports.ledger import RULES, Clock, Killed, Ledger, export, state_of
from tests.exports.test_any_accident import KillAtLine, approved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_batches")]
WAYS = {
    "books": replace(RULES, reversal=ReversalWay.BOOKS),
    "credit": replace(RULES, reversal=ReversalWay.CREDIT, credit_type="Sales Return"),
}


@pytest.fixture(autouse=True)
def _watched(monkeypatch):
    monkeypatch.setattr(any_accident, "WATCHED", ("/integrations/exports/reversing.py",))


def one_to_reverse(rules):
    connection, [invoice] = approved(1)
    ledger = Ledger()
    export(connection, ledger, rules=rules, clock=Clock())
    by = factories.a_user(connection.company)
    reversals.ask(invoice, by=by, reason="Wrong.", on=date.today(), rules=rules)
    return connection, invoice, ledger


@pytest.mark.parametrize("accident", ["", "lost after"])
@pytest.mark.parametrize("way", sorted(WAYS))
def test_killed_at_any_line(way, accident):
    rules = WAYS[way]
    connection, _, ledger = one_to_reverse(rules)
    counter = KillAtLine(1_000_000)
    with counter:
        export(connection, ledger, rules=rules, clock=Clock())
    lines = 1_000_000 - counter.left
    assert lines > 60
    for line in range(1, lines, max(1, lines // 7)):
        connection, invoice, ledger = one_to_reverse(rules)
        clock = Clock()
        ledger.plan = [accident]
        with suppress(Killed), KillAtLine(line):
            export(connection, ledger, rules=rules, clock=clock)
        for _ in range(4):
            clock.pause(60)
            export(connection, ledger, rules=rules, clock=clock)

        assert state_of(invoice).state == ExportState.REVERSED
        credits = [parcel for parcel, _ in ledger.documents if parcel.document.is_credit]
        assert len(credits) + len(ledger.reversed) == 1
