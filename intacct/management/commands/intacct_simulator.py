"""A shell around `intacct.simulator`: the local gateway for demo, tests and benchmarks."""

import argparse
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from intacct.simulator import command


class Command(BaseCommand):
    help = "Serves a local gateway that Intacct clients accept, or speaks to a running one (--tell)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        command.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if getattr(settings, "PRODUCTION", True):
            raise CommandError("The simulator never runs with production settings (spec 8).")
        status = command.run(argparse.Namespace(**options))
        if status:
            sys.exit(status)
