"""The four buttons of the settings page: what each does, whether it can, and how it last went."""

from dataclasses import dataclass

from django.urls import reverse

from intacct.configuration import PROVIDER
from intacct.provider import not_ready
from integrations.reconcile.checking import oldest_kept
from integrations.reconcile.models import Check
from integrations.runs.models import Operation, Outcome, Run
from reconpro.company.models import Company

ABOUT = {
    Operation.IMPORT_CUSTOMERS: "Intacct's customers become clients.",
    Operation.IMPORT_SERVICES: "Intacct's items become services.",
    Operation.IMPORT_EMPLOYEES: "Intacct's employees become employees of the Default Team.",
    Operation.EXPORT_INVOICES: "Approved invoices go to Intacct. You see first what will go.",
}


@dataclass(frozen=True)
class OperationCard:
    """One operation as the page shows it. `not_ready` is a sentence, or ""; `last` is over, `open` is not."""

    operation: Operation
    about: str
    not_ready: str
    last: Run | None
    open: Run | None
    checked: Run | None = None  # whose findings wait to be applied (I-9)

    @property
    def label(self) -> str:
        return str(self.operation.label)

    @property
    def is_export(self) -> bool:
        return self.operation == Operation.EXPORT_INVOICES

    @property
    def url(self) -> str:
        if self.is_export:
            return reverse("export-preview")
        return reverse("intacct-start", args=[self.operation.value])


def operation_cards(company: Company) -> list[OperationCard]:
    """The four in the guide's order."""
    mine = Run.objects.filter(company=company, provider=PROVIDER).select_related("started_by")
    open_runs = {run.operation: run for run in mine.filter(outcome=Outcome.OPEN)}
    checks = Check.objects.filter(company=company, made_at__gt=oldest_kept()).select_related("run")
    checked = {check.operation: check.run for check in checks}
    cards = []
    for operation in ABOUT:
        finished = mine.filter(operation=operation).exclude(outcome=Outcome.OPEN).order_by("-finished_at")
        cards.append(
            OperationCard(
                operation=operation,
                about=ABOUT[operation],
                # The export's page itself asks for its start date, so only the rest holds it up here.
                not_ready=not_ready(company, operation, before_preview=True),
                last=finished.first(),
                open=open_runs.get(operation.value),
                checked=checked.get(operation.value),
            )
        )
    return cards
