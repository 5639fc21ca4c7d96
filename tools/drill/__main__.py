"""python -m tools.drill [--version V] [--kind K] [--seed N] …

Prints what each drill met and what is in the ledger afterwards; ends with 1 if
anything is not as it has to be.
Without arguments: three seeds of 3.0 with Order Entry, one of each other version and kind. It uses the
database and the broker that the environment names, else those of a folder of its own.
"""

import argparse
import os
import signal
import sys
import tempfile
from typing import Any

# Seconds where operators have minutes, so that a lost worker is noticed and its invoices looked up soon.
QUICK = {
    "RUN_HEARTBEAT_SECONDS": "0.5",
    "RUN_STALE_AFTER_SECONDS": "2",
    "RUN_NUDGE_AGAIN_AFTER_SECONDS": "2",
    "RUN_SWEEP_SECONDS": "1",
    "RUN_PROGRESS_SECONDS": "0.1",
    "EXPORT_BATCH_SIZE": "5",
    "EXPORT_READ_BACK_SECONDS": "0.5",
    "GATEWAY_FIRST_BACKOFF_SECONDS": "0.05",
    "GATEWAY_LONGEST_BACKOFF_SECONDS": "0.2",
    "GATEWAY_TURN_SECONDS": "40",
    "LOG_LEVEL": "ERROR",
    "PYTHONWARNINGS": "ignore:You're running the worker with superuser",  # in a container
}
ALL = (
    ("v3.0", "order_entry", 1),
    ("v3.0", "order_entry", 2),
    ("v3.0", "order_entry", 3),
    ("v2.1", "order_entry", 4),
    ("v3.0", "ar_invoice", 5),
    ("v2.1", "ar_invoice", 6),
)
WORDS = {"order_entry": "Order Entry", "ar_invoice": "AR invoice"}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.drill", description=__doc__)
    parser.add_argument("--version", choices=("v2.1", "v3.0"))
    parser.add_argument("--kind", choices=tuple(WORDS))
    parser.add_argument("--seed", type=int)
    parser.add_argument("--invoices", type=int, default=2000)
    parser.add_argument("--each", type=int, default=20, help="at least so many faults of each kind")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--most-seconds", type=float, default=1800)
    return parser.parse_args()


def main() -> int:
    chosen = arguments()
    drills = [
        each
        for each in ALL
        if chosen.version in (None, each[0])
        and chosen.kind in (None, each[1])
        and (chosen.seed is None or chosen.seed == each[2] or (chosen.version and chosen.kind))
    ]
    if chosen.seed is not None and chosen.version and chosen.kind:
        drills = [(chosen.version, chosen.kind, chosen.seed)]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="reconpro-drill-") as var:
        os.environ.update({**QUICK, "VAR_DIR": os.environ.get("VAR_DIR", var)})
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reconpro.settings")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        failed = [each for each in drills if not carry_out(chosen, *each)]
    print(f"\n{len(drills) - len(failed)} of {len(drills)} drills as they have to be.")
    return 1 if failed else 0


def carry_out(chosen: argparse.Namespace, version: str, kind: str, seed: int) -> bool:
    """One drill from its setting up to its verdict, printed."""
    from django.db import connection

    from tools.drill.drill import TookTooLong
    from tools.drill.drill import carry_out as carry_out_plan
    from tools.drill.plan import make_plan
    from tools.drill.stage import Stage
    from tools.drill.verdict import judge
    from tools.processes import Processes

    where = f"{version} {WORDS[kind]}, seed {seed}, on {connection.vendor}"
    print(f"\n{where}: {chosen.invoices:,} invoices, 5 a request", flush=True)
    function = "create_invoice" if kind == "ar_invoice" else "create_sotransaction"
    sizes: dict[str, Any] = {"invoices": chosen.invoices, "each": chosen.each, "kills": chosen.kills}
    plan = make_plan(seed=seed, function=function, **sizes)
    processes = Processes(os.environ)
    try:
        stage = Stage(processes, f"d{seed}-{version[1]}{version[3]}-{kind[:2]}", version=version, kind=kind)
        stage.make_invoices(chosen.invoices, seed)
        course = carry_out_plan(stage, plan, invoices=chosen.invoices, most_seconds=chosen.most_seconds)
        verdict = judge(stage, course, **sizes)
    except TookTooLong as late:
        print(f"  NOT AT AN END   {late}")
        return False
    finally:
        processes.stop()
    for line in verdict.lines:
        print(f"  {line}")
    for problem in verdict.wrong:
        print(f"  NOT AS IT HAS TO BE   {problem}")
    sys.stdout.flush()
    return not verdict.wrong


if __name__ == "__main__":
    sys.exit(main())
