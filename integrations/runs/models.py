"""A run: one import or export of one company, from the click to its outcome.

The row is the truth and the broker's message only a nudge (R-6). Nobody sets these columns from
outside: see `integrations.runs.lifecycle`.
"""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone


class Operation(models.TextChoices):
    IMPORT_CUSTOMERS = "customers", "Import Customers"
    IMPORT_SERVICES = "services", "Import Services"
    IMPORT_EMPLOYEES = "employees", "Import Employees"
    EXPORT_INVOICES = "invoices", "Export Invoices"
    COMPARE_MONTH = "month", "Compare Month"  # reads the books, changes nothing


class Outcome(models.TextChoices):
    OPEN = "", "Open"
    SUCCEEDED = "succeeded", "Succeeded"
    WARNED = "warned", "Succeeded with warnings"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    INTERRUPTED = "interrupted", "Interrupted"


class Mode(models.TextChoices):
    """What a run does with the list that it reads (I-9)."""

    WHOLE = "", "Reads and applies"  # exports too
    CHECK = "check", "Check first"  # applies nothing, and keeps what it found
    APPLY = "apply", "Apply"  # applies what a check found, and reads nothing


class StartedFrom(models.TextChoices):
    PAGE = "page", "Page"
    COMMAND = "command", "Command"
    SCHEDULE = "schedule", "Schedule"


COUNT_NAMES = (
    "read",
    "created",
    "updated",
    "unchanged",
    "archived",
    "restored",
    "skipped",
    "exported",
    "failed",
    "unknown",
    "conflict",
    "blocked",
)


class Run(models.Model):
    """One import or export of one company (R-4). Queued: not started. Active: started, no outcome."""

    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="runs")
    connection = models.ForeignKey(
        "Connection", null=True, blank=True, on_delete=models.PROTECT, related_name="runs"
    )
    provider = models.CharField(max_length=30)
    operation = models.CharField(max_length=12, choices=Operation)
    mode = models.CharField(max_length=5, choices=Mode, blank=True, default="")
    applies = models.ForeignKey(  # the check that an apply applies
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="applied_by"
    )
    started_from = models.CharField(max_length=10, choices=StartedFrom, default=StartedFrom.PAGE)
    started_by = models.ForeignKey(
        "company.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    options = models.JSONField(default=dict, blank=True)  # an export's choices; never a secret

    queued_at = models.DateTimeField(default=timezone.now)
    nudged_at = models.DateTimeField(null=True, blank=True)  # when a message last went to the broker
    started_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_by = models.ForeignKey(
        "company.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True, default="")

    message = models.TextField(blank=True)  # what happened, in a sentence that an admin understands
    advice = models.TextField(blank=True)  # what to do next
    error_code = models.CharField(max_length=200, blank=True)  # the gateway's own
    error_text = models.TextField(blank=True)

    read_count = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    archived_count = models.PositiveIntegerField(default=0)
    restored_count = models.PositiveIntegerField(default=0)
    skipped_count = models.PositiveIntegerField(default=0)
    exported_count = models.PositiveIntegerField(default=0)
    failed_count = models.PositiveIntegerField(default=0)
    unknown_count = models.PositiveIntegerField(default=0)
    conflict_count = models.PositiveIntegerField(default=0)
    blocked_count = models.PositiveIntegerField(default=0)
    warning_count = models.PositiveIntegerField(default=0)
    # Whether the list was read whole and which user and entity read it: what the brake compares (I-5).
    list_complete = models.BooleanField(default=False)
    signed_in_as = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            # two quick clicks on "Import Customers" must not become two runs.
            models.UniqueConstraint(
                fields=["company", "operation"], condition=Q(outcome=""), name="run_one_open"
            ),
            models.UniqueConstraint(
                fields=["company"],
                condition=Q(outcome="", started_at__isnull=False),
                name="run_one_active",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", finished_at__isnull=True)
                | (~Q(outcome="") & Q(finished_at__isnull=False)),
                name="run_finished_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(
                    read_count=F("created_count")
                    + F("updated_count")
                    + F("unchanged_count")
                    + F("skipped_count")
                ),
                name="run_counts_add_up",
            ),
            models.CheckConstraint(
                condition=Q(mode="apply", applies__isnull=False)
                | (~Q(mode="apply") & Q(applies__isnull=True)),
                name="run_apply_names_its_check",
            ),
            # I-9: two tabs that press Apply must not apply a check twice.
            models.UniqueConstraint(
                fields=["applies"],
                condition=Q(outcome__in=["succeeded", "warned"]),
                name="run_check_applied_once",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-queued_at", "-id"], name="run_by_time"),
            models.Index(fields=["company", "operation", "-finished_at"], name="run_by_operation"),
            # The report's "last success", found at once however many runs failed since (P-5).
            models.Index(
                fields=["company", "operation", "-finished_at"],
                condition=Q(outcome__in=["succeeded", "warned"]),
                name="run_last_success",
            ),
            # The sweep looks only at what is open.
            models.Index(fields=["queued_at"], condition=Q(outcome=""), name="run_open"),
        ]

    def __str__(self) -> str:
        return f"{self.title} #{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("run", args=[self.pk])

    @property
    def title(self) -> str:
        """ "Import Customers", "Import Customers: Check first", "Import Customers: Apply"."""
        operation = self.get_operation_display()
        return f"{operation}: {self.get_mode_display()}" if self.mode else operation

    @property
    def is_check(self) -> bool:
        return self.mode == Mode.CHECK

    @property
    def is_open(self) -> bool:
        return self.outcome == Outcome.OPEN

    @property
    def is_queued(self) -> bool:
        return self.is_open and self.started_at is None

    @property
    def is_active(self) -> bool:
        return self.is_open and self.started_at is not None

    @property
    def counts(self) -> dict[str, int]:
        """All counts by name (R-4)."""
        return {name: getattr(self, f"{name}_count") for name in COUNT_NAMES}


class Heartbeat(models.Model):
    """Signs of life and progress of an active run; a row of its own, so that a lock on the run,
    held while an import is applied, can't stop it."""

    run = models.OneToOneField(Run, primary_key=True, on_delete=models.CASCADE, related_name="heartbeat")
    beat_at = models.DateTimeField(default=timezone.now)
    worker = models.CharField(max_length=120)
    phase = models.CharField(max_length=80, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.phase} {self.done}/{self.total or '?'}"


class GatewayRequest(models.Model):
    """One request to a gateway (R-4, P-4): never what was in it."""

    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.CASCADE, related_name="requests")
    control_id = models.CharField(max_length=256)
    function = models.CharField(max_length=120)
    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    error_number = models.CharField(max_length=200, blank=True)
    error_text = models.TextField(blank=True)
    support_id = models.CharField(max_length=200, blank=True)
    records = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["run", "id"], name="gateway_request_of_run")]

    def __str__(self) -> str:
        return f"{self.function} ({self.control_id})"


class GatewayTurn(models.Model):
    """Whose turn it is to speak to a company's gateway: one row per company, with an expiry (G-3)."""

    company = models.OneToOneField(
        "company.Company", primary_key=True, on_delete=models.CASCADE, related_name="gateway_turn"
    )
    holder = models.CharField(max_length=80, blank=True)  # a random token; "" = free
    holder_label = models.CharField(max_length=80, blank=True)  # "Import Customers", for sentences
    expires_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.holder_label or "free"
