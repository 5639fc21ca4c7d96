"""X-8: what was sent once to reverse an invoice is never forgotten, whatever a person decides in between: not
even books that take a number twice, and are slow to show what arrived, hold two reversals of it."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.exports import reversals
from integrations.exports.hand import CannotDecide
from integrations.exports.models import ExportReversal, ExportState, InvoiceExport, ReversalState
from integrations.exports.port import FoundDocument
from integrations.exports.rules import ReversalWay
from tests import factories
from tests.exports.ledger import RULES, Clock, Killed, Ledger, approved, export

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_batches")]
WAYS = {
    "books": replace(RULES, reversal=ReversalWay.BOOKS),
    "credit": replace(RULES, reversal=ReversalWay.CREDIT, credit_type="Sales Return"),
}
BOTH = pytest.mark.parametrize("way", sorted(WAYS))


class World:
    """An exported invoice in books that take a number twice, and a person."""

    def __init__(self, way):
        company = factories.a_company()
        self.connection = factories.a_connection(company, f"BOOKS-{company.pk}")
        self.person = factories.a_user(company)
        self.rules, self.ledger, self.clock = WAYS[way], Ledger(), Clock()
        self.ledger.takes_doubles = True
        [self.invoice] = approved(self.connection)
        self.run()
        self.credit_number = f"RP-{self.invoice.number}-CR"

    def run(self, *accidents, hidden_for=0):
        self.ledger.plan, self.ledger.hidden_for = list(accidents), hidden_for
        with suppress(Killed):
            export(self.connection, self.ledger, rules=self.rules, clock=self.clock)
        self.ledger.plan, self.ledger.hidden_for = [], 0
        self.clock.pause(60)

    def ask(self, reason="Billed twice.", days=0):
        on = self.invoice.date + timedelta(days=days)
        reversals.ask(self.invoice, by=self.person, reason=reason, on=on, rules=self.rules)

    def withdraw(self):
        reversals.withdraw(self.invoice, by=self.person)

    def again(self):
        reversals.try_again(self.invoice, by=self.person)

    def change_settings(self):
        """What the credit holds is another content from now on."""
        self.rules = replace(self.rules, unit="Hour" if self.rules.unit == "Each" else "Each")

    def put_a_stranger_there(self):
        self.ledger.others = [
            FoundDocument(
                key="strange",
                type="Sales Return",
                number=self.credit_number,
                client_id="C-OTHER",
                date=self.invoice.date,
                total=self.invoice.total + 1,
            )
        ]

    def refused_after_it_arrived(self):
        """It arrived, its answer was lost, it was not shown in time, and a credit went again: refused."""
        self.ask()
        self.run("lost after", hidden_for=9)
        if self.rules.reversal == ReversalWay.BOOKS:
            reversals.not_reversed(self.invoice, by=self.person, why="Looked.")
        else:
            self.run(hidden_for=9)
            self.run(hidden_for=9)
        assert self.reversal.state == ReversalState.FAILED
        assert self.times_reversed == 1

    @property
    def reversal(self):
        return ExportReversal.objects.exclude(state=ReversalState.WITHDRAWN).get(export=self.export)

    @property
    def export(self):
        return InvoiceExport.objects.get(invoice=self.invoice)

    @property
    def times_reversed(self):
        credits = [parcel for parcel, _ in self.ledger.documents if parcel.document.is_credit]
        return len(credits) + len(self.ledger.reversed)


@BOTH
def test_one_that_may_have_arrived_is_the_same_when_it_is_asked_for_again(way):
    world = World(way)
    world.refused_after_it_arrived()

    world.withdraw()
    world.ask()
    world.run()

    assert world.times_reversed == 1
    assert (world.reversal.state, world.export.state) == (ReversalState.DONE, ExportState.REVERSED)


def test_asked_for_again_with_another_reason_and_day_it_still_does_not_go_twice():
    world = World("credit")
    world.refused_after_it_arrived()

    world.withdraw()
    world.ask("The wrong client.", days=3)
    world.run()

    assert world.times_reversed == 1
    assert (world.reversal.state, world.reversal.reason) == (ReversalState.CONFLICT, "The wrong client.")
    assert "is dated" in world.reversal.message


def test_after_a_change_of_settings_it_still_does_not_go_twice():
    world = World("credit")
    world.refused_after_it_arrived()

    world.change_settings()
    world.again()
    world.run()

    assert world.times_reversed == 1
    assert world.export.state == ExportState.REVERSED


def test_found_not_to_be_there_while_the_books_did_not_show_it_it_does_not_go_under_another_number_too():
    world = World("credit")
    world.put_a_stranger_there()
    world.ask()
    documents = world.ledger.documents
    world.run("lost after", hidden_for=1)  # it arrived, and the books show nothing yet
    late, world.ledger.documents = documents[1:], documents[:1]
    world.run()  # ... then only the stranger's
    assert world.reversal.state == ReversalState.CONFLICT

    reversals.not_reversed(world.invoice, by=world.person, why="Looked.")
    world.again()
    world.run()

    world.ledger.documents += late
    assert world.times_reversed == 1


def test_one_whose_number_is_anothers_keeps_that_in_mind_when_it_is_asked_for_again():
    world = World("credit")
    world.ledger.takes_doubles = False
    world.put_a_stranger_there()
    world.ask()
    world.run()
    reversals.not_reversed(world.invoice, by=world.person, why="Looked.")

    world.withdraw()
    world.ask()
    world.run()

    assert world.export.state == ExportState.REVERSED
    assert world.ledger.numbers == [f"RP-{world.invoice.number}", f"{world.credit_number}2"]


def test_what_the_books_were_too_busy_for_and_then_out_of_reach_is_asked_for_before_it_is_believed_refused():
    """After "busy" the same control id went, so a later "no" may speak of the first time."""
    world = World("credit")
    world.ask()
    world.run("busy", "nothing")
    world.ledger.refuse[world.credit_number] = "The period is closed."

    world.run()

    assert (world.reversal.state, world.reversal.refused) == (ReversalState.FAILED, False)
    assert len(world.ledger.asked) > 2  # twice, a while apart
    assert world.reversal.not_found_count == 2


def test_a_definite_refusal_is_mended_in_the_settings_and_asked_for_again_as_the_settings_say_now():
    world = World("credit")
    world.ledger.refuse[world.credit_number] = "No such definition."
    world.ask()
    world.run()
    first = world.reversal.control_id
    world.ledger.refuse.clear()

    world.rules = replace(world.rules, credit_type="Credit Memo")
    world.withdraw()
    world.ask("As they say now.")
    world.run()

    assert (world.reversal.document_type, world.reversal.state) == ("Credit Memo", ReversalState.DONE)
    assert world.reversal.control_id != first
    assert world.ledger.numbers == [f"RP-{world.invoice.number}", world.credit_number]


RUNS = st.tuples(
    st.just("run"),
    st.lists(
        st.sampled_from(["", "lost after", "lost before", "killed after", "busy", "nothing"]), max_size=2
    ),
    st.integers(0, 4),
)
HANDS = [
    "ask",
    "ask otherwise",
    "withdraw",
    "again",
    "not reversed",
    "settings",
    "refuse",
    "take",
    "stranger",
]
STEPS = st.one_of(RUNS, st.tuples(st.sampled_from(HANDS)))


@given(
    way=st.sampled_from(sorted(WAYS)),
    has_arrived=st.booleans(),
    steps=st.lists(STEPS, min_size=2, max_size=8),
)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_decided_between_runs_the_books_never_reverse_it_twice(way, has_arrived, steps):
    world = World(way)
    if has_arrived:
        world.refused_after_it_arrived()
    for what, *detail in steps:
        with suppress(CannotDecide):
            match what:
                case "run":
                    accidents, hidden_for = detail
                    world.run(*accidents, hidden_for=hidden_for)
                case "ask":
                    world.ask()
                case "ask otherwise":
                    world.ask("Another reason.", days=2)
                case "withdraw":
                    world.withdraw()
                case "again":
                    world.again()
                case "not reversed":
                    reversals.not_reversed(world.invoice, by=world.person, why="Looked.")
                case "settings":
                    world.change_settings()
                case "refuse":
                    world.ledger.refuse[world.credit_number] = "Not today."
                case "take":
                    world.ledger.refuse.clear()
                case "stranger":
                    world.put_a_stranger_there()
        assert world.times_reversed <= 1
