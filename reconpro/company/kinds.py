"""The three kinds of records of the Company tab, each declared once for all of its pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from reconpro.company.filters import EmployeeFilter, RecordFilter
from reconpro.company.forms.records import ClientForm, EmployeeForm, RecordForm, ServiceForm
from reconpro.company.keeping import Record
from reconpro.company.models import ArchivedReason, Client, Company, Employee, Service
from reconpro.company.tables import ClientTable, EmployeeTable, RecordTable, ServiceTable
from reconpro.company.templatetags.amounts import price

Detail = tuple[str, str]  # label, and the attribute of the record that it shows


@dataclass(frozen=True)
class RecordKind:
    """A kind's model, form, table and filter, and the details of its profile (I-11)."""

    model: type[Record]
    form: type[RecordForm]
    table: type[RecordTable]
    filter: type[RecordFilter]
    title: str  # "Clients"
    details: Sequence[Detail]  # what accounting owns where the record was imported
    own_details: Sequence[Detail]  # what belongs to ReconPro
    related: tuple[str, ...] = ()  # what rows of a list show of other tables

    @property
    def singular(self) -> str:
        return self.model.kind

    @property
    def plural(self) -> str:
        return self.model.kind_plural

    def of(self, company: Company) -> QuerySet[Any]:
        return self.model._default_manager.filter(company=company)

    def listed(self, company: Company, *, archived: bool) -> QuerySet[Any]:
        """The records of one tab, in the terms of the indexes that serve it."""
        if not archived:
            return self.of(company).filter(archived_reason=ArchivedReason.NONE)
        return self.of(company).filter(archived_at__isnull=False)

    def with_related(self, records: QuerySet[Any]) -> QuerySet[Any]:
        return records.select_related("merged_into", *self.related)

    def download_headers(self) -> list[str]:
        own = [label for label, _ in self.own_details]
        return [*(label for label, _ in self.details), *own, "Archived", "Why archived", "Updated"]

    def download_rows(self, records: QuerySet[Any]) -> Iterable[list[object]]:
        attributes = [attribute for _, attribute in (*self.details, *self.own_details)]
        for record in self.with_related(records).iterator(chunk_size=2000):
            reason = record.why_archived
            values = [getattr(record, attribute) for attribute in attributes]
            yield [*values, record.archived_at, reason, record.updated_at]


def shown(record: Record, details: Sequence[Detail]) -> list[tuple[str, str]]:
    """Label and value of each detail, as text for a page."""
    values = []
    for label, attribute in details:
        value = getattr(record, attribute)
        if attribute == "list_price" and not record.is_imported:
            continue  # a service of our own has no price in accounting
        if attribute == "accounting_parent_id" and not value:
            continue  # most clients have none
        values.append((label, price(value) if isinstance(value, Decimal) else str(value or "")))
    return values


CLIENTS = RecordKind(
    model=Client,
    form=ClientForm,
    table=ClientTable,
    filter=RecordFilter,
    title="Clients",
    details=[
        ("Company", "name"),
        ("Accounting ID", "accounting_id"),
        ("Accounting ID 2", "second_accounting_id"),
        ("Bill To", "bill_to"),
        ("Bill To address", "bill_to_address"),
        ("Ship To", "ship_to"),
        ("Ship To address", "ship_to_address"),
        ("Contact", "contact_name"),
        ("Phone", "phone"),
        ("E-mail", "email"),
        ("Terms", "terms"),
        ("Parent", "accounting_parent_id"),
    ],
    own_details=[("Notes", "notes")],
)
SERVICES = RecordKind(
    model=Service,
    form=ServiceForm,
    table=ServiceTable,
    filter=RecordFilter,
    title="Services",
    details=[
        ("Service Name", "name"),
        ("Accounting ID", "accounting_id"),
        ("Accounting ID 2", "department"),
        ("Unit", "unit"),
        ("Price in accounting", "list_price"),
    ],
    own_details=[("Price set here", "own_price"), ("Notes", "notes")],
)
EMPLOYEES = RecordKind(
    model=Employee,
    form=EmployeeForm,
    table=EmployeeTable,
    filter=EmployeeFilter,
    title="Employees",
    details=[
        ("First Name", "first_name"),
        ("Last Name", "last_name"),
        ("Accounting ID", "accounting_id"),
        ("Employee ID", "accounting_employee_id"),
        ("Entity ID", "accounting_entity_id"),
        ("E-mail", "email"),
    ],
    own_details=[("Team", "team"), ("Notes", "notes")],
    related=("team", "company", "user", "first_sign_in"),
)
KINDS = (CLIENTS, SERVICES, EMPLOYEES)
