"""Reading and saving a company's Intacct settings: what changed is recorded (S-8), what they point at is
a connection (S-7)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.db.models import Field

from intacct.models import AUTOMATIC, IntacctSettings
from integrations.connections.models import Connection
from integrations.connections.service import current_connection, open_connection
from integrations.runs.models import Operation, Outcome, Run
from integrations.schedules.models import EVERY_DAY
from integrations.schedules.service import Plan, plan_of, schedule_of, set_plan
from integrations.secrets.fields import Secret
from reconpro.audit.log import record_event
from reconpro.audit.models import AuditEvent
from reconpro.company.models import Company, User

PROVIDER = "intacct"
ACTION = "intacct.settings_changed"
SECRETS = ("sender_password", "auth_password")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# In the order of the page; what the gateway must know before anything can be asked of it.
NEEDED = ("sender_id", "sender_password", "auth_user_id", "auth_company_id", "auth_password", "post_url")


class ChangedMeanwhile(Exception):
    """Somebody else saved the settings after this person had opened them."""


class RunUnderWay(Exception):
    """The books can't change under a run; the text is a sentence."""


@dataclass(frozen=True)
class Change:
    """One changed field in words. Of a secret neither value is told."""

    label: str
    old: str = ""
    new: str = ""
    is_secret: bool = False

    def __str__(self) -> str:
        if self.is_secret:
            return f"{self.label} changed"
        return f"{self.label}: {self.old or 'empty'} → {self.new or 'empty'}"


@dataclass(frozen=True)
class Saved:
    """What came of saving: `opened` and `closed` are connections, where they changed."""

    settings: IntacctSettings
    changes: list[Change] = field(default_factory=list)
    opened: Connection | None = None
    closed: Connection | None = None


def settings_of(company: Company) -> IntacctSettings:
    """The company's settings; if none are stored yet, the defaults, unsaved."""
    stored = IntacctSettings.objects.filter(company=company).select_related("default_team").first()
    return stored or IntacctSettings(company=company)


def version_token(settings: IntacctSettings) -> str:
    """Tells two states of the settings apart; "" before the first save."""
    return settings.updated_at.isoformat() if settings.pk else ""


def missing_fields(settings: IntacctSettings) -> list[str]:
    """Labels of what must be entered before Intacct can be reached."""
    return [label_of(name) for name in NEEDED if not getattr(settings, name)]


def identity_of(settings: IntacctSettings) -> str:
    """Whose books the settings point at; "" without a company (S-7).

    Capitals are typed now this way, now that; Intacct lets the same company in either way.
    """
    if not settings.auth_company_id:
        return ""
    return json.dumps([settings.auth_company_id.casefold(), settings.entity.casefold()], ensure_ascii=False)


def connection_label(settings: IntacctSettings) -> str:
    entity = f", entity {settings.entity}" if settings.entity else ""
    return f"Intacct {settings.auth_company_id}{entity}"


def label_of(name: str) -> str:
    field = IntacctSettings._meta.get_field(name)
    assert isinstance(field, Field)
    return str(field.verbose_name)


def save_settings(
    company: Company,
    values: Mapping[str, Any],
    *,
    secrets: Mapping[str, str],
    by: User | None,
    seen: str | None = None,
    plan: Plan | None = None,
) -> Saved:
    """Store `values`, of `secrets` those that are not empty, and the schedule's `plan` unless it is None;
    record what changed, open the connection.

    `seen` is the `version_token` that the person had before them, None if nobody looked. Raises
    ChangedMeanwhile if the settings changed since, RunUnderWay if other books are meant while a run
    works with the present ones; then nothing is stored.
    """
    with transaction.atomic():
        # The company's row stands for the settings that may not exist yet: two first saves, one after
        # the other.
        Company.objects.select_for_update().get(pk=company.pk)
        settings = settings_of(company)
        if seen is not None and seen != version_token(settings):
            raise ChangedMeanwhile
        before = identity_of(settings)
        changes = _apply(settings, values, secrets)
        if plan is not None:
            changes += _changes_of_plan(plan_of(schedule_of(company, PROVIDER)), plan)
        if identity_of(settings) != before:
            _check_no_run(company)
            settings.item_department_field = None
        if changes or settings.pk is None:
            settings.full_clean(exclude=["company"])
            settings.save()
        if changes:
            _record(settings, changes, by)
        if plan is not None:
            set_plan(company, PROVIDER, plan)
        opened, closed = _open(settings, by)  # which pauses the schedule, where the books are others
    return Saved(settings, changes, opened, closed)


