"""Form fields of invoices: a record found while typing, and numbers as people type them."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse

from reconpro.company.models import AccountingRecord
from reconpro.invoices.finding import Finder, NotFound, label

_GROUPED = re.compile(r"^-?\d{1,3}(,\d{3})+(\.\d*)?$")
_ODD_IN_TEXT = re.compile(r"[\x00-\x1f\x7f]")


class RecordChooser(forms.TextInput):
    """A box that lists what starts with the text typed; the id of the one chosen goes in a hidden input.

    Posts two values: `<name>`, an id or nothing, and `<name>_text`, what the box shows.
    """

    template_name = "operations/chooser.html"
    finder: Finder[Any]

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> Any:
        """With the project's templates: Django's form renderer knows only its own."""
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> tuple[str, str | None]:
        text = data.get(f"{name}_text")
        # A NUL is in no name, and PostgreSQL doesn't take one in a question either.
        return str(data.get(name) or "").strip(), None if text is None else text.replace("\0", "").strip()

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and f"{name}_text" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        chosen, text = self._shown(value)
        context = super().get_context(name, text, attrs)
        context["chooser"] = {
            "name": name,
            "chosen": chosen,
            "text": text,
            "kind": self.finder.kind,
            "kind_plural": self.finder.kind_plural,
            "url": reverse("invoice-choose", args=[self.finder.kind_plural]),
        }
        return context

    def _shown(self, value: Any) -> tuple[str, str]:
        if isinstance(value, AccountingRecord):
            return str(value.pk), label(value)
        if not isinstance(value, tuple):
            return "", ""
        posted_id, text = value
        record = self.finder.by_id(posted_id)
        if record is not None and (text is None or text == label(record)):
            return str(record.pk), label(record)
        return "", text or ""


class RecordField(forms.Field):
    """One active record of the company, or one that is on the invoice already (see `Finder`)."""

    widget = RecordChooser

    def __init__(self, *, finder: Finder[Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.finder = finder
        self.widget.finder = finder

    def clean(self, value: Any) -> Any:
        posted_id, text = value if isinstance(value, tuple) else ("", "")
        if text == "" or (text is None and posted_id == ""):
            if self.required:
                raise ValidationError(f"Choose {self._a_kind}.", code="required")
            return None
        record = self.finder.by_id(posted_id)
        if record is not None and text in (None, label(record)):
            return record
        if text is None:
            raise ValidationError(f"Choose {self._a_kind} from the list.", code="unknown")
        try:
            return self.finder.by_text(text)
        except NotFound as error:
            raise ValidationError(str(error), code="unknown") from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        posted_id, text = data if isinstance(data, tuple) else ("", "")
        if not isinstance(initial, AccountingRecord):
            return bool(text or (text is None and posted_id))
        return posted_id != str(initial.pk) or text not in (None, label(initial))

    @property
    def _a_kind(self) -> str:
        return f"an {self.finder.kind}" if self.finder.kind[0] in "aeiou" else f"a {self.finder.kind}"


class TypedDecimalField(forms.DecimalField):
    """A number as people type it: 1,234.50 or $1234.5. A comma counts only where it groups thousands.

    `least_digits` is how many digits after the point the page shows at least.
    """

    def __init__(self, *, least_digits: int = 0, **kwargs: Any) -> None:
        self.least_digits = least_digits
        super().__init__(
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **kwargs
        )

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # as Django's own does
        if isinstance(value, str):
            value = value.strip().removeprefix("$").strip()
            if _GROUPED.match(value):
                value = value.replace(",", "")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return typed_decimal(value, least_digits=self.least_digits)
        return value


class OneLineField(forms.CharField):
    """Text of one line: control characters, which no accounting takes, are refused in words."""

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if _ODD_IN_TEXT.search(text):
            raise ValidationError("Leave out line breaks, tabs and other invisible characters.")
        return text


def typed_decimal(value: Decimal, *, least_digits: int = 0) -> str:
    """Without trailing zeros, but with at least so many digits after the point."""
    whole, _, digits = f"{value:f}".partition(".")
    digits = digits.rstrip("0").ljust(least_digits, "0")
    return f"{whole}.{digits}" if digits else whole
