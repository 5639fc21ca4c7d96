"""What differs in a month: by client and location, and document by document."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import django_tables2 as tables
from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import format_html

from integrations.exports.words import money
from integrations.months.models import MonthComparison, MonthDifference, MonthLine
from reconpro.company.models import Client
from reconpro.lists import ListTable

NUMBER = {"th": {"class": "number"}, "td": {"class": "number"}}


def lines_of(comparison: MonthComparison) -> QuerySet[MonthLine]:
    """With the clients' names, the largest difference of totals first."""
    named = Client.objects.filter(
        company_id=comparison.company_id,
        books_id=comparison.connection_id,
        accounting_id=OuterRef("client_id_there"),
    ).values("name")[:1]
    return (
        MonthLine.objects.filter(comparison=comparison)
        .annotate(
            client_name=Coalesce(Subquery(named), Value(""), output_field=CharField()),
            difference=F("their_total") - F("our_total"),
        )
        .order_by("client_id_there", "location", "pk")
    )


def differences_of(comparison: MonthComparison, client_id: str = "") -> QuerySet[MonthDifference]:
    """In the order of the documents; of one client those that either side has for it."""
    found = MonthDifference.objects.filter(comparison=comparison).select_related("invoice__client")
    if client_id:
        found = found.filter(Q(client_id_there=client_id) | Q(invoice__client__accounting_id=client_id))
    return found.order_by("pk")


class _Money(tables.Column):  # type: ignore[misc, unused-ignore]  # django_tables2 tells no types
    """An amount in the company's currency, which the table knows."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(name, orderable=False, attrs=NUMBER, **options)

    def render(self, value: Decimal, table: Any) -> str:
        return money(value, table.currency)


class LineTable(ListTable):
    """Clients at locations whose counts or totals differ."""

    client = tables.Column("Client", accessor="client_id_there", orderable=False)
    location = tables.Column(orderable=False)
    our_count = tables.Column("Exported", orderable=False, attrs=NUMBER)
    our_total = _Money("ReconPro’s total")
    their_count = tables.Column("There", orderable=False, attrs=NUMBER)
    their_total = _Money("Their total")
    difference = _Money("Difference")

    def __init__(self, *args: Any, currency: str, month: str, books_name: str, **kwargs: Any) -> None:
        self.currency, self.month = currency, month
        super().__init__(*args, **kwargs)
        self.columns["their_count"].column.verbose_name = f"In {books_name}"
        self.columns["their_total"].column.verbose_name = f"{books_name}’s total"

    class Meta(ListTable.Meta):
        prefix = "lines-"
        empty_text = "Counts and totals of every client and location agree."

    def render_client(self, record: Any) -> str:
        url = f"{reverse('close-month')}?{urlencode({'month': self.month, 'client': record.client_id_there})}"
        named = record.client_name or "Not known here"
        return format_html(
            '<a href="{}#differences">{}</a> <span class="hint">{}</span>', url, named, record.client_id_there
        )


class DifferenceTable(ListTable):
    """Documents that differ, each leading to its invoice."""

    number = tables.Column("Document", orderable=False)
    kind = tables.Column("What differs", orderable=False)
    client = tables.Column("Client", accessor="client_id_there", orderable=False)
    location = tables.Column(orderable=False)
    ours = _Money("ReconPro")
    theirs = _Money("There")

    def __init__(self, *args: Any, currency: str, books_name: str, **kwargs: Any) -> None:
        self.currency = currency
        super().__init__(*args, **kwargs)
        self.columns["theirs"].column.verbose_name = books_name

    class Meta(ListTable.Meta):
        prefix = "differences-"
        empty_text = "No document differs."

    def render_number(self, record: MonthDifference) -> str:
        if record.invoice is None:
            return record.number
        url = reverse("invoice", args=[record.invoice_id])
        invoice = format_html('<a href="{}">{}</a>', url, record.invoice)
        return format_html('{}<div class="hint">{}</div>', invoice, record.number)

    def render_kind(self, record: MonthDifference) -> str:
        return format_html(
            '<span class="badge text-bg-warning">{}</span><div>{}</div>',
            record.get_kind_display(),
            record.sentence,
        )
