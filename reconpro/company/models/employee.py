from django.db import models
from django.db.models.functions import Lower

from reconpro.company.models.records import (
    AccountingRecord,
    FromAccounting,
    record_constraints,
    record_indexes,
)


class EmployeeFromAccounting(FromAccounting):
    """What accounting owns of an employee (I-1, I-3, I-11).

    ``accounting_id`` is ``EmployeeID:EntityID``, or the Employee ID alone without an entity. Both parts
    have columns of their own: an id may hold a colon, so the whole is never split again.
    """

    accounting_employee_id = models.CharField("Employee ID", max_length=60, blank=True)
    accounting_entity_id = models.CharField("Entity ID", max_length=60, blank=True)
    first_name = models.CharField("First Name", max_length=100, blank=True)
    last_name = models.CharField("Last Name", max_length=100, blank=True)
    email = models.CharField("E-mail", max_length=254, blank=True)

    class Meta:
        abstract = True


class Employee(EmployeeFromAccounting, AccountingRecord):
    """A technician or other worker of the company."""

    team = models.ForeignKey(
        "company.Team", null=True, blank=True, on_delete=models.PROTECT, related_name="employees"
    )

    kind = "employee"
    kind_plural = "employees"

    class Meta:
        constraints = record_constraints("employee")
        indexes = [
            *record_indexes("employee"),
            models.Index(
                fields=["books", "accounting_employee_id"],
                condition=~models.Q(accounting_employee_id=""),
                name="employee_employee_id",
            ),
            # I-7: who is it that signs in as e-00148:ebu@demo?
            models.Index("company", Lower("accounting_id"), name="employee_sign_in_name"),
        ]

    @property
    def display_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.accounting_id
