"""Stage tables: a run's whole list, before it is compared and applied (R-5).

A stage row inherits the same columns that accounting owns on the record, all nullable: NULL = the
answer didn't bring the field, '' = it is empty (I-3). UNLOGGED on PostgreSQL: a crash empties them,
and the run that filled them is over then; what a check kept there is read again (I-9).
"""

from typing import TypeVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from reconpro.company.models import (
    ClientFromAccounting,
    EmployeeFromAccounting,
    ServiceFromAccounting,
)

M = TypeVar("M", bound=type[models.Model])
EMPTIED = "_emptied"  # the suffix of the flag beside a column in which NULL can't mean "empty"


class Verdict(models.TextChoices):
    """What is to be done with a staged row; the counts of a run are made of these (R-4)."""

    NEW = "new", "New"  # until the comparison finds its record
    CHANGED = "changed", "Changed"
    UNCHANGED = "unchanged", "Unchanged"
    SKIPPED = "skipped", "Skipped"


class Standing(models.TextChoices):
    """What a changed row does to its record besides (I-4)."""

    STAYS = "", "Stays as it is"
    ARCHIVE = "archive", "Is archived"
    RESTORE = "restore", "Is restored"


class StageRow(models.Model):
    """What each stage row has besides the fields brought."""

    run_id = models.BigIntegerField()
    position = models.IntegerField()  # order of arrival: of two equal rows the first one counts
    external_key = models.CharField(max_length=60, null=True)
    # Filled while comparing: the record that this row is, and what is to be done with it.
    # A skipped row keeps its record too: what the list refers to isn't missing.
    record_id = models.BigIntegerField(null=True)
    verdict = models.CharField(max_length=12, default=Verdict.NEW)
    reason = models.CharField(max_length=40, blank=True, default="")  # why skipped: duplicates.codes.Code
    standing = models.CharField(max_length=12, blank=True, default="")

    class Meta:
        abstract = True


def brought_or_null(model: M) -> M:
    """Let every inherited accounting column be NULL, for "not brought"."""
    own = {field.name for field in StageRow._meta.local_fields} | {"id"}
    for field in model._meta.local_fields:
        if field.name not in own and not field.name.endswith(EMPTIED):
            field.null = True
            field.default = models.fields.NOT_PROVIDED
    return model


def stage_indexes(kind: str) -> list[models.Index]:
    """By the order of arrival: what a check found is shown in pages of it (I-9)."""
    return [models.Index(fields=["run_id", "position"], name=f"staged_{kind}_in_order")]


@brought_or_null
class StagedClient(StageRow, ClientFromAccounting):
    class Meta:
        indexes = stage_indexes("client")


@brought_or_null
class StagedService(StageRow, ServiceFromAccounting):
    # A price has no '' for "brought and empty", so it is told beside it (I-3).
    list_price_emptied = models.BooleanField(default=False)

    class Meta:
        indexes = stage_indexes("service")


@brought_or_null
class StagedEmployee(StageRow, EmployeeFromAccounting):
    class Meta:
        indexes = stage_indexes("employee")


class BrakeAnswer(models.TextChoices):
    """What becomes of missing records that the brake keeps, said before they are applied (I-5)."""

    OPEN = "", "Ask again after the import"
    ARCHIVE = "archive", "Archive them"
    KEEP = "keep", "Keep them"


