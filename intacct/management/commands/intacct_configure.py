"""Enter the Intacct settings at the terminal, for operators and scripts."""

import argparse
import os
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from intacct.configuration import RunUnderWay, label_of, missing_fields, save_settings, settings_of
from intacct.form_texts import GROUPS, SCHEDULE
from intacct.forms import SettingsForm
from integrations.schedules.service import Plan
from reconpro.audit.log import record_event
from reconpro.company.models import Company, Team

PASSWORDS = {"sender_password": "INTACCT_SENDER_PASSWORD", "auth_password": "INTACCT_AUTH_PASSWORD"}
TEXTS = (
    "sender_id",
    "dtd_version",
    "auth_user_id",
    "auth_company_id",
    "post_url",
    "entity",
    "client_id_2_field",
    "service_id_2_field",
    "document_type",
    "transaction_definition",
    "credit_definition",
    "revenue_account",
    "account_label",
    "unit_of_measure",
    "default_terms",
    "default_location",
    "notify_when",
)
# Each may be named several times; an empty one takes all away.
LISTS = {
    "item_types": "--item-type",
    "employee_types": "--employee-type",
    "scope_departments": "--department",
    "scope_locations": "--location",
    "notify_addresses": "--notify",
}


class Command(BaseCommand):
    help = (
        "Set a company's Intacct Integration Settings; what is not named stays as it is. "
        f"The passwords are taken from {' and '.join(PASSWORDS.values())}."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--company", required=True, metavar="CODE", help="the company's code")
        for name in TEXTS:
            parser.add_argument(f"--{name.replace('_', '-')}", metavar="TEXT", help=label_of(name))
        for name, option in LISTS.items():
            parser.add_argument(
                option,
                dest=name,
                action="append",
                metavar="TEXT",
                help=f'{label_of(name)}: once for each; "" for none',
            )
        parser.add_argument(
            "--schedule",
            metavar="IMPORTS",
            help='the imports that start by themselves, such as customers,services; "" for none',
        )
        parser.add_argument("--schedule-at", metavar="HH:MM", help="when, on the company's own clock")
        parser.add_argument("--default-team", metavar="NAME", help="Default Team; made if there is none")
        parser.add_argument("--export-start", metavar="YYYY-MM-DD", type=_day, help=label_of("export_start"))

    def handle(self, *args: Any, **options: Any) -> None:
        company = Company.objects.filter(code=options["company"]).first()
        if company is None:
            raise CommandError(f"There is no company with the code {options['company']}.", returncode=2)
        given: dict[str, Any] = {name: options[name] for name in TEXTS if options[name] is not None}
        given |= {name: options[name] for name in LISTS if options[name] is not None}
        if options["schedule"] is not None:
            given["schedule_operations"] = [each for each in options["schedule"].split(",") if each.strip()]
        if options["schedule_at"] is not None:
            given["schedule_at"] = options["schedule_at"]
        if options["export_start"] is not None:
            given["export_start"] = options["export_start"]
        passwords = {name: os.environ.get(variable, "") for name, variable in PASSWORDS.items()}
        try:
            with transaction.atomic():
                if options["default_team"] is not None:
                    given["default_team"] = _team(company, options["default_team"]).pk
                values, plan = _checked(company, given, passwords)
                saved = save_settings(company, values, secrets=passwords, by=None, plan=plan)
        except (ValidationError, RunUnderWay) as refusal:
            sentences = refusal.messages if isinstance(refusal, ValidationError) else [str(refusal)]
            raise CommandError(" ".join(sentences), returncode=2) from None
        for change in saved.changes:
            self.stdout.write(str(change))
        if not saved.changes:
            self.stdout.write("Nothing was changed.")
        if missing := missing_fields(saved.settings):
            self.stdout.write(f"Still needed: {', '.join(missing)}.")


def _checked(
    company: Company, given: dict[str, Any], passwords: dict[str, str]
) -> tuple[dict[str, Any], Plan | None]:
    """The values as the page's own form takes them, and the schedule if it is named. Raises ValidationError
    with sentences."""
    stored = settings_of(company)
    form = SettingsForm(instance=stored, company=company)
    present = {name: form[name].value() for name in form.fields}
    form = SettingsForm({**present, **given, **passwords}, instance=stored, company=company)
    if not form.is_valid():
        # Only what was named here can be answered for here, and what it goes together with.
        together = [group.fields for group in GROUPS if any(name in given for name in group.fields)]
        named = {"__all__", *given, *(name for name, typed in passwords.items() if typed)}
        named.update(*together)
        faults = [
            f"{form.fields[name].label}: {fault}" if name in form.fields else str(fault)
            for name, errors in form.errors.items()
            if name in named
            for fault in errors
        ]
        if faults:
            raise ValidationError(faults)
    plan = form.plan if any(name in given for name in SCHEDULE) else None
    return {name: form.cleaned_data[name] for name in given if name not in SCHEDULE}, plan


def _team(company: Company, name: str) -> Team:
    name = " ".join(name.split())
    if not name or len(name) > 100:
        raise ValidationError("--default-team: a team's name has 1 to 100 characters.")
    team = Team.objects.filter(company=company, name__iexact=name).first()
    if team is None:
        team = Team.objects.create(company=company, name=name)
        record_event(
            company=company, action="team.added", sentence=f"Team {name} added by command.", subject=team
        )
    elif team.archived_at is not None:
        raise ValidationError(f"--default-team: the team {team} is archived; restore it first.")
    return team


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a day is written YYYY-MM-DD, such as 2026-11-01") from None
