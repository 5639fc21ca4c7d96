"""Records side by side, as the pages that merge show them (I-10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from integrations.duplicates.codes import MERGEABLE, Code
from integrations.duplicates.merging import why_not_kept
from integrations.duplicates.models import Warning
from integrations.duplicates.moving import invoice_counts
from integrations.reconcile.kinds import EMPLOYEES, Kind, kind_of
from integrations.runs.models import Mode, Outcome, Run
from reconpro.company.keeping import provider_name
from reconpro.company.kinds import KINDS, RecordKind, shown
from reconpro.company.models import ArchivedReason, Employee
from reconpro.company.models.records import AccountingStatus

MOST_COMPARED = 6  # columns that still fit beside each other


@dataclass(frozen=True)
class Row:
    """One field of all records: a text each, "" where it is empty."""

    label: str
    values: list[str]

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


@dataclass(frozen=True)
class Column:
    """A record: what it is called, its page, and why it can't be the one that is kept, or ""."""

    record: Any
    label: str
    url: str
    why_not_kept: str = ""


def pages_of(kind: Kind) -> RecordKind:
    """How the Company tab shows records of the kind."""
    return next(pages for pages in KINDS if pages.model is kind.record)


def columns_of(records: Sequence[Any]) -> list[Column]:
    """In the order given; of exactly two each says why it can't be kept."""
    others = records[::-1] if len(records) == 2 else [None] * len(records)
    return [
        Column(
            record,
            record.called,
            reverse(record.kind, args=[record.pk]),
            why_not_kept(record, other) if other is not None else "",
        )
        for record, other in zip(records, others, strict=True)
    ]


def rows_of(kind: Kind, records: Sequence[Any]) -> list[Row]:
    """All fields of the profiles, then how the records stand in accounting and in invoices."""
    pages = pages_of(kind)
    details = (*pages.details, *pages.own_details)
    name = next((provider_name(record) for record in records if record.books), "accounting")
    by_label = [dict(shown(record, details)) for record in records]
    rows = [Row(label, [values.get(label, "") for values in by_label]) for label, _ in details]
    if kind is EMPLOYEES:
        rows.append(Row("Sign-in", [_sign_in(record) for record in records]))
    return [
        *rows,
        Row(f"In {name}", [_in_accounting(record) for record in records]),
        Row("Last import", [_last_import(kind, record) for record in records]),
        Row("In ReconPro", [_standing(record) for record in records]),
        Row("Invoices", [_invoices(kind, record) for record in records]),
    ]


def sides_of(warning: Warning) -> list[Any]:
    """The records of a warning that are still there and not merged, in its order."""
    if warning.code not in MERGEABLE:
        return []
    kind = kind_of(warning.operation)
    ids = [side["id"] for side in warning.sides if side["id"] is not None]
    found = (
        kind.records.filter(company=warning.company, pk__in=ids)
        .exclude(archived_reason=ArchivedReason.MERGED)
        .select_related("books", *pages_of(kind).related)
        .in_bulk()
    )
    return [found[pk] for pk in ids if pk in found]


def proposes_merge(warning: Warning, records: Sequence[Any]) -> bool:
    """Whether the warning is reason enough to merge these: of employees a name alone never is."""
    if warning.code != Code.SAME_NAME or not isinstance(records[0], Employee):
        return True
    emails = {record.email.lower() for record in records}
    employee_ids = {record.accounting_employee_id for record in records}
    return any(len(same) == 1 and "" not in same for same in (emails, employee_ids))


def _was_let_go(record: Any) -> bool:
    """Whether an import brought it once and a person kept it when accounting listed it no more (I-5)."""
    return not record.is_imported and record.external_key is not None


def _in_accounting(record: Any) -> str:
    if _was_let_go(record):
        return "No longer listed, kept here"
    return str(record.get_accounting_status_display())


def _standing(record: Any) -> str:
    return f"Archived: {record.why_archived}" if record.is_archived else "Active"


def _sign_in(employee: Employee) -> str:
    user = getattr(employee, "user", None)
    if user is None:
        return ""
    return str(user.username) if user.is_active else f"{user.username} (switched off)"


def _last_import(kind: Kind, record: Any) -> str:
    """When an import last read a list of these books that may have held it."""
    if not record.is_imported:
        return "Not any more" if _was_let_go(record) else "Never"
    run = (
        Run.objects.filter(
            company=record.company_id,
            connection=record.books_id,
            operation=kind.operation,
            outcome__in=[Outcome.SUCCEEDED, Outcome.WARNED],
        )
        .exclude(mode=Mode.CHECK)
        .order_by("-finished_at")
        .first()
    )
    if run is None or run.finished_at is None:
        return "Never"
    day = f"{timezone.localtime(run.finished_at):%b %-d, %Y}"
    is_listed = record.accounting_status in (AccountingStatus.ACTIVE, AccountingStatus.INACTIVE)
    return day if is_listed else f"{day}, not listed"


def _invoices(kind: Kind, record: Any) -> str:
    counts = invoice_counts(kind, record)
    return ", ".join(f"{number:,} {state.lower()}" for state, number in counts) or "None"
