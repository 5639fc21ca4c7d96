"""`make show`: the main job by script, on the database and broker that the environment names.

For DTD version v2.1 and v3.0, each with a new company and a new simulator of 5,000 customers, 500
items and 300 employees: configure, import all three, export 50 invoices, all once more. Every step
is checked against what the simulator tells; any difference ends it with status 1.
"""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

from tools.processes import ROOT, Processes, Simulator

SIZES = {"customers": 5000, "items": 500, "employees": 300}
IMPORTS = {"customers": "customers", "services": "items", "employees": "employees"}
INVOICES = 50
COLUMNS = (
    *("operation", "outcome", "read", "created", "updated", "unchanged", "archived", "restored"),
    *("skipped", "exported", "failed", "blocked", "calls", "seconds"),
)


class Differs(Exception):
    """What was found is not what was expected."""


def check(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise Differs(f"{what}: found {found!r}, expected {expected!r}")
    print(f"  ok  {what}: {found}")


class Show:
    def __init__(self, processes: Processes, version: str) -> None:
        self.processes = processes
        self.version = version
        self.company = f"show-{version.replace('.', '-')}"

    def manage(self, *arguments: str, **environment: str) -> str:
        result = self.processes.manage(*arguments, **environment)
        if result.returncode != 0:
            raise Differs(f"manage.py {' '.join(arguments)} ended with {result.returncode}: {result.stdout}")
        return result.stdout

    def run(self, operation: str) -> dict[str, Any]:
        result: dict[str, Any] = json.loads(
            self.manage("intacct_run", operation, "--company", self.company, "--json")
        )
        counts = result["counts"]
        row = {**counts, **result, "calls": result["gateway_calls"]}
        print("  " + " ".join(f"{row[name]!s:>11}" for name in COLUMNS))
        return result

    def carry_out(self) -> list[str]:
        """All steps of one version; returns the Accounting IDs that it ended with."""
        print(f"\n{self.version}")
        simulator = Simulator(self.processes, **SIZES)
        print(f"  {simulator.ready_line}")
        try:
            return self._steps(simulator)
        finally:
            self.processes.stop("simulator")

    def _steps(self, simulator: Simulator) -> list[str]:
        self.manage(
            *("create_company", "--code", self.company, "--name", f"Show {self.version}"),
            *(
                "--edition",
                "enterprise",
                "--feature",
                "intacct",
                "--admin-email",
                f"{self.company}@show.example",
            ),
            ADMIN_PASSWORD="shown-to-nobody-1",
        )
        self.manage(
            *("intacct_configure", "--company", self.company, "--sender-id", "recon_sender"),
            *("--dtd-version", self.version, "--auth-user-id", "recon_ws"),
            *("--auth-company-id", "ACME-SANDBOX", "--post-url", simulator.url),
            *("--default-team", "Main shop", "--export-start", "2026-01-01"),
            INTACCT_SENDER_PASSWORD="sender-secret",
            INTACCT_AUTH_PASSWORD="user-secret",
        )
        print("  " + " ".join(f"{name:>11}" for name in COLUMNS))
        first = {operation: self.run(operation) for operation in IMPORTS}
        self.manage(
            *("sample_invoices", "--company", self.company, "--count", str(INVOICES)),
            *("--lines", "3", "--seed", "7"),
        )
        exported = self.run("invoices")
        again = {operation: self.run(operation) for operation in (*IMPORTS, "invoices")}
        told = simulator.state()

        for operation, kind in IMPORTS.items():
            counts = first[operation]["counts"]
            check(f"{operation}: read = the simulator's total", counts["read"], told[kind]["total"])
            check(
                f"{operation}: created + skipped = read",
                counts["created"] + counts["skipped"],
                counts["read"],
            )
            check(
                f"{operation}: archived = the simulator's inactive ones",
                counts["archived"],
                told[kind]["inactive"],
            )
        check("invoices: exported", exported["counts"]["exported"], INVOICES)
        check("invoices: documents in the simulator's ledger", told["documents"]["count"], INVOICES)
        check(
            "invoices: their total in the simulator's ledger, to the cent",
            Decimal(told["documents"]["total"]),
            self.exported_total(),
        )
        for operation, result in again.items():
            touched = {
                name: result["counts"][name]
                for name in ("created", "updated", "archived", "restored", "exported", "failed")
            }
            check(f"{operation} once more touches nothing", sum(touched.values()), 0)
        check("requests that the schemas refuse", told["invalid_requests"], [])
        check("most requests at a time", told["in_flight_max"], 1)
        return self.accounting_ids()

    def exported_total(self) -> Decimal:
        command = (
            "from integrations.exports.models import InvoiceExport; from django.db.models import Sum;"
            f"rows = InvoiceExport.objects.filter(company__code='{self.company}', state='exported');"
            "print(rows.aggregate(Sum('invoice__total'))['invoice__total__sum'])"
        )
        return Decimal(self.manage("shell", "--no-imports", "--command", command))

    def accounting_ids(self) -> list[str]:
        command = (
            "import json; from reconpro.company.models import Client, Service, Employee;"
            f"print(json.dumps([f'{{m.kind}} {{i}}' for m in (Client, Service, Employee) for i in"
            f" m.objects.filter(company__code='{self.company}').order_by('accounting_id')"
            ".values_list('accounting_id', flat=True)]))"
        )
        ids: list[str] = json.loads(self.manage("shell", "--no-imports", "--command", command))
        return ids


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="reconpro-show-") as var:
        processes = Processes({**os.environ, "VAR_DIR": var, "LOG_LEVEL": "ERROR"})
        with closing(_Stopping(processes)):
            database = os.environ.get("DATABASE_URL", "").split(":")[0] or "sqlite"
            print(f"Database: {database}; commit {_commit()}")
            processes.run_module(
                "django", "migrate", "--verbosity", "0", DJANGO_SETTINGS_MODULE="reconpro.settings"
            )
            try:
                ids = {version: Show(processes, version).carry_out() for version in ("v2.1", "v3.0")}
                check(
                    "both versions gave the same Accounting IDs",
                    ids["v2.1"] == ids["v3.0"] and len(ids["v3.0"]),
                    sum(SIZES.values()),
                )
            except Differs as difference:
                print(f"\nNOT AS EXPECTED  {difference}")
                return 1
    print("\nAll as expected.")
    return 0


class _Stopping:
    def __init__(self, processes: Processes) -> None:
        self.close = processes.stop


def _commit() -> str:
    result = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=Path(ROOT),
        text=True,
        capture_output=True,
    )
    return result.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
