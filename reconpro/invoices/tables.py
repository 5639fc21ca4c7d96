"""The list of invoices, as a table of the page and as rows of a download."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reconpro.company.templatetags.amounts import price
from reconpro.invoices.models import Invoice, InvoiceState
from reconpro.lists import ListTable
from reconpro.registry import registry

STATE_COLOURS = {InvoiceState.DRAFT: "secondary", InvoiceState.APPROVED: "success", InvoiceState.VOID: "dark"}
ROWS_AT_ONCE = 500

Badges = dict[int, list[tuple[str, str]]]


def badges_of(invoices: Sequence[Invoice]) -> Badges:
    """What the integrations say about these invoices: (label, Bootstrap colour) by invoice id."""
    badges: Badges = {}
    for told_by in registry.invoice_badges:
        for invoice_id, badge in told_by(invoices).items():
            badges.setdefault(invoice_id, []).append(badge)
    return badges


def badge(label: str, colour: str) -> SafeString:
    return format_html('<span class="badge text-bg-{}">{}</span>', colour, label)


class InvoiceTable(ListTable):
    number = tables.Column(verbose_name="Number", attrs={"td": {"class": "nowrap"}})
    date = tables.DateColumn(
        format="M j, Y",
        verbose_name="Date",
        order_by=("date", "id"),
        attrs={"td": {"class": "nowrap"}},
    )
    client = tables.Column(verbose_name="Client", order_by=("client__search_key", "-id"))
    team = tables.Column(verbose_name="Team", order_by=("team__name", "-id"))
    state = tables.Column(verbose_name="State", order_by=("state", "-id"))
    accounting = tables.Column(
        verbose_name="Accounting", accessor="pk", orderable=False, attrs={"td": {"class": "nowrap"}}
    )
    total = tables.Column(
        verbose_name="Total",
        order_by=("total", "-id"),
        attrs={"th": {"class": "number"}, "td": {"class": "number"}},
    )

    class Meta(ListTable.Meta):
        model = Invoice
        fields = ("number", "date", "client", "team", "state", "accounting", "total")
        caption = "Invoices"

    def __init__(self, invoices: QuerySet[Invoice], **kwargs: Any) -> None:
        leave_out = () if registry.invoice_badges else ("accounting",)
        super().__init__(invoices.select_related("client", "team"), exclude=leave_out, **kwargs)

    def read_badges(self) -> None:
        """Ask for the badges of the page's invoices, once; call it when the page is known."""
        self.badges = badges_of([row.record for row in self.page.object_list])

    def render_number(self, record: Invoice) -> SafeString:
        return format_html('<a href="{}">{}</a>', reverse("invoice", args=[record.pk]), record.number)

    def render_state(self, record: Invoice) -> SafeString:
        state = InvoiceState(record.state)
        return badge(str(state.label), STATE_COLOURS[state])

    def render_accounting(self, record: Invoice) -> SafeString | str:
        badges = self.badges.get(record.pk, [])
        return format_html_join(" ", "{}", ((badge(*told),) for told in badges)) if badges else "—"

    def render_total(self, record: Invoice) -> str:
        return price(record.total)


DOWNLOAD_HEADERS = (
    "Number",
    "Date",
    "Client",
    "Client Accounting ID",
    "Team",
    "State",
    "Terms",
    "Memo",
    "Total",
    "Approved at",
    "Approved by",
)


def download_headers() -> list[str]:
    return [*DOWNLOAD_HEADERS, *(["Accounting"] if registry.invoice_badges else [])]


def download_rows(invoices: QuerySet[Invoice]) -> Iterator[list[object]]:
    """A row per invoice in the order given; read in pieces, so that memory stays flat."""
    found = invoices.select_related("client", "team", "approved_by").iterator(chunk_size=ROWS_AT_ONCE)
    while piece := list(islice(found, ROWS_AT_ONCE)):
        yield from _rows(piece)


def _rows(invoices: Sequence[Invoice]) -> Iterable[list[object]]:
    badges = badges_of(invoices)
    for invoice in invoices:
        row: list[object] = [
            invoice.number,
            invoice.date,
            invoice.client.name,
            invoice.client.accounting_id,
            invoice.team.name if invoice.team else "",
            InvoiceState(invoice.state).label,
            invoice.terms or invoice.client.terms,
            invoice.memo,
            invoice.total,
            invoice.approved_at,
            str(invoice.approved_by or ""),
        ]
        if registry.invoice_badges:
            row.append(", ".join(label for label, _ in badges.get(invoice.pk, [])))
        yield row
