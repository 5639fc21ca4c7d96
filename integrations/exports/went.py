"""What a document went with, kept on its export: what takes it back, or goes again, is made of it (I-10).

Its client, number, dates and total have columns of their own; the rest is kept as texts.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.exports.models import InvoiceExport
from integrations.exports.port import ExportDocument, ExportLine

_TEXTS = ("terms", "memo", "ship_to", "bill_to", "account", "account_label")
_LINE = tuple(field.name for field in fields(ExportLine))
_AMOUNTS = ("quantity", "price", "amount")


def went_with(document: ExportDocument) -> dict[str, Any]:
    """What is kept of it."""
    return {
        "due_on": document.due_on.isoformat(),
        "is_credit": document.is_credit,
        "lines": [
            {name: str(value) for name in _LINE if (value := getattr(line, name)) != ""}
            for line in document.lines
        ],
        **{name: text for name in _TEXTS if (text := getattr(document, name))},
    }


def as_it_went(export: InvoiceExport) -> ExportDocument | None:
    """The document that it was sent as; None where that was not kept."""
    kept = export.went_with
    if not kept:
        return None
    texts = {name: kept.get(name, "") for name in _TEXTS}
    return ExportDocument(
        invoice_id=export.invoice_id,
        type=export.document_type,
        number=export.document_number,
        client_id=export.customer_id,
        date=export.document_date,
        posted_on=export.posted_on,
        due_on=date.fromisoformat(kept["due_on"]),
        total=export.total,
        lines=tuple(_line(line) for line in kept["lines"]),
        is_credit=kept["is_credit"],
        **texts,
    )


def _line(kept: dict[str, str]) -> ExportLine:
    values: dict[str, Any] = {name: kept.get(name, "") for name in _LINE}
    return ExportLine(**{**values, **{name: Decimal(values[name]) for name in _AMOUNTS}})
