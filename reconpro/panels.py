"""Showing the pieces that other wings add to a page."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from reconpro.registry import Panel


def rendered_panels(panels: Iterable[Panel], request: HttpRequest, subject: Any) -> list[SafeString]:
    """Each panel's piece of the page about `subject`, in order; one whose context is None is left out."""
    pieces = []
    for panel in panels:
        context = panel.context(request, subject)
        if context is not None:
            pieces.append(render_to_string(panel.template, context, request=request))
    return pieces
