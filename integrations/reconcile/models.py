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


class StageRow(models.Model):
    """What each stage row has besides the fields brought."""

    run_id = models.BigIntegerField()
    position = models.IntegerField()  # order of arrival: of two equal rows the first one counts
    external_key = models.CharField(max_length=60, null=True)
    # Filled while comparing: the record that this row is, and what is to be done with it.
    record_id = models.BigIntegerField(null=True)
    verdict = models.CharField(max_length=12, blank=True, default="")

    class Meta:
        abstract = True


def brought_or_null(model: M) -> M:
    """Let every inherited accounting column be NULL, for "not brought"."""
    own = {field.name for field in StageRow._meta.local_fields} | {"id"}
    for field in model._meta.local_fields:
        if field.name not in own:
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
    class Meta:
        indexes = stage_indexes("service")


@brought_or_null
class StagedEmployee(StageRow, EmployeeFromAccounting):
    class Meta:
        indexes = stage_indexes("employee")
