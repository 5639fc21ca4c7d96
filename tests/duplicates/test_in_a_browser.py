"""Comparing and merging in a real Chromium: by keyboard, on a phone, without barriers."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from integrations.duplicates.codes import Code
from reconpro.company.models import Client
from tests.factories import a_client, a_connection, an_invoice
from tests.invoices.test_in_a_browser import sign_in
from tests.journey.browser import browser_page, look
from tests.reconcile.imports import import_list, listed, warnings_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_two_clients_are_compared_and_merged_by_keyboard_i_10(live_server, accountant, company):
    connection = a_connection(company)
    a_client(company, books=None, name="Zeta Fleet Services", phone="(555) 010-7000")
    rows = [
        listed(
            "C-00017",
            "Acme Motors, Inc.",
            phone="555 010 2000",
            email="payables@acme-motors.example",
            bill_to_address="1 Main Street\nSpringfield, IL 62701",
            terms="Net 30",
        ),
        listed("C-00412", "ACME MOTORS", contact_name="Dana Ruiz", terms="Net 10"),
        listed("C-00500", "Zeta Fleet", phone="555-010-7000"),
    ]
    run = import_list(connection, rows)
    (warning,) = warnings_of(run, Code.SAME_NAME)
    (twins,) = warnings_of(run, Code.LOCAL_TWIN)
    Client.objects.filter(accounting_id="C-00412").update(
        accounting_status="inactive",
        archived_reason="inactive",
        archived_at=timezone.now(),
        notes="Keys at the gate, code 12.",
    )
    kept, other = (Client.objects.get(accounting_id=i) for i in ("C-00017", "C-00412"))
    invoices = [an_invoice(company, client=other, date=date(2026, 3, 1)) for _ in range(2)]

    with browser_page() as page:
        sign_in(page, live_server, accountant)
        page.goto(f"{live_server.url}{run.get_absolute_url()}")
        look(page, "duplicates-of-a-run")
        compare = page.locator(f'a[href="{reverse("duplicate", args=[warning.pk])}"]')
        compare.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("text=The same client?")
        look(page, "duplicate")
        page.get_by_role("button", name="Merge, keep C-00017").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("text=is merged into C-00017 Acme Motors, Inc.")
        look(page, "merged-kept")
        page.get_by_role("link", name="C-00412 ACME MOTORS").click()
        page.wait_for_selector("text=Merged into")
        look(page, "merged-other")
        page.goto(f"{live_server.url}{reverse('clients-archived')}")
        look(page, "merged-archived-list")
        page.goto(f"{live_server.url}{reverse('merge-with', args=['clients', kept.pk])}?search=Zeta")
        look(page, "merge-with")
        page.goto(f"{live_server.url}{reverse('duplicate', args=[twins.pk])}")
        look(page, "duplicate-local")

    for invoice in invoices:
        invoice.refresh_from_db()
        assert invoice.client == kept
