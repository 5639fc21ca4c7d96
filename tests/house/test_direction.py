"""The wings import in one direction only: intacct → integrations → reconpro (docs/architecture.md)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The wiring alone names all three.
WIRING = {"reconpro/settings.py", "reconpro/urls.py", "reconpro/celery.py"}
FORBIDDEN = {
    "reconpro": {"integrations", "intacct"},
    "integrations": {"intacct"},
    "intacct/gateway": {"django", "celery", "reconpro", "integrations"},
    "intacct/simulator": {"django", "celery", "reconpro", "integrations"},
}


def modules(wing: str) -> Iterator[Path]:
    return (p for p in sorted((ROOT / wing).rglob("*.py")) if "migrations" not in p.parts)


def imported(path: Path) -> set[str]:
    """Every module that the file imports, wherever in the file it does."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
    return names


def violations(wing: str, paths: Iterator[Path] | list[Path]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in paths
        if str(path.relative_to(ROOT)) not in WIRING
        for name in sorted(imported(path))
        if name.split(".")[0] in FORBIDDEN[wing]
    ]


@pytest.mark.parametrize("wing", FORBIDDEN)
def test_a_wing_imports_nothing_against_the_direction(wing):
    assert violations(wing, modules(wing)) == []


@pytest.mark.parametrize("wing", FORBIDDEN)
def test_each_wing_has_modules_to_look_at(wing):
    assert sum(1 for _ in modules(wing)) > 3


def test_an_import_against_the_direction_would_be_found():
    """The gateway part looks at this repository's own job module, which imports all it may not."""
    found = violations("intacct/gateway", [ROOT / "intacct" / "models.py"])
    assert found == [
        "intacct/models.py imports django.db",
        "intacct/models.py imports django.utils",
        "intacct/models.py imports integrations.secrets.fields",
    ]


def test_integrations_and_reconpro_speak_of_no_provider_in_their_templates():
    """A second provider must need no change in `integrations/` (docs/architecture.md)."""
    named = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "templates" / "integrations").rglob("*.html"))
        if "intacct" in path.read_text(encoding="utf-8").lower()
    ]
    assert named == []
