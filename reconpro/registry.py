"""Where the other wings show themselves on pages of ReconPro.

ReconPro knows no integration. An integration fills this registry when it is ready (its AppConfig),
so that no import runs against the direction intacct → integrations → reconpro.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from reconpro.company.models import Company
    from reconpro.invoices.models import Invoice


@dataclass(frozen=True)
class IntegrationSection:
    """A section of Company Info → Integration Settings, with its link *Configure*.

    `available` tells whether the company's subscription has it (U-3): without it there is no link.
    `missing` says what the subscription lacks, in words for a sentence ("the Enterprise edition").
    """

    title: str
    description: str
    url_name: str
    available: Callable[[Company], bool]
    missing: Callable[[Company], str] = lambda company: ""


@dataclass(frozen=True)
class ReportLink:
    """An entry of the Reports tab."""

    title: str
    description: str
    url_name: str
    available: Callable[[Company], bool]


@dataclass(frozen=True)
class Panel:
    """A piece of a page: a template and what fills it; None leaves it out."""

    template: str
    context: Callable[[HttpRequest, Any], dict[str, Any] | None]


@dataclass(frozen=True)
class KnownCodes:
    """Codes of records that another wing knows: `kind` says of which records, `field` is the column that
    they are typed into ("accounting_id_2_typed"), `counts` the attribute that counts ("department").

    `offered` answers the pairs (code, name) to choose from; `odd` a sentence about a code that isn't
    among them, or "" where it is, or where nothing is known.
    """

    kind: str
    field: str
    counts: str
    offered: Callable[[Company], list[tuple[str, str]]]
    odd: Callable[[Company, str], str]


@dataclass(frozen=True)
class InvoiceFilter:
    """A choice that narrows the list of invoices; `choices` are values and labels, without the empty one."""

    name: str  # in the address
    label: str
    any_label: str
    choices: tuple[tuple[str, str], ...]
    narrow: Callable[[QuerySet[Invoice], str], QuerySet[Invoice]]


@dataclass
class Registry:
    integration_sections: list[IntegrationSection] = field(default_factory=list)
    reports: list[ReportLink] = field(default_factory=list)
    record_panels: list[Panel] = field(default_factory=list)  # on profiles of clients, services, employees
    known_codes: list[KnownCodes] = field(default_factory=list)
    invoice_panels: list[Panel] = field(default_factory=list)  # on an invoice's page
    # Each answers why an invoice may not be edited, voided or deleted now, or "".
    invoice_locks: list[Callable[[Invoice], str]] = field(default_factory=list)
    # Each answers, for a page of invoices, {invoice id: (label, Bootstrap colour)} for the list's column.
    invoice_badges: list[Callable[[Iterable[Invoice]], dict[int, tuple[str, str]]]] = field(
        default_factory=list
    )
    invoice_filters: list[InvoiceFilter] = field(default_factory=list)
    # Buttons above the list of invoices: a template each.
    invoice_list_panels: list[Panel] = field(default_factory=list)
    # Each narrows approved invoices to those that have not left for accounting yet.
    only_waiting_invoices: list[Callable[[QuerySet[Invoice]], QuerySet[Invoice]]] = field(
        default_factory=list
    )
    # Each answers from which date on a company's invoices go to accounting, or None if it hasn't said.
    export_start: list[Callable[[Company], date | None]] = field(default_factory=list)


registry = Registry()
