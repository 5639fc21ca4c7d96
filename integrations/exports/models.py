"""An invoice's way into the books (X-5): one row per invoice and connection it went to."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class ExportState(models.TextChoices):
    SENDING = "sending", "Sending"
    EXPORTED = "exported", "Exported"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Being checked"
    CONFLICT = "conflict", "Conflict"


# while in one of these, the invoice can't be edited, voided, merged away or deleted.
LOCKING_STATES = (
    ExportState.SENDING,
    ExportState.EXPORTED,
    ExportState.UNKNOWN,
    ExportState.CONFLICT,
)


class InvoiceExport(models.Model):
    """State of an invoice that was sent at least once. *Ready* has no row: it is computed.

    Rows change only through filtered updates in `integrations.exports.states`, so that of two
    workers one wins.
    """

    invoice = models.ForeignKey("invoices.Invoice", on_delete=models.PROTECT, related_name="exports")
    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("Connection", on_delete=models.PROTECT, related_name="exports")
    run = models.ForeignKey("Run", on_delete=models.PROTECT, related_name="exports")
    state = models.CharField(max_length=12, choices=ExportState)
    document_number = models.CharField(max_length=60)
    # The kind of document it went as, in the accounting system's words ("Sales Invoice"): where to look
    # for it, even after the settings name another.
    document_type = models.CharField(max_length=60, blank=True)
    # The same at every retry of the same content; `attempt` counts changed contents.
    control_id = models.CharField(max_length=256)
    attempt = models.PositiveIntegerField(default=1)
    content_digest = models.CharField(max_length=64)
    # What it went with: what a read-back is compared to.
    customer_id = models.CharField(max_length=120)
    document_date = models.DateField()
    total = models.DecimalField(max_digits=14, decimal_places=2)
    # Where its own date lies in a closed period: the first open day, on which it is posted.
    posted_on = models.DateField(null=True, blank=True)
    key = models.CharField(max_length=200, blank=True)  # the accounting system's own key
    sent_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)  # when the definite answer came
    not_found_count = models.PositiveIntegerField(default=0)  # read-backs that did not find it
    last_checked_at = models.DateTimeField(null=True, blank=True)
    # Went again after a lost answer: from then on a refusal alone is not definite any more.
    resent = models.BooleanField(default=False)
    # Refused with the words below, but it may be there all the same: read-backs decide.
    refused = models.BooleanField(default=False)
    error_code = models.CharField(max_length=200, blank=True)
    error_text = models.TextField(blank=True)
    message = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice"], name="invoice_export_one_per_invoice"),
            models.UniqueConstraint(
                fields=["connection", "document_number"], name="invoice_export_document_unique"
            ),
            models.UniqueConstraint(
                fields=["connection", "control_id"], name="invoice_export_control_id_unique"
            ),
            models.CheckConstraint(
                condition=~Q(state=ExportState.EXPORTED) | ~Q(key=""),
                name="invoice_export_exported_has_key",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "state", "-sent_at"], name="invoice_export_by_state"),
            models.Index(fields=["run", "state"], name="invoice_export_of_run"),
        ]

    def __str__(self) -> str:
        return f"{self.document_number}: {self.get_state_display()}"
