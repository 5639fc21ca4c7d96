"""Merging two records of one thing: one is kept, and what refers to the other moves to it (I-10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.duplicates.codes import MERGEABLE
from integrations.duplicates.identity import adopted, aliases_of, leave_aliases
from integrations.duplicates.models import Resolution, Warning
from integrations.duplicates.moving import lock_movable, move_invoices, move_sign_in
from integrations.reconcile.answers import AlreadyAnswered, close_warning
from integrations.reconcile.kinds import Kind, kind_named, kind_of
from reconpro.audit.log import record_changes, record_event
from reconpro.company.keeping import provider_name
from reconpro.company.models import AccountingRecord, ArchivedReason, Company, Employee, User
from reconpro.company.models.records import AccountingStatus

# What ReconPro owns: the kept record's own counts, and where it has none the other's does.
OWN_FIELDS = ("team", "own_price", "accounting_id_2_typed")
# Of the identity that is taken over: what a person knows it by is its Accounting ID.
UNTOLD = ("external_key", "books", "accounting_status")


class CannotMerge(Exception):
    """The two can't be merged, or not this way round; str() is a sentence for the page."""


def why_not_merged(one: Any, other: Any) -> str:
    """Why these two can't be merged, in a sentence, or ""."""
    if one.pk == other.pk:
        return f"{one.called} can't be merged into itself."
    for record in (one, other):
        if record.archived_reason == ArchivedReason.MERGED:
            return f"{record.called} was merged into {record.merged_into.called} already."
    if one.books_id and other.books_id and one.books_id != other.books_id:
        return f"They belong to different books: {one.books} and {other.books}."
    name = provider_name(one if one.books_id else other)
    for record in (one, other):
        if record.accounting_status == AccountingStatus.UNLISTED:
            return f"{name} no longer lists {record.called}: say first, in the report, what becomes of it."
    if one.accounting_status == other.accounting_status == AccountingStatus.ACTIVE:
        return f"Both are active in {name}: merge them in {name} first, then import again."
    return ""


def why_not_kept(kept: Any, other: Any) -> str:
    """Why, of two that can be merged, this one can't be the one that is kept, or ""."""
    if kept.is_archived and not other.is_archived:
        return f"It is archived and {other.called} is active: keep that one."
    other_is_active = other.accounting_status == AccountingStatus.ACTIVE
    if kept.is_imported and other_is_active and kept.accounting_status != AccountingStatus.ACTIVE:
        return f"{other.called} is the one that is active in {provider_name(other)}: keep that one."
    return ""


@transaction.atomic
def merge(kept: AccountingRecord, other: AccountingRecord, *, by: User) -> AccountingRecord:
    """Keep the one and archive the other as merged into it; answers the kept record as it is now.

    Invoices that have not left for accounting go with the kept one, and so does an employee's sign-in if
    the kept one has none. Those sent or exported keep what they went with (X-8). Raises CannotMerge, under
    the locks of both records: of two people who merge them at once the second one is told.
    """
    if type(kept) is not type(other) or kept.company_id != other.company_id:
        raise CannotMerge("Only two records of one kind can be merged.")
    kind = kind_named(kept.kind)
    now = timezone.now()
    # Invoices before records, as those do who change an invoice; then those that came in between.
    lock_movable(kind, other)
    records = kind.records.select_for_update(of=("self",)).filter(pk__in=[kept.pk, other.pk])
    found = {record.pk: record for record in records.order_by("pk")}
    if len(found) < len({kept.pk, other.pk}):
        raise CannotMerge(f"One of the two {kind.plural} is not here any more.")
    kept, other = found[kept.pk], found[other.pk]
    if reason := why_not_merged(kept, other) or why_not_kept(kept, other):
        raise CannotMerge(reason)
    invoices = lock_movable(kind, other)
    names = {"kept": kept.called, "other": other.called}
    former = aliases_of(kept, other)
    _archive_as_merged(kind, kept, other, now)
    _complete(kept, other, by, now)
    leave_aliases(kind, kept, other, former)
    move_invoices(kind, kept, other, invoices, names=names, by=by, now=now)
    if isinstance(kept, Employee) and isinstance(other, Employee):
        move_sign_in(kept, other)
    _record(kept, other, names, invoices, by)
    _close_warnings(kind, kept.company, by)
    return kept


