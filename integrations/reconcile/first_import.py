"""Which import must be checked first (I-9, S-7)."""

from __future__ import annotations

from integrations.connections.models import Connection
from integrations.reconcile.kinds import KINDS, kind_of
from integrations.runs.models import Mode, Operation, Outcome, Run
from reconpro.company.models import ArchivedReason, Company

IMPORTS = tuple(kind.operation for kind in KINDS)


def why_check_first(company: Company, connection: Connection | None, operation: Operation) -> str:
    """Why an import may not be applied before somebody looked at it, in a sentence, or "".

    The first one of its kind, if records of the kind are here already, or over another connection than the
    company's first; also over one that was opened again, whose records nobody looked after meanwhile.
    """
    if connection is None or operation not in IMPORTS:
        return ""
    kind = kind_of(operation)
    imported = (
        Run.objects.filter(
            company=company,
            operation=operation,
            connection=connection,
            outcome__in=(Outcome.SUCCEEDED, Outcome.WARNED),
            finished_at__gte=connection.opened_at,
        )
        .exclude(mode=Mode.CHECK)
        .exists()
    )
    if imported:
        return ""
    first = f"This is the first import of {kind.plural} from {connection}"
    if Connection.objects.filter(company=company, pk__lt=connection.pk).exists():
        return f"{first} since the connection was changed, so it is checked first."
    here = kind.records.filter(company=company).exclude(archived_reason=ArchivedReason.MERGED)
    if here.exists():
        return f"{first}, and there are {kind.plural} here already, so it is checked first."
    return ""
