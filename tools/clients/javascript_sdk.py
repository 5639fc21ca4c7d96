"""`@intacct/intacct-sdk` of the npm registry against the simulator, run by Node."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.simulator_process import Simulator
from tools.clients.steps import SIZES, Step

NAME = "@intacct/intacct-sdk"
SOURCE = Path(__file__).parent / "javascript"
LOCK = SOURCE / "package-lock.json"
KEPT = Path(__file__).resolve().parents[2] / "var" / "clients"
INSTALL_SECONDS, RUN_SECONDS = 300, 120


class NotInstalled(Exception):
    """The client can't be run on this machine; `str()` says why."""


def install() -> Path:
    """The modules of the pinned versions, fetched once; raises NotInstalled.

    They are put in place whole, so that one that was broken off or runs beside this one does no harm.
    """
    absent = [name for name in ("node", "npm") if shutil.which(name) is None]
    if absent:
        raise NotInstalled(f"{' and '.join(absent)} not found (Debian's packages nodejs and npm).")
    folder = KEPT / hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]
    if not folder.is_dir():
        KEPT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT) as work:
            new = Path(work) / "new"
            new.mkdir()
            for name in ("package.json", "package-lock.json"):
                shutil.copyfile(SOURCE / name, new / name)
            _npm_ci(new)
            try:
                new.rename(folder)
            except OSError:
                if not folder.is_dir():
                    raise
    return folder / "node_modules"


def _npm_ci(folder: Path) -> None:
    try:
        ended = subprocess.run(
            ["npm", "ci", "--omit=dev", "--no-audit", "--no-fund", "--ignore-scripts"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"npm did not install {NAME} within {INSTALL_SECONDS} seconds.") from None
    if ended.returncode != 0:
        raise NotInstalled(f"npm can't install {NAME}: {ended.stderr.strip()[-500:]}")


def steps(simulator: Simulator) -> Iterator[Step]:
    """Take all steps; raises NotInstalled where there is no Node."""
    ended = subprocess.run(
        ["node", "steps.js", simulator.url, json.dumps(SIZES)],
        cwd=SOURCE,
        env={**os.environ, "NODE_PATH": str(install())},
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    for line in ended.stdout.splitlines():
        told = json.loads(line)
        yield Step(NAME, told["title"], told["ok"], told["told"])
    if ended.returncode != 0:
        yield Step(NAME, "end", False, ended.stderr.strip()[-500:])