class Check(models.Model):
    """What a check found (I-9), kept until it is applied, replaced by a later run, or too old.

    Its rows are in the stage; here is what else an import needs to be applied from them without asking
    the accounting side again.
    """

    run = models.OneToOneField("Run", primary_key=True, on_delete=models.CASCADE, related_name="kept_check")
    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="+")
    operation = models.CharField(max_length=12)  # runs.Operation
    made_at = models.DateTimeField(default=timezone.now)
    row_count = models.PositiveIntegerField()  # in the stage: fewer are a stage that a crash emptied
    counts = models.JSONField()  # `check_counts.Counts`, as people have answered so far
    page_starts = models.JSONField()  # as `Stage` keeps them
    announced = models.JSONField()  # the totals that the list told, null where it told none
    problems = models.JSONField()  # of cleaning: `telling.Problems`
    read_warnings = models.JSONField()  # what the provider warned of while reading
    would_warn = models.JSONField()  # what all of it would warn of
    new_record = models.JSONField()  # columns of records that are created: {"team_id": 5}
    reference = models.JSONField()  # small lists that came along, by their kind
    settings_seen = models.CharField(max_length=64)  # Provider.import_settings
    digest = models.CharField(max_length=64)  # of all that it would do: what tells that it is out of date
    missing_count = models.PositiveIntegerField(default=0)
    missing_with_invoices = models.PositiveIntegerField(default=0)  # of those that the brake keeps (I-5)
    archives_missing = models.BooleanField(default=False)
    brake = models.CharField(max_length=10, blank=True)  # the name of a `brake.Brake`
    brake_answer = models.CharField(max_length=7, choices=BrakeAnswer, blank=True, default="")
    # One more with each answer: who applies has seen them all.
    answers = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "operation"], name="check_one_kept"),
            models.CheckConstraint(condition=Q(brake_answer="") | ~Q(brake=""), name="check_answers_a_brake"),
        ]
        indexes = [models.Index(fields=["made_at"], name="check_by_age")]

    def __str__(self) -> str:
        return f"Check of run {self.run_id}"


class LinkAnswer(models.TextChoices):
    OPEN = "", "Not answered"
    LINK = "link", "Link"
    DIFFERENT = "different", "They are different"

    @property
    def standing(self) -> str:
        """How the two stand once it is given: other words than the buttons beside it have."""
        return {LinkAnswer.LINK: "To be linked", LinkAnswer.DIFFERENT: "Different"}.get(self, self.label)


class LinkProposal(models.Model):
    """A record outside these books that may be one that they list, and what a person says of it (I-9).

    Open ones hold back the listed record, answered ones hold over later checks and imports: *Link* until
    an import carried it out, *They are different* for good.
    """

    company = models.ForeignKey("company.Company", on_delete=models.PROTECT, related_name="+")
    books = models.ForeignKey("company.Books", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)  # "client", "service", "employee"
    record_id = models.BigIntegerField()
    accounting_id = models.CharField(max_length=120)  # of the listed record
    # What they have in common.
    by_id = models.BooleanField()
    by_name = models.BooleanField()
    by_email = models.BooleanField()
    by_phone = models.BooleanField()
    # The check that saw it last, by the id of its run; NULL while a later one looks.
    seen_by = models.BigIntegerField(null=True)
    answer = models.CharField(max_length=10, choices=LinkAnswer, blank=True, default="")
    answered_by = models.ForeignKey(
        "company.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["books", "kind", "record_id", "accounting_id"], name="link_proposal_unique"
            ),
            models.UniqueConstraint(
                fields=["books", "kind", "record_id"],
                condition=Q(answer="link"),
                name="link_one_for_a_record",
            ),
            models.UniqueConstraint(
                fields=["books", "kind", "accounting_id"],
                condition=Q(answer="link"),
                name="link_one_for_a_listed_record",
            ),
        ]
        indexes = [
            models.Index(fields=["books", "kind", "accounting_id"], name="link_proposal_listed"),
            models.Index(fields=["seen_by", "id"], name="link_proposal_of_check"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}, {self.accounting_id}: {self.get_answer_display()}"

    @property
    def standing(self) -> str:
        return LinkAnswer(self.answer).standing

    @property
    def in_common(self) -> str:
        """What the two have in common, in words: "name, phone"."""
        ways = {
            "Accounting ID": self.by_id,
            "name": self.by_name,
            "e-mail": self.by_email,
            "phone": self.by_phone,
        }
        return ", ".join(word for word, is_so in ways.items() if is_so)
