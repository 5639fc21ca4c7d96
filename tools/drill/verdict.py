"""What a drill has to show for: the simulator's ledger beside the invoices, to the cent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from intacct.models import DocumentType
from integrations.exports.models import ExportState, InvoiceExport
from integrations.runs.models import Operation, Run
from reconpro.invoices.models import Invoice
from tools.drill.drill import Course
from tools.drill.plan import met
from tools.drill.stage import Stage


@dataclass(frozen=True)
class Entry:
    """A document in the simulator's ledger, of either kind."""

    key: str
    number: str
    client_id: str
    total: Decimal


@dataclass(frozen=True)
class Verdict:
    """`lines` to print, and what is wrong: nothing, if all is well."""

    lines: list[str]
    wrong: list[str]


def judge(stage: Stage, course: Course, *, invoices: int, each: int, kills: int) -> Verdict:
    """Compare the ledger, the rows and the plan with what they have to be."""
    state = stage.simulator.state()
    struck = met(course.given, state["faults"])
    entries = _ledger(stage)
    wanted = _wanted(stage)
    numbers = Counter(entry.number for entry in entries)
    doubles = sum(count - 1 for count in numbers.values())
    missing = sum(1 for number in wanted if number not in numbers)
    foreign = sum(1 for number in numbers if number not in wanted)
    odd = sum(1 for e in entries if e.number in wanted and wanted[e.number] != (e.client_id, e.total))
    keys = {entry.number: entry.key for entry in entries}
    rows = InvoiceExport.objects.filter(company=stage.company)
    states = Counter(rows.values_list("state", flat=True))
    named = rows.values_list("document_number", "key")
    wrong_keys = sum(1 for number, key in named if keys.get(number) != key)
    problems = [
        *(f"only {count} of “{group}”" for group, count in struck.items() if count < each),
        *([f"only {course.kills} kills"] if course.kills < kills else []),
        *([f"{len(wanted):,} invoices instead of {invoices:,}"] if len(wanted) != invoices else []),
        *_unless_none(doubles, "doubles"),
        *_unless_none(missing, "missing"),
        *_unless_none(foreign, "documents that are no invoice of ours"),
        *_unless_none(odd, "with another client or total"),
        *_unless_none(wrong_keys, "rows with another key"),
        *_unless_none(invoices - states[ExportState.EXPORTED], "not exported"),
        *(f"a request that the schemas refuse: {refused}" for refused in state["invalid_requests"][:3]),
    ]
    requests = ", ".join(f"{count:,} {name}" for name, count in sorted(state["functions"].items()))
    lines = [
        "faults met      " + ", ".join(f"{group} {count}" for group, count in struck.items()),
        f"kills           {course.kills}, of which {course.kills_under_way} with invoices under way",
        f"runs            {course.runs} in {course.seconds:.0f} s: {_outcomes(stage)}",
        f"functions       {requests}",
        f"invoices        {invoices:,}, of which exported {states[ExportState.EXPORTED]:,}, "
        f"sending {states[ExportState.SENDING]}, others "
        f"{sum(states.values()) - states[ExportState.EXPORTED] - states[ExportState.SENDING]}",
        f"in the ledger   {len(entries):,} over {sum((e.total for e in entries), Decimal(0)):,.2f}; "
        f"here {sum((total for _, total in wanted.values()), Decimal(0)):,.2f}",
        f"doubles         {doubles}",
        f"missing         {missing}",
    ]
    return Verdict(lines, problems)


def _unless_none(number: int, what: str) -> list[str]:
    return [f"{number:,} {what}"] if number else []


def _ledger(stage: Stage) -> list[Entry]:
    if stage.kind == DocumentType.AR_INVOICE:
        return [
            Entry(one["RECORDNO"], one["RECORDID"], one["CUSTOMERID"], Decimal(one["TOTALENTERED"]))
            for one in stage.simulator.papers("invoices")
        ]
    return [
        Entry(one["key"], one["number"], one["customer"], Decimal(one["total"]))
        for one in stage.simulator.papers("documents")
    ]


def _wanted(stage: Stage) -> dict[str, tuple[str, Decimal]]:
    """Document number → client and total of every invoice."""
    found = Invoice.objects.filter(company=stage.company)
    rows = found.values_list("number", "client__accounting_id", "total")
    return {f"RP-{number}": (client, total) for number, client, total in rows.iterator()}


def _outcomes(stage: Stage) -> str:
    runs = Run.objects.filter(company=stage.company, operation=Operation.EXPORT_INVOICES)
    outcomes = Counter(run.get_outcome_display().lower() for run in runs)
    return ", ".join(f"{count} {name}" for name, count in outcomes.most_common())
