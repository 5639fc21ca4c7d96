"""X-5 to X-8 held against any sequence of runs, accidents and hands: never twice in the books, never lost."""

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.exports import conflicts, hand, reversals
from integrations.exports.hand import CannotDecide
from integrations.exports.models import (
    DONE_STATES,
    REVERSAL_UNDER_WAY,
    ExportReversal,
    ExportState,
    InvoiceExport,
    ReversalState,
    TakenNumber,
)
from integrations.exports.port import FoundDocument
from integrations.exports.rules import ReversalWay
from reconpro.invoices.models import Invoice
from reconpro.invoices.services import HeadValues, InvoiceRefused, approve, back_to_draft, save_invoice
from reconpro.invoices.services import lines_of as lines_on
from tests import factories
from tests.exports.ledger import RULES, Clock, Killed, Ledger, export

pytestmark = pytest.mark.django_db
ACCIDENTS = ["", "lost after", "lost before", "nothing", "killed before", "killed after", "busy", "refused"]
WAYS = {
    "books": replace(RULES, reversal=ReversalWay.BOOKS),
    "credit": replace(RULES, reversal=ReversalWay.CREDIT, credit_type="Sales Return"),
}
HANDS = [
    "keep back", "take up", "by hand", "not by hand", "ours", "another's", "look again", "reverse",
    "withdraw", "again", "mark reversed", "not reversed", "edit", "stranger", "stranger",
]  # fmt: skip
STEPS = st.one_of(
    st.tuples(st.just("run"), st.lists(st.sampled_from(ACCIDENTS), max_size=4)),
    st.tuples(st.sampled_from(HANDS), st.integers(0, 1)),
)


@pytest.fixture(autouse=True)
def _small(settings):
    settings.EXPORT_BATCH_SIZE = 2
    settings.EXPORT_READ_BACK_SECONDS = 60
    settings.RUN_PROGRESS_SECONDS = 0


