"""`create_company`: a new tenant with its first administrator."""

import os
import secrets
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from reconpro.company.models import Company, Role, User
from reconpro.company.models.tenant import Edition, Feature
from reconpro.company.users import add_user


class Command(BaseCommand):
    help = (
        "Creates a company and its administrator. The administrator's first password is taken from the "
        "environment variable ADMIN_PASSWORD; without it one is made and printed, once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--code", required=True, help="short name, in lower case, as in demo")
        parser.add_argument("--name", required=True, help="name of the company, as on its pages")
        parser.add_argument("--edition", default=Edition.BASIC.value, choices=Edition.values)
        parser.add_argument(
            "--feature",
            action="append",
            default=[],
            choices=Feature.values,
            help="may be given several times",
        )
        parser.add_argument("--admin-email", required=True, help="the administrator's user name")
        parser.add_argument("--time-zone", default="America/Los_Angeles", help="as in America/New_York")

    def handle(self, *args: Any, **options: Any) -> None:
        given_password = os.environ.get("ADMIN_PASSWORD", "")
        password = given_password or secrets.token_urlsafe(12)
        company = Company(
            code=options["code"],
            name=options["name"].strip(),
            edition=options["edition"],
            features=sorted(set(options["feature"])),
            time_zone=options["time_zone"],
        )
        email = options["admin_email"].strip()
        self._check(company, email, password)
        with transaction.atomic():
            company.save()
            user = User(username=email, email=email, role=Role.ADMINISTRATOR, company=company)
            add_user(user, password=password, by=None)
        self.stdout.write(f"Company {company.code} is created. {user.username} may sign in as Administrator.")
        if not given_password:
            self.stdout.write(f"First password, shown only now: {password}")

    def _check(self, company: Company, email: str, password: str) -> None:
        """Raises CommandError with a sentence for whatever can't be taken."""
        if Company.objects.filter(code=company.code).exists():
            raise CommandError(
                f"There is a company with the code {company.code} already. Nothing was changed."
            )
        try:
            company.full_clean()
        except ValidationError as refused:
            raise CommandError(_sentences(refused)) from refused
        try:
            validate_email(email)
        except ValidationError as refused:
            raise CommandError(f"--admin-email: {email} isn't an e-mail address.") from refused
        if User.objects.filter(username=email.lower()).exists():
            raise CommandError(f"Somebody signs in as {email} already. Choose another address.")
        try:
            validate_password(password, User(username=email, email=email))
        except ValidationError as refused:
            raise CommandError(f"ADMIN_PASSWORD: {' '.join(refused.messages)}") from refused


def _sentences(refused: ValidationError) -> str:
    return " ".join(
        f"--{field.replace('_', '-')}: {' '.join(sentences)}"
        for field, sentences in refused.message_dict.items()
    )
