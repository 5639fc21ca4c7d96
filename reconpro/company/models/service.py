from decimal import Decimal

from django.db import models

from reconpro.company.models.records import (
    AccountingRecord,
    FromAccounting,
    record_constraints,
    record_indexes,
)


class ServiceFromAccounting(FromAccounting):
    """What accounting owns of a service (I-3, I-11)."""

    # For Intacct: the Department ID, where the company's items have a field for it (S-6).
    accounting_id_2 = models.CharField("Accounting ID 2", max_length=200, blank=True)
    name = models.CharField("Service Name", max_length=200)
    unit = models.CharField(max_length=60, blank=True)
    list_price = models.DecimalField(
        "Price in accounting", max_digits=14, decimal_places=4, null=True, blank=True
    )

    class Meta:
        abstract = True


class Service(ServiceFromAccounting, AccountingRecord):
    """Something the company does to a car, and charges for."""

    # S-6: typed here; counts where the import brings none, and no import ever writes it.
    accounting_id_2_typed = models.CharField("Accounting ID 2", max_length=200, blank=True, default="")
    # Set here; counts before the price in accounting, and no import ever writes it (I-3).
    own_price = models.DecimalField("Price set here", max_digits=14, decimal_places=4, null=True, blank=True)

    kind = "service"
    kind_plural = "services"

    class Meta:
        constraints = [
            *record_constraints("service"),
            models.CheckConstraint(
                condition=models.Q(own_price__isnull=True) | models.Q(own_price__gte=0),
                name="service_own_price_not_negative",
                violation_error_message="A price can't be negative.",
            ),
        ]
        indexes = record_indexes("service")

    @property
    def display_name(self) -> str:
        return self.name

    @property
    def department(self) -> str:
        """The Accounting ID 2 that counts: what accounting brings, else what was typed here."""
        return self.accounting_id_2 or self.accounting_id_2_typed

    @property
    def price(self) -> Decimal | None:
        """The price that counts: the one set here, else the one in accounting."""
        return self.own_price if self.own_price is not None else self.list_price
