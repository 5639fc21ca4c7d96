"""What a person types or chooses to decide on an invoice's export: never trusted, always checked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from integrations.exports.conflicts import LONGEST_KEY
from integrations.exports.hand import LONGEST_NUMBER
from integrations.exports.models import InvoiceExport
from integrations.exports.reversals import LONGEST_REASON
from integrations.exports.words import money
from reconpro.invoices.fields import OneLineField
from reconpro.invoices.forms import DateBox

ANOTHERS, LOOK_AGAIN, OURS = "another's", "look again", "ours:"


class NumberForm(forms.Form):
    """X-7: which document of the books the invoice is."""

    number = OneLineField(
        label="Document number",
        max_length=LONGEST_NUMBER,
        error_messages={"required": "Type the document's number."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class WhyForm(forms.Form):
    why = OneLineField(label="Why", max_length=LONGEST_REASON, error_messages={"required": "Say why."})


class SeenForm(forms.Form):
    """What a person saw in books that don't tell, or can't be asked any more."""

    why = OneLineField(
        label="What you saw there",
        max_length=LONGEST_REASON,
        error_messages={"required": "Say what you saw there."},
    )


class ReversalForm(forms.Form):
    """X-8: a reason and a date."""

    reason = OneLineField(
        label="Reason", max_length=LONGEST_REASON, error_messages={"required": "Say why it is reversed."}
    )
    on = forms.DateField(
        label="Date of the reversal",
        widget=DateBox(),
        error_messages={"required": "Choose the date.", "invalid": "Write the date as 2026-03-31."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"on": timezone.localdate()})
        super().__init__(*args, **kwargs)


class SettleForm(forms.Form):
    """Which of the documents of its number is the invoice, if any is."""

    answer = forms.ChoiceField(
        label="What is it?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose an answer.", "invalid_choice": "Choose one of the answers."},
    )
    key = OneLineField(
        label="Its key", required=False, max_length=LONGEST_KEY, help_text="Needed for the first answer only."
    )

    def __init__(
        self, *args: Any, export: InvoiceExport, books_name: str, currency: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        ours = [
            (OURS + str(number), _ours(document, currency)) for number, document in enumerate(export.found)
        ]
        self.keys = [document["key"] for document in export.found]
        if all(self.keys) and self.keys:
            del self.fields["key"]
        answers = self.fields["answer"]
        assert isinstance(answers, forms.ChoiceField)
        answers.choices = [
            *(ours or [(OURS + "0", "It is ours: take it as this invoice.")]),
            (
                ANOTHERS,
                f"It is another’s: this invoice is not in {books_name}, and goes under another number.",
            ),
            (LOOK_AGAIN, f"It was mended in {books_name}: look there again."),
        ]

    @property
    def chosen_key(self) -> str:
        """The key of the document that is ours; "" for the other answers. Only after `is_valid`."""
        answer = self.cleaned_data["answer"]
        if not answer.startswith(OURS):
            return ""
        number = int(answer.removeprefix(OURS))
        told = self.keys[number] if number < len(self.keys) else ""
        return told or self.cleaned_data.get("key", "")


def _ours(document: dict[str, str], currency: str) -> str:
    total = money(Decimal(document["total"]), currency) if document["total"] else "a total not told"
    key, client = document["key"] or "(no key)", document["client"] or "(none)"
    day = document["date"] or "a date not told"
    return f"It is ours: document {key} for client {client} of {day} over {total} is this invoice."
