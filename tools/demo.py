"""`make demo`: the whole product with a demo company, until Ctrl-C.

It arrives with a believable past: imports and an export of the last days, made by the real jobs
against the simulator (and then moved back in time), and since then changed data there and new
approved invoices, so that each button has something to do.
"""

import os
import signal
import sys
import time
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.processes import Processes, Simulator, free_port, wait_until_answers  # noqa: E402 - the path first

VAR = Path(os.environ.get("VAR_DIR", ROOT / "var" / "demo"))
ADMINISTRATOR = "admin@demo.example"
PASSWORD = os.environ.get("ADMIN_PASSWORD", "reconpro-demo")
GATEWAY_SECRETS = {
    "INTACCT_SENDER_PASSWORD": "sender-secret",
    "INTACCT_AUTH_PASSWORD": "user-secret",
}


def main() -> int:
    VAR.mkdir(parents=True, exist_ok=True)
    processes = Processes({**os.environ, "VAR_DIR": str(VAR), "LOG_LEVEL": "WARNING"})
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        return run(processes)
    except KeyboardInterrupt:
        print("\nThe demo ends.")
        return 0
    finally:
        processes.stop()


def run(processes: Processes) -> int:
    must(processes, "migrate", "--verbosity", "0")
    simulator = Simulator(processes, port=9400, state=VAR / "simulator.state")
    new = not (VAR / "prepared").exists()
    if new:
        print("Preparing the demo company and its last days …", flush=True)
        create_company(processes, simulator)
        live_through_some_days(processes, simulator)
        (VAR / "prepared").touch()
    configure(processes, simulator)  # the simulator's port may have changed

    port = free_port(int(os.environ.get("PORT", "8000")))
    celery = (sys.executable, "-m", "celery", "--quiet", "-A", "reconpro")
    processes.start("worker", *celery, "worker", "--concurrency", "2", "--loglevel", "WARNING")
    processes.start("scheduler", *celery, "beat", "--loglevel", "WARNING")
    processes.start(
        "web",
        *(sys.executable, "-m", "gunicorn", "reconpro.wsgi", "--bind", f"127.0.0.1:{port}"),
        *("--workers", "1", "--threads", "8", "--log-level", "warning"),
    )
    wait_until_answers(f"http://127.0.0.1:{port}/sign-in/")
    print(
        f"\nReconPro is at   http://127.0.0.1:{port}\n"
        f"Sign in as       {ADMINISTRATOR}   password  {PASSWORD}\n"
        f"Then             Company → Company Info → Integration Settings → Configure\n"
        f"Simulator        {simulator.url}\n"
        f"Ctrl-C ends all of it.",
        flush=True,
    )
    while not (name := processes.ended()):
        time.sleep(0.5)
    print(f"The {name} has ended; so does the demo.", file=sys.stderr)
    return 1


def must(processes: Processes, *arguments: str, **environment: str) -> None:
    result = processes.manage(*arguments, **environment)
    if result.returncode != 0:
        raise SystemExit(f"manage.py {' '.join(arguments[:2])} failed:\n{result.stdout}")


def create_company(processes: Processes, simulator: Simulator) -> None:
    must(
        processes,
        *("create_company", "--code", "demo", "--name", "Demo Reconditioning"),
        *("--edition", "enterprise", "--feature", "intacct", "--admin-email", ADMINISTRATOR),
        ADMIN_PASSWORD=PASSWORD,
    )
    configure(processes, simulator, "--default-team", "Main shop")


def configure(processes: Processes, simulator: Simulator, *more: str) -> None:
    must(
        processes,
        *("intacct_configure", "--company", "demo", "--sender-id", "recon_sender"),
        *("--auth-user-id", "recon_ws", "--auth-company-id", "ACME-SANDBOX"),
        *("--post-url", simulator.url, *more),
        **GATEWAY_SECRETS,
    )


def live_through_some_days(processes: Processes, simulator: Simulator) -> None:
    """Three days of work: first imports, an export, a morning's import; then work that waits."""

    def carry_out(operation: str) -> None:
        must(processes, "intacct_run", operation, "--company", "demo", "--json")

    def sample_invoices(count: int, seed: int) -> None:
        numbers = ("--count", str(count), "--lines", "3", "--seed", str(seed))
        must(processes, "sample_invoices", "--company", "demo", *numbers)

    demo_data(processes, "colleagues")
    for operation in ("customers", "services", "employees"):
        carry_out(operation)
    month_ago = date.today() - timedelta(days=30)
    configure(processes, simulator, "--export-start", month_ago.isoformat())
    sample_invoices(14, seed=1)
    carry_out("invoices")
    demo_data(processes, "pass", "2")
    simulator.tell(advance=True)
    carry_out("customers")
    demo_data(processes, "pass", "1")
    simulator.tell(advance=True)
    sample_invoices(9, seed=2)
    demo_data(processes, "unready")


def demo_data(processes: Processes, *arguments: str) -> None:
    processes.run_module("tools.demo_data", *arguments, ADMIN_PASSWORD=PASSWORD)


if __name__ == "__main__":
    sys.exit(main())
