"""X-5: what was sent once is never forgotten, whatever a person changes or decides in between: not even books
that take a number twice, and are slow to show what arrived, hold an invoice twice."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.exports import conflicts, hand
from integrations.exports.hand import CannotDecide
from integrations.exports.models import ExportState, InvoiceExport
from integrations.exports.port import FoundDocument
from reconpro.invoices.services import (
    HeadValues,
    InvoiceRefused,
    approve,
    back_to_draft,
    lines_of,
    save_invoice,
)
from tests import factories
from tests.exports.ledger import RULES, Clock, Killed, Ledger, approved, export

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("small_batches")]


class World:
    """An approved invoice, books that take a number twice, and a person."""

    def __init__(self):
        company = factories.a_company()
        self.connection = factories.a_connection(company, f"BOOKS-{company.pk}")
        self.person = factories.a_user(company)
        self.rules, self.ledger, self.clock = RULES, Ledger(), Clock()
        self.ledger.takes_doubles = True
        [self.invoice] = approved(self.connection)
        self.first_number = f"RP-{self.invoice.number}"

    def run(self, *accidents, hidden_for=0):
        self.ledger.plan, self.ledger.hidden_for = list(accidents), hidden_for
        with suppress(Killed):
            run = export(self.connection, self.ledger, rules=self.rules, clock=self.clock)
        self.ledger.plan, self.ledger.hidden_for = [], 0
        self.clock.pause(60)
        return run if not accidents else None

    def edit(self, suffix=""):
        """Another price, and another number where a suffix is given."""
        draft = back_to_draft(invoice=self.invoice, by=self.person)
        head = HeadValues(
            client=draft.client, date=draft.date, number=draft.number + suffix, terms=draft.terms
        )
        lines = [replace(line, price=line.price + 1) for line in lines_of(draft)]
        save_invoice(invoice=draft, by=self.person, head=head, lines=lines)
        approve(invoice=draft, by=self.person)
        self.invoice.refresh_from_db()

    def change_settings(self):
        """What the invoice goes as is another content from now on."""
        self.rules = replace(self.rules, unit="Hour" if self.rules.unit == "Each" else "Each")

    def put_a_stranger_there(self):
        self.ledger.others = [
            FoundDocument(
                key="strange",
                type="Sales Invoice",
                number=self.first_number,
                client_id="C-OTHER",
                date=self.invoice.date,
                total=self.invoice.total + 1,
            )
        ]

    def refused_after_it_arrived(self):
        """It arrived, its answer was lost, it was not shown in time, and it went again: refused."""
        self.run("lost after", hidden_for=9)
        self.run(hidden_for=9)
        assert self.row.state == ExportState.FAILED
        assert self.times_there == 1

    @property
    def row(self):
        return InvoiceExport.objects.get(invoice=self.invoice)

    @property
    def times_there(self):
        return len(self.ledger.documents)


@pytest.fixture
def world():
    return World()


def test_changed_after_it_may_have_arrived_it_is_found_as_what_it_was_and_is_a_persons(world):
    world.refused_after_it_arrived()

    world.edit()
    world.run()

    assert world.times_there == 1
    assert world.row.state == ExportState.CONFLICT
    assert "is over" in world.row.message


def test_changed_back_it_is_adopted(world):
    world.refused_after_it_arrived()

    world.change_settings()
    world.run(hidden_for=9)
    world.change_settings()
    world.run()

    assert (world.times_there, world.row.state) == (1, ExportState.EXPORTED)


def test_under_another_number_too_it_does_not_go_twice(world):
    world.refused_after_it_arrived()

    world.edit(suffix="x")
    world.run()

    assert (world.times_there, world.row.state) == (1, ExportState.FAILED)


def test_what_did_not_arrive_goes_changed_under_the_control_id_that_it_had(world):
    world.ledger.refuse[world.first_number] = "No such department."
    world.run("lost before", hidden_for=9)
    world.run()
    first = world.row.control_id
    assert world.row.state == ExportState.FAILED

    world.ledger.refuse.clear()
    world.edit(suffix="x")
    world.run()

    assert world.row.state == ExportState.EXPORTED
    assert (world.ledger.numbers, world.row.control_id) == ([f"{world.first_number}x"], first)


def test_found_to_be_anothers_while_the_books_did_not_show_it_it_does_not_go_under_another_number_too(world):
    world.put_a_stranger_there()
    world.ledger.hides_ours = True
    world.run("lost after")  # it arrived, and the books show only the stranger's
    assert world.row.state == ExportState.CONFLICT

    conflicts.not_ours(world.invoice, by=world.person)
    world.edit(suffix="x")
    world.run()

    assert world.times_there == 1


def test_refused_at_once_for_a_number_that_is_anothers_it_goes_as_a_new_one(world):
    world.ledger.takes_doubles = False
    world.put_a_stranger_there()
    world.run()
    first = world.row.control_id

    conflicts.not_ours(world.invoice, by=world.person)
    world.edit(suffix="x")
    world.run()

    assert world.row.state == ExportState.EXPORTED
    assert world.row.control_id != first


def test_what_the_books_were_too_busy_for_and_then_out_of_reach_is_asked_for_before_it_is_believed_refused(
    world,
):
    """After "busy" the same control id went, so a later "no" may speak of the first time."""
    world.run("busy", "nothing")
    assert (world.row.state, world.row.error_text) == (ExportState.FAILED, "Temporarily Off-line")
    world.ledger.refuse[world.first_number] = "The period is closed."

    run = world.run()

    assert (world.row.state, world.row.refused, run.failed_count) == (ExportState.FAILED, False, 1)
    assert world.row.not_found_count == len(world.ledger.asked) == 2  # a while apart


def test_what_was_in_doubt_and_met_busy_and_unreachable_books_stays_in_doubt(world):
    world.run("lost before", "busy", "nothing", hidden_for=9)
    assert (world.row.state, world.row.refused) == (ExportState.UNKNOWN, False)

    run = world.run()

    assert (run.exported_count, world.times_there) == (1, 1)


@pytest.mark.parametrize("end", ["busy", "nothing", "refused"])
def test_changed_after_busy_it_keeps_its_control_id(world, end):
    if end == "refused":
        world.ledger.refuse[world.first_number] = "No."
    world.run(*["busy"] * 3, *[end] * (end != "refused"))
    first = world.row.control_id
    assert world.row.state == ExportState.FAILED

    world.ledger.refuse.clear()
    world.edit()
    world.run()

    assert (world.row.state, world.row.control_id) == (ExportState.EXPORTED, first)


def test_what_the_client_itself_sent_twice_keeps_its_control_id_when_it_is_changed(world):
    """Refused the second time, after the first answer was lost within the same request to the books."""
    world.run("sent twice", hidden_for=9)
    assert (world.row.state, world.times_there) == (ExportState.FAILED, 1)

    world.edit(suffix="x")
    world.run()

    assert world.times_there == 1


ACCIDENTS = [
    "", "lost after", "lost before", "killed after", "killed before", "busy", "nothing", "sent twice",
]  # fmt: skip
RUNS = st.tuples(st.just("run"), st.lists(st.sampled_from(ACCIDENTS), max_size=3), st.integers(0, 4))
HANDS = [
    "edit", "renumber", "settings", "refuse", "take", "stranger", "hide", "show", "another's", "look again",
    "keep back", "take up", "by hand", "not by hand",
]  # fmt: skip
STEPS = st.one_of(RUNS, st.tuples(st.sampled_from(HANDS)))


def do(world, what, *detail):
    by = world.person
    match what:
        case "run":
            accidents, hidden_for = detail
            world.run(*accidents, hidden_for=hidden_for)
        case "edit":
            world.edit()
        case "renumber":
            world.edit(suffix="x")
        case "settings":
            world.change_settings()
        case "refuse":
            world.ledger.refuse[f"RP-{world.invoice.number}"] = "Not today."
        case "take":
            world.ledger.refuse.clear()
        case "stranger":
            world.put_a_stranger_there()
        case "hide" | "show":
            world.ledger.hides_ours = what == "hide"
        case "another's":
            conflicts.not_ours(world.invoice, by=by)
        case "look again":
            conflicts.look_again(world.invoice, by=by)
        case "keep back":
            hand.keep_back(world.invoice, by=by, connection=world.connection)
        case "take up":
            hand.take_up_again(world.invoice, by=by)
        case "by hand":
            hand.mark_by_hand(world.invoice, "HAND-1", by=by, connection=world.connection)
        case "not by hand":
            hand.take_mark_back(world.invoice, by=by, why="A mistake.")


@given(
    has_arrived=st.booleans(),
    steps=st.lists(STEPS, min_size=2, max_size=8),
)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_changed_or_decided_between_runs_the_books_never_hold_it_twice(has_arrived, steps):
    world = World()
    if has_arrived:
        world.refused_after_it_arrived()
    for what, *detail in steps:
        with suppress(CannotDecide, InvoiceRefused):
            do(world, what, *detail)
        assert world.times_there <= 1
