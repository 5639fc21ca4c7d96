"""Lists in a real Chromium: nothing is torn apart, whatever its length."""

import pytest

from reconpro.company.models import Client
from tests import factories
from tests.company.test_first_sign_in_in_a_browser import sign_in
from tests.journey.browser import NARROW, browser_page, look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

USUAL = "ap57@dealer57.example"
LONG = "accounts.payable.department@north-county-reconditioning-centers.example"
LINES_OF = """e => {
  const text = document.createRange()
  text.selectNodeContents(e)
  return new Set([...text.getClientRects()].map(each => Math.round(each.top))).size
}"""
IS_WHOLE = "e => e.scrollWidth <= e.clientWidth"


def test_an_email_address_stands_on_one_line(live_server, company, administrator):
    for number in range(12):
        factories.a_client(
            company,
            name=f"Dealer {number} Motors of North County",
            accounting_id=f"C-{number:05}",
            contact_name="Patricia Featherstonehaugh",
            phone="(555) 010-0057",
            email=USUAL,
            terms="Net 30",
        )
    factories.a_client(company, name="A" + "a" * 60, accounting_id="C-" + "9" * 30, email=LONG)
    with browser_page() as page:
        sign_in(page, live_server, administrator.username, factories.PASSWORD)
        page.wait_for_url(f"{live_server.url}/company/**")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"{live_server.url}/company/clients/")
        usual = page.locator("td[data-label='E-mail']").get_by_text(USUAL).first
        assert usual.evaluate(LINES_OF) == 1
        assert usual.evaluate(IS_WHOLE)
        long = page.locator("td[data-label='E-mail']").get_by_text(LONG)
        assert long.evaluate(LINES_OF) == 1
        assert long.get_attribute("title") == LONG
        contact = page.get_by_role("cell", name="Patricia").first
        assert contact.inner_text() == "Patricia Featherstonehaugh"
        assert contact.evaluate(LINES_OF) <= 2
        look(page, "clients-long-addresses")

        page.set_viewport_size({"width": 800, "height": 900})
        assert usual.evaluate(LINES_OF) == 1

        # On a phone there is room for the whole address.
        page.set_viewport_size(NARROW)
        assert page.locator("td[data-label='E-mail']").get_by_text(LONG).evaluate(IS_WHOLE)


def test_the_last_pages_of_a_long_list_do_not_scroll_sideways_on_a_phone(live_server, company, administrator):
    Client.objects.bulk_create(Client(company=company, name=f"Dealer {i:04}") for i in range(1550))
    with browser_page() as page:
        sign_in(page, live_server, administrator.username, factories.PASSWORD)
        page.wait_for_url(f"{live_server.url}/company/**")
        for number in (1, 15, 30):
            page.goto(f"{live_server.url}/company/clients/?page={number}")
            look(page, f"clients-page-{number}")
