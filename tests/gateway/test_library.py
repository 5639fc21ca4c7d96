"""The gateway client is a library of its own: no Django, nothing of the project, no global state."""

import ast
import subprocess
import sys
from pathlib import Path

import intacct.gateway

FOLDER = Path(intacct.gateway.__file__).parent
ALLOWED = {"requests", "urllib3", "lxml"}


def test_importing_it_loads_no_django() -> None:
    script = (
        "import sys, intacct.gateway\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('django', 'celery', 'reconpro')])"
    )

    shown = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=FOLDER.parents[1]
    )

    assert shown.stdout.strip() == "[]"


def test_it_imports_only_the_standard_library_and_what_it_names() -> None:
    foreign = set()
    for path in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                top = name.split(".")[0]
                if not (
                    top in sys.stdlib_module_names or top in ALLOWED or name.startswith("intacct.gateway")
                ):
                    foreign.add((path.name, name))

    assert foreign == set()


def test_everything_it_exports_is_there() -> None:
    assert [name for name in intacct.gateway.__all__ if not hasattr(intacct.gateway, name)] == []
