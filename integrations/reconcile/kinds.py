"""The three kinds of records that an import brings, and where each is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models

from integrations.reconcile.models import StagedClient, StagedEmployee, StagedService, StageRow
from integrations.runs.models import Operation
from reconpro.company.models import (
    AccountingRecord,
    Client,
    ClientFromAccounting,
    Employee,
    EmployeeFromAccounting,
    Service,
    ServiceFromAccounting,
)


@dataclass(frozen=True)
class Kind:
    """One kind: its record, its stage, and the abstract model of what accounting owns of both (I-3)."""

    record: type[AccountingRecord]
    stage: type[StageRow]
    from_accounting: Any  # type[FromAccounting]: an abstract class, which mypy lets nobody pass
    operation: Operation
    singular: str
    plural: str
    # The columns that make up the name, in the order in which they are read.
    name_columns: tuple[str, ...] = ("name",)
    # Ids of the accounting side: kept letter by letter, so one too long can't be cut (I-11).
    id_columns: tuple[str, ...] = ("accounting_id",)

    @property
    def records(self) -> models.QuerySet[Any]:
        return self.record._default_manager.all()


CLIENTS = Kind(
    record=Client,
    stage=StagedClient,
    from_accounting=ClientFromAccounting,
    operation=Operation.IMPORT_CUSTOMERS,
    singular="client",
    plural="clients",
)
SERVICES = Kind(
    record=Service,
    stage=StagedService,
    from_accounting=ServiceFromAccounting,
    operation=Operation.IMPORT_SERVICES,
    singular="service",
    plural="services",
)
EMPLOYEES = Kind(
    record=Employee,
    stage=StagedEmployee,
    from_accounting=EmployeeFromAccounting,
    operation=Operation.IMPORT_EMPLOYEES,
    singular="employee",
    plural="employees",
    name_columns=("first_name", "last_name"),
    id_columns=("accounting_id", "accounting_employee_id", "accounting_entity_id"),
)
KINDS = (CLIENTS, SERVICES, EMPLOYEES)


def kind_of(operation: str) -> Kind:
    """The kind that an operation imports. Raises KeyError for an export."""
    return {kind.operation.value: kind for kind in KINDS}[operation]


def kind_named(singular: str) -> Kind:
    """The kind of "client", "service" or "employee"."""
    return {kind.singular: kind for kind in KINDS}[singular]
