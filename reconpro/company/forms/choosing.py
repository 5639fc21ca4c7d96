"""Narrowing what a box to choose from offers."""

from typing import Any

from django import forms
from django.db.models import QuerySet


def offer(field: forms.Field, records: QuerySet[Any], *, empty_label: str | None = None) -> None:
    """Let a field that chooses a record offer these; `empty_label` names the choice of none."""
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = records
    if empty_label is not None:
        field.empty_label = empty_label
