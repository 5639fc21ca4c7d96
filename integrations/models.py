"""All tables of this wing, each defined in the part that it belongs to."""

from integrations.connections.models import Connection, ReferenceEntry, ReferenceKind
from integrations.duplicates.models import Alias, RunWarning, Warning
from integrations.exports.models import (
    ExportReversal,
    ExportState,
    InvoiceExport,
    ReversalState,
    SendAnyway,
    TakenNumber,
)
from integrations.months.models import (
    DifferenceKind,
    MonthComparison,
    MonthDifference,
    MonthLine,
    MonthSignOff,
)
from integrations.reconcile.models import (
    Check,
    LinkProposal,
    StagedClient,
    StagedEmployee,
    StagedService,
)
from integrations.runs.models import (
    GatewayRequest,
    GatewayTurn,
    Heartbeat,
    Operation,
    Outcome,
    Run,
)
from integrations.schedules.models import Notice, NoticeState, Schedule

__all__ = [
    "Alias",
    "Check",
    "Connection",
    "DifferenceKind",
    "ExportReversal",
    "ExportState",
    "GatewayRequest",
    "GatewayTurn",
    "Heartbeat",
    "InvoiceExport",
    "LinkProposal",
    "MonthComparison",
    "MonthDifference",
    "MonthLine",
    "MonthSignOff",
    "Notice",
    "NoticeState",
    "Operation",
    "Outcome",
    "ReferenceEntry",
    "ReferenceKind",
    "ReversalState",
    "Run",
    "RunWarning",
    "Schedule",
    "SendAnyway",
    "StagedClient",
    "StagedEmployee",
    "StagedService",
    "TakenNumber",
    "Warning",
]
