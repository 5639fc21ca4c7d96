"""A month beside the books, and who signed it off (X-9)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class DifferenceKind(models.TextChoices):
    MISSING = "missing", "Not there"
    EXTRA = "extra", "Not known here"
    TWICE = "twice", "There twice"
    CLIENT = "client", "Other client"
    TOTAL = "total", "Other total"
    ADDED = "added", "Tax or another charge added"
    LOCATION = "location", "Other location"
    MOVED = "moved", "Dated in another month"
    REVERSED = "reversed", "Reversed there"
    STANDS = "stands", "Reversed here, not there"
    UNSETTLED = "unsettled", "There, but not exported here"


class MonthComparison(models.Model):
    """What one run of *Compare Month* found. Totals are what documents add to what clients owe: a credit
    counts less, a reversed one nothing. `others` were numbered by somebody else, and are not compared."""

    run = models.OneToOneField(
        "Run", primary_key=True, on_delete=models.CASCADE, related_name="month_comparison"
    )
    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("Connection", on_delete=models.PROTECT, related_name="+")
    month = models.DateField()  # its first day
    made_at = models.DateTimeField(default=timezone.now)
    our_count = models.PositiveIntegerField(default=0)
    our_total = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    their_count = models.PositiveIntegerField(default=0)
    their_total = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    other_count = models.PositiveIntegerField(default=0)
    other_total = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    difference_count = models.PositiveIntegerField(default=0)
    knows_locations = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["connection", "month", "-made_at"], name="month_comparison_latest")]

    def __str__(self) -> str:
        return f"{self.month:%B %Y}: {self.difference_count} differences"


class MonthLine(models.Model):
    """A client at a location where the two sides differ."""

    comparison = models.ForeignKey(MonthComparison, on_delete=models.CASCADE, related_name="lines")
    client_id_there = models.CharField(max_length=120)
    location = models.CharField(max_length=120, blank=True)
    our_count = models.PositiveIntegerField(default=0)
    our_total = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    their_count = models.PositiveIntegerField(default=0)
    their_total = models.DecimalField(max_digits=16, decimal_places=2, default=0)

    class Meta:
        indexes = [models.Index(fields=["comparison", "client_id_there"], name="month_line_of_client")]

    def __str__(self) -> str:
        return f"{self.client_id_there} {self.location}"


class MonthDifference(models.Model):
    """One document that differs. `ours` and `theirs` are None where that side has none."""

    comparison = models.ForeignKey(MonthComparison, on_delete=models.CASCADE, related_name="differences")
    kind = models.CharField(max_length=10, choices=DifferenceKind)
    # Invoices can't be deleted once they went; one that only has the number of an extra document can.
    invoice = models.ForeignKey(
        "invoices.Invoice", null=True, on_delete=models.SET_NULL, related_name="+", db_index=True
    )
    document_type = models.CharField(max_length=60, blank=True)
    number = models.CharField(max_length=200)
    client_id_there = models.CharField(max_length=120, blank=True)
    location = models.CharField(max_length=200, blank=True)
    ours = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    theirs = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    sentence = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["comparison", "id"], name="month_difference_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=DifferenceKind.values), name="month_difference_kind_known"
            )
        ]

    def __str__(self) -> str:
        return self.sentence


class MonthSignOff(models.Model):
    """Somebody stands for a month with the name. `numbers` is what it was signed off with; `reason` why, in
    spite of differences or open invoices. One that was taken back stays as history."""

    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey("Connection", on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    by = models.ForeignKey("company.User", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)  # as it was then
    at = models.DateTimeField(default=timezone.now)
    comparison = models.ForeignKey(MonthComparison, null=True, on_delete=models.SET_NULL, related_name="+")
    numbers = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        "company.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_why = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "connection", "month"],
                condition=Q(withdrawn_at__isnull=True),
                name="month_signed_off_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True)
                | (Q(withdrawn_by__isnull=False) & ~Q(withdrawn_why="")),
                name="month_withdrawn_by_one_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%B %Y}, signed off by {self.name}"
