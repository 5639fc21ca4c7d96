"""What clients, services and employees have in common.

Each kind declares once, as an abstract model derived from `FromAccounting`, which of its columns
the accounting side owns. The record and its stage row inherit that same model, and the SQL of
an import is made from it (I-3); nothing else writes those columns in bulk.
"""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from reconpro.company.keys import name_key, search_key
from reconpro.fields import KeyField
from reconpro.indexes import SameKeyIndex


class ArchivedReason(models.TextChoices):
    NONE = "", "Active"
    BY_HAND = "by_hand", "Archived by hand"
    INACTIVE = "inactive", "Inactive in accounting"
    MISSING = "missing", "No longer listed in accounting"
    MERGED = "merged", "Merged into another record"


class AccountingStatus(models.TextChoices):
    """The record's standing in the accounting system, as last seen by an import (I-4)."""

    UNKNOWN = "", "Never imported"
    ACTIVE = "active", "Active"
    INACTIVE = "inactive", "Inactive"
    MISSING = "missing", "No longer listed"
    # The brake (I-5) kept it from being archived, until a person answers.
    UNLISTED = "unlisted", "Not listed, to be answered"


class FromAccounting(models.Model):
    """Columns that the accounting side owns on every kind."""

    accounting_id = models.CharField("Accounting ID", max_length=120, blank=True)
    accounting_status = models.CharField(
        max_length=10, choices=AccountingStatus, blank=True, default="", editable=False
    )
    # Made from the name whenever it is written: what is searched by, and what tells two names alike.
    search_key = KeyField(max_length=220, blank=True, default="", editable=False)
    name_key = KeyField(max_length=220, blank=True, default="", editable=False)

    # Columns that follow from others: compared and written, but not told as changes.
    derived: ClassVar[frozenset[str]] = frozenset({"accounting_status", "search_key", "name_key"})

    class Meta:
        abstract = True


class AccountingRecord(models.Model):
    """The rest of a record: whose it is, where it is known, and what ReconPro owns."""

    # No index of its own: several begin with the company.
    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="+", db_index=False)
    # The books in which the Accounting ID holds; none for a record that accounting doesn't know.
    # No index of its own either: whoever asks for those of some books asks for their company's.
    books = models.ForeignKey(
        "company.Books", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # The accounting system's own immutable key (Intacct: RECORDNO); NULL where none was told.
    external_key = models.CharField(max_length=60, null=True, blank=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    archived_reason = models.CharField(
        max_length=10, choices=ArchivedReason, blank=True, default="", editable=False
    )
    # The record that was kept instead of this one (I-10); always the last one where merges followed merges.
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged",
        editable=False,
        db_index=False,
    )
    notes = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    kind: ClassVar[str]  # "client", "service", "employee": the words of URLs and of the audit
    kind_plural: ClassVar[str]

    class Meta:
        abstract = True

    @property
    def display_name(self) -> str:
        raise NotImplementedError

    def __str__(self) -> str:
        return self.display_name

    @property
    def called(self) -> str:
        """ "C-17 Acme Motors": what tells it from one of the same name."""
        return f"{self.accounting_id} {self.display_name}".strip()  # type: ignore[attr-defined]  # of FromAccounting

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    @property
    def why_archived(self) -> str:
        """In words, with the record that it was merged into; "" while it is active."""
        if self.merged_into is not None:
            return f"Merged into {self.merged_into.called}"
        return str(ArchivedReason(self.archived_reason).label) if self.archived_reason else ""

    @property
    def is_imported(self) -> bool:
        """True if an import brought or matched it: its accounting columns follow the accounting side."""
        return bool(self.accounting_status)  # type: ignore[attr-defined]  # of FromAccounting

    def make_keys(self) -> None:
        self.search_key = search_key(self.display_name)
        self.name_key = name_key(self.display_name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.make_keys()
        self.updated_at = timezone.now()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "search_key", "name_key", "updated_at"}
        super().save(*args, **kwargs)


def record_constraints(kind: str) -> list[models.BaseConstraint]:
    """The invariants of a record's identity, for each kind's Meta.

    A merged record keeps its ids, for the invoices that went with them, but claims them no more (I-10).
    """
    claims = ~Q(archived_reason=ArchivedReason.MERGED)
    return [
        models.UniqueConstraint(
            fields=["books", "accounting_id"],
            condition=~Q(accounting_id="") & Q(books__isnull=False) & claims,
            name=f"{kind}_accounting_id_unique_in_books",
            violation_error_message="Another record has this Accounting ID.",
        ),
        models.UniqueConstraint(
            fields=["company", "accounting_id"],
            condition=~Q(accounting_id="") & Q(books__isnull=True) & claims,
            name=f"{kind}_accounting_id_unique_locally",
            violation_error_message="Another record has this Accounting ID.",
        ),
        models.UniqueConstraint(
            fields=["books", "external_key"],
            condition=Q(external_key__isnull=False) & claims,
            name=f"{kind}_external_key_unique_in_books",
        ),
        models.CheckConstraint(
            condition=Q(archived_at__isnull=True, archived_reason="")
            | (Q(archived_at__isnull=False) & ~Q(archived_reason="")),
            name=f"{kind}_archived_with_reason",
        ),
        models.CheckConstraint(
            condition=Q(external_key__isnull=True) | Q(books__isnull=False),
            name=f"{kind}_external_key_has_books",
        ),
        models.CheckConstraint(
            condition=(Q(archived_reason=ArchivedReason.MERGED) & Q(merged_into__isnull=False))
            | (~Q(archived_reason=ArchivedReason.MERGED) & Q(merged_into__isnull=True)),
            name=f"{kind}_merged_into_another",
        ),
    ]


def record_indexes(kind: str) -> list[models.Index]:
    """Lists: Active and Archived sorted by name, prefix search, duplicates of a name."""
    return [
        # Active, and searches by name. The reason stands last, so that what is archived is passed over
        # within the index: a company may have archived most of its records.
        models.Index(fields=["company", "search_key", "id", "archived_reason"], name=f"{kind}_by_name"),
        # By the day, not by the reason: SQLite takes a partial index only for a condition without parameters.
        models.Index(
            fields=["company", "search_key", "id"],
            condition=Q(archived_at__isnull=False),
            name=f"{kind}_archived",
        ),
        models.Index(
            fields=["company", "accounting_id"],
            opclasses=["int8_ops", "varchar_pattern_ops"],
            name=f"{kind}_accounting_id",
        ),
        SameKeyIndex(fields=["company", "name_key"], condition=~Q(name_key=""), name=f"{kind}_name_key"),
        models.Index(
            fields=["merged_into"], condition=Q(merged_into__isnull=False), name=f"{kind}_merged_into"
        ),
    ]
