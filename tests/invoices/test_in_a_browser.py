"""The form of an invoice in a real Chromium, mostly by keyboard: choosers, lines, the live total."""

import re
from decimal import Decimal

import pytest

from reconpro.invoices.models import Invoice
from tests import factories
from tests.journey.browser import browser_page, look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page, live_server, user):
    page.goto(f"{live_server.url}/sign-in/")
    page.fill("[name=username]", user.username)
    page.fill("[name=password]", factories.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{live_server.url}/company/**")


def type_and_choose(page, box, text, *keys):
    """Type into the focused box, wait for its list, then press these keys."""
    page.wait_for_load_state()  # before that nothing listens to what is typed
    page.focus(box)
    page.keyboard.type(text)
    page.wait_for_selector(f"{box}_list:not([hidden]):not([data-outdated]) [data-id]")
    for key in keys:
        page.keyboard.press(key)


def focused(page):
    return page.evaluate("document.activeElement.id || document.activeElement.getAttribute('aria-label')")


def test_an_invoice_is_made_by_keyboard_and_its_live_total_is_what_is_saved(
    live_server, administrator, company, acme, paint, dana
):
    factories.a_client(company, name="Acme Trucks", accounting_id="C-00018", terms="Net 10")
    factories.a_service(company, name="Bumper repair", accounting_id="REP-1", list_price=Decimal("0.335"))

    with browser_page() as page:
        sign_in(page, live_server, administrator)
        page.goto(f"{live_server.url}/operations/invoices/")
        look(page, "invoices-empty")
        page.get_by_role("link", name="New invoice").click()

        type_and_choose(page, "#id_client", "acme", "ArrowDown", "ArrowDown", "Enter")
        assert page.input_value("#id_client") == "Acme Trucks (C-00018)"
        assert page.get_attribute("#id_terms", "placeholder") == "Net 10"

        type_and_choose(page, "#id_lines-0-service", "bumper p", "Enter")  # the only one
        assert page.input_value("#id_lines-0-price") == "185.50"
        type_and_choose(page, "#id_lines-0-employee", "rui", "ArrowDown", "Tab")
        assert focused(page) == "id_lines-0-quantity"
        page.fill("#id_lines-0-quantity", "2.5")

        page.focus("[data-add-line]")
        page.keyboard.press("Enter")
        assert focused(page) == "id_lines-1-service"
        type_and_choose(page, "#id_lines-1-service", "rep", "Enter")
        page.fill("#id_lines-1-quantity", "3")  # 1.005, half a cent up
        page.fill("#id_lines-1-vin", "too short")
        page.keyboard.press("Tab")
        assert page.inner_text("[data-total]") == "464.76"
        look(page, "invoice-form")

        page.get_by_role("button", name="Save draft").click()
        assert "A VIN has 17 characters; this one has 8." in page.inner_text("main")
        assert page.inner_text("[data-total]") == "464.76"
        look(page, "invoice-form-errors")

        page.get_by_role("button", name="Remove line 2").click()
        assert focused(page) == "Remove line 1"
        assert page.inner_text("[data-total]") == "463.75"
        page.get_by_role("button", name="Save draft").click()
        page.wait_for_url(re.compile(r"/invoices/\d+/$"))
        assert "463.75 USD" in page.inner_text("main")
        look(page, "invoice")

        page.get_by_role("button", name="Approve").click()
        page.get_by_role("link", name="Void").click()
        look(page, "invoice-void")
        page.goto(f"{live_server.url}/operations/invoices/?client={acme.pk}&date_from=2026-01-01")
        look(page, "invoices-none-found")
        page.goto(f"{live_server.url}/operations/invoices/")
        look(page, "invoices")

    made = Invoice.objects.get()
    assert (made.total, made.state, made.approved_by) == (Decimal("463.75"), "approved", administrator)


def test_a_chooser_closes_with_escape_and_keeps_what_was_typed(live_server, administrator, acme):
    with browser_page() as page:
        sign_in(page, live_server, administrator)
        page.goto(f"{live_server.url}/operations/invoices/new/")

        type_and_choose(page, "#id_client", "acme", "Escape")
        assert page.is_hidden("#id_client_list")
        assert page.get_attribute("#id_client", "aria-expanded") == "false"
        assert page.input_value("#id_client") == "acme"

        page.keyboard.press("ArrowDown")  # opens it again
        page.wait_for_selector("#id_client_list:not([hidden]) [data-id]")
        page.get_by_role("option", name="Acme Motors").click()
        assert page.input_value("[name=client]") == str(acme.pk)
        page.fill("#id_client", "acme motors")  # typing again forgets the one chosen
        assert page.input_value("[name=client]") == ""
        page.get_by_role("button", name="Save draft").click()
        page.wait_for_url(re.compile(r"/invoices/\d+/$"))

    assert Invoice.objects.get().client == acme
