"""Imports that start by themselves, and what is to be told by e-mail (S-5)."""

from datetime import time

from django.db import models
from django.db.models import Q
from django.utils import timezone

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)  # Monday is 0


def every_day() -> list[int]:
    return list(EVERY_DAY)


class Schedule(models.Model):
    """When a company's imports start by themselves: at a time of its own zone, on some days of the week.

    Off without operations. `next_due` is set exactly while it is on and not paused, so that whatever scans
    for what is due needs no other column.
    """

    company = models.ForeignKey("company.Company", on_delete=models.CASCADE, related_name="+")
    provider = models.CharField(max_length=30)
    operations = models.JSONField(default=list, blank=True)  # of runs.Operation, in their order; imports only
    at = models.TimeField(default=time(5, 0))
    weekdays = models.JSONField(default=every_day)
    next_due = models.DateTimeField(null=True, blank=True)
    # Why it waits for a person: the books were changed, or an import must be checked first (S-7, I-9).
    paused_reason = models.TextField(blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    # What could not be started the last time, and why; "" if all was.
    note = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True, blank=True)  # the last time

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "provider"], name="schedule_unique"),
            models.CheckConstraint(
                condition=Q(paused_reason="", paused_at=None)
                | (~Q(paused_reason="") & Q(paused_at__isnull=False, next_due=None)),
                name="schedule_paused_is_not_due",
            ),
        ]
        indexes = [
            # Thousands of companies, scanned each minute for the few that are due.
            models.Index(fields=["next_due"], condition=Q(next_due__isnull=False), name="schedule_due")
        ]

    def __str__(self) -> str:
        return f"Schedule of {self.company}"

    @property
    def is_on(self) -> bool:
        return bool(self.operations)

    @property
    def is_paused(self) -> bool:
        return bool(self.paused_reason)


class NoticeState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Sending"  # claimed; it stays so if the process died, and is never sent again
    SENT = "sent", "Sent"
    NOT_WANTED = "not_wanted", "Nothing to tell, or nobody"
    FAILED = "failed", "Could not be sent"


class Notice(models.Model):
    """One e-mail about a run that nobody watched, or about one that could not start.

    Made in the transaction that starts the run, so that no worker's death can lose it.
    """

    company = models.ForeignKey("company.Company", on_delete=models.CASCADE, related_name="+")
    provider = models.CharField(max_length=30)
    run = models.OneToOneField("Run", null=True, blank=True, on_delete=models.CASCADE, related_name="notice")
    message = models.TextField(blank=True)  # without a run: what did not start, and why
    state = models.CharField(max_length=10, choices=NoticeState, default=NoticeState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    try_after = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(run__isnull=False, message="") | (Q(run=None) & ~Q(message="")),
                name="notice_of_a_run_or_a_message",
            )
        ]
        indexes = [models.Index(fields=["try_after"], condition=Q(state="waiting"), name="notice_waiting")]

    def __str__(self) -> str:
        return f"Notice of {self.run or self.message}"
