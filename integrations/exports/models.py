"""An invoice's way into the books (X-5), one row per invoice and connection; and its way back (X-8)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class ExportState(models.TextChoices):
    SENDING = "sending", "Sending"
    EXPORTED = "exported", "Exported"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Being checked"
    CONFLICT = "conflict", "Conflict"
    KEPT_BACK = "kept_back", "Kept back"
    BY_HAND = "by_hand", "Exported by hand"
    REVERSED = "reversed", "Reversed"
    RELEASED = "released", "Released"
    SET_ASIDE = "set_aside", "Refused before"


# while in one of these, the invoice can't be edited, voided, merged away or deleted.
LOCKING_STATES = (
    ExportState.SENDING,
    ExportState.EXPORTED,
    ExportState.UNKNOWN,
    ExportState.CONFLICT,
    ExportState.BY_HAND,
    ExportState.REVERSED,
)
# what is in one of these doesn't go.
STAYING_STATES = (*LOCKING_STATES, ExportState.KEPT_BACK)
# What accounting has, or had until it was reversed: nothing of it waits.
DONE_STATES = (ExportState.EXPORTED, ExportState.BY_HAND, ExportState.REVERSED)
# Only these went over the gateway, by a run and under a control id.
SENT_STATES = (
    ExportState.SENDING,
    ExportState.EXPORTED,
    ExportState.FAILED,
    ExportState.UNKNOWN,
    ExportState.CONFLICT,
    ExportState.SET_ASIDE,
)
# Beside the row that says how an invoice stands now: what became of it in other books (S-7).
HISTORY_STATES = (ExportState.RELEASED, ExportState.SET_ASIDE)
# definitely not in the books, so that their document number is another invoice's to take.
NOT_THERE_STATES = (ExportState.FAILED, ExportState.KEPT_BACK, ExportState.SET_ASIDE)
# X-7, S-7: only a person puts an export into one of these.
DECIDED_STATES = (
    ExportState.KEPT_BACK,
    ExportState.BY_HAND,
    ExportState.REVERSED,
    ExportState.RELEASED,
)


class InvoiceExportQuerySet(models.QuerySet["InvoiceExport"]):
    def current(self) -> "InvoiceExportQuerySet":
        """Those that say how an invoice stands now: what became of it in other books is history (S-7)."""
        return self.exclude(state__in=HISTORY_STATES)

    def holding_numbers(self) -> "InvoiceExportQuerySet":
        """Those whose document number is theirs: what is definitely not there holds none (X-3, X-5)."""
        return self.exclude(state__in=NOT_THERE_STATES)


class InvoiceExport(models.Model):
    """How an invoice stands with one connection's books. *Ready* has no row: it is computed.

    An invoice has one current row. Those of other books stay beside it: *released* ones, and *set aside* what
    others refused, so that nothing is forgotten of what went there if they are the present ones again. Rows
    change only through filtered updates in `integrations.exports.states`, so that of two workers, or a worker
    and a person, one wins.
    """

    invoice = models.ForeignKey("invoices.Invoice", on_delete=models.PROTECT, related_name="exports")
    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("Connection", on_delete=models.PROTECT, related_name="exports")
    # The run that sent it last; None for one that only a person has decided on.
    run = models.ForeignKey("Run", null=True, on_delete=models.PROTECT, related_name="exports")
    state = models.CharField(max_length=12, choices=ExportState)
    document_number = models.CharField(max_length=60, blank=True)
    # The kind of document it went as, in the accounting system's words ("Sales Invoice"): where to look
    # for it, even after the settings name another.
    document_type = models.CharField(max_length=60, blank=True)
    # The same at every retry of the same content; `attempt` counts changed contents.
    control_id = models.CharField(max_length=256, blank=True)
    attempt = models.PositiveIntegerField(default=1)
    content_digest = models.CharField(max_length=64, blank=True)
    # What it went with: what a read-back is compared to.
    customer_id = models.CharField(max_length=120)
    document_date = models.DateField()
    total = models.DecimalField(max_digits=14, decimal_places=2)
    # What it went with at each location, as texts: {"EBU": "120.00"}; empty where nobody sent it.
    locations = models.JSONField(default=dict, blank=True)
    # The rest of what it went with, as `integrations.exports.went` keeps it; empty where nobody sent it.
    went_with = models.JSONField(default=dict, blank=True)
    # Where its own date lies in a closed period: the first open day, on which it is posted.
    posted_on = models.DateField(null=True, blank=True)
    key = models.CharField(max_length=200, blank=True)  # the accounting system's own key
    sent_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)  # when the definite answer came
    # When its total was compared with the books', which may have added tax (X-2); None: not since it arrived.
    total_compared_at = models.DateTimeField(null=True, blank=True)
    not_found_count = models.PositiveIntegerField(default=0)  # read-backs that did not find it
    last_checked_at = models.DateTimeField(null=True, blank=True)
    # Went again after a lost answer: from then on a refusal alone is not definite any more.
    resent = models.BooleanField(default=False)
    # Refused with the words below, but it may be there all the same: read-backs decide.
    refused = models.BooleanField(default=False)
    error_code = models.CharField(max_length=200, blank=True)
    error_text = models.TextField(blank=True)
    message = models.TextField(blank=True)
    # Of a conflict: the documents of its number that the books showed, as {key, client, date, total}.
    found = models.JSONField(default=list, blank=True)
    # The decision that put it into its state (X-7, X-8, S-7), and what it was before, "" = not there.
    decided_by = models.ForeignKey(
        "company.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_why = models.TextField(blank=True)
    state_before = models.CharField(max_length=12, choices=ExportState, blank=True)
    # Of one that is exported by hand: the number that it had before it got the one of that document.
    number_before = models.CharField(max_length=60, blank=True)

    objects = InvoiceExportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["invoice"],
                condition=~Q(state__in=HISTORY_STATES),
                name="invoice_export_one_current",
            ),
            models.UniqueConstraint(fields=["invoice", "connection"], name="invoice_export_one_of_books"),
            models.UniqueConstraint(
                fields=["connection", "document_number"],
                condition=~Q(document_number="") & ~Q(state__in=NOT_THERE_STATES),
                name="invoice_export_number_unique",
            ),
            models.UniqueConstraint(
                fields=["connection", "control_id"],
                condition=~Q(control_id=""),
                name="invoice_export_control_unique",
            ),
            models.CheckConstraint(
                condition=~Q(state=ExportState.EXPORTED) | ~Q(key=""),
                name="invoice_export_exported_has_key",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=SENT_STATES) | (Q(run__isnull=False) & ~Q(control_id="")),
                name="invoice_export_sent_by_a_run",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=DECIDED_STATES)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="invoice_export_decided_by_one",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(ExportState.BY_HAND, ExportState.REVERSED)) | ~Q(document_number=""),
                name="invoice_export_has_number",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ExportState.values), name="invoice_export_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["company", "state", "-sent_at"], name="invoice_export_by_state"),
            models.Index(fields=["run", "state"], name="invoice_export_of_run"),
            # Whether a number is taken: the unique one is partial, and not every database sees that it fits.
            models.Index(fields=["connection", "document_number"], name="invoice_export_by_number"),
            # What the books should show of a month.
            models.Index(fields=["connection", "state", "document_date"], name="invoice_export_by_date"),
            # What no run has compared yet: as good as empty, however many went.
            models.Index(
                fields=["connection", "document_type", "id"],
                condition=Q(total_compared_at=None),
                name="invoice_export_to_compare",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_number}: {self.get_state_display()}"


class TakenNumber(models.Model):
    """A document number that a person found to be another's in these books (X-5).

    It is kept apart from the invoices that met it: whatever becomes of them, nothing goes under it.
    """

    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("Connection", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=60)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "number"], name="taken_number_once"),
            models.CheckConstraint(condition=~Q(number=""), name="taken_number_is_one"),
        ]

    def __str__(self) -> str:
        return self.number


class ReversalState(models.TextChoices):
    WAITING = "waiting", "Waiting to be reversed"
    SENDING = "sending", "Being reversed"
    UNKNOWN = "unknown", "Reversal being checked"
    FAILED = "failed", "Reversal refused"
    CONFLICT = "conflict", "Reversal in conflict"
    DONE = "done", "Reversed"
    WITHDRAWN = "withdrawn", "Not reversed after all"


# Under way: nobody can take it back now.
REVERSAL_UNDER_WAY = (ReversalState.SENDING, ReversalState.UNKNOWN, ReversalState.CONFLICT)


class ExportReversalQuerySet(models.QuerySet["ExportReversal"]):
    def credits(self) -> "ExportReversalQuerySet":
        """Those with a document number of their own: in the words of its unique index."""
        return self.exclude(document_number="")


class ExportReversal(models.Model):
    """A person's wish that an exported invoice be reversed, and how it stands with the books (X-8).

    Until it is *done* the export stays *exported*, locked. It goes the same never-twice way as an invoice:
    own control id, *sending* before it is sent, read back when the answer is lost.
    """

    export = models.ForeignKey(InvoiceExport, on_delete=models.PROTECT, related_name="reversals")
    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("Connection", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=ReversalState, default=ReversalState.WAITING)
    way = models.CharField(max_length=20)  # a rules.ReversalWay, settled when it goes
    reason = models.CharField(max_length=500)
    on = models.DateField()
    asked_by = models.ForeignKey("company.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    run = models.ForeignKey("Run", null=True, on_delete=models.PROTECT, related_name="reversals")
    # Of a credit: the document that takes the invoice back.
    document_type = models.CharField(max_length=60, blank=True)
    document_number = models.CharField(max_length=60, blank=True)
    customer_id = models.CharField(max_length=120, blank=True)
    total = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    control_id = models.CharField(max_length=256, blank=True)
    attempt = models.PositiveIntegerField(default=1)
    content_digest = models.CharField(max_length=64, blank=True)
    key = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    not_found_count = models.PositiveIntegerField(default=0)
    last_checked_at = models.DateTimeField(null=True, blank=True)
    resent = models.BooleanField(default=False)
    refused = models.BooleanField(default=False)
    error_code = models.CharField(max_length=200, blank=True)
    error_text = models.TextField(blank=True)
    message = models.TextField(blank=True)

    objects = ExportReversalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["export"],
                condition=~Q(state=ReversalState.WITHDRAWN),
                name="export_reversal_one",
            ),
            models.UniqueConstraint(
                fields=["connection", "control_id"],
                condition=~Q(control_id=""),
                name="export_reversal_control_unique",
            ),
            models.UniqueConstraint(
                fields=["connection", "document_number"],
                condition=~Q(document_number=""),
                name="export_reversal_number_unique",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="export_reversal_has_reason"),
            models.CheckConstraint(
                condition=~Q(state__in=REVERSAL_UNDER_WAY) | (Q(run__isnull=False) & ~Q(control_id="")),
                name="export_reversal_sent_by_a_run",
            ),
        ]
        indexes = [models.Index(fields=["company", "state"], name="export_reversal_by_state")]

    def __str__(self) -> str:
        return f"{self.export.document_number}: {self.get_state_display()}"


class SendAnyway(models.Model):
    """A person lets an invoice go though a client, service or employee on it is archived (X-6)."""

    invoice = models.ForeignKey("invoices.Invoice", on_delete=models.CASCADE, related_name="+")
    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)  # client, service, employee
    record_id = models.BigIntegerField()
    by = models.ForeignKey("company.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "kind", "record_id"], name="send_anyway_once"),
        ]

    def __str__(self) -> str:
        return f"{self.invoice}: {self.kind} {self.record_id}"
