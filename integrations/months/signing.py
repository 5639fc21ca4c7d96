"""A month is signed off by name, with the numbers that it was signed off with (X-9)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from integrations.connections.models import Connection
from integrations.exports.words import count_of
from integrations.months.models import MonthComparison, MonthSignOff
from integrations.months.period import last_day
from integrations.months.standing import Standing, latest_change
from reconpro.audit.log import record_event
from reconpro.company.models import Company, User

LONGEST_REASON = MonthSignOff._meta.get_field("reason").max_length or 0
CHANGED = "The month has changed since you opened this page. Look at it as it is now, then sign it off."


class CannotSignOff(Exception):
    """It can't be done; str() is a sentence for the page."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month as a person sees it before signing it off, with the latest comparison, if there is one."""

    company: Company
    connection: Connection
    month: date
    standing: Standing
    comparison: MonthComparison | None

    @property
    def numbers(self) -> dict[str, Any]:
        """What a sign-off stands for, as plain values."""
        found = self.comparison
        if found is None:
            return {"invoices": self.standing.numbers()}
        return {
            "invoices": self.standing.numbers(),
            "ours": [found.our_count, str(found.our_total)],
            "theirs": [found.their_count, str(found.their_total)],
            "differences": found.difference_count,
            "run": found.pk,
        }

    @property
    def seen(self) -> str:
        """Another one as soon as a number is another: what was signed off is what was looked at."""
        return hashlib.sha256(json.dumps(self.numbers, sort_keys=True).encode()).hexdigest()[:32]

    def objections(self) -> list[str]:
        """Why it should not be signed off as it is: each a sentence; with a reason it can be all the same."""
        told = []
        if self.standing.open_count:
            of = count_of(self.standing.open_count)
            told.append(f"{of} of the month {'is' if self.standing.open_count == 1 else 'are'} still open.")
        if self.comparison is not None and self.comparison.difference_count:
            number = self.comparison.difference_count
            differs = "document differs" if number == 1 else "documents differ"
            told.append(f"{number:,} {differs} from the books.")
        if self.is_stale:
            told.append("Exports of the month have changed since it was compared.")
        if timezone.localdate(timezone=self.company.zone) <= last_day(self.month):
            told.append("The month is not over.")
        return told

    @property
    def is_stale(self) -> bool:
        """Whether something arrived or was decided after the comparison."""
        changed = latest_change(self.company, self.connection, self.month)
        return self.comparison is not None and changed is not None and changed > self.comparison.made_at


def sign_off_of(connection: Connection, month: date) -> MonthSignOff | None:
    """The one that stands."""
    there = MonthSignOff.objects.filter(connection=connection, month=month, withdrawn_at=None)
    return there.select_related("by").first()


def sign_off(month: Month, *, by: User, seen: str, reason: str) -> MonthSignOff:
    """Stand for the month with one's name. Raises CannotSignOff: it was never compared, somebody was faster,
    it isn't what was seen, or something is amiss and no reason was typed."""
    reason = " ".join(reason.split())
    if month.comparison is None:
        raise CannotSignOff("Compare the month with the books first.")
    if seen != month.seen:
        raise CannotSignOff(CHANGED)
    objections = month.objections()
    if objections and not reason:
        raise CannotSignOff(f"{' '.join(objections)} Type why it is signed off all the same.")
    if len(reason) > LONGEST_REASON:
        raise CannotSignOff(f"The reason has at most {LONGEST_REASON} characters.")
    try:
        with transaction.atomic():  # the constraint speaks here: one sign-off of a month
            made = MonthSignOff.objects.create(
                company=month.company,
                connection=month.connection,
                month=month.month,
                by=by,
                name=str(by),
                comparison=month.comparison,
                numbers=month.numbers,
                reason=reason if objections else "",
            )
            record_event(
                company=month.company,
                action="month.signed_off",
                sentence=f"{month.month:%B %Y} signed off by {by}. {reason if objections else ''}".strip(),
                user=by,
                subject=made,
                details={"month": f"{month.month:%Y-%m}", "numbers": month.numbers, "despite": objections},
            )
    except IntegrityError as error:
        raise CannotSignOff("Somebody has signed it off meanwhile.") from error
    return made


@transaction.atomic
def take_back(made: MonthSignOff, *, by: User, reason: str) -> None:
    """It doesn't stand any more, and stays as history. Raises CannotSignOff."""
    reason = " ".join(reason.split())
    if not reason:
        raise CannotSignOff("Say why the sign-off is taken back.")
    if len(reason) > LONGEST_REASON:
        raise CannotSignOff(f"The reason has at most {LONGEST_REASON} characters.")
    changed = MonthSignOff.objects.filter(pk=made.pk, withdrawn_at=None).update(
        withdrawn_at=timezone.now(), withdrawn_by=by, withdrawn_why=reason
    )
    if not changed:
        raise CannotSignOff("It was taken back already.")
    record_event(
        company=made.company,
        action="month.sign_off_taken_back",
        sentence=f"{by} took the sign-off of {made.month:%B %Y} back. {reason}",
        user=by,
        subject=made,
        details={"month": f"{made.month:%Y-%m}", "why": reason, "signed_off_by": made.name},
    )
