"""A drill's stage: a company, its simulated gateway, a scheduler, and the worker that gets killed."""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta

from django.utils import timezone

from intacct.configuration import save_settings
from integrations.runs import lifecycle
from integrations.runs.models import Operation, Outcome
from reconpro.company.models import Company, Team
from reconpro.company.models.tenant import Edition, Feature
from reconpro.invoices.samples import make_sample_invoices
from tools.processes import Processes, Simulator

SIZES = {"customers": 120, "items": 40, "employees": 25}
CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "reconpro")
LOUDNESS = ("--loglevel", "ERROR")
IMPORTS = (Operation.IMPORT_CUSTOMERS, Operation.IMPORT_SERVICES, Operation.IMPORT_EMPLOYEES)


class Stage:
    """`kind` is a document type of the settings. Everything is set up, and nothing exported yet."""

    def __init__(self, processes: Processes, code: str, *, version: str, kind: str) -> None:
        self.processes = processes
        self.kind = kind
        self.simulator = Simulator(processes, **SIZES)
        self.company = self._configured(code, version)
        self._workers = 0

    def _configured(self, code: str, version: str) -> Company:
        company = Company.objects.create(
            name=f"Drill {code}", code=code, edition=Edition.ENTERPRISE, features=[Feature.INTACCT]
        )
        values = {
            "sender_id": "recon_sender",
            "auth_user_id": "recon_ws",
            "auth_company_id": "ACME-SANDBOX",
            "post_url": self.simulator.url,
            "dtd_version": version,
            "default_team": Team.objects.create(company=company, name="Main shop"),
            "default_terms": "Net 30",
            "export_start": timezone.localdate() - timedelta(days=60),
            "document_type": self.kind,
            "revenue_account": "4010",
        }
        passwords = {"sender_password": "sender-secret", "auth_password": "user-secret"}
        save_settings(company, values, secrets=passwords, by=None)
        for operation in IMPORTS:
            company.refresh_from_db()
            run, _ = lifecycle.start(company, operation, provider="intacct", nudge=False)
            run = lifecycle.carry_out(run.pk)
            if run.outcome not in (Outcome.SUCCEEDED, Outcome.WARNED):
                raise RuntimeError(f"{run.get_operation_display()} failed: {run.message}")
        company.refresh_from_db()
        return company

    def make_invoices(self, count: int, seed: int) -> None:
        today = timezone.localdate()
        make_sample_invoices(
            company=self.company,
            count=count,
            seed=seed,
            first_date=today - timedelta(days=50),
            last_date=today,
        )

    def start_scheduler(self) -> None:
        self.processes.start("scheduler", *CELERY, "beat", *LOUDNESS)

    def start_worker(self) -> None:
        self._workers += 1
        self.worker = self.processes.start(
            f"worker-{self._workers}", *CELERY, "worker", "--concurrency", "2", *LOUDNESS
        )

    def kill_worker(self) -> None:
        """SIGKILL for the worker and its children: nothing of it gets to clean up."""
        os.killpg(self.worker.pid, signal.SIGKILL)
        self.processes.stop(f"worker-{self._workers}")

    def close(self) -> None:
        """The scheduler, the worker and the simulator end; the database stays."""
        self.processes.stop()
