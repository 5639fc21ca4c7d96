"""What people answer to a check before it is applied (I-9). Each is one transaction, and each one counted, so
that nobody applies an answer that they have not seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from integrations.reconcile import proposals
from integrations.reconcile.answers import CannotAnswer, hold_open
from integrations.reconcile.check_counts import count_rows
from integrations.reconcile.checking import is_too_old
from integrations.reconcile.kinds import kind_of
from integrations.reconcile.linking import choose_link, told_different
from integrations.reconcile.models import BrakeAnswer, Check, LinkAnswer, LinkProposal
from integrations.reconcile.resolve import ALL_ROWS, Rows
from integrations.reconcile.scope import Scope
from integrations.runs.models import Run
from reconpro.audit.log import record_event
from reconpro.company.models import User

GONE = "What this check found is out of date: check again."


def scope_of_check(check: Check) -> Scope:
    """What the check compared; `check.run.connection` is there, since nothing is read without one."""
    connection = check.run.connection
    if connection is None:
        raise CannotAnswer(GONE)
    return Scope(
        kind=kind_of(check.operation),
        run_id=check.pk,
        company_id=check.company_id,
        books_id=connection.pk,
        provider_name=connection.books.provider_name,
        now=timezone.now(),
    )


def proposals_of(check: Check) -> QuerySet[LinkProposal]:
    """The links that it proposes, answered or not."""
    return LinkProposal.objects.filter(company_id=check.company_id, seen_by=check.pk)


def one_to_one(check: Check) -> QuerySet[LinkProposal]:
    """Those not answered whose record and listed record nothing else is proposed for."""
    found = proposals_of(check)
    several = Q(record_id__in=_several(found, "record_id")) | Q(
        accounting_id__in=_several(found, "accounting_id")
    )
    return found.filter(answer=LinkAnswer.OPEN).exclude(several)


def accept_one_to_one(run: Run, by: User) -> int:
    """*Accept all one-to-one*: link them all; how many. Raises CannotAnswer."""
    with _answering(run) as check:
        chosen = LinkProposal.objects.filter(pk__in=one_to_one(check).values("pk"))
        number = chosen.update(answer=LinkAnswer.LINK, answered_by=by, answered_at=timezone.now())
        _settle(check, ALL_ROWS)
    return number


def answer_proposal(run: Run, pk: int, answer: LinkAnswer, by: User) -> LinkProposal:
    """*Link* or *They are different*. A link says of all others of the same two that they are different.

    Raises CannotAnswer, and LinkProposal.DoesNotExist for one that is not of this check.
    """
    with _answering(run) as check:
        proposal = proposals_of(check).get(pk=pk)
        answered = {proposal.accounting_id}
        if answer == LinkAnswer.LINK:
            answered = choose_link(proposal, by)
        else:
            proposals_of(check).filter(pk=pk).update(
                answer=LinkAnswer.DIFFERENT, answered_by=by, answered_at=timezone.now()
            )
            _record_different(check, proposal, by)
        _settle(check, Rows(sorted(answered)))
    return proposal


def answer_brake(run: Run, answer: BrakeAnswer, by: User) -> None:
    """*Archive them* or *Keep them*, carried out with the rest (I-5). Raises CannotAnswer."""
    with _answering(run) as check:
        if not check.brake:
            raise CannotAnswer("Nothing is asked of missing records here.")
        Check.objects.filter(pk=check.pk).update(brake_answer=answer)
        record_event(
            company=check.company,
            user=by,
            action="check.answered",
            sentence=f"{answer.label}, when the check of run {check.pk} is applied.",
            subject=run,
        )


@contextmanager
def _answering(run: Run) -> Iterator[Check]:
    """The check under its lock; one more answer is counted."""
    with transaction.atomic():
        if run.connection is not None:
            hold_open(run.connection)
        check = Check.objects.select_for_update().filter(pk=run.pk).first()
        if check is None or is_too_old(check):
            raise CannotAnswer(GONE)
        check.run = run
        yield check
        Check.objects.filter(pk=check.pk).update(answers=F("answers") + 1)


def _settle(check: Check, rows: Rows) -> None:
    """Let the rows of the check show what was answered, and its counts too."""
    scope = scope_of_check(check)
    proposals.settle(scope, told_different(scope), rows)
    Check.objects.filter(pk=check.pk).update(counts=count_rows(scope))


def _several(found: QuerySet[LinkProposal], column: str) -> QuerySet[Any]:
    """Values that more than one proposal has."""
    counted: QuerySet[Any] = found.order_by().values(column).annotate(number=Count("pk"))
    return counted.filter(number__gt=1).values(column)


def _record_different(check: Check, proposal: LinkProposal, by: User) -> None:
    record = kind_of(check.operation).records.filter(company=check.company, pk=proposal.record_id).first()
    if record is None:
        return
    record_event(
        company=check.company,
        user=by,
        action=f"{record.kind}.told_different",
        sentence=f"{by} said that the {record.kind} {record} is not {proposal.accounting_id} of "
        f"{check.run.connection}.",
        subject=record,
    )