def words_of(plan: Plan) -> str:
    """Such as "Import Customers and Import Services start by themselves every day at 5:00 AM."."""
    days = "every day"
    if set(plan.weekdays) != set(EVERY_DAY):
        days = f"on {_and([WEEKDAYS[day] for day in plan.weekdays])}"
    verb = "starts by itself" if len(plan.operations) == 1 else "start by themselves"
    what = _and([str(Operation(each).label) for each in plan.operations])
    return f"{what} {verb} {days} at {plan.at:%-I:%M %p}."


def _and(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def recent_changes(company: Company, limit: int = 8) -> list[AuditEvent]:
    """The last saves that changed something, newest first."""
    events = AuditEvent.objects.filter(company=company, action=ACTION).select_related("user")
    return list(events.order_by("-at", "-pk")[:limit])


def saved_after(company: Company, seen: str) -> list[AuditEvent]:
    """The saves that somebody who has the state `seen` before them doesn't know, oldest first."""
    events = AuditEvent.objects.filter(company=company, action=ACTION).select_related("user").order_by("pk")
    if seen:
        known = events.filter(details__version=seen).last()
        events = events.filter(pk__gt=known.pk) if known else events.none()
    return list(events)


def _apply(settings: IntacctSettings, values: Mapping[str, Any], secrets: Mapping[str, str]) -> list[Change]:
    changes = []
    for name, new in values.items():
        old = getattr(settings, name)
        if old != new:
            old_words = _in_words(settings, name)
            setattr(settings, name, new)
            changes.append(Change(label_of(name), old_words, _in_words(settings, name)))
    for name in SECRETS:
        new = secrets.get(name, "")
        if new and new != _revealed(getattr(settings, name)):
            setattr(settings, name, Secret.of(new))
            changes.append(Change(label_of(name), is_secret=True))
    return changes


def _changes_of_plan(before: Plan, after: Plan) -> list[Change]:
    """The schedule's changes in words (S-8)."""
    labels = dict(Operation.choices)
    words = [
        (
            "Import by itself",
            *(", ".join(labels[each] for each in plan.operations) for plan in (before, after)),
        ),
        ("Schedule: at", *(f"{plan.at:%H:%M}" for plan in (before, after))),
        (
            "Schedule: on",
            *(", ".join(WEEKDAYS[day] for day in plan.weekdays) for plan in (before, after)),
        ),
    ]
    return [Change(label, old, new) for label, old, new in words if old != new]


def _revealed(secret: Secret) -> str | None:
    try:
        return secret.reveal()
    except InvalidToken:
        return None  # its key is gone: whatever is entered replaces it


def _in_words(settings: IntacctSettings, name: str) -> str:
    value = getattr(settings, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(value)
    if name.endswith("_id_2_field") and value == AUTOMATIC:
        return "Automatic"
    display = getattr(settings, f"get_{name}_display", None)
    if display is not None:
        return str(display())
    return "" if value is None else str(value)


def _check_no_run(company: Company) -> None:
    run = Run.objects.filter(company=company, provider=PROVIDER, outcome=Outcome.OPEN).first()
    if run is not None:
        state = "waiting" if run.is_queued else "running"
        raise RunUnderWay(
            f"{run.get_operation_display()} is {state}. Wait for its end, or cancel it, before you change "
            "Auth Company ID or the entity."
        )


def _record(settings: IntacctSettings, changes: list[Change], by: User | None) -> None:
    record_event(
        company=settings.company,
        user=by,
        action=ACTION,
        sentence="Intacct Integration Settings: " + "; ".join(str(change) for change in changes) + ".",
        subject=settings,
        details={
            "version": version_token(settings),
            "changes": [
                {"field": change.label, "secret": True}
                if change.is_secret
                else {"field": change.label, "old": change.old, "new": change.new}
                for change in changes
            ],
        },
    )


def _open(settings: IntacctSettings, by: User | None) -> tuple[Connection | None, Connection | None]:
    identity = identity_of(settings)
    present = current_connection(settings.company, PROVIDER)
    if not identity or (present is not None and present.identity == identity):
        return None, None
    return open_connection(
        settings.company,
        provider=PROVIDER,
        provider_name="Intacct",
        identity=identity,
        label=connection_label(settings),
        by=by,
    )
