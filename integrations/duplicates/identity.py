"""Which ids the kept record of a merge goes by, and which become aliases of it (I-10)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from integrations.duplicates.models import Alias, Identifier
from integrations.reconcile.kinds import Kind, kind_named

Ids = set[tuple[Identifier, str]]


def adopted(kept: Any, other: Any) -> dict[str, Any]:
    """What the kept record takes over of the other's identity, by field: all of it where it has none itself
    (a local record that is linked with an imported one), else nothing."""
    is_into_books = kept.books_id is None and other.books_id is not None
    stays_there = kept.books_id == other.books_id and not kept.accounting_id
    if not other.accounting_id or not (is_into_books or stays_there):
        return {}
    kind = kind_named(kept.kind)
    names = kind.id_columns
    if other.is_imported:
        names = tuple(field.name for field in kind.from_accounting._meta.local_fields)
    # An empty one may be empty there or not brought: the next import knows (I-3).
    brought = {name: getattr(other, name) for name in names if getattr(other, name) not in ("", None)}
    return {
        **{name: value for name, value in brought.items() if name not in ("search_key", "name_key")},
        "books": other.books,
        "external_key": other.external_key,
    }


def aliases_of(kept: Any, other: Any) -> Ids:
    """The ids of both."""
    return {
        (identifier, value)
        for record in (kept, other)
        for identifier, value in (
            (Identifier.KEY, record.external_key),
            (Identifier.ACCOUNTING_ID, record.accounting_id),
        )
        if value
    }


def leave_aliases(kind: Kind, kept: Any, other: Any, ids: Ids) -> None:
    """Let the ids that the kept record doesn't have itself mean it from now on, in its books, and those too
    that meant the other. An id that once meant a third record means what was merged last."""
    Alias.objects.filter(company=kept.company, kind=kind.singular, record_id=other.pk).update(
        record_id=kept.pk
    )
    if kept.books_id is None:
        return
    own = {(Identifier.KEY, kept.external_key), (Identifier.ACCOUNTING_ID, kept.accounting_id)}
    Alias.objects.bulk_create(
        [
            Alias(
                company=kept.company,
                books=kept.books,
                kind=kind.singular,
                identifier=identifier,
                value=value,
                record_id=kept.pk,
                created_at=timezone.now(),
            )
            for identifier, value in sorted(ids - own)
        ],
        update_conflicts=True,
        unique_fields=["books", "kind", "identifier", "value"],
        update_fields=["record_id", "created_at"],
    )
