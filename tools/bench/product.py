"""ReconPro's own import, just as its command runs it, in this process."""

import io
import json
import os
import sys
from typing import Any

import django

from tools.bench.measured import timed

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reconpro.settings")
COMPANY = "bench"
SIGN_IN = {
    "sender_id": "recon_sender",
    "auth_user_id": "recon_ws",
    "auth_company_id": "ACME-SANDBOX",
    "dtd_version": "v3.0",
}
PASSWORDS = {"INTACCT_SENDER_PASSWORD": "sender-secret", "INTACCT_AUTH_PASSWORD": "user-secret"}


def measure_prepare(url: str) -> dict[str, Any]:
    """Tables, a company and its settings for the gateway at `url`; a second time only the settings."""
    django.setup()
    from django.core.management import call_command

    from reconpro.company.models import Company

    quiet = io.StringIO()
    call_command("migrate", verbosity=0)
    if not Company.objects.filter(code=COMPANY).exists():
        words = ["--name", "Benchmark", "--edition", "enterprise", "--feature", "intacct"]
        words += ["--code", COMPANY, "--admin-email", "admin@bench.example"]
        call_command("create_company", *words, stdout=quiet)
    os.environ.update(PASSWORDS)
    call_command(
        "intacct_configure", company=COMPANY, post_url=url, default_team="All", stdout=quiet, **SIGN_IN
    )
    return {}


def measure_import(url: str) -> dict[str, Any]:
    """One Import Customers, from its start to its outcome."""
    django.setup()
    # A process that serves runs has all this loaded before its first one.
    import intacct.jobs.imports  # noqa: F401 - loaded, not used
    from integrations.runs.command import run_operation
    from integrations.runs.models import Operation
    from reconpro.company.models import Company

    company = Company.objects.get(code=COMPANY)
    told, progress = io.StringIO(), io.StringIO()
    found: dict[str, Any] = {}
    with timed(found):
        status = run_operation(
            company, Operation.IMPORT_CUSTOMERS, "intacct", as_json=True, out=told, err=progress
        )
    result = json.loads(told.getvalue())
    if status != 0:
        sys.exit(f"The import did not succeed: {result['outcome']} {result['message']}")
    return {**found, "rows": result["counts"]["read"], "counts": result["counts"], "run": result}


def measure_statements(url: str) -> dict[str, Any]:
    """The SQL statements of one import: all, and those that come with each page and by the clock."""
    django.setup()
    from tools.bench.statements import Statements

    with Statements() as statements:
        found = measure_import(url)
    return {**found, "statements": statements.told}
