"""The command: starts the simulator, or speaks to one that runs (`--tell`)."""

import argparse
import gc
import json
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import schemas
from .company import SENDER_ID, SENDER_PASSWORD, USER_ID, USER_PASSWORD
from .control import USAGE
from .faults import BadFault, Fault, listed, read_words
from .gateway import Gateway
from .server import SimulatorServer
from .state import BadStateFile, StateFile
from .world import MAIN_COMPANY, OTHER_COMPANY, Size, World

DEFAULTS = Size()
COUNTS = tuple(vars(DEFAULTS))
TRUE_WORDS = ("1", "on", "ok", "true", "y", "yes")  # as the project's settings read PRODUCTION
AT_LEAST = {"departments", "locations", "entities"}  # as many as others name


def _epilog() -> str:
    state = f"read from {schemas.folder()}" if schemas.available() else f"absent: {_NO_SCHEMAS}"
    return f"""\
Sign-in: sender {SENDER_ID} / {SENDER_PASSWORD}; company {MAIN_COMPANY} (second company: {OTHER_COMPANY});
user {USER_ID} / {USER_PASSWORD}.

Schemas (INTACCT_SCHEMAS): {state}

Control address, also by key=value ... at the start and by --tell PORT key=value ... while it runs
(values are JSON, or text where they aren't); --tell PORT alone tells the counts, the settings and the faults:
{USAGE}
{listed()}
"""


_NO_SCHEMAS = "structure is checked by the simulator's own plain rules only"


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of records")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (0 to 65535)")
    return int(text)


def _fault(text: str) -> dict[str, Any]:
    try:
        return read_words(text)
    except BadFault as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options, the same for `python -m intacct.simulator` and the management command."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _epilog()
    parser.add_argument("--port", type=_port, default=9400, help="0 takes any free port")
    for name in COUNTS:
        parser.add_argument(
            f"--{name}",
            type=_count,
            default=None,
            metavar="N",
            help=f"{'at least' if name in AT_LEAST else 'default'} {getattr(DEFAULTS, name)}",
        )
    parser.add_argument("--latency-ms", type=_count, default=0, metavar="N")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep the world in this file")
    parser.add_argument(
        "--fault",
        type=_fault,
        action="append",
        default=[],
        metavar="KIND[,NAME=VALUE...]",
        help="a fault from the start on, or with --tell from now on; may be given several times",
    )
    parser.add_argument("--faults", action="store_true", help="list all faults and end")
    parser.add_argument("--tell", type=_port, metavar="PORT", help="speak to a running simulator")
    parser.add_argument(
        "changes", nargs="*", metavar="key=value", help="what to change: at the start, or by --tell"
    )


def tell(port: int, changes: dict[str, Any] | None) -> tuple[int, str]:
    """POST changes to a running simulator (None: GET its counts); answers exit status and text."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/control",
        data=None if changes is None else json.dumps(changes).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 (http, to this machine)
            return 0, answer.read().decode().rstrip()
    except urllib.error.HTTPError as error:
        return 1, error.read().decode("utf-8", "replace").rstrip()
    except OSError as error:
        return 1, f"No simulator answers on port {port}: {error}"


def read_changes(words: Sequence[str]) -> dict[str, Any]:
    """key=value words as a dict; raises ValueError with a sentence."""
    changes: dict[str, Any] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals or not key:
            raise ValueError(f"{word!r} is not of the form key=value.")
        try:
            changes[key] = json.loads(text)
        except ValueError:
            changes[key] = text
    return changes


def run(options: argparse.Namespace) -> int:
    """Do what the options ask for; answers the exit status."""
    if options.faults:
        _say(listed())
        return 0
    try:
        changes = read_changes(options.changes)
    except ValueError as problem:
        return _fail(2, problem)
    if options.tell is not None:
        if options.fault:
            changes["faults"] = [*changes.get("faults", []), *options.fault]
        status, text = tell(options.tell, changes or None)
        _say(text, file=sys.stdout if status == 0 else sys.stderr)
        return status
    return serve(options, changes)


def _say(text: object, **options: Any) -> None:
    try:
        print(text, flush=True, **options)  # noqa: T201 (a command speaks by printing)
    except BrokenPipeError:  # whoever read it has seen enough, as `| head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(status: int, problem: object) -> int:
    _say(problem, file=sys.stderr)
    return status


def serve(options: argparse.Namespace, changes: dict[str, Any] | None = None) -> int:
    """Serve until interrupted or terminated; `changes` are made first, as if they had been told."""
    if os.environ.get("PRODUCTION", "").strip().lower() in TRUE_WORDS:
        return _fail(2, "The simulator never runs with production settings.")
    asked = {name: getattr(options, name) for name in COUNTS if getattr(options, name) is not None}
    try:
        state = StateFile(options.state) if options.state else None
        size = state.size(asked) if state else Size(**asked)
        world = World(size)
        if state:
            state.restore(world)
        gc.freeze()  # a large world is here to stay: looking through it for garbage would take seconds
        gateway = Gateway(world)
        gateway.latency_seconds = options.latency_ms / 1000
        for fault in options.fault:
            gateway.faults.add(Fault.read(fault))
        server = SimulatorServer(options.port, gateway)
    except BadStateFile as problem:
        return _fail(2, problem)
    except OSError as problem:
        return _fail(1, f"Port {options.port} can't be used: {problem.strerror}.")
    if state:
        gateway.after_writing = state.save
    try:
        server.control.change(changes or {})
    except (ValueError, TypeError, OverflowError) as problem:
        server.server_close()
        return _fail(2, problem)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    note = "" if schemas.available() else f" ({_NO_SCHEMAS})"
    _say(f"Simulator ready at {server.url}{note}")
    try:
        server.serve_forever(poll_interval=0.2)
    except KeyboardInterrupt:
        return 0
    finally:
        server.server_close()
        if state:
            with world.lock:
                state.save()
                state.close()
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m intacct.simulator`."""
    parser = argparse.ArgumentParser(
        prog="intacct_simulator", description="A local gateway that Intacct clients accept."
    )
    add_arguments(parser)
    return run(parser.parse_args(arguments))
