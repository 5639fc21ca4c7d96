"""The report in a real Chromium: no button is torn apart, however much stands beside it."""

import pytest
from django.urls import reverse

from tests.factories import a_connection
from tests.invoices.test_in_a_browser import sign_in
from tests.journey.browser import WIDE, browser_page, look
from tests.reconcile.imports import import_list, listed

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LINES = """e => {
  const text = document.createRange()
  text.selectNodeContents(e.firstChild)
  return new Set([...text.getClientRects()].map(each => Math.round(each.top))).size
}"""


def test_the_answers_to_warnings_keep_their_words_in_one_piece_p_2(live_server, accountant, company):
    connection = a_connection(company)
    rows = [listed(f"C-{i:05}", f"Dealer {i} of North County & Sons") for i in range(40)]
    twins = [listed("C-90001", "Canyon Pre-Owned"), listed("C-90002", "Canyon Pre-Owned")]
    import_list(connection, [*rows, *twins])
    import_list(connection, [*rows[:20], *twins])  # the brake asks about twenty, each with its name
    with browser_page() as page:
        sign_in(page, live_server, accountant)
        page.goto(f"{live_server.url}{reverse('integration-report')}")
        look(page, "report-with-many-sides")
        page.set_viewport_size(WIDE)
        buttons = page.locator("td .btn").all()
        assert {button.evaluate("e => e.firstChild.textContent.trim()") for button in buttons} == {
            "Compare",
            "They are different",
            "Archive them",
            "Keep them",
        }
        assert [button.evaluate(LINES) for button in buttons] == [1] * len(buttons)
