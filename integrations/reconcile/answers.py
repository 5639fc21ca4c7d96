"""A person's answers to what an import asked: the brake's two, each in one transaction (I-5)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from integrations.connections.models import Connection
from integrations.duplicates.codes import Code
from integrations.duplicates.models import Resolution, Warning
from integrations.reconcile.kinds import EMPLOYEES, Kind, kind_of
from reconpro.audit.log import record_event
from reconpro.audit.models import AuditEvent, FieldChange
from reconpro.company.models import ArchivedReason, Company, Employee, FirstSignIn, User
from reconpro.company.models.records import AccountingStatus

CHUNK = 2000


class CannotAnswer(Exception):
    """The answer can't be carried out; str() is a sentence for the page."""


class AlreadyAnswered(Exception):
    """Somebody else answered first, or a later import no longer asks; str() is a sentence for the page."""


def close_warning(warning: Warning, resolution: Resolution, by: User) -> bool:
    """Give an open warning its answer; False if it has one. Of two people one wins."""
    closed = Warning.objects.filter(pk=warning.pk, resolution=Resolution.OPEN).update(
        resolution=resolution, closed_at=timezone.now(), resolved_by=by
    )
    return bool(closed)


def hold_open(connection: Connection) -> None:
    """Hold the connection against being closed until the end of the transaction. Raises CannotAnswer where
    it is closed: its records are out of use, and none may be moved into its books (S-7).

    Before the warning is locked: closing a connection takes the two in this order too.
    """
    held = Connection.objects.select_for_update(no_key=True).filter(pk=connection.pk, closed_at=None)
    if not held.exists():
        raise CannotAnswer(
            f"The connection to {connection} is closed, so its records stay as they are. If it is opened"
            " again, the next import asks anew."
        )


def archive_missing(warning: Warning, by: User) -> int:
    """*Archive them*: archives what the brake kept, and answers how many. Raises AlreadyAnswered,
    and CannotAnswer over a closed connection."""
    with transaction.atomic():
        kind = _answer(warning, Resolution.ARCHIVED, by)
        number = archive_unlisted(kind, warning.company, warning.connection_id, by)
        _keep_answer(warning, kind, by, "archived", number)
    return number


def archive_unlisted(
    kind: Kind, company: Company, books_id: int | None, by: User | None, *, run_id: int | None = None
) -> int:
    """Archive what the last import missed and kept, in the caller's transaction; how many. `run_id` is
    the run that does it, where one does."""
    now = timezone.now()
    unlisted = _unlisted(kind, company, books_id)
    ids = list(unlisted.values_list("pk", flat=True))
    unlisted.update(
        accounting_status=AccountingStatus.MISSING,
        archived_at=now,
        archived_reason=ArchivedReason.MISSING,
        updated_at=now,
    )
    FieldChange.objects.bulk_create(
        (
            FieldChange(
                company=company,
                user=by,
                run_id=run_id,
                record_kind=kind.record.kind,
                record_id=pk,
                field="archived_reason",
                new=ArchivedReason.MISSING.value,
            )
            for pk in ids
        ),
        batch_size=CHUNK,
    )
    if kind is EMPLOYEES:
        archived = Employee.objects.filter(company=company, archived_at=now)
        User.objects.filter(employee__in=archived, is_active=True).update(is_active=False)
        FirstSignIn.objects.filter(employee__in=archived).revoke_waiting()
    return len(ids)


def keep_missing(warning: Warning, by: User) -> int:
    """*Keep them*: from now on these records are the company's own, which no import archives, until the
    accounting side lists them again. Answers how many. Raises AlreadyAnswered, and CannotAnswer over a
    closed connection."""
    with transaction.atomic():
        kind = _answer(warning, Resolution.KEPT, by)
        kept = keep_unlisted(kind, warning.company, warning.connection_id, by)
        _keep_answer(warning, kind, by, "kept", kept)
    return kept


def keep_unlisted(kind: Kind, company: Company, books_id: int | None, by: User | None) -> int:
    """Make what the last import missed and kept the company's own, in the caller's transaction; how many.

    Each record's history tells it."""
    now = timezone.now()
    unlisted = _unlisted(kind, company, books_id)
    kept = list(unlisted.values_list("pk", "accounting_id", *kind.name_columns))
    unlisted.update(accounting_status=AccountingStatus.UNKNOWN, updated_at=now)
    who = f"{by} kept" if by else "Kept"
    AuditEvent.objects.bulk_create(
        (
            AuditEvent(
                company=company,
                at=now,
                user=by,
                action=f"{kind.singular}.kept",
                sentence=f"{who} the {kind.singular} {' '.join(filter(None, names))}, which accounting no"
                " longer lists: it is the company's own until accounting lists it again.",
                subject_kind=kind.singular,
                subject_id=pk,
                details={},
            )
            for pk, *names in kept
        ),
        batch_size=CHUNK,
    )
    return len(kept)


def _answer(warning: Warning, resolution: Resolution, by: User) -> Kind:
    if warning.code != Code.BRAKE:
        raise AlreadyAnswered("This warning doesn't ask about missing records.")
    if warning.connection is not None:
        hold_open(warning.connection)
    if not close_warning(warning, resolution, by):
        raise AlreadyAnswered("This warning was closed already.")
    return kind_of(warning.operation)


def _unlisted(kind: Kind, company: Company, books_id: int | None) -> QuerySet[Any]:
    """What the last import missed and kept: it marked them, so no list of ids has to be remembered."""
    return kind.records.select_for_update().filter(
        company=company,
        books_id=books_id,
        accounting_status=AccountingStatus.UNLISTED,
        archived_reason=ArchivedReason.NONE,
    )


def _keep_answer(warning: Warning, kind: Kind, by: User, verb: str, number: int) -> None:
    noun = kind.singular if number == 1 else kind.plural
    record_event(
        company=warning.company,
        action=f"{kind.singular}.missing_{verb}",
        sentence=f"{by} {verb} {number:,} {noun} that accounting no longer lists.",
        user=by,
        subject=warning,
        details={"number": number},
    )
