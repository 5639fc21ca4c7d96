"""E-mail about runs that nobody watched (S-5): plain text, once, and never at a run's expense."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.urls import reverse
from django.utils import timezone

from integrations.providers import Addressees, provider_named
from integrations.runs.models import Outcome, Run
from integrations.runs.wording import counts_sentence, duration, seconds_of
from integrations.schedules.models import Notice, NoticeState

logger = logging.getLogger(__name__)

ATTEMPTS = 3
AGAIN_AFTER = timedelta(minutes=10)
MOST_AT_ONCE = 100
FIRST_WARNINGS = 10
TROUBLE = (Outcome.FAILED, Outcome.INTERRUPTED)


def tell_waiting(now: datetime | None = None) -> int:
    """Send the notices whose runs are over; how many were sent.

    Each is claimed before it is sent, so that of two that look at once one sends it, and a process that dies
    in between leaves it unsent rather than sent twice.
    """
    now = now or timezone.now()
    waiting = Notice.objects.filter(state=NoticeState.WAITING, try_after__lte=now).exclude(
        run__isnull=False, run__outcome=Outcome.OPEN
    )
    sent = 0
    for notice_id in list(waiting.order_by("try_after").values_list("pk", flat=True)[:MOST_AT_ONCE]):
        claimed = Notice.objects.filter(pk=notice_id, state=NoticeState.WAITING).update(
            state=NoticeState.SENDING
        )
        if not claimed:
            continue
        try:
            sent += _tell(Notice.objects.select_related("company", "run").get(pk=notice_id), now)
        except Exception:
            # It stays claimed, and the others are told all the same.
            logger.exception("Notice %s could not be told.", notice_id)
    return sent


def _tell(notice: Notice, now: datetime) -> bool:
    provider = provider_named(notice.provider)
    addressees = provider.addressees(notice.company)
    if provider.missing_subscription(notice.company) or not _is_wanted(notice, addressees):
        return _leave(notice, NoticeState.NOT_WANTED)
    message = message_of(notice, addressees)
    try:
        connection = get_connection()
        connection.open()
    except Exception as error:  # each mail server and library has errors of its own
        return _not_sent(notice, error, now, may_try_again=True)
    try:
        message.connection = connection
        message.send()
    except Exception as error:
        # It may have arrived all the same, so it isn't tried again.
        return _not_sent(notice, error, now, may_try_again=False)
    finally:
        _close(connection)
    _leave(notice, NoticeState.SENT)
    return True


def _is_wanted(notice: Notice, addressees: Addressees) -> bool:
    if not addressees.addresses:
        return False
    run = notice.run
    if run is None or not addressees.only_trouble:
        return True
    return run.outcome in TROUBLE or bool(new_warnings(run))


def new_warnings(run: Run) -> list[str]:
    """What this run warned of for the first time: a warning that stays open isn't told each morning."""
    if run.started_at is None:
        return []
    seen = run.run_warnings.filter(warning__opened_at__gte=run.started_at).order_by("warning__code", "pk")
    return list(seen.values_list("warning__message", flat=True)[: FIRST_WARNINGS + 1])


def message_of(notice: Notice, addressees: Addressees) -> EmailMessage:
    """The e-mail: what happened, in the words of the run's page, with a link to it; no secret is in these."""
    with timezone.override(notice.company.zone):
        subject, lines = _of_run(notice.run) if notice.run else _of_message(notice)
    lines += ["", "You get this since your address stands in ReconPro's integration settings."]
    return EmailMessage(
        " ".join(f"ReconPro, {notice.company}: {subject}".split()),
        "\n".join(lines) + "\n",
        to=list(addressees.addresses),
    )


def _of_run(run: Run) -> tuple[str, list[str]]:
    outcome = run.get_outcome_display().lower()
    lines = [f"{run.get_operation_display()}, started by the schedule, {outcome}."]
    if run.finished_at is not None:
        took = seconds_of(run)
        lines.append(
            f"It ended on {timezone.localtime(run.finished_at):%B %-d, %Y, at %-I:%M %p}"
            + (f" after {duration(took)}." if took is not None else ".")
        )
    lines += ["", *filter(None, [run.message, run.advice])]
    if run.error_code or run.error_text:
        lines.append(f"The gateway's own words: {run.error_code} {run.error_text}".rstrip())
    lines += ["", f"Counts: {counts_sentence(run)}."]
    if warnings := new_warnings(run):
        lines += ["", "New warnings:", *(f"- {message}" for message in warnings[:FIRST_WARNINGS])]
        if len(warnings) > FIRST_WARNINGS:
            lines.append("- and more")
    if run.warning_count:
        lines.append(f"Open warnings altogether: {run.warning_count:,}.")
    lines += ["", f"See it here: {settings.SITE_URL}{run.get_absolute_url()}"]
    return f"{run.get_operation_display()} {outcome}", lines


def _of_message(notice: Notice) -> tuple[str, list[str]]:
    lines = ["The schedule could not start everything.", "", notice.message]
    url = reverse(provider_named(notice.provider).settings_url_name)
    return "an import was not started", [*lines, "", f"See the settings: {settings.SITE_URL}{url}"]


def _not_sent(notice: Notice, error: Exception, now: datetime, *, may_try_again: bool) -> bool:
    attempts = notice.attempts + 1
    again = may_try_again and attempts < ATTEMPTS
    # The error's text may name the mail server's user or repeat what it was sent: its kind is enough.
    logger.warning("Notice %s could not be sent (%s).", notice.pk, type(error).__name__)
    Notice.objects.filter(pk=notice.pk, state=NoticeState.SENDING).update(
        state=NoticeState.WAITING if again else NoticeState.FAILED,
        attempts=attempts,
        try_after=now + AGAIN_AFTER,
    )
    return False


def _leave(notice: Notice, state: NoticeState) -> bool:
    Notice.objects.filter(pk=notice.pk, state=NoticeState.SENDING).update(state=state)
    return False


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except Exception as error:
        logger.warning("The mail server's connection did not close well (%s).", type(error).__name__)