class World:
    """Two invoices, somebody's books, a person, and a reason to doubt each."""

    def __init__(self, way: str) -> None:
        company = factories.a_company()
        self.connection = factories.a_connection(company, f"BOOKS-{company.pk}")
        self.person = factories.a_user(company)
        client = factories.a_client(company, accounting_id="C-1", terms="Net 30")
        self.service = factories.a_service(company, accounting_id="S-1")
        self.invoices = [
            factories.an_invoice(company, client=client, lines=[{"service": self.service}], date=date.today())
            for _ in range(2)
        ]
        self.rules, self.ledger, self.clock = WAYS[way], Ledger(), Clock()

    def do(self, what: str, detail: object) -> None:
        with suppress(CannotDecide, InvoiceRefused):  # told in a sentence, and nothing was done
            if what == "run":
                self.run(detail)
            else:
                self.decide(what, self.invoices[detail])
        self.assert_nothing_is_there_twice()

    def run(self, accidents) -> None:
        refused = {f"RP-{i.number}" for i in self.invoices} if "refused" in accidents else set()
        self.ledger.refuse = dict.fromkeys(refused, "Not today.")
        self.ledger.plan = [word for word in accidents if word != "refused"]
        with suppress(Killed):
            export(self.connection, self.ledger, rules=self.rules, clock=self.clock)
        self.ledger.plan, self.ledger.refuse = [], {}
        self.clock.pause(60)

    def decide(self, what: str, invoice: Invoice) -> None:
        by, today = self.person, date.today()
        match what:
            case "keep back":
                hand.keep_back(invoice, by=by, connection=self.connection)
            case "take up":
                hand.take_up_again(invoice, by=by)
            case "by hand":
                hand.mark_by_hand(invoice, f"HAND-{invoice.pk}", by=by, connection=self.connection)
            case "not by hand":
                hand.take_mark_back(invoice, by=by, why="A mistake.")
            case "ours":
                conflicts.adopt(invoice, "strange", by=by)
            case "another's":
                conflicts.not_ours(invoice, by=by)
            case "look again":
                conflicts.look_again(invoice, by=by)
            case "reverse":
                reversals.ask(invoice, by=by, reason="Wrong.", on=today, rules=self.rules)
            case "withdraw":
                reversals.withdraw(invoice, by=by)
            case "again":
                reversals.try_again(invoice, by=by)
            case "mark reversed":
                self.mark_reversed(invoice)
            case "not reversed":
                reversals.not_reversed(invoice, by=by, why="Looked.")
            case "edit":
                self.edit(invoice)
            case "stranger":
                self.put_there(invoice)

    def put_there(self, invoice: Invoice) -> None:
        """Somebody types another document under the invoice's number into the books, if it is free there."""
        number = f"RP-{invoice.number}"
        if number not in self.ledger.numbers and not self.ledger.others:
            self.ledger.others = [
                FoundDocument(
                    key="strange",
                    type="Sales Invoice",
                    number=number,
                    client_id="C-OTHER",
                    date=date.today(),
                    total=Decimal("1.00"),
                )
            ]

    def mark_reversed(self, invoice: Invoice) -> None:
        """As a person does who has voided it there before."""
        row = InvoiceExport.objects.filter(invoice=invoice).first()
        reversals.mark_reversed(invoice, by=self.person, reason="Voided there.", on=date.today())
        if row is not None and row.state == ExportState.EXPORTED:
            self.ledger.reversed.add(row.key)

    def edit(self, invoice: Invoice) -> None:
        """Another price, and another number where its own is taken: where nothing locks it."""
        taken = self.is_taken(f"RP-{invoice.number}")
        draft = back_to_draft(invoice=invoice, by=self.person)
        head = HeadValues(client=draft.client, date=draft.date, number=draft.number + "x" * taken)
        lines = [replace(line, price=line.price + 1) for line in lines_on(invoice)]
        save_invoice(invoice=draft, by=self.person, head=head, lines=lines)
        approve(invoice=invoice, by=self.person)

    def is_taken(self, number: str) -> bool:
        return TakenNumber.objects.filter(connection=self.connection, number=number).exists()

    def assert_nothing_is_there_twice(self) -> None:
        """The books never hold a document twice, and none of an invoice that is elsewhere by hand."""
        numbers = Counter(self.ledger.numbers)
        assert not [number for number, times in numbers.items() if times > 1 or self.is_taken(number)]
        for row in InvoiceExport.objects.filter(connection=self.connection).select_related("invoice"):
            there = [parcel.document for parcel, _ in self.ledger.documents]
            mine = [each for each in there if each.invoice_id == row.invoice_id and not each.is_credit]
            assert len(mine) <= 1
            if row.state in (ExportState.FAILED, ExportState.KEPT_BACK, ExportState.BY_HAND):
                assert mine == []
            if row.state == ExportState.EXPORTED and row.key != "strange":
                assert [each.total for each in mine] == [row.total] == [row.invoice.total]
            if row.state == ExportState.REVERSED and row.key not in ("", "strange"):
                [reversal] = row.reversals.exclude(state=ReversalState.WITHDRAWN)
                credits = [e for e in there if e.invoice_id == row.invoice_id and e.is_credit]
                by_the_books = row.key in self.ledger.reversed
                assert reversal.state == ReversalState.DONE
                assert len(credits) + by_the_books == 1

    def settle_everything(self) -> None:
        """A person does what is left to persons, and runs go on until nothing is under way."""
        self.do("run", [])
        self.ledger.others = []
        for number, invoice in enumerate(self.invoices):
            row = InvoiceExport.objects.filter(invoice=invoice).first()
            if row is not None and row.state == ExportState.KEPT_BACK:
                self.decide("take up", invoice)
                row = InvoiceExport.objects.filter(invoice=invoice).first()
            if row is not None and row.state == ExportState.CONFLICT:
                self.decide("look again", invoice)
            waits = row is None or row.state == ExportState.FAILED
            if waits and self.is_taken(f"RP-{invoice.number}"):
                self.decide("edit", invoice)
            self.do("mark reversed" if self._reversal_of(row, ReversalState.CONFLICT) else "again", number)
        for _ in range(6):
            self.do("run", [])
            if not self._rows().exclude(state__in=DONE_STATES).exists() and not self._under_way():
                return

    def _rows(self):
        return InvoiceExport.objects.filter(connection=self.connection)

    def _reversal_of(self, row, state):
        return ExportReversal.objects.filter(export=row, state=state).exists()

    def _under_way(self):
        wishes = ExportReversal.objects.filter(connection=self.connection)
        return wishes.filter(state__in=(ReversalState.WAITING, *REVERSAL_UNDER_WAY)).exists()

    def assert_nothing_is_lost(self) -> None:
        rows = self._rows()
        assert sorted(rows.values_list("invoice_id", flat=True)) == [i.pk for i in self.invoices]
        assert set(rows.values_list("state", flat=True)) <= set(DONE_STATES)
        assert not self._under_way()
        in_books = {parcel.document.invoice_id for parcel, _ in self.ledger.documents}
        sent = rows.exclude(run=None).exclude(state=ExportState.BY_HAND)
        assert {row.invoice_id for row in sent if row.key not in ("", "strange")} == in_books


@given(way=st.sampled_from(sorted(WAYS)), steps=st.lists(STEPS, max_size=12))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_runs_accidents_and_hands_do_each_is_there_once_or_known_not_to_be(way, steps):
    world = World(way)
    for what, detail in steps:
        world.do(what, detail)
    world.settle_everything()
    world.assert_nothing_is_lost()


def test_a_person_can_do_each_of_these():
    """The property above means something only if every hand succeeds somewhere."""
    world = World("books")
    world.ledger.plan = []
    invoice, other = world.invoices
    world.decide("keep back", invoice)
    world.decide("edit", invoice)
    world.decide("take up", invoice)
    world.decide("by hand", invoice)
    world.decide("not by hand", invoice)
    world.run([])
    world.decide("reverse", invoice)
    world.decide("withdraw", invoice)
    world.decide("reverse", invoice)
    world.run(["lost after"])
    world.decide("mark reversed", other)
    world.assert_nothing_is_there_twice()
    world.assert_nothing_is_lost()
