"""Invoices and their lines (Operations tab)."""

from decimal import ROUND_HALF_UP, Decimal

from django.db import models
from django.db.models import Q
from django.utils import timezone

CENT = Decimal("0.01")


class InvoiceState(models.TextChoices):
    DRAFT = "draft", "Draft"
    APPROVED = "approved", "Approved"
    VOID = "void", "Void"


def line_amount(quantity: Decimal, price: Decimal) -> Decimal:
    """Quantity times price in whole cents, half a cent rounded away from zero."""
    return (quantity * price).quantize(CENT, rounding=ROUND_HALF_UP)


class Invoice(models.Model):
    """What a client owes for work done. Only approved ones leave for accounting (X-1)."""

    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=30)
    client = models.ForeignKey("company.Client", on_delete=models.PROTECT, related_name="invoices")
    team = models.ForeignKey(
        "company.Team", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    date = models.DateField()
    terms = models.CharField(max_length=60, blank=True, help_text="Leave empty to use the client's terms.")
    memo = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=InvoiceState, default=InvoiceState.DRAFT)
    total = models.DecimalField(max_digits=14, decimal_places=2, default=Decimal("0.00"))
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        "company.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    voided_at = models.DateTimeField(null=True, blank=True)
    # The corrected copy of a reversed invoice names the old one.
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "number"],
                name="invoice_number_unique_in_company",
                violation_error_message="There is an invoice with this number already.",
            ),
            models.CheckConstraint(condition=Q(state__in=InvoiceState.values), name="invoice_state_known"),
            models.CheckConstraint(
                condition=~Q(state=InvoiceState.APPROVED) | Q(approved_at__isnull=False),
                name="invoice_approved_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-date", "-id"], name="invoice_list"),
            models.Index(fields=["company", "state", "date", "id"], name="invoice_by_state"),
            models.Index(fields=["client", "state"], name="invoice_by_client"),
            models.Index(
                fields=["company", "number"],
                opclasses=["int8_ops", "varchar_pattern_ops"],
                name="invoice_number_search",
            ),
        ]

    def __str__(self) -> str:
        return f"Invoice {self.number}"


class InvoiceLine(models.Model):
    """One service done on one car."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    service = models.ForeignKey("company.Service", on_delete=models.PROTECT, related_name="+")
    employee = models.ForeignKey(
        "company.Employee", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    description = models.CharField(max_length=200, blank=True)
    quantity = models.DecimalField(max_digits=12, decimal_places=4, default=Decimal(1))
    price = models.DecimalField(max_digits=14, decimal_places=4)
    amount = models.DecimalField(max_digits=14, decimal_places=2, editable=False)
    vin = models.CharField("VIN", max_length=17, blank=True)
    stock_number = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_position_unique")
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.amount}"
