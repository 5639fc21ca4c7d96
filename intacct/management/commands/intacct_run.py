"""Run an import or the export at the terminal; see `integrations.runs.command`."""

import argparse
import sys
from typing import Any, TextIO, cast

from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from integrations.runs.command import run_operation
from integrations.runs.models import Mode, Operation, Run
from reconpro.company.models import Company


class Command(BaseCommand):
    help = (
        "Import customers, services or employees, or export invoices, in this process. "
        "Exit status: 0 succeeded (with warnings too), 1 failed, cancelled or interrupted, 2 usage, "
        "3 another run of the company is open (with --no-wait), 4 must be checked first."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        # A month is compared from its page: it is a person who looks at what differs.
        runnable = [value for value in Operation.values if value != Operation.COMPARE_MONTH]
        parser.add_argument("operation", choices=runnable)
        parser.add_argument("--company", required=True, metavar="CODE", help="the company's code")
        parser.add_argument("--json", action="store_true", help="print one JSON object, progress to stderr")
        parser.add_argument(
            "--no-wait", action="store_true", help="exit 3 if another run of the company is open"
        )

        how = parser.add_mutually_exclusive_group()
        how.add_argument(
            "--check", action="store_true", help="read and compare only; change nothing (imports)"
        )
        how.add_argument("--apply", type=int, metavar="RUN", help="apply what this run with --check found")

    def handle(self, *args: Any, **options: Any) -> None:
        company = Company.objects.filter(code=options["company"]).first()
        if company is None:
            raise CommandError(f"There is no company with the code {options['company']}.", returncode=2)
        operation = Operation(options["operation"])
        applies = _check_named(company, operation, options["apply"])
        if options["check"] and operation == Operation.EXPORT_INVOICES:
            raise CommandError("Only an import can be checked: an export shows its preview.", returncode=2)
        status = run_operation(
            company,
            operation,
            "intacct",
            mode=Mode.APPLY if applies else Mode.CHECK if options["check"] else Mode.WHOLE,
            applies=applies,
            as_json=options["json"],
            wait=not options["no_wait"],
            out=_stream(self.stdout),
            err=_stream(self.stderr),
        )
        if status:
            sys.exit(status)


def _check_named(company: Company, operation: Operation, number: int | None) -> Run | None:
    if number is None:
        return None
    run = Run.objects.filter(company=company, operation=operation, mode=Mode.CHECK, pk=number).first()
    if run is None:
        raise CommandError(
            f"Run {number} is no check of {operation.value} of the company {company.code}.", returncode=2
        )
    return run


def _stream(wrapper: OutputWrapper) -> TextIO:
    """The stream itself: Django's wrapper would end each write with a new line."""
    return cast(TextIO, cast(Any, wrapper)._out)
