"""python manage.py sample_invoices --company CODE --count N [--lines N] [--seed N] [--from DATE] [--json]"""

import argparse
import json
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reconpro.company.models import Company
from reconpro.invoices.forms import MOST_LINES
from reconpro.invoices.samples import NothingToMakeThemOf, export_start, make_sample_invoices

MOST_INVOICES = 1_000_000


class Command(BaseCommand):
    help = (
        "Make approved invoices of the company's own active clients, services and employees, "
        "all ready to be exported, dated between the export start and today."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--company", required=True, metavar="CODE")
        parser.add_argument("--count", required=True, type=whole_number(MOST_INVOICES), metavar="N")
        parser.add_argument(
            "--lines", type=whole_number(MOST_LINES), metavar="N", help="one to four if left out"
        )
        parser.add_argument(
            "--seed", type=int, default=1, metavar="N", help="the same seed, the same invoices"
        )
        parser.add_argument(
            "--from",
            dest="first_date",
            type=a_date,
            metavar="YYYY-MM-DD",
            help="the first date; by default the export start, or else the first of this month",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        company = Company.objects.filter(code=options["company"]).first()
        if company is None:
            raise CommandError(f"There is no company with the code {options['company']}.")
        today = timezone.localdate(timezone=company.zone)
        first = options["first_date"] or export_start(company) or today.replace(day=1)
        if first > today:
            raise CommandError(f"{first:%Y-%m-%d} is in the future: there is no day to date invoices with.")
        try:
            made = make_sample_invoices(
                company=company,
                count=options["count"],
                lines=options["lines"],
                seed=options["seed"],
                first_date=first,
                last_date=today,
            )
        except NothingToMakeThemOf as missing:
            raise CommandError(str(missing)) from missing
        if options["json"]:
            told = {
                "company": company.code,
                "count": made.count,
                "lines": made.lines,
                "first_number": made.first_number,
                "last_number": made.last_number,
                "first_date": made.first_date.isoformat(),
                "last_date": made.last_date.isoformat(),
                "total": str(made.total),
            }
            self.stdout.write(json.dumps(told))
        else:
            self.stdout.write(
                f"{made.count:,} approved invoices, {made.first_number} to {made.last_number}, "
                f"from {made.first_date} to {made.last_date}: {made.total:,.2f} {company.currency}."
            )


def whole_number(most: int) -> Any:
    """A type for argparse: 1 to `most`, refused in a sentence otherwise."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:12]) <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {most:,}.")
        return int(text)

    return read


def a_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-03-31.") from None