def link_twin(warning: Warning, by: User) -> AccountingRecord:
    """*Link*, the answer to a local record that looks like an imported one: the local record is kept, with
    its invoices and all that is ReconPro's, and goes by the imported one's identity from now on.

    Closes the warning. Raises AlreadyAnswered, and CannotMerge, which leaves it open.
    """
    kind = kind_of(warning.operation)
    with transaction.atomic():
        if not close_warning(warning, Resolution.LINKED, by):
            raise AlreadyAnswered("This warning was closed already.")
        ids = [side["id"] for side in warning.sides]
        found = {r.pk: r for r in kind.records.filter(company=warning.company, pk__in=ids)}
        if len(ids) != 2 or len(found) != 2:
            raise CannotMerge("Only one local record and one imported one can be linked.")
        local, imported = found[ids[0]], found[ids[1]]
        if not adopted(local, imported):
            raise CannotMerge(f"{local.called} has an Accounting ID of its own by now.")
        return merge(local, imported, by=by)


def _archive_as_merged(kind: Kind, kept: Any, other: Any, now: datetime) -> None:
    """The other stays, with its ids, for the invoices that went with them; it claims them no more."""
    kind.records.filter(pk=other.pk).update(
        archived_at=now, archived_reason=ArchivedReason.MERGED, merged_into=kept, updated_at=now
    )
    # Merges of merges: everything leads to the record that is there in the end.
    kind.records.filter(merged_into=other).update(merged_into=kept)


def _complete(kept: Any, other: Any, by: User, now: datetime) -> None:
    """What the kept record gets of the other: identity, notes, and what of its own it has none of."""
    gets: dict[str, Any] = adopted(kept, other)
    for name in OWN_FIELDS:
        if getattr(kept, name, "") in ("", None) and getattr(other, name, None) not in ("", None):
            gets[name] = getattr(other, name)
    if other.notes.strip():
        heading = f"From {other.called}, merged {timezone.localtime(now):%B %-d, %Y}:"
        gets["notes"] = "\n\n".join(filter(None, [kept.notes.rstrip(), f"{heading}\n{other.notes}"]))
    before = {name: getattr(kept, name) for name in gets}
    told = {name: value for name, value in gets.items() if name not in UNTOLD}
    for name, value in gets.items():
        setattr(kept, name, value)
    kept.save()
    record_changes(kept, before=before, after=told, user=by)


def _record(kept: Any, other: Any, names: dict[str, str], invoices: Sequence[int], by: User) -> None:
    number = len(invoices)
    moved = f", with {number:,} invoice{'' if number == 1 else 's'}" if number else ""
    for subject in (kept, other):
        record_event(
            company=kept.company,
            action=f"{kept.kind}.merged",
            sentence=f"{by} merged the {kept.kind} {names['other']} into {names['kept']}{moved}".rstrip(".")
            + ".",
            user=by,
            subject=subject,
            details={"kept": kept.pk, "merged": other.pk, "invoices": number},
        )


def _close_warnings(kind: Kind, company: Company, by: User) -> None:
    """Close the warnings that are answered by it: of all their records at most one is left."""
    warnings = Warning.objects.filter(
        company=company, operation=kind.operation, resolution=Resolution.OPEN
    ).filter(code__in=MERGEABLE)
    sides = {warning: [side["id"] for side in warning.sides] for warning in warnings}
    ids = {pk for found in sides.values() for pk in found if pk is not None}
    merged = set(
        kind.records.filter(company=company, archived_reason=ArchivedReason.MERGED, pk__in=ids).values_list(
            "pk", flat=True
        )
        if ids
        else []
    )
    for warning, found in sides.items():
        if None not in found and merged & set(found) and len(set(found) - merged) < 2:
            close_warning(warning, Resolution.MERGED, by)
