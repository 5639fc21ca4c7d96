"""Stage tables: a run's whole list, before it is compared and applied (R-5).

A stage row inherits the same columns that accounting owns on the record, all nullable: NULL = the
answer didn't bring the field, '' = it is empty (I-3). UNLOGGED on PostgreSQL: a crash empties them,
and the run that filled them is over then.
"""

from typing import TypeVar

from django.db import models

from reconpro.company.models import (
    ClientFromAccounting,
    EmployeeFromAccounting,
    ServiceFromAccounting,
)

M = TypeVar("M", bound=type[models.Model])
EMPTIED = "_emptied"  # the suffix of the flag beside a column in which NULL can't mean "empty"


class Verdict(models.TextChoices):
    """What is to be done with a staged row; the counts of a run are made of these (R-4)."""

    NEW = "new", "New"  # until the comparison finds its record
    CHANGED = "changed", "Changed"
    UNCHANGED = "unchanged", "Unchanged"
    SKIPPED = "skipped", "Skipped"


class Standing(models.TextChoices):
    """What a changed row does to its record besides (I-4)."""

    STAYS = "", "Stays as it is"
    ARCHIVE = "archive", "Is archived"
    RESTORE = "restore", "Is restored"


class StageRow(models.Model):
    """What each stage row has besides the fields brought."""

    run_id = models.BigIntegerField()
    position = models.IntegerField()  # order of arrival: of two equal rows the first one counts
    external_key = models.CharField(max_length=60, null=True)
    # Filled while comparing: the record that this row is, and what is to be done with it.
    # A skipped row keeps its record too: what the list refers to isn't missing.
    record_id = models.BigIntegerField(null=True)
    verdict = models.CharField(max_length=12, default=Verdict.NEW)
    reason = models.CharField(max_length=40, blank=True, default="")  # why skipped: duplicates.codes.Code
    standing = models.CharField(max_length=12, blank=True, default="")

    class Meta:
        abstract = True


def brought_or_null(model: M) -> M:
    """Let every inherited accounting column be NULL, for "not brought"."""
    own = {field.name for field in StageRow._meta.local_fields} | {"id"}
    for field in model._meta.local_fields:
        if field.name not in own and not field.name.endswith(EMPTIED):
            field.null = True
            field.default = models.fields.NOT_PROVIDED
    return model


def stage_indexes(kind: str) -> list[models.Index]:
    return [models.Index(fields=["run_id"], name=f"staged_{kind}_run")]


@brought_or_null
class StagedClient(StageRow, ClientFromAccounting):
    class Meta:
        indexes = stage_indexes("client")


@brought_or_null
class StagedService(StageRow, ServiceFromAccounting):
    # A price has no '' for "brought and empty", so it is told beside it (I-3).
    list_price_emptied = models.BooleanField(default=False)

    class Meta:
        indexes = stage_indexes("service")


@brought_or_null
class StagedEmployee(StageRow, EmployeeFromAccounting):
    class Meta:
        indexes = stage_indexes("employee")
