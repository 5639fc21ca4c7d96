"""Moving what refers to a merged record: invoices that have not left, an employee's sign-in (I-10, X-8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from integrations.exports.models import LOCKING_STATES, ExportState, InvoiceExport
from integrations.reconcile.kinds import CLIENTS, EMPLOYEES, SERVICES, Kind
from reconpro.audit.models import AuditEvent
from reconpro.company.models import Employee, FirstSignIn, User
from reconpro.invoices.models import Invoice, InvoiceLine, InvoiceState

CHUNK = 400  # keeps below SQLite's limit of variables
FIELD = {CLIENTS: "client", SERVICES: "service", EMPLOYEES: "employee"}


def invoices_with(kind: Kind, record: Any) -> QuerySet[Invoice]:
    if kind is CLIENTS:
        return Invoice.objects.filter(company=record.company_id, client=record.pk)
    lines = InvoiceLine.objects.filter(**{FIELD[kind]: record.pk})
    return Invoice.objects.filter(company=record.company_id, pk__in=lines.values("invoice"))


def lock_movable(kind: Kind, record: Any) -> list[int]:
    """Lock the record's invoices that have not left for accounting, in the order in which exports lock
    them, and answer their ids. How they stand is read after their locks are held."""
    sent = InvoiceExport.objects.filter(invoice=OuterRef("pk"), state__in=LOCKING_STATES)
    free = invoices_with(kind, record).filter(~Exists(sent)).order_by("pk")
    ids = list(free.select_for_update(of=("self",)).values_list("pk", flat=True))
    gone: set[int] = set()
    for chunk in _chunks(ids):
        gone.update(
            InvoiceExport.objects.filter(invoice__in=chunk, state__in=LOCKING_STATES).values_list(
                "invoice_id", flat=True
            )
        )
    return [pk for pk in ids if pk not in gone]


def move_invoices(
    kind: Kind,
    kept: Any,
    other: Any,
    ids: Sequence[int],
    *,
    names: dict[str, str],
    by: User,
    now: datetime,
    because: str = "they were merged",
) -> None:
    """Let these invoices, whose locks are held, name the kept record; each one's history tells it."""
    for chunk in _chunks(ids):
        if kind is CLIENTS:
            Invoice.objects.filter(pk__in=chunk).update(client=kept, updated_at=now)
        else:
            lines = InvoiceLine.objects.filter(invoice__in=chunk, **{FIELD[kind]: other})
            lines.update(**{FIELD[kind]: kept})
            # Whoever has it open in a form is told that it changed.
            Invoice.objects.filter(pk__in=chunk).update(updated_at=now)
        AuditEvent.objects.bulk_create(
            AuditEvent(
                company_id=kept.company_id,
                at=now,
                user=by,
                action="invoice.moved",
                subject_kind="invoice",
                subject_id=pk,
                sentence=f"The {kind.singular} {names['other']} became {names['kept']}: {because}.",
                details={"to": kept.pk, "from": other.pk},
            )
            for pk in chunk
        )


def move_sign_in(kept: Employee, other: Employee) -> None:
    """The other's sign-in becomes the kept one's if that has none, and else ends; a default password that
    waits for its first use is for nobody any more (I-7)."""
    users = {user.employee_id: user for user in User.objects.filter(employee__in=[kept, other])}
    closed = [other.pk]
    if other.pk in users and kept.pk not in users:
        moved = {"employee": kept} | ({"is_active": False} if kept.is_archived else {})
        User.objects.filter(pk=users[other.pk].pk).update(**moved)
        closed.append(kept.pk)
    elif other.pk in users:
        User.objects.filter(pk=users[other.pk].pk).update(is_active=False)
    FirstSignIn.objects.filter(employee__in=closed).revoke_waiting()


def invoice_counts(kind: Kind, record: Any) -> list[tuple[str, int]]:
    """How many of the record's invoices are in which state, in words for the page; one query."""
    by_state: Counter[str] = Counter()
    current = InvoiceExport.objects.current().filter(invoice=OuterRef("pk")).values("state")[:1]
    invoices = invoices_with(kind, record).order_by().annotate(sent=Subquery(current))
    states = invoices.values_list("state", "sent")
    for state, sent, number in states.annotate(number=Count("pk")):
        has_left = sent in LOCKING_STATES
        by_state[str(ExportState(sent).label if has_left else InvoiceState(state).label)] += number
    return sorted(by_state.items())


def _chunks(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
