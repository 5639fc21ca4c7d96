"""A box to type a code into that offers those which are known."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

MOST = 500  # a longer list is typed into anyway


class SuggestingInput(forms.TextInput):
    """Offers (code, name) pairs in a list of the browser's own; any other text may be typed as well."""

    def __init__(self, offered: Iterable[tuple[str, str]] = (), attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", **(attrs or {})})
        self.offered = list(offered)[:MOST]

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        if not self.offered:
            return super().render(name, value, attrs, renderer)
        list_id = f"known-{name.replace('_', '-')}"
        box = super().render(name, value, {**(attrs or {}), "list": list_id}, renderer)
        options = format_html_join(
            "", '<option value="{}">{}</option>', ((code, label) for code, label in self.offered)
        )
        return format_html('{}<datalist id="{}">{}</datalist>', box, list_id, options)
