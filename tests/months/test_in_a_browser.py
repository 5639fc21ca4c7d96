"""Close month and Needs attention in a real Chromium: no barriers, no sideways scrolling."""

import pytest
from django.urls import reverse

from integrations.exports.models import ExportState
from tests import factories
from tests.exports.test_in_a_browser import sign_in
from tests.journey.browser import browser_page, look
from tests.months.test_the_page import (
    INSIDE,
    client,
    compared,
    factories_export,
    invoices,
    ready_company,
    service,
)

__all__ = ["client", "compared", "invoices", "ready_company", "service"]  # fixtures
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_month_with_differences_and_what_needs_attention(
    live_server, administrator, ready_company, invoices, compared
):
    made = compared(differences=55, our_count=900, our_total=123456, other_count=2, other_total=80)
    made.differences.update(client_id_there="A-VERY-LONG-CUSTOMER-ID-" + "9" * 40, number="RP-" + "1" * 60)
    long_name = factories.a_service(ready_company, name="Ceramic " * 12, accounting_id="")
    invoices(2, date=INSIDE, lines=[{"service": long_name}])
    [failed] = invoices(1, date=INSIDE)
    factories_export(failed, ExportState.FAILED, error_code="BL01", error_text="No such department. " * 9)
    with browser_page() as page:
        sign_in(page, live_server, administrator)
        page.goto(f"{live_server.url}{reverse('close-month')}?month=2026-03")
        look(page, "close-month")
        page.goto(f"{live_server.url}{reverse('close-month')}?month=2026-02")
        look(page, "close-month-empty")
        page.goto(f"{live_server.url}{reverse('integration-report')}")
        look(page, "needs-attention")
