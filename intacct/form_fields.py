"""Fields of the settings form that Django doesn't have: lists, and names of Intacct's fields."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from intacct.mapping.chosen_fields import OfferedField, named_among
from intacct.models import AUTOMATIC
from reconpro.company.forms.suggesting import SuggestingInput

MOST = 200
_FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)?")
_NEVER_IN_AN_ID = re.compile(r'[\x00-\x1f\x7f"\\<>]')
AUTOMATICALLY = "Automatic"


def refuse_odd_characters(label: str, text: str) -> None:
    """Raises ValidationError for what no id of Intacct can hold."""
    if _NEVER_IN_AN_ID.search(text):
        raise ValidationError(f"{label} can't have \" \\ < > or control characters.")


class HiddenLines(forms.HiddenInput):
    """What a list was when the page was shown, an entry a line."""

    def format_value(self, value: Any) -> str:
        return "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


class ListField(forms.Field):
    """A list of texts: boxes to tick where all that there is is known (`choose_from`), else a line each."""

    hidden_widget = HiddenLines
    widget: Any = forms.Textarea

    def __init__(self, *, most: int = MOST, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}))
        super().__init__(required=False, **options)
        self.most = most

    def choose_from(self, known: Iterable[tuple[str, str]], chosen: Iterable[str] = ()) -> None:
        """Offer these (value, name) pairs, and what is chosen already though nobody knows it any more."""
        pairs = list(dict(known).items())
        values = {value for value, _ in pairs}
        choices = [(value, name if name else value) for value, name in pairs]
        choices += [(value, f"{value} (not listed in Intacct)") for value in chosen if value not in values]
        widget = forms.CheckboxSelectMultiple(choices=choices)
        widget.is_required = False
        self.widget = widget

    def to_python(self, value: Any) -> list[str]:
        entries = value.splitlines() if isinstance(value, str) else value or []
        # In an order of its own, so that the page's doesn't count as a change.
        return sorted({text for entry in entries if (text := str(entry).strip())})

    def prepare_value(self, value: Any) -> Any:
        entries = self.to_python(value)
        return entries if isinstance(self.widget, forms.CheckboxSelectMultiple) else "\n".join(entries)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)

    def validate(self, value: list[str]) -> None:
        if len(value) > self.most:
            raise ValidationError(f"At most {self.most} can be chosen.")
        for entry in value:
            refuse_odd_characters(f'"{entry[:60]}"', entry)
            if len(entry) > 120:
                raise ValidationError(f'"{entry[:60]}…" is longer than Intacct takes.')


class ChoicesField(ListField):
    """A list of which each entry must be one of those offered."""

    def validate(self, value: list[str]) -> None:
        if set(value) - {str(offered) for offered, _ in self.widget.choices}:
            raise ValidationError("Choose among those that are offered.")


class AddressesField(ListField):
    """E-mail addresses, one a line."""

    def to_python(self, value: Any) -> list[str]:
        return super().to_python(value.replace(",", "\n") if isinstance(value, str) else value)

    def validate(self, value: list[str]) -> None:
        if len(value) > self.most:
            raise ValidationError(f"At most {self.most} addresses can be told.")
        for address in value:
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError(
                    f"{address[:80]} is no e-mail address. Type one a line, such as pat@example.com."
                ) from None


class FieldNameField(forms.CharField):
    """The name of one of Intacct's fields: chosen where all are known, else typed (S-5).

    With `automatic`, "automatic" is a choice as well. "" is none.
    """

    def __init__(self, *, automatic: bool = False, none: str, **options: Any) -> None:
        super().__init__(required=False, max_length=80, **options)
        self.automatic = automatic
        self.none = none
        self._offered: list[OfferedField] = []

    def offer(
        self, fields: Iterable[OfferedField], *, are_whole: bool, stored: str, found: str | None
    ) -> None:
        """Let a person choose among the fields if they `are_whole`, else propose them.

        `stored` is the choice so far, `found` what Automatic has found (None: not asked yet).
        """
        self._offered = list(fields)
        if not self._offered or not are_whole:
            proposed = [(AUTOMATICALLY, "found by asking Intacct")] if self.automatic else []
            proposed += [(field.name, field.label) for field in self._offered]
            self.widget = SuggestingInput(proposed, {"autocapitalize": "none", "spellcheck": "false"})
            return
        first = [("", self.none)]
        if self.automatic:
            first.insert(0, (AUTOMATIC, f"{AUTOMATICALLY}: {found}" if found else AUTOMATICALLY))
        groups: list[Any] = list(first)
        for heading, is_custom in (("Fields of your company", True), ("Intacct's own fields", False)):
            options = [(f.name, _called(f)) for f in self._offered if f.is_custom is is_custom]
            if options:
                groups.append((heading, options))
        known = {field.name for field in self._offered} | {value for value, _ in first}
        if stored not in known:
            groups.append((stored, f"{stored} (not a field of Intacct)"))
        self.widget = forms.Select(choices=groups)

    def to_python(self, value: Any) -> str:
        name = super().to_python(value) or ""
        if self.automatic and name.casefold() == AUTOMATIC:
            return AUTOMATIC
        return named_among(name, self._offered)

    def prepare_value(self, value: Any) -> Any:
        if not self.automatic or str(value or "").casefold() != AUTOMATIC:
            return value
        return AUTOMATIC if isinstance(self.widget, forms.Select) else AUTOMATICALLY

    def validate(self, value: str) -> None:
        if value and not _FIELD_NAME.fullmatch(value):
            raise ValidationError("Type the field's name as Intacct's API knows it, such as RP_REGION.")


def _called(field: OfferedField) -> str:
    return f"{field.label} ({field.name})" if field.label else field.name
