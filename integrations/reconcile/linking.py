"""Linking a local record with the one of the accounting side that has its Accounting ID (I-2, S-7)."""

from __future__ import annotations

import hashlib
from typing import cast

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from integrations.connections.models import Connection
from integrations.duplicates.codes import Code
from integrations.duplicates.models import Resolution, Warning
from integrations.reconcile.answers import AlreadyAnswered, CannotAnswer, close_warning, hold_open
from integrations.reconcile.kinds import kind_named, kind_of
from integrations.reconcile.models import Check, LinkAnswer, LinkProposal
from integrations.reconcile.scope import Scope
from reconpro.audit.log import record_event
from reconpro.company.models import AccountingRecord, ArchivedReason, User
from reconpro.company.models.records import AccountingStatus

CHUNK = 400  # keeps below SQLite's limit of variables


class CannotLink(CannotAnswer):
    """The record can't be linked; str() is a sentence for the page."""


def link(record: AccountingRecord, connection: Connection, by: User) -> None:
    """Put the record into the connection's books: the next import finds it there by its Accounting ID.

    What it was in other books is forgotten, its key and its standing there. Raises CannotLink, and
    CannotAnswer where the connection is closed.
    """
    accounting_id: str = record.accounting_id  # type: ignore[attr-defined]
    if record.company_id != connection.company_id:
        raise CannotLink("The record belongs to another company.")
    if not accounting_id:
        raise CannotLink(f"{record} has no Accounting ID to be linked by.")
    if record.archived_reason == ArchivedReason.MERGED:
        raise CannotLink(f"{record} was merged into another record.")
    if record.books_id == connection.pk:
        raise CannotLink(f"{record} is linked already.")
    before = str(record.books) if record.books else ""
    try:
        with transaction.atomic():
            hold_open(connection)
            kind_named(record.kind).records.filter(pk=record.pk).update(
                books=connection.books, external_key=None, accounting_status=AccountingStatus.UNKNOWN
            )
            record_event(
                company=connection.company,
                action=f"{record.kind}.linked",
                sentence=f"{by} linked the {record.kind} {record} with {connection.books}.",
                user=by,
                subject=record,
                details={"accounting_id": accounting_id, "books_before": before},
            )
    except IntegrityError as taken:
        raise CannotLink(
            f"Another {record.kind} of {connection.books} has the Accounting ID {accounting_id} already."
        ) from taken
    record.refresh_from_db()


def link_from_warning(warning: Warning, by: User) -> AccountingRecord:
    """*Link*, the answer to a proposed link: links the record that it names, closes it, and answers the
    record. Raises AlreadyAnswered, and CannotAnswer or CannotLink, which leave it open."""
    kind = kind_of(warning.operation)
    with transaction.atomic():
        if warning.code != Code.LINK_PROPOSED or warning.connection is None:
            raise CannotLink("This warning proposes no link.")
        hold_open(warning.connection)
        if not close_warning(warning, Resolution.LINKED, by):
            raise AlreadyAnswered("This warning was closed already.")
        ids = [side["id"] for side in warning.sides if side["id"] is not None]
        record = kind.records.filter(company=warning.company, pk__in=ids).first()
        if record is None:
            raise CannotLink(f"The {kind.singular} is not here any more.")
        proposal = _proposal_of(warning, record)
        if proposal is not None and not record.accounting_id:
            choose_link(proposal, by)  # its Accounting ID comes with the next import
        else:
            link(record, warning.connection, by)
        _note_answer(warning)
    return cast(AccountingRecord, record)


def tell_different(warning: Warning, by: User) -> None:
    """*They are different*, the answer to a proposed link: closes it; the next import makes a record of its
    own. Raises AlreadyAnswered."""
    with transaction.atomic():
        if not close_warning(warning, Resolution.DIFFERENT, by):
            raise AlreadyAnswered("This warning was closed already.")
        for side in warning.sides:
            record = kind_of(warning.operation).records.filter(company=warning.company, pk=side["id"]).first()
            if record is not None and (proposal := _proposal_of(warning, record)) is not None:
                LinkProposal.objects.filter(pk=proposal.pk).update(
                    answer=LinkAnswer.DIFFERENT, answered_by=by, answered_at=timezone.now()
                )
        _note_answer(warning)


def choose_link(proposal: LinkProposal, by: User) -> set[str]:
    """Link these two, which says of all other proposals about either that they are different (I-9). The
    Accounting IDs that were answered about."""
    told = {"answered_by": by, "answered_at": timezone.now()}
    others = (
        LinkProposal.objects.filter(books_id=proposal.books_id, kind=proposal.kind)
        .filter(Q(record_id=proposal.record_id) | Q(accounting_id=proposal.accounting_id))
        .exclude(pk=proposal.pk)
        .exclude(answer=LinkAnswer.DIFFERENT)
    )
    accounting_ids = {proposal.accounting_id, *others.values_list("accounting_id", flat=True)}
    others.update(answer=LinkAnswer.DIFFERENT, **told)
    LinkProposal.objects.filter(pk=proposal.pk).update(answer=LinkAnswer.LINK, **told)
    return accounting_ids


def _proposal_of(warning: Warning, record: AccountingRecord) -> LinkProposal | None:
    """What a check proposed and the warning asks about."""
    if warning.connection is None:
        return None
    books = warning.connection.books
    found = LinkProposal.objects.filter(books=books, kind=record.kind, record_id=record.pk)
    return next(
        (
            p
            for p in found
            if _stored(proposal_fingerprint(p.record_id, p.accounting_id)) == warning.fingerprint
        ),
        None,
    )


def _note_answer(warning: Warning) -> None:
    """Who has a check of the same list before them must look again before they apply it."""
    Check.objects.filter(company=warning.company, operation=warning.operation).update(
        answers=F("answers") + 1
    )


def proposal_fingerprint(record_id: int, accounting_id: str) -> str:
    """What tells a proposed link from others over many runs."""
    return f"link:{record_id}:{accounting_id}"


def told_different(scope: Scope) -> set[int]:
    """Ids of records outside these books of which a person said that they are not the ones with their
    Accounting ID in these books. A record that got another Accounting ID since is asked about anew."""
    answers = {
        fingerprint: sides[0]["id"]
        for fingerprint, sides in Warning.objects.filter(
            company_id=scope.company_id,
            connection_id=scope.books_id,
            operation=scope.kind.operation,
            code=Code.LINK_PROPOSED,
            resolution=Resolution.DIFFERENT,
        ).values_list("fingerprint", "sides")
        if sides
    }
    if not answers:
        return set()
    outside = scope.kind.records.filter(company_id=scope.company_id).exclude(books_id=scope.books_id)
    asked_about = sorted(set(answers.values()))
    return {
        pk
        for start in range(0, len(asked_about), CHUNK)
        for pk, accounting_id in outside.filter(pk__in=asked_about[start : start + CHUNK]).values_list(
            "pk", "accounting_id"
        )
        if _stored(proposal_fingerprint(pk, accounting_id)) in answers
    }


def _stored(fingerprint: str) -> str:
    """As the collector stores it."""
    return hashlib.sha256(fingerprint.encode()).hexdigest()
