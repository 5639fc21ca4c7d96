"""A real Chromium, driven by Playwright: the machine's own, never a downloaded one."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

AXE = Path(__file__).resolve().parent.parent / "vendor" / "axe.min.js"
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 390, "height": 844}
# Switched off: what would look for hosts outside.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("no Chromium on this machine: install Debian's package chromium, or set CHROMIUM")
    return found


@contextmanager
def browser_page() -> Iterator[Any]:
    """A page of a fresh Chromium; complaints of its console fail the test at the end."""
    from playwright.sync_api import sync_playwright

    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page(viewport=WIDE, reduced_motion="reduce")
        complaints: list[str] = []
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        try:
            yield page
            assert complaints == []  # the strict CSP would speak here too
        finally:
            browser.close()


def look(page: Any, name: str) -> None:
    """Check the page for barriers (axe) and sideways scrolling, wide and narrow; keep pictures if asked to.

    SCREENSHOTS names a folder for the pictures.
    """
    folder = os.environ.get("SCREENSHOTS")
    for width, viewport in (("wide", WIDE), ("narrow", NARROW)):
        page.set_viewport_size(viewport)
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert too_wide <= 0, f"{name} ({width}) scrolls sideways by {too_wide} px"
    page.set_viewport_size(WIDE)
    page.mouse.move(0, 0)  # what is hovered over changes its colours
    # Evaluated, not added as a script element, which the page's own policy would refuse.
    page.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
    found = page.evaluate("async () => (await axe.run()).violations")
    barriers = [
        f"{v['id']}: {v['help']}: {[n['html'][:120] for n in v['nodes'][:3]]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]
    assert barriers == [], f"{name}: {barriers}"
