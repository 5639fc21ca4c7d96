"""Somebody's books in memory, that lose answers and die on command; and an export run over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone

from integrations.connections.models import Connection
from integrations.exports.models import InvoiceExport
from integrations.exports.port import (
    Answer,
    AnswerLost,
    ExportDocument,
    FoundDocument,
    NothingSent,
    Parcel,
    Reversal,
    SendResult,
    Wanted,
)
from integrations.exports.rules import ExportRules
from integrations.exports.service import export_invoices
from integrations.runs import closing
from integrations.runs.context import RunClosed, RunContext, RunFailed
from integrations.runs.lifecycle import recorded
from integrations.runs.models import Operation, Outcome, Run
from reconpro.company.models import Company
from reconpro.invoices.models import Invoice
from tests import factories

START = date(2020, 1, 1)
RULES = ExportRules(start=START, document_type="Sales Invoice", document_prefix="RP-")


class Killed(BaseException):
    """The process is gone at this line; nothing after it runs, no handler either."""


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Ledger:
    """Keeps every document that arrives, doubles too, so that a test sees them.

    `plan` holds what happens to the requests to come, one word each: "" (all well), "lost after", "lost
    before", "nothing", "killed before", "killed after", "busy", "sent twice" (by the client itself, since the
    first answer was lost, and refused). `refuse` maps document numbers to the words of a refusal. A document
    shows itself in `find` only after `hidden_for` finds, and one of ours not while `hides_ours`.
    """

    def __init__(self) -> None:
        self.documents: list[tuple[Parcel, str]] = []
        self.completed: set[str] = set()
        self.plan: list[str] = []
        self.refuse: dict[str, str] = {}
        self.hidden_for = 0
        self.hides_ours = False
        self.sent: list[list[str]] = []  # control ids, a list for each request
        self.asked: list[list[Wanted]] = []
        self.others: list[FoundDocument] = []  # not ours
        self.find_fails = False
        self.takes_doubles = False  # some companies' books do
        self.reversals: list[Reversal] = []
        self.reversed: set[str] = set()  # keys

    def send(self, batch: Sequence[Parcel], meanwhile: Callable[[], None] | None = None) -> list[SendResult]:
        what = self.plan.pop(0) if self.plan else ""
        if meanwhile is not None:
            meanwhile()
        if what == "nothing":
            raise NothingSent(RunFailed("Intacct can't be reached.", advice="Start again later."))
        self.sent.append([parcel.control_id for parcel in batch])
        if what == "killed before":
            raise Killed
        if what == "lost before":
            raise AnswerLost("The connection broke.")
        if what == "busy":
            return [SendResult(answer=Answer.BUSY, text="Temporarily Off-line")] * len(batch)
        results = [self._take(parcel) for parcel in batch]
        if what == "killed after":
            raise Killed
        if what == "lost after":
            raise AnswerLost("The gateway did not answer in time.")
        if what == "sent twice":
            return [replace(self._take(parcel), answer=Answer.EXISTS, went_before=True) for parcel in batch]
        return results

    def _take(self, parcel: Parcel) -> SendResult:
        number = parcel.document.number
        if number in self.refuse:
            return SendResult(answer=Answer.REFUSED, code="BL01001973", text=self.refuse[number])
        if parcel.control_id in self.completed:
            return SendResult(answer=Answer.REFUSED, code="ODD", text="This was executed before.")
        if not self.takes_doubles and any(other.number == number for other in self.others):
            return SendResult(answer=Answer.EXISTS, code="PL01000127", text=f"{number} already exists.")
        self.completed.add(parcel.control_id)
        key = f"Sales Invoice-{number}"
        self.documents.append((parcel, key))
        return SendResult(answer=Answer.CREATED, key=key)

    def find(self, wanted: Sequence[Wanted]) -> list[FoundDocument]:
        self.asked.append(list(wanted))
        if self.find_fails:
            raise RunFailed("Intacct can't be reached.")
        if self.hidden_for:
            self.hidden_for -= 1
            return []
        ours = [_shown(parcel.document, key, key in self.reversed) for parcel, key in self.documents]
        ours = [] if self.hides_ours else ours
        return [
            document for document in [*ours, *self.others] if Wanted(document.type, document.number) in wanted
        ]

    def reverse(self, reversal: Reversal) -> SendResult:
        what = self.plan.pop(0) if self.plan else ""
        if what == "nothing":
            raise NothingSent(RunFailed("Intacct can't be reached.", advice="Start again later."))
        self.reversals.append(reversal)
        if what == "killed before":
            raise Killed
        if what == "lost before":
            raise AnswerLost("The connection broke.")
        if what == "busy":
            return SendResult(answer=Answer.BUSY, text="Temporarily Off-line")
        if reversal.key in self.reversed:
            return SendResult(answer=Answer.REFUSED, code="ODD", text="It is reversed.")
        self.reversed.add(reversal.key)
        if what == "killed after":
            raise Killed
        if what == "lost after":
            raise AnswerLost("The gateway did not answer in time.")
        return SendResult(answer=Answer.CREATED, key=reversal.key)

    @property
    def numbers(self) -> list[str]:
        return sorted(parcel.document.number for parcel, _ in self.documents)


def _shown(document: ExportDocument, key: str, is_reversed: bool) -> FoundDocument:
    return FoundDocument(
        key=key,
        type=document.type,
        number=document.number,
        client_id=document.client_id,
        date=document.date,
        total=sum((line.amount for line in document.lines), start=document.total * 0),
        reversed=is_reversed,
    )


def a_context(connection: Connection, options: dict[str, Any] | None = None) -> RunContext:
    """An active export run; what died before it is noticed first, as the sweep does."""
    company: Company = connection.company
    for lost in Run.objects.filter(company=company, outcome=""):
        closing.close(lost, Outcome.INTERRUPTED, message=closing.INTERRUPTED_EXPORT)
    run = Run.objects.create(
        company=company,
        connection=connection,
        provider="intacct",
        operation=Operation.EXPORT_INVOICES,
        options=options or {},
        started_at=timezone.now(),
    )
    return RunContext(run)


def export(
    connection: Connection,
    ledger: Ledger,
    *,
    rules: ExportRules = RULES,
    clock: Clock | None = None,
    options: dict[str, Any] | None = None,
    pause: Callable[[float], None] | None = None,
) -> Run:
    """One export run from start to outcome; Killed passes, and leaves all as it was at that line."""
    clock = clock or Clock()
    context = a_context(connection, options)
    killed = False
    with recorded(context):
        try:
            export_invoices(context, ledger, rules, clock=clock, pause=pause or clock.pause)
        except Killed as end:
            killed = True
            raise RunClosed from end  # nothing is written any more, as after SIGKILL
    if killed:
        raise Killed
    context.run.refresh_from_db()
    return context.run


def approved(connection, count=1, **fields):
    client = factories.a_client(
        connection.company, accounting_id=f"C-{Invoice.objects.count()}", terms="Net 30"
    )
    service = factories.a_service(connection.company, accounting_id=f"S-{Invoice.objects.count()}")
    return [
        factories.an_invoice(connection.company, client=client, lines=[{"service": service}], **fields)
        for _ in range(count)
    ]


def state_of(invoice):
    return InvoiceExport.objects.get(invoice=invoice)


def states_now():
    return sorted(InvoiceExport.objects.values_list("state", flat=True))
