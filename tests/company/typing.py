"""Filling in a form as a browser does: with what the page showed, and what was typed over it."""

from typing import Any

from django.http import HttpResponse
from django.test import Client as Browser


def shown(browser: Browser, url: str) -> dict[str, Any]:
    """What the open page would send if its button was pressed; an unticked box isn't sent."""
    return sent_by(browser.get(url))


def sent_by(page: HttpResponse) -> dict[str, Any]:
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {
        name: "on" if value is True else "" if value is None else value
        for name, value in values.items()
        if value is not False
    }


def fill_in(browser: Browser, url: str, **typed: Any) -> HttpResponse:
    """Open the page, type and send it; None unticks a box."""
    data = shown(browser, url) | typed
    return browser.post(url, {name: value for name, value in data.items() if value is not None})
