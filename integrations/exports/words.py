"""Sentences about exports, for pages, reports and runs alike."""

from __future__ import annotations

from decimal import Decimal

from integrations.exports.models import ExportReversal, ExportState, InvoiceExport
from integrations.providers import provider_named


def money(amount: Decimal, currency: str) -> str:
    """ "$1,234.50" for US dollars, "1,234.50 EUR" for others."""
    if currency == "USD":
        return f"-${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"
    return f"{amount:,.2f} {currency}"


def count_of(number: int, singular: str = "invoice", plural: str = "") -> str:
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def books_name(provider: str) -> str:
    """The accounting system's name, as the provider tells it: "Intacct"."""
    try:
        return provider_named(provider).label
    except KeyError:
        return "accounting"


def lock_sentence(export: InvoiceExport) -> str:
    """Why the invoice may not be changed now (X-8); "" if its export doesn't forbid it.

    Reads the export's invoice and connection.
    """
    number, name = export.invoice.number, books_name(export.connection.provider)
    match export.state:
        case ExportState.EXPORTED:
            return (
                f"Invoice {number} was exported to {name} as {export.document_number} and can't be changed."
            )
        case ExportState.SENDING:
            return f"Invoice {number} is being sent to {name} and can't be changed now."
        case ExportState.UNKNOWN:
            return (
                f"Invoice {number} was sent to {name}, but the answer was lost. We are checking; "
                "until then it can't be changed."
            )
        case ExportState.CONFLICT:
            return (
                f"Invoice {number} can't be changed: {name} has another document numbered "
                f"{export.document_number}, and a person must decide."
            )
        case ExportState.BY_HAND:
            return (
                f"Invoice {number} was exported to {name} by hand as {export.document_number} and can't be "
                "changed."
            )
        case ExportState.REVERSED:
            return f"Invoice {number} was reversed in {name} and stays as it is. Make a corrected copy of it."
    return ""


def own_words(export: InvoiceExport | ExportReversal) -> str:
    """The accounting system's code and text, "" if it told none."""
    return ": ".join(part for part in (export.error_code, export.error_text) if part)


def reason(export: InvoiceExport | ExportReversal) -> str:
    """Why it failed or is in doubt, in the accounting system's own words where there are any."""
    said = own_words(export)
    if not export.message or export.message in said:
        return said
    return f"{export.message} ({said})" if said else export.message
